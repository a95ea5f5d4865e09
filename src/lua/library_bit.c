/* bit: LuaBitOp's operations on 32 bits, with signed results.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "lua/number.h"

#include <lauxlib.h>
#include <math.h>
#include <stdint.h>

/* Any number modulo 2^32; one with a fraction is rounded first. */
static uint32_t bits(lua_State *L, int argument)
{
    int is_whole;
    lua_Integer whole = lua_tointegerx(L, argument, &is_whole);
    double number;

    if (is_whole)
        return (uint32_t)(lua_Unsigned)whole;
    number = fmod(nearbyint(luaL_checknumber(L, argument)), 0x1p32);
    if (!isfinite(number))
        return 0;
    return (uint32_t)(int64_t)number;
}

static int push(lua_State *L, uint32_t value)
{
    lua_pushinteger(L, (int32_t)value);
    return 1;
}

static int bit_tobit(lua_State *L)
{
    return push(L, bits(L, 1));
}

static int bit_bnot(lua_State *L)
{
    return push(L, ~bits(L, 1));
}

static int bit_band(lua_State *L)
{
    uint32_t value = bits(L, 1);

    for (int i = lua_gettop(L); i > 1; i--)
        value &= bits(L, i);
    return push(L, value);
}

static int bit_bor(lua_State *L)
{
    uint32_t value = bits(L, 1);

    for (int i = lua_gettop(L); i > 1; i--)
        value |= bits(L, i);
    return push(L, value);
}

static int bit_bxor(lua_State *L)
{
    uint32_t value = bits(L, 1);

    for (int i = lua_gettop(L); i > 1; i--)
        value ^= bits(L, i);
    return push(L, value);
}

static int bit_lshift(lua_State *L)
{
    return push(L, bits(L, 1) << (bits(L, 2) & 31));
}

static int bit_rshift(lua_State *L)
{
    return push(L, bits(L, 1) >> (bits(L, 2) & 31));
}

static int bit_arshift(lua_State *L)
{
    uint32_t value = bits(L, 1), count = bits(L, 2) & 31;

    return push(L, value >> count | ((value & 0x80000000) != 0 ? ~(UINT32_MAX >> count) : 0));
}

static uint32_t rotate(uint32_t value, uint32_t count)
{
    return value << (count & 31) | value >> (-count & 31);
}

static int bit_rol(lua_State *L)
{
    return push(L, rotate(bits(L, 1), bits(L, 2)));
}

static int bit_ror(lua_State *L)
{
    return push(L, rotate(bits(L, 1), -bits(L, 2)));
}

static int bit_bswap(lua_State *L)
{
    return push(L, __builtin_bswap32(bits(L, 1)));
}

/* tohex(x, n): the last n digits, 8 of them without n, upper case when n is negative. */
static int bit_tohex(lua_State *L)
{
    uint32_t value = bits(L, 1);
    lua_Integer count = number_opt_whole(L, 2, 8);
    const char *digits = count < 0 ? "0123456789ABCDEF" : "0123456789abcdef";
    char text[8];
    int length = count > 8 || count < -8 ? 8 : (int)(count < 0 ? -count : count);

    for (int i = length - 1; i >= 0; i--) {
        text[i] = digits[value & 15];
        value >>= 4;
    }
    lua_pushlstring(L, text, (size_t)length);
    return 1;
}

void library_open_bit(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"tobit", bit_tobit},     {"tohex", bit_tohex},   {"bnot", bit_bnot},     {"band", bit_band}, {"bor", bit_bor},
        {"bxor", bit_bxor},       {"lshift", bit_lshift}, {"rshift", bit_rshift}, {"rol", bit_rol},   {"ror", bit_ror},
        {"arshift", bit_arshift}, {"bswap", bit_bswap},   {NULL, NULL},
    };

    luaL_newlib(L, functions);
    lua_pushvalue(L, -1);
    lua_setglobal(L, "bit");
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_insert(L, -2);
    lua_setfield(L, -2, "bit"); /* require "bit" */
    lua_pop(L, 1);
}
