/* math: what Lua 5.1 has and 5.4 not, random as there, and decibels.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "lua/number.h"

#include <lauxlib.h>
#include <math.h>
#include <stdbool.h>

#define INFINITE_DB (-200.0) /* math.infdb: silence */

#define ONE_ARGUMENT(name, function)                                                                                   \
    static int name(lua_State *L)                                                                                      \
    {                                                                                                                  \
        lua_pushnumber(L, function(luaL_checknumber(L, 1)));                                                           \
        return 1;                                                                                                      \
    }

ONE_ARGUMENT(math_log10, log10)
ONE_ARGUMENT(math_cosh, cosh)
ONE_ARGUMENT(math_sinh, sinh)
ONE_ARGUMENT(math_tanh, tanh)

#define TWO_ARGUMENTS(name, function)                                                                                  \
    static int name(lua_State *L)                                                                                      \
    {                                                                                                                  \
        lua_pushnumber(L, function(luaL_checknumber(L, 1), luaL_checknumber(L, 2)));                                   \
        return 1;                                                                                                      \
    }

TWO_ARGUMENTS(math_pow, pow)
TWO_ARGUMENTS(math_atan2, atan2)

/* math.fmod and mod: of whole numbers a whole one, and not a number where Lua 5.4 raises. */
static int math_fmod(lua_State *L)
{
    if (lua_isinteger(L, 1) && lua_isinteger(L, 2) && lua_tointeger(L, 2) != 0)
        return library_call_original(L);
    lua_pushnumber(L, fmod(luaL_checknumber(L, 1), luaL_checknumber(L, 2)));
    return 1;
}

static int math_ldexp(lua_State *L)
{
    double number = luaL_checknumber(L, 1);
    lua_Integer exponent = number_whole(L, 2);

    lua_pushnumber(L, ldexp(number, exponent > 10000 ? 10000 : exponent < -10000 ? -10000 : (int)exponent));
    return 1;
}

static int math_frexp(lua_State *L)
{
    int exponent;

    lua_pushnumber(L, frexp(luaL_checknumber(L, 1), &exponent));
    lua_pushinteger(L, exponent);
    return 2;
}

/* math.max and min: as Lua's, and texts of numbers are numbers. */
static int math_extreme(lua_State *L)
{
    for (int i = lua_gettop(L); i > 0; i--)
        if (lua_type(L, i) == LUA_TSTRING) {
            luaL_checknumber(L, i);
            lua_stringtonumber(L, lua_tostring(L, i));
            lua_replace(L, i);
        }
    return library_call_original(L);
}

/* math.random: as Lua's, and an interval of nothing, random(0) too, raises. */
static int math_random(lua_State *L)
{
    number_cut_arguments(L, 1);
    luaL_argcheck(L, lua_gettop(L) != 1 || luaL_checkinteger(L, 1) >= 1, 1, "interval is empty");
    return library_call_original(L);
}

/* math.max and min: texts of numbers are numbers, too. Lua 5.4 asks for one, and then compares the text itself. */
static int push_extreme(lua_State *L, bool max)
{
    int count = lua_gettop(L), best = 1;

    luaL_checknumber(L, 1);
    for (int i = 1; i <= count; i++) {
        luaL_checknumber(L, i);
        if (lua_type(L, i) == LUA_TSTRING) {
            lua_stringtonumber(L, lua_tostring(L, i));
            lua_replace(L, i);
        }
        if (lua_compare(L, max ? best : i, max ? i : best, LUA_OPLT))
            best = i;
    }
    lua_pushvalue(L, best);
    return 1;
}

static int math_max(lua_State *L)
{
    return push_extreme(L, true);
}

static int math_min(lua_State *L)
{
    return push_extreme(L, false);
}

/* ---- decibels ---- */

static int math_lin2db(lua_State *L)
{
    double linear = luaL_checknumber(L, 1), db = linear > 0 ? 20 * log10(linear) : INFINITE_DB;

    number_push(L, db > INFINITE_DB ? db : INFINITE_DB);
    return 1;
}

static int math_db2lin(lua_State *L)
{
    double db = luaL_checknumber(L, 1);

    number_push(L, db > INFINITE_DB ? pow(10, db / 20) : 0);
    return 1;
}

/* How far the fader is up goes with the roots of the distances to both ends of its range, and in single precision.
 * Outside of the range it is 0, as Renoise's documentation says of a value above it. */
static int math_db2fader(lua_State *L)
{
    double low = luaL_checknumber(L, 1), high = luaL_checknumber(L, 2), db = luaL_checknumber(L, 3);
    double above = sqrt(db - low), below = sqrt(high - db);

    number_push(L, db > low && db <= high ? (double)(float)(above / (above + below)) : 0);
    return 1;
}

static int math_fader2db(lua_State *L)
{
    double low = luaL_checknumber(L, 1), high = luaL_checknumber(L, 2), fader = luaL_checknumber(L, 3);
    double ratio = (1 - fader) / fader;

    if (!(fader > 0))
        number_push(L, low);
    else if (fader >= 1)
        number_push(L, high);
    else
        number_push(L, (high + ratio * ratio * low) / (1 + ratio * ratio));
    return 1;
}

void library_open_math(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"max", math_max},           {"min", math_min},           {"pow", math_pow},
        {"log10", math_log10},       {"ldexp", math_ldexp},       {"frexp", math_frexp},
        {"cosh", math_cosh},         {"sinh", math_sinh},         {"tanh", math_tanh},
        {"atan2", math_atan2},       {"lin2db", math_lin2db},     {"db2lin", math_db2lin},
        {"db2fader", math_db2fader}, {"fader2db", math_fader2db}, {NULL, NULL},
    };

    library_wrap(L, "math", "fmod", math_fmod);
    library_wrap(L, "math", "max", math_extreme);
    library_wrap(L, "math", "min", math_extreme);
    library_wrap(L, "math", "random", math_random);
    library_wrap(L, "math", "randomseed", library_call_cut);
    lua_getglobal(L, "math");
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -1, "fmod");
    lua_setfield(L, -2, "mod");
    lua_pushinteger(L, (lua_Integer)INFINITE_DB);
    lua_setfield(L, -2, "infdb");
    lua_pop(L, 1);
}
