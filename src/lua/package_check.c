/* Compiles the Lua files of a tool without running any.
 * SPDX-License-Identifier: MIT */
#include "lua/package_check.h"

#include "base/error.h"
#include "base/log.h"
#include "file/package.h"
#include "lua/source.h"

#include <dirent.h>
#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define FOLDERS_MAX 16 /* inside each other */

struct checking {
    unsigned files;
    bool right;
};

static void check_file(struct checking *checking, const char *path)
{
    lua_State *L = luaL_newstate();

    checking->files++;
    if (L == NULL) {
        checking->right = false;
        return;
    }
    lua_pushfstring(L, "@%s", path);
    if (!source_load_file(L, path, lua_tostring(L, -1))) {
        log_fatal("E410", "%s", lua_tostring(L, -1));
        checking->right = false;
    }
    lua_close(L);
}

static bool is_lua(const char *name)
{
    size_t length = strlen(name);

    return length > 4 && strcmp(name + length - 4, ".lua") == 0;
}

/* Looks through a folder, in the order of its names. */
static void check_folder(struct checking *checking, const char *folder, int depth)
{
    struct dirent **entries;
    int count = depth < FOLDERS_MAX ? scandir(folder, &entries, NULL, alphasort) : 0;

    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        struct stat status;
        char *path = NULL;

        if (name[0] != '.' && asprintf(&path, "%s%s%s", folder, folder[strlen(folder) - 1] == '/' ? "" : "/", name) < 0)
            path = NULL;
        if (path != NULL && lstat(path, &status) == 0) {
            if (S_ISDIR(status.st_mode))
                check_folder(checking, path, depth + 1);
            else if (is_lua(name))
                check_file(checking, path);
        }
        free(path);
        free(entries[i]);
    }
    if (count >= 0 && depth < FOLDERS_MAX)
        free(entries);
}

int package_check(const struct package *package, unsigned *files)
{
    struct checking checking = {.right = true};
    const char *slash = strrchr(package->main, '/');
    char *folder = slash != NULL ? strndup(package->main, (size_t)(slash - package->main) + 1) : strdup("./");

    if (folder == NULL)
        return NW_EMEMORY;
    check_folder(&checking, folder, 0);
    free(folder);
    *files = checking.files;
    return checking.right ? 0 : NW_EINVALID;
}
