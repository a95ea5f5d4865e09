/* Where the relative paths of a script begin.
 * SPDX-License-Identifier: MIT */
#include "lua/path.h"

#include "script/script.h"

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
