/* Observables without a value of their own: the bang, and the base of lists, whose methods lua/renoise/list.lua has.
 * SPDX-License-Identifier: MIT */
#include "renoise/observable.h"
#include "renoise/observable_state.h"

/* ---- ObservableBang ---- */

static int bang_construct(lua_State *L)
{
    object_push_new(L, &observable_bang_type, 1);
    return 1;
}

static int bang(lua_State *L)
{
    object_check(L, 1, &observable_bang_type);
    observable_fire(L, 1, 0);
    return 0;
}

static const luaL_Reg bang_methods[] = {OBSERVABLE_METHODS, {"bang", bang}, {NULL, NULL}};

const struct object_type observable_bang_type = {
    .name = "ObservableBang", .methods = bang_methods, .construct = bang_construct};

/* ---- ObservableList ---- */

static int list_construct(lua_State *L)
{
    object_push_new(L, &observable_list_type, 1);
    lua_createtable(L, STATE_PLACES, 0);
    lua_newtable(L);
    lua_rawseti(L, -2, STATE_VALUE);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

/* (list) -> its table. */
int observable_elements(lua_State *L)
{
    object_check(L, 1, &observable_list_type);
    observable_push_known(L, 1);
    if (lua_rawgeti(L, -1, STATE_VALUE) != LUA_TTABLE)
        return luaL_error(L, "a list without its table");
    return 1;
}

static int list_length(lua_State *L)
{
    observable_elements(L);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
    return 1;
}

/* list[i]. Names are looked up before, so what comes here is a number, or nothing that a list has. */
static int list_index(lua_State *L)
{
    lua_settop(L, 2);
    observable_elements(L);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

static const luaL_Reg list_methods[] = {OBSERVABLE_METHODS, {NULL, NULL}};
static const luaL_Reg list_metamethods[] = {{"__index", list_index}, {"__len", list_length}, {NULL, NULL}};

const struct object_type observable_list_type = {
    .name = "ObservableList", .methods = list_methods, .metamethods = list_metamethods, .construct = list_construct};
