/* Numbers as Lua 5.1 takes and shows them: no fraction where a whole one is wanted, and no ".0" behind one.
 * SPDX-License-Identifier: MIT */
#include "lua/number.h"

#include <lauxlib.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

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

#ifdef NOTEWIRE_LUA_ARCHIVE
#if LUA_VERSION_NUM != 504
#error "which tag a float has in this Lua has to be looked up in its lobject.h"
#endif

/* A value as Lua 5.4 keeps it, TValue in its lobject.h. */
struct slot {
    union {
        lua_Integer integer;
        lua_Number number;
        void *pointer;
    } value;
    unsigned char tag;
};

#define TAG_INTEGER 0x03
#define TAG_FLOAT 0x13

/* Lua's own function that makes a text of a number, where it stands, for ".." and wherever a text is wanted; and ours,
 * which the linker (--wrap) puts in its place. */
void lua_slot_to_text(lua_State *L, struct slot *slot) __asm__("__real_luaO_tostring");
void number_slot_to_text(lua_State *L, struct slot *slot) __asm__("__wrap_luaO_tostring");

/* Whether the text of a number, which has 14 digits, is that of a whole one: 3.0000000000000004 is "3", too. */
static bool is_shown_as(lua_Number number, lua_Number whole)
{
    char text[64];

    if (number == whole || fabs(number - whole) > fabs(number) * 1e-13)
        return number == whole;
    snprintf(text, sizeof text, LUA_NUMBER_FMT, number);
    return text[strspn(text, "-0123456789")] == '\0';
}

/* A float that is shown as a whole number becomes that number first, so that Lua puts no ".0" behind it. */
void number_slot_to_text(lua_State *L, struct slot *slot)
{
    if (slot->tag == TAG_FLOAT && fabs(slot->value.number) < NUMBER_SHORT) {
        lua_Number whole = nearbyint(slot->value.number);

        if (is_shown_as(slot->value.number, whole)) {
            slot->value.integer = (lua_Integer)whole;
            slot->tag = TAG_INTEGER;
        }
    }
    lua_slot_to_text(L, slot);
}
#endif
