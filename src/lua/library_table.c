/* table.concat, insert, remove, sort, unpack and select: as Lua 5.1's; move as Lua's. All of them come to an end.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "lua/number.h"
#include "script/guard.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>

#define LIST_MAX 20000000 /* elements: more than --script-memory holds; beyond it a table is no list but a mistake */

static void check_count(lua_State *L, lua_Integer first, lua_Integer last, int argument)
{
    luaL_argcheck(L, last < first || (lua_Unsigned)last - (lua_Unsigned)first < LIST_MAX, argument,
                  "too many elements");
}

/* table.move: as Lua's, for counts that come to an end. */
static int table_move(lua_State *L)
{
    check_count(L, luaL_checkinteger(L, 2), luaL_checkinteger(L, 3), 3);
    return library_call_original(L);
}

static void add_element(lua_State *L, luaL_Buffer *out, lua_Integer index)
{
    int kind = lua_geti(L, 1, index);

    if (kind == LUA_TNUMBER) {
        number_push_text(L, -1, NULL);
        lua_remove(L, -2);
    } else if (kind != LUA_TSTRING) {
        luaL_error(L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)index);
    }
    luaL_addvalue(out);
}

static int table_concat(lua_State *L)
{
    size_t length;
    const char *separator = luaL_optlstring(L, 2, "", &length);
    lua_Integer first = number_opt_whole(L, 3, 1), last;
    luaL_Buffer out;

    if (!lua_istable(L, 1)) {
        number_cut_arguments(L, 3);
        return library_call_original(L);
    }
    last = lua_isnoneornil(L, 4) ? luaL_len(L, 1) : number_whole(L, 4);
    check_count(L, first, last, 1);
    lua_settop(L, 4);
    luaL_buffinit(L, &out);
    for (lua_Integer i = first; i <= last; i++) {
        add_element(L, &out, i);
        if (i == last) /* which may be the last number there is */
            break;
        luaL_addlstring(&out, separator, length);
    }
    luaL_pushresult(&out);
    return 1;
}

/* The length of the list at index 1, which is in bounds. */
static lua_Integer list_length(lua_State *L)
{
    lua_Integer length = luaL_len(L, 1);

    check_count(L, 1, length, 1);
    return length;
}

/* table.insert: as Lua's, and a position that is beyond the end is taken as it is. */
static int table_insert(lua_State *L)
{
    lua_Integer end, position;
    int count = lua_gettop(L);

    if (!lua_istable(L, 1)) {
        number_cut_arguments(L, 2);
        return library_call_original(L);
    }
    if (count != 2 && count != 3)
        return luaL_error(L, "wrong number of arguments to 'insert'");
    end = list_length(L) + 1;
    position = count == 3 ? number_whole(L, 2) : end;
    check_count(L, position, end, 2);
    for (lua_Integer i = end; i > position; i--) {
        lua_geti(L, 1, i - 1);
        lua_seti(L, 1, i);
    }
    lua_seti(L, 1, position);
    return 0;
}

/* table.remove: as Lua's, and nil where there is nothing. */
static int table_remove(lua_State *L)
{
    lua_Integer end, position;

    if (!lua_istable(L, 1)) {
        number_cut_arguments(L, 2);
        return library_call_original(L);
    }
    end = list_length(L);
    position = number_opt_whole(L, 2, end);
    if (position < 1 || position > end) {
        lua_pushnil(L);
        return 1;
    }
    lua_geti(L, 1, position);
    for (; position < end; position++) {
        lua_geti(L, 1, position + 1);
        lua_seti(L, 1, position);
    }
    lua_pushnil(L);
    lua_seti(L, 1, end);
    return 1;
}

/* Whether the element at one index of the list at from comes before that at another, as the function at index 2 says.
 */
static bool is_before(lua_State *L, int from, lua_Integer one, lua_Integer other)
{
    bool before;

    if (!lua_isnil(L, 2))
        lua_pushvalue(L, 2);
    lua_rawgeti(L, from, one);
    lua_rawgeti(L, from, other);
    if (!lua_isnil(L, 2)) {
        lua_call(L, 2, 1);
        before = lua_toboolean(L, -1);
        lua_pop(L, 1);
        return before;
    }
    before = lua_compare(L, -2, -1, LUA_OPLT);
    lua_pop(L, 2);
    return before;
}

/* Merges two sorted neighbours, from left on and from right on to before end, of one list into another. */
static void merge(lua_State *L, int from, int to, lua_Integer left, lua_Integer right, lua_Integer end)
{
    lua_Integer middle = right;

    for (lua_Integer at = left; at < end; at++) {
        bool takes_right = left == middle || (right < end && is_before(L, from, right, left));

        lua_rawgeti(L, from, takes_right ? right++ : left++);
        lua_rawseti(L, to, at);
        guard_check(L);
    }
}

/* table.sort: by merging, for Lua 5.4's own raises "invalid order function" for orders such as <= that 5.1's takes. The
 * table is as it was until all is sorted. */
static int table_sort(lua_State *L)
{
    enum { FIRST = 3, SECOND = 4 };
    lua_Integer end;
    int from = FIRST;

    luaL_checktype(L, 1, LUA_TTABLE);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    end = list_length(L) + 1;
    lua_createtable(L, (int)end - 1, 0);
    lua_createtable(L, (int)end - 1, 0);
    for (lua_Integer i = 1; i < end; i++) {
        lua_geti(L, 1, i);
        lua_rawseti(L, FIRST, i);
    }
    for (lua_Integer width = 1; width < end - 1; width *= 2, from = FIRST + SECOND - from)
        for (lua_Integer left = 1; left < end; left += 2 * width) {
            lua_Integer right = left + width < end ? left + width : end;

            merge(L, from, FIRST + SECOND - from, left, right, right + width < end ? right + width : end);
        }
    for (lua_Integer i = 1; i < end; i++) {
        lua_rawgeti(L, from, i);
        lua_seti(L, 1, i);
    }
    return 0;
}

static int table_unpack(lua_State *L)
{
    lua_Integer first = number_opt_whole(L, 2, 1), last;
    lua_Unsigned count;

    if (!lua_isuserdata(L, 1))
        luaL_checktype(L, 1, LUA_TTABLE);
    last = lua_isnoneornil(L, 3) ? luaL_len(L, 1) : number_whole(L, 3);
    count = (lua_Unsigned)last - (lua_Unsigned)first + 1;
    if (first > last)
        return 0;
    if (count == 0 || count >= INT_MAX || !lua_checkstack(L, (int)count))
        return luaL_error(L, "too many results to unpack");
    for (lua_Unsigned i = 0; i < count; i++)
        lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    return (int)count;
}

static int select_arguments(lua_State *L)
{
    int count = lua_gettop(L);
    lua_Integer first;

    if (lua_type(L, 1) == LUA_TSTRING && *lua_tostring(L, 1) == '#') {
        lua_pushinteger(L, count - 1);
        return 1;
    }
    first = number_whole(L, 1);
    if (first < 0)
        first += count;
    luaL_argcheck(L, first >= 1, 1, "index out of range");
    return first < count ? count - (int)first : 0;
}

void library_open_table(lua_State *L)
{
    library_wrap(L, "table", "move", table_move);
    library_wrap(L, "table", "concat", table_concat);
    library_wrap(L, "table", "insert", table_insert);
    library_wrap(L, "table", "remove", table_remove);
    lua_pushcfunction(L, select_arguments);
    lua_setglobal(L, "select");
    lua_getglobal(L, "table");
    lua_pushcfunction(L, table_sort);
    lua_setfield(L, -2, "sort");
    lua_pushcfunction(L, table_unpack);
    lua_pushvalue(L, -1);
    lua_setglobal(L, "unpack");
    lua_setfield(L, -2, "unpack");
    lua_pop(L, 1);
}
