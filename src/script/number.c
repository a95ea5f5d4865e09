/* Numbers as Lua 5.1 takes and shows them: no fraction where a whole one is wanted, and no ".0" behind one.
 * SPDX-License-Identifier: MIT */
#include "script/number.h"

#include <lauxlib.h>
#include <stdio.h>

lua_Integer number_cut(lua_Number number)
{
    if (number >= 0x1p63)
        return LUA_MAXINTEGER;
    return number > -0x1p63 ? (lua_Integer)number : LUA_MININTEGER;
}

lua_Integer number_whole(lua_State *L, int argument)
{
    int is_whole;
    lua_Integer whole = lua_tointegerx(L, argument, &is_whole);

    return is_whole ? whole : number_cut(luaL_checknumber(L, argument));
}

lua_Integer number_opt_whole(lua_State *L, int argument, lua_Integer fallback)
{
    return lua_isnoneornil(L, argument) ? fallback : number_whole(L, argument);
}

void number_cut_arguments(lua_State *L, int first)
{
    for (int i = lua_gettop(L); i >= first; i--)
        if (lua_type(L, i) == LUA_TNUMBER && !lua_isinteger(L, i)) {
            lua_pushinteger(L, number_whole(L, i));
            lua_replace(L, i);
        }
}

const char *number_push_text(lua_State *L, int index, size_t *length)
{
    char text[64];

    if (lua_type(L, index) != LUA_TNUMBER || lua_isinteger(L, index))
        return luaL_tolstring(L, index, length);
    snprintf(text, sizeof text, LUA_NUMBER_FMT, lua_tonumber(L, index));
    lua_pushstring(L, text);
    return lua_tolstring(L, -1, length);
}
