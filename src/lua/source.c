/* Compiles Lua text, also such as Lua 5.1 takes and 5.4 does not: with escapes that mean nothing in its strings.
 * SPDX-License-Identifier: MIT */
#include "lua/source.h"

#include "file/file.h"

#include <ctype.h>
#include <errno.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

/* A text on its way. */
struct repair {
    const char *at, *end;
    char *out;
};

/* Whether so many bytes are left and the one behind them is this. */
static bool follows(const struct repair *r, size_t ahead, char byte)
{
    return (size_t)(r->end - r->at) > ahead && r->at[ahead] == byte;
}

static bool follows_hex(const struct repair *r, size_t ahead)
{
    return (size_t)(r->end - r->at) > ahead && isxdigit((unsigned char)r->at[ahead]);
}

static void copy(struct repair *r, size_t count)
{
    memmove(r->out, r->at, count);
    r->out += count;
    r->at += count;
}

/* How many equals signs stand between two brackets of the same kind from here on; -1 when that is not so. */
static long level_of_bracket(const struct repair *r, char bracket)
{
    size_t ahead = 1;

    if (!follows(r, 0, bracket))
        return -1;
    while (follows(r, ahead, '='))
        ahead++;
    return follows(r, ahead, bracket) ? (long)ahead - 1 : -1;
}

/* Copies a text in long brackets, to its end or that of all. */
static void copy_long(struct repair *r, long level)
{
    copy(r, (size_t)level + 2);
    while (r->at < r->end && level_of_bracket(r, ']') != level)
        copy(r, 1);
    if (r->at < r->end)
        copy(r, (size_t)level + 2);
}

static void copy_comment(struct repair *r)
{
    long level;

    copy(r, 2);
    level = level_of_bracket(r, '[');
    if (level >= 0) {
        copy_long(r, level);
        return;
    }
    while (r->at < r->end && *r->at != '\n' && *r->at != '\r')
        copy(r, 1);
}

/* \u{...}: whether what stands between the braces is a number below 2^31. The backslash is at r->at. */
static bool is_character(const struct repair *r)
{
    size_t ahead = 3;
    unsigned long value = 0;

    if (!follows(r, 2, '{') || !follows_hex(r, 3))
        return false;
    for (; follows_hex(r, ahead) && value <= 0x7FFFFFFFu; ahead++) {
        char digit[] = {r->at[ahead], '\0'};

        value = value * 16 + strtoul(digit, NULL, 16);
    }
    return follows(r, ahead, '}') && value <= 0x7FFFFFFFu;
}

/* Whether Lua 5.4 knows the escape whose backslash is at r->at. A decimal one that is too large was an error in 5.1. */
static bool is_escape(const struct repair *r)
{
    char kind = r->at[1];

    if (kind == 'x')
        return follows_hex(r, 2) && follows_hex(r, 3);
    if (kind == 'u')
        return is_character(r);
    return kind != '\0' && strchr("abfnrtvz\\\"'\n\r0123456789", kind) != NULL;
}

/* Copies an escape, or what of it is left without its backslash. */
static void copy_escape(struct repair *r)
{
    char kind;

    if (r->end - r->at < 2) {
        copy(r, 1);
        return;
    }
    kind = r->at[1];
    if (!is_escape(r)) {
        r->at++;
        return;
    }
    copy(r, 2);
    if (kind == 'z')
        while (r->at < r->end && (*r->at == ' ' || (*r->at >= '\t' && *r->at <= '\r')))
            copy(r, 1);
    else if ((kind == '\r' && follows(r, 0, '\n')) || (kind == '\n' && follows(r, 0, '\r')))
        copy(r, 1);
}

/* Copies a string in quotes, to its end, or to that of its line, where it is a mistake. */
static void copy_string(struct repair *r)
{
    char quote = *r->at;

    copy(r, 1);
    while (r->at < r->end && *r->at != quote && *r->at != '\n' && *r->at != '\r')
        if (*r->at == '\\')
            copy_escape(r);
        else
            copy(r, 1);
    if (r->at < r->end)
        copy(r, 1);
}

size_t source_repair(const char *text, size_t length, char *out)
{
    struct repair r = {text, text + length, out};
    long level;

    while (r.at < r.end)
        if (*r.at == '"' || *r.at == '\'')
            copy_string(&r);
        else if (*r.at == '-' && follows(&r, 1, '-'))
            copy_comment(&r);
        else if ((level = level_of_bracket(&r, '[')) >= 0)
            copy_long(&r, level);
        else
            copy(&r, 1);
    return (size_t)(r.out - out);
}

bool source_load(lua_State *L, const char *text, size_t length, const char *chunk)
{
    int status = luaL_loadbufferx(L, text, length, chunk, "t");
    size_t repaired_length;
    char *repaired;

    if (status != LUA_ERRSYNTAX || memchr(text, '\\', length) == NULL || *text == LUA_SIGNATURE[0])
        return status == LUA_OK;
    repaired = malloc(length);
    if (repaired == NULL)
        return false;
    repaired_length = source_repair(text, length, repaired);
    if (repaired_length < length) {
        lua_pop(L, 1);
        status = luaL_loadbufferx(L, repaired, repaired_length, chunk, "t");
    }
    free(repaired);
    return status == LUA_OK;
}

bool source_load_file(lua_State *L, const char *path, const char *chunk)
{
    size_t length;
    char *text = file_read(path, &length);
    const char *source;
    bool loaded;

    if (text == NULL) {
        lua_pushfstring(L, "cannot open %s (%s)", chunk + 1, strerror(errno));
        return false;
    }
    source = file_source(text, &length);
    loaded = source_load(L, source, length, chunk);
    free(text);
    return loaded;
}
