/* Finalizers on a coroutine of their own: Lua lets them run without hooks on the one that the collector interrupts.
 * SPDX-License-Identifier: MIT */
#include "lua/finalizer.h"

#include "lua/library.h"
#include "script/script.h"

static const char key; /* of the coroutine, in the registry */

/* The coroutine, made when it is first needed. Lua never runs a finalizer inside another. */
static lua_State *finalizing(lua_State *L)
{
    lua_State *co;

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newthread(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
    }
    co = lua_tothread(L, -1);
    lua_pop(L, 1);
    return co;
}

int finalizer_call(lua_State *L, int arguments)
{
    const struct script *script = script_of(L);
    struct guard_call outer;
    lua_State *co;
    int status;

    if (script == NULL)
        return lua_pcall(L, arguments, 0, 0);
    co = finalizing(L);
    lua_xmove(L, co, arguments + 1);
    guard_enter(script->guard, &outer, co);
    status = lua_pcall(co, arguments, 0, 0);
    guard_leave(script->guard, &outer, NULL);
    if (status != LUA_OK)
        lua_xmove(co, L, 1);
    return status;
}

/* The __gc of a metatable; upvalue 1 is the script's. An error goes on to Lua, which makes it a warning. */
static int finalize(lua_State *L)
{
    lua_settop(L, 1);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    return finalizer_call(L, 1) == LUA_OK ? 0 : lua_error(L);
}

/* setmetatable: as Lua's, with finalizers of ours. */
static int set_metatable(lua_State *L)
{
    if (lua_istable(L, 2)) {
        lua_pushliteral(L, "__gc");
        if (lua_rawget(L, 2) != LUA_TNIL) {
            luaL_argcheck(L, lua_isfunction(L, -1), 2, "its __gc must be a function by now");
            if (lua_tocfunction(L, -1) != finalize) {
                lua_pushcclosure(L, finalize, 1);
                lua_pushliteral(L, "__gc");
                lua_insert(L, -2);
                lua_rawset(L, 2);
            }
        }
        lua_settop(L, 2);
    }
    return library_call_original(L);
}

void finalizer_open(lua_State *L)
{
    library_wrap(L, "_G", "setmetatable", set_metatable);
}
