/* setfenv, getfenv (those of debug, too), module and package.seeall of Lua 5.1: a function's globals are its upvalue
 * _ENV. SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "lua/number.h"
#include "lua/object.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

static const char bare_mark; /* key of the registry, by its address: what functions without _ENV were given, which shows
                                nowhere but in getfenv */

/* The number of the upvalue that holds the globals of the function at index; 0 when it uses none. */
static int find_env(lua_State *L, int index)
{
    const char *name;

    for (int i = 1; (name = lua_getupvalue(L, index, i)) != NULL; i++) {
        lua_pop(L, 1);
        if (strcmp(name, "_ENV") == 0)
            return i;
    }
    return 0;
}

/* Gives the Lua function at index, an absolute one, the globals at the top of the stack, which it pops. Its upvalue is
 * joined to that of a fresh chunk, for it shares its own with all functions around it. */
static void set_env(lua_State *L, int index)
{
    int env = find_env(L, index);

    if (env == 0) {
        object_push_weak(L, &bare_mark);
        lua_pushvalue(L, index);
        lua_pushvalue(L, -3);
        lua_rawset(L, -3);
        lua_pop(L, 2);
        return;
    }
    if (luaL_loadbufferx(L, "", 0, "=setfenv", "t") != LUA_OK)
        lua_error(L);
    lua_insert(L, -2);
    lua_setupvalue(L, -2, 1);
    lua_upvaluejoin(L, index, env, -1, 1);
    lua_pop(L, 1);
}

/* Pushes the function at a level of the stack, 1 being who called ours. */
static void push_level(lua_State *L, lua_Integer level, int argument)
{
    lua_Debug ar;

    luaL_argcheck(L, level >= 0, argument, "level must be non-negative");
    if (level > INT_MAX || !lua_getstack(L, (int)level, &ar))
        luaL_argerror(L, argument, "invalid level");
    lua_getinfo(L, "f", &ar);
}

/* Whether argument 1 is level 0, which means the globals of all that will be loaded. */
static bool is_thread(lua_State *L)
{
    return lua_isnumber(L, 1) && number_whole(L, 1) == 0;
}

/* Pushes the function that argument 1 is or tells the level of. */
static void push_function(lua_State *L)
{
    if (lua_isfunction(L, 1))
        lua_pushvalue(L, 1);
    else
        push_level(L, number_whole(L, 1), 1);
}

static int getfenv(lua_State *L)
{
    int function, env;

    lua_settop(L, 1);
    if (is_thread(L)) {
        lua_pushglobaltable(L);
        return 1;
    }
    if (lua_isnil(L, 1))
        push_level(L, 1, 1);
    else
        push_function(L);
    function = lua_gettop(L);
    env = lua_iscfunction(L, function) ? 0 : find_env(L, function);
    if (env != 0) {
        lua_getupvalue(L, function, env);
        return 1;
    }
    object_push_weak(L, &bare_mark);
    lua_pushvalue(L, function);
    if (lua_rawget(L, -2) == LUA_TNIL)
        lua_pushglobaltable(L);
    return 1;
}

static int setfenv(lua_State *L)
{
    int function;

    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    if (is_thread(L)) {
        lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
        return 0;
    }
    push_function(L);
    function = lua_gettop(L);
    if (lua_iscfunction(L, function))
        return luaL_error(L, "'setfenv' cannot change environment of given object");
    lua_pushvalue(L, 2);
    set_env(L, function);
    return 1;
}

/* debug.getfenv and debug.setfenv: as the others, without levels. */
static int debug_getfenv(lua_State *L)
{
    luaL_checkany(L, 1);
    if (lua_isfunction(L, 1))
        return getfenv(L);
    lua_pushnil(L);
    return 1;
}

static int debug_setfenv(lua_State *L)
{
    if (!lua_isfunction(L, 1))
        return luaL_error(L, "'setfenv' cannot change environment of given object");
    return setfenv(L);
}

/* ---- module ---- */

/* Pushes the table of a dotted name below the globals; makes what is missing. False when something else has the name.
 */
static bool push_named_table(lua_State *L, const char *name)
{
    const char *dot;

    lua_pushglobaltable(L);
    do {
        dot = strchrnul(name, '.');
        lua_pushlstring(L, name, (size_t)(dot - name));
        lua_pushvalue(L, -1);
        if (lua_rawget(L, -3) == LUA_TNIL) {
            lua_pop(L, 1);
            lua_newtable(L);
            lua_insert(L, -2);
            lua_pushvalue(L, -2);
            lua_settable(L, -4);
            lua_remove(L, -2);
        } else {
            lua_replace(L, -3);
            lua_pop(L, 1);
            if (!lua_istable(L, -1))
                return false;
        }
        name = dot + 1;
    } while (*dot != '\0');
    return true;
}

/* Sets what a module knows of itself; it is at the top of the stack. */
static void name_module(lua_State *L, const char *name)
{
    const char *dot = strrchr(name, '.');

    lua_pushvalue(L, -1);
    lua_setfield(L, -2, "_M");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "_NAME");
    lua_pushlstring(L, name, dot != NULL ? (size_t)(dot + 1 - name) : 0);
    lua_setfield(L, -2, "_PACKAGE");
}

/* Pushes the table of the module that argument 1 names: what is loaded under the name, else a global. */
static void push_module(lua_State *L, const char *name)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    if (lua_getfield(L, -1, name) != LUA_TTABLE) {
        lua_pop(L, 1);
        if (!push_named_table(L, name))
            luaL_error(L, "name conflict for module '%s'", name);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, name);
    }
    lua_remove(L, -2);
    lua_pushliteral(L, "_NAME");
    if (lua_rawget(L, -2) == LUA_TNIL) {
        lua_pop(L, 1);
        name_module(L, name);
    } else {
        lua_pop(L, 1);
    }
}

/* module(name, option...): makes a table the globals of the chunk that calls. */
static int module(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    int options = lua_gettop(L), made = options + 1;

    luaL_checkstack(L, 8, NULL);
    push_module(L, name);
    push_level(L, 1, 1);
    if (lua_iscfunction(L, -1))
        return luaL_error(L, "'module' not called from a Lua function");
    lua_pushvalue(L, made);
    set_env(L, made + 1);
    for (int i = 2; i <= options; i++) {
        if (!lua_isfunction(L, i))
            continue;
        lua_pushvalue(L, i);
        lua_pushvalue(L, made);
        lua_call(L, 1, 0);
    }
    return 0;
}

/* package.seeall(module): the module reads what it has not from the globals. */
static int seeall(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_getmetatable(L, 1)) {
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setmetatable(L, 1);
    }
    lua_pushglobaltable(L);
    lua_setfield(L, -2, "__index");
    return 0;
}

void library_open_environment(lua_State *L)
{
    static const luaL_Reg functions[] = {{"getfenv", getfenv}, {"setfenv", setfenv}, {"module", module}, {NULL, NULL}};
    static const luaL_Reg of_debug[] = {{"getfenv", debug_getfenv}, {"setfenv", debug_setfenv}, {NULL, NULL}};

    lua_pushglobaltable(L);
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -1, "debug");
    luaL_setfuncs(L, of_debug, 0);
    lua_pop(L, 1);
    lua_getfield(L, -1, "package");
    lua_pushcfunction(L, seeall);
    lua_setfield(L, -2, "seeall");
    lua_getfield(L, -1, "searchers");
    lua_setfield(L, -2, "loaders");
    lua_pop(L, 2);
}
