/* coroutine.resume, wrap, close and running: as Lua's, and the guard knows what runs.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "script/script.h"

/* Resumes co with the top arguments of L. Returns how many results are on L's stack; -1 with the error there. */
static int resume(lua_State *L, lua_State *co, int arguments)
{
    struct guard *guard = script_of(L)->guard;
    int results, status;

    if (!lua_checkstack(co, arguments)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, arguments);
    guard_switch(guard, co);
    status = lua_resume(co, L, arguments, &results);
    guard_switch(guard, L);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, results);
    return results;
}

static lua_State *check_coroutine(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);

    luaL_argexpected(L, co != NULL, 1, "coroutine");
    return co;
}

static int coroutine_resume(lua_State *L)
{
    lua_State *co = check_coroutine(L);
    int results = resume(L, co, lua_gettop(L) - 1);

    lua_pushboolean(L, results >= 0);
    lua_insert(L, results >= 0 ? -(results + 1) : -2);
    return results >= 0 ? results + 1 : 2;
}

/* Runs the to-be-closed variables of a coroutine that has ended or rests. */
static int close_coroutine(lua_State *L, lua_State *co)
{
    struct guard *guard = script_of(L)->guard;
    int status;

    guard_switch(guard, co);
    status = lua_resetthread(co);
    guard_switch(guard, L);
    return status;
}

/* The function that wrap makes; its coroutine is upvalue 1. An error goes on in the caller, with its place. */
static int call_wrapped(lua_State *L)
{
    lua_State *co = lua_tothread(L, lua_upvalueindex(1));
    int results = resume(L, co, lua_gettop(L)), status;

    if (results >= 0)
        return results;
    status = lua_status(co);
    /* What the guard has ended keeps its to-be-closed variables: they would run without hooks. */
    if (status != LUA_OK && status != LUA_YIELD && script_of(L)->guard->ending == GUARD_GOES_ON) {
        close_coroutine(L, co);
        lua_xmove(co, L, 1);
    }
    if (status != LUA_ERRMEM && lua_type(L, -1) == LUA_TSTRING) {
        luaL_where(L, 1);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

static int coroutine_wrap(lua_State *L)
{
    lua_State *co;

    luaL_checktype(L, 1, LUA_TFUNCTION);
    co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    lua_pushcclosure(L, call_wrapped, 1);
    return 1;
}

static int coroutine_close(lua_State *L)
{
    lua_State *co = check_coroutine(L);
    lua_Debug ar;

    if (co == L || (lua_status(co) == LUA_OK && lua_getstack(co, 0, &ar)))
        return luaL_error(L, "cannot close a %s coroutine", co == L ? "running" : "normal");
    if (close_coroutine(L, co) == LUA_OK) {
        lua_pushboolean(L, 1);
        return 1;
    }
    lua_pushboolean(L, 0);
    lua_xmove(co, L, 1);
    return 2;
}

/* coroutine.running: nil on the first coroutine, as in Lua 5.1; what Lua 5.4 says besides comes behind it. */
static int coroutine_running(lua_State *L)
{
    int is_main = lua_pushthread(L);

    if (is_main)
        lua_pushnil(L);
    lua_pushboolean(L, is_main);
    return 2;
}

void library_open_coroutine(lua_State *L)
{
    static const luaL_Reg functions[] = {{"resume", coroutine_resume},
                                         {"wrap", coroutine_wrap},
                                         {"close", coroutine_close},
                                         {"running", coroutine_running},
                                         {NULL, NULL}};

    lua_getglobal(L, "coroutine");
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
