/* string.format, rep, sub, byte and char: as Lua's, and whole numbers are made of others as Lua 5.1 does.
 * SPDX-License-Identifier: MIT */
#include "lua/library.h"
#include "lua/number.h"

#include <lauxlib.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ---- format ---- */

#define SPEC_MAX 32 /* bytes of one conversion, "%-5.3d"; Lua refuses longer ones */

/* Behind the flags, width and precision of a conversion that begins at percent. */
static const char *skip_spec(const char *percent, const char *end)
{
    const char *at = percent + 1;

    while (at < end &&
           ((*at >= '0' && *at <= '9') || *at == '.' || *at == '-' || *at == '+' || *at == ' ' || *at == '#'))
        at++;
    return at;
}

/* A conversion of whole numbers takes any number; those of the unsigned kind up to twice as large. */
static void cut_argument(lua_State *L, int argument, bool is_signed)
{
    lua_Number number = luaL_checknumber(L, argument);

    if (!is_signed && number >= 0x1p63 && number < 0x1p64)
        lua_pushinteger(L, (lua_Integer)(unsigned long long)number);
    else
        lua_pushinteger(L, number_cut(number));
    lua_replace(L, argument);
}

/* %u, which Lua 5.4 has no more: its argument becomes the text that the conversion, from percent to u, makes of it. */
static void print_unsigned(lua_State *L, int argument, const char *percent, size_t length)
{
    char spec[SPEC_MAX + 4], text[256];

    if (length >= SPEC_MAX)
        luaL_error(L, "invalid conversion '%%u' to 'format'");
    snprintf(spec, sizeof spec, "%.*sllu", (int)length - 1, percent);
    if (snprintf(text, sizeof text, spec, (unsigned long long)lua_tointeger(L, argument)) >= (int)sizeof text)
        luaL_error(L, "invalid conversion (width or precision too long)");
    lua_pushstring(L, text);
    lua_replace(L, argument);
}

/* Makes an argument what Lua 5.4 takes for a conversion of this kind. */
static void fit_argument(lua_State *L, int argument, char kind)
{
    int type = lua_type(L, argument);

    if (type != LUA_TSTRING && (type != LUA_TNUMBER || lua_isinteger(L, argument)))
        return;
    switch (kind) {
    case 's':
        if (type == LUA_TNUMBER) {
            number_push_text(L, argument, NULL);
            lua_replace(L, argument);
        }
        break;
    case 'd':
    case 'i':
    case 'c': cut_argument(L, argument, true); break;
    case 'u':
    case 'o':
    case 'x':
    case 'X': cut_argument(L, argument, false); break;
    default: break;
    }
}

/* Does so for all conversions of a format. Those that are %u become %s: then the format up to the last of them is in
 * out. Returns what of the format is not. */
static const char *fit_arguments(lua_State *L, const char *format, const char *end, luaL_Buffer *out)
{
    const char *percent = format, *rest = format;
    int argument = 1, top = lua_gettop(L);

    while ((percent = memchr(percent, '%', (size_t)(end - percent))) != NULL) {
        const char *kind = skip_spec(percent, end);

        if (kind == end)
            break;
        if (*kind != '%' && ++argument <= top) {
            fit_argument(L, argument, *kind);
            if (*kind == 'u') {
                luaL_checkinteger(L, argument);
                print_unsigned(L, argument, percent, (size_t)(kind + 1 - percent));
                if (rest == format)
                    luaL_buffinit(L, out);
                luaL_addlstring(out, rest, (size_t)(percent - rest));
                luaL_addlstring(out, "%s", 2);
                rest = kind + 1;
            }
        }
        percent = kind + 1;
    }
    return rest;
}

static int string_format(lua_State *L)
{
    size_t length;
    const char *format = luaL_checklstring(L, 1, &length), *rest;
    luaL_Buffer out;

    rest = fit_arguments(L, format, format + length, &out);
    if (rest != format) {
        luaL_addlstring(&out, rest, (size_t)(format + length - rest));
        luaL_pushresult(&out);
        lua_replace(L, 1);
    }
    return library_call_original(L);
}

/* ---- the others ---- */

/* string.rep: an empty text is not repeated in a loop that nobody can interrupt. */
static int string_rep(lua_State *L)
{
    size_t length, separator;

    luaL_checklstring(L, 1, &length);
    lua_pushinteger(L, number_whole(L, 2));
    lua_replace(L, 2);
    luaL_optlstring(L, 3, "", &separator);
    if (length + separator == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    return library_call_original(L);
}

/* The place in a text that a position from 1 on, or from the end on when negative, means. It may be outside. */
static lua_Integer place(lua_Integer position, size_t length)
{
    if (position >= 0)
        return position;
    return position < -(lua_Integer)length ? 0 : (lua_Integer)length + position + 1;
}

/* Cuts a range down to what a text has. Returns how many bytes that is. */
static size_t clip(lua_Integer *first, lua_Integer last, size_t length)
{
    if (*first < 1)
        *first = 1;
    if (last > (lua_Integer)length)
        last = (lua_Integer)length;
    return *first <= last ? (size_t)(last - *first) + 1 : 0;
}

static int string_sub(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer first = place(number_whole(L, 2), length);
    size_t count = clip(&first, place(number_opt_whole(L, 3, -1), length), length);

    lua_pushlstring(L, count > 0 ? text + first - 1 : "", count);
    return 1;
}

static int string_byte(lua_State *L)
{
    size_t length, count;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer given = number_opt_whole(L, 2, 1), first = place(given, length);

    count =
        clip(&first, place(number_opt_whole(L, 3, lua_isnoneornil(L, 2) ? 1 : place(given, length)), length), length);
    if (count >= INT_MAX)
        return luaL_error(L, "string slice too long");
    luaL_checkstack(L, (int)count, "string slice too long");
    for (size_t i = 0; i < count; i++)
        lua_pushinteger(L, (unsigned char)text[(size_t)first - 1 + i]);
    return (int)count;
}

static int string_char(lua_State *L)
{
    int count = lua_gettop(L);
    luaL_Buffer out;
    char *bytes = luaL_buffinitsize(L, &out, (size_t)count);

    for (int i = 1; i <= count; i++) {
        lua_Integer byte = number_whole(L, i);

        luaL_argcheck(L, byte >= 0 && byte <= UCHAR_MAX, i, "value out of range");
        bytes[i - 1] = (char)(unsigned char)byte;
    }
    luaL_pushresultsize(&out, (size_t)count);
    return 1;
}

void library_open_string(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"sub", string_sub}, {"byte", string_byte}, {"char", string_char}, {NULL, NULL}};

    library_wrap(L, "string", "format", string_format);
    library_wrap(L, "string", "rep", string_rep);
    lua_getglobal(L, "string");
    luaL_setfuncs(L, functions, 0);
    lua_getfield(L, -1, "gmatch");
    lua_setfield(L, -2, "gfind");
    lua_pop(L, 1);
}
