/* One OSC argument between Lua and its bytes: the table of tags in docs/api/renoise.Osc.Message.md.
 * SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "lua/number.h"
#include "osc/osc_bundle.h"
#include "renoise/osc_object.h"

#include <math.h>
#include <string.h>

#define TIME_UNIT 4294967296.0 /* of a time tag in a second */

/* Pushes a character as a string of one byte; what is none, as the number that it is. */
static void push_character(lua_State *L, int32_t character)
{
    char byte = (char)character;

    if (character >= 0 && character <= UINT8_MAX)
        lua_pushlstring(L, &byte, 1);
    else
        lua_pushinteger(L, character);
}

void osc_value_push(lua_State *L, const struct osc_arg *arg)
{
    switch (arg->tag) {
    case 'i': lua_pushinteger(L, arg->v.i); break;
    case 'f': number_push(L, (double)arg->v.f); break;
    case 's':
    case 'S':
    case 'b': lua_pushlstring(L, (const char *)arg->v.s.bytes, arg->v.s.length); break;
    case 'h': lua_pushinteger(L, arg->v.h); break;
    case 't': osc_time_push(L, arg->v.t); break;
    case 'd': number_push(L, arg->v.d); break;
    case 'c': push_character(L, arg->v.i); break;
    case 'r': lua_pushinteger(L, (uint32_t)arg->v.i); break;
    case 'm': lua_pushinteger(L, bytes_get_u32(arg->v.m)); break;
    case 'T': lua_pushboolean(L, true); break;
    case 'F': lua_pushboolean(L, false); break;
    case 'I': lua_pushnumber(L, HUGE_VAL); break;
    default: lua_pushnil(L); break; /* N */
    }
}

void osc_time_push(lua_State *L, uint64_t timetag)
{
    double seconds = timetag == OSC_TIMETAG_IMMEDIATE ? 0 : (double)timetag / TIME_UNIT;

    /* The last times round up to 2^32, which osc_time_read refuses: what was read must be fit to be sent. */
    number_push(L, fmin(seconds, nextafter(TIME_UNIT, 0)));
}

bool osc_time_read(double seconds, uint64_t *timetag)
{
    if (!(seconds >= 0 && seconds < TIME_UNIT)) /* nor is it a number */
        return false;
    *timetag = (uint64_t)rint(seconds * TIME_UNIT);
    if (*timetag == 0)
        *timetag = OSC_TIMETAG_IMMEDIATE;
    return true;
}

/* Reads the number at the top as an integer from low to high, truncated toward zero. Returns NULL or what is wrong. */
static const char *read_integer(lua_State *L, lua_Integer low, lua_Integer high, lua_Integer *integer)
{
    double number;

    if (lua_type(L, -1) != LUA_TNUMBER)
        return "must be a number";
    if (lua_isinteger(L, -1)) {
        *integer = lua_tointeger(L, -1);
    } else {
        number = lua_tonumber(L, -1);
        if (!(number >= -0x1p63 && number < 0x1p63))
            return "is out of range";
        *integer = (lua_Integer)number;
    }
    return *integer >= low && *integer <= high ? NULL : "is out of range";
}

/* Reads the number at the top as 32 bits, signed (as bit operations give them) or not. */
static const char *read_bits(lua_State *L, uint32_t *bits)
{
    lua_Integer integer = 0;
    const char *problem = read_integer(L, INT32_MIN, UINT32_MAX, &integer);

    *bits = (uint32_t)integer;
    return problem;
}

/* Reads the string at the top; in OSC a text ends at its first zero byte, a blob has any bytes. */
static const char *read_text(lua_State *L, struct osc_arg *arg)
{
    if (lua_type(L, -1) != LUA_TSTRING)
        return "must be a string";
    arg->v.s.bytes = (const uint8_t *)lua_tolstring(L, -1, &arg->v.s.length);
    if (arg->tag != 'b' && memchr(arg->v.s.bytes, '\0', arg->v.s.length) != NULL)
        return "must not hold a zero byte (tag 'b' may)";
    return NULL;
}

/* Reads a float; one that is finite must stay so. */
static const char *read_float(lua_State *L, float *value)
{
    double number;

    if (lua_type(L, -1) != LUA_TNUMBER)
        return "must be a number";
    number = lua_tonumber(L, -1);
    *value = (float)number;
    return isinf(*value) && !isinf(number) ? "is out of range" : NULL;
}

/* Reads a character: a string of one byte, or its number. */
static const char *read_character(lua_State *L, int32_t *character)
{
    lua_Integer integer = 0;
    const char *problem, *text;
    size_t length;

    if (lua_type(L, -1) == LUA_TSTRING) {
        text = lua_tolstring(L, -1, &length);
        *character = (unsigned char)text[0];
        return length == 1 ? NULL : "must be one character";
    }
    problem = read_integer(L, INT32_MIN, INT32_MAX, &integer);
    *character = (int32_t)integer;
    return problem;
}

/* Reads a MIDI message: a number, or a string of its four bytes. */
static const char *read_midi(lua_State *L, uint8_t midi[4])
{
    uint32_t bits = 0;
    const char *problem, *text;
    size_t length;

    if (lua_type(L, -1) == LUA_TSTRING) {
        text = lua_tolstring(L, -1, &length);
        if (length != 4)
            return "must have 4 bytes";
        memcpy(midi, text, 4);
        return NULL;
    }
    problem = read_bits(L, &bits);
    bytes_put_u32(midi, bits);
    return problem;
}

const char *osc_value_read(lua_State *L, struct osc_arg *arg)
{
    lua_Integer integer = 0;
    uint32_t bits = 0;
    const char *problem = NULL;

    switch (arg->tag) {
    case 'i':
        problem = read_integer(L, INT32_MIN, INT32_MAX, &integer);
        arg->v.i = (int32_t)integer;
        return problem;
    case 'h':
        problem = read_integer(L, INT64_MIN, INT64_MAX, &integer);
        arg->v.h = integer;
        return problem;
    case 'r':
        problem = read_bits(L, &bits);
        arg->v.i = (int32_t)bits;
        return problem;
    case 'f': return read_float(L, &arg->v.f);
    case 'd': arg->v.d = lua_tonumber(L, -1); return lua_type(L, -1) == LUA_TNUMBER ? NULL : "must be a number";
    case 't':
        if (lua_type(L, -1) != LUA_TNUMBER)
            return "must be a number";
        return osc_time_read(lua_tonumber(L, -1), &arg->v.t) ? NULL : "is out of range";
    case 'c': return read_character(L, &arg->v.i);
    case 'm': return read_midi(L, arg->v.m);
    case 's':
    case 'S':
    case 'b': return read_text(L, arg);
    default: return NULL; /* T F N I: any value, or none */
    }
}
