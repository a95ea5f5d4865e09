/* Where the relative paths of a script begin.
 * SPDX-License-Identifier: MIT */
#include "lua/path.h"

#include "script/script.h"

#include <dirent.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char *path_push(lua_State *L, const char *path)
{
    const struct script *script = script_of(L);

    if (path[0] == '/' || script->program) /* which begins where the process is */
        return lua_pushstring(L, path);
    return lua_pushfstring(L, "%s%s", script->base, path);
}

const char *path_argument(lua_State *L, int index)
{
    size_t length;
    const char *path = luaL_checklstring(L, index, &length);

    luaL_argcheck(L, strlen(path) == length, index, "a path has no zero bytes");
    path = path_push(L, path);
    lua_replace(L, index);
    return path;
}

/* Writes the name that a folder has for it over one name in a path, which is as long. */
static bool take_case(char *path, size_t from, size_t length)
{
    const struct dirent *entry = NULL;
    DIR *folder;

    path[from - 1] = '\0';
    folder = opendir(*path == '\0' ? "/" : path);
    path[from - 1] = '/';
    if (folder == NULL)
        return false;
    do
        entry = readdir(folder);
    while (entry != NULL && (strlen(entry->d_name) != length || strncasecmp(entry->d_name, path + from, length) != 0));
    if (entry != NULL)
        memcpy(path + from, entry->d_name, length);
    closedir(folder);
    return entry != NULL;
}

bool path_find_case(char *path, size_t from)
{
    while (true) {
        size_t length = strcspn(path + from, "/");
        char end = path[from + length];
        bool there;

        path[from + length] = '\0';
        there = access(path, F_OK) == 0;
        path[from + length] = end;
        if (!there && !take_case(path, from, length))
            return false;
        if (end == '\0')
            return true;
        from += length + 1;
    }
}
