/* Where the relative paths of a script begin, and where the user's files are.
 * SPDX-License-Identifier: MIT */
#include "script/path.h"

#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

char *path_of_data(void)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char *path = NULL;
    int length = -1;

    if (data != NULL && *data == '/')
        length = asprintf(&path, "%s/notewire/", data);
    else if (home != NULL && *home == '/')
        length = asprintf(&path, "%s/.local/share/notewire/", home);
    return length >= 0 ? path : NULL;
}
