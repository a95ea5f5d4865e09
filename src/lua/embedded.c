/* Finds the Lua files of the program, and lets them use each other.
 * SPDX-License-Identifier: MIT */
#include "lua/embedded.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <string.h>

const struct embedded_file *embedded_find(const char *folder, const char *name)
{
    char path[256];

    if ((size_t)snprintf(path, sizeof path, "%s/%s.lua", folder, name) >= sizeof path)
        return NULL;
    for (const struct embedded_file *file = embedded_files; file->name != NULL; file++)
        if (strcmp(file->name, path) == 0)
            return file;
    return NULL;
}

/* import "maps/rule": what lua/maps/rule.lua returns, the same each time. The file gets import as its argument. */
static int import(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1), *slash = strchr(name, '/');
    const struct embedded_file *file;
    char folder[64];

    if (lua_getfield(L, lua_upvalueindex(1), name) != LUA_TNIL)
        return 1;
    luaL_argcheck(L, slash != NULL && (size_t)(slash - name) < sizeof folder, 1, "no file of notewire");
    snprintf(folder, sizeof folder, "%.*s", (int)(slash - name), name);
    file = embedded_find(folder, slash + 1);
    luaL_argcheck(L, file != NULL, 1, "no file of notewire");
    lua_pushfstring(L, "=notewire/%s", file->name);
    if (luaL_loadbufferx(L, file->text, file->length, lua_tostring(L, -1), "t") != LUA_OK)
        return lua_error(L);
    if (lua_getfield(L, lua_upvalueindex(1), "environment") == LUA_TTABLE)
        lua_setupvalue(L, -2, 1);
    else
        lua_pop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushcclosure(L, import, 1);
    lua_call(L, 1, 1);
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(1), name);
    return 1;
}

void embedded_push_import(lua_State *L)
{
    lua_newtable(L);
    lua_pushcclosure(L, import, 1);
}

void embedded_set_import(lua_State *L, int index, const char *name)
{
    (void)lua_getupvalue(L, index, 1);
    lua_insert(L, -2);
    lua_setfield(L, -2, name);
    lua_pop(L, 1);
}
