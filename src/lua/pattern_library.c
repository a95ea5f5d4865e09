/* string.find, match, gmatch and gsub: as Lua 5.1's, over our matcher.
 * SPDX-License-Identifier: MIT */
#include "lua/number.h"
#include "lua/pattern.h"

#include <lauxlib.h>
#include <string.h>

/* How many bytes come before init, which counts from 1, or from the end when it is negative. */
static size_t skipped(lua_Integer init, size_t length)
{
    if (init > 0)
        return (size_t)init - 1;
    if (init == 0 || init < -(lua_Integer)length)
        return 0;
    return length - (size_t)-init;
}

/* What find and match leave out: no more than the subject, as in Lua 5.1. In 5.4 they find nothing behind its end. */
static size_t passed_over(lua_State *L, size_t length)
{
    size_t before = skipped(number_opt_whole(L, 3, 1), length);

    return before < length ? before : length;
}

static void push_capture(const struct pattern *pattern, unsigned index)
{
    const unsigned char *start = NULL;
    ptrdiff_t length = pattern_capture(pattern, index, &start);

    if (length == PATTERN_POSITION)
        lua_pushinteger(pattern->L, start - pattern->subject + 1);
    else
        lua_pushlstring(pattern->L, (const char *)start, (size_t)length);
}

/* Pushes all captures, or at least so many. */
static int push_captures(const struct pattern *pattern, unsigned least)
{
    unsigned captures = pattern->level > least ? pattern->level : least;

    luaL_checkstack(pattern->L, (int)captures, "too many captures");
    for (unsigned i = 0; i < captures; i++)
        push_capture(pattern, i);
    return (int)captures;
}

static int push_range(lua_State *L, size_t before, size_t length)
{
    lua_pushinteger(L, (lua_Integer)before + 1);
    lua_pushinteger(L, (lua_Integer)before + (lua_Integer)length);
    return 2;
}

static int string_find(lua_State *L)
{
    struct pattern pattern;
    size_t length, text_length, before;
    const char *subject = luaL_checklstring(L, 1, &length), *text = luaL_checklstring(L, 2, &text_length);

    before = passed_over(L, length);
    if (lua_toboolean(L, 4) || pattern_is_plain(text, text_length)) {
        const char *found = pattern_find_plain(L, subject + before, length - before, text, text_length);

        if (found != NULL)
            return push_range(L, (size_t)(found - subject), text_length);
    } else {
        pattern_init(&pattern, L, subject, length, text, text_length, true);
        if (pattern_search(&pattern, pattern.subject + before))
            return push_range(L, (size_t)(pattern.from - pattern.subject), (size_t)(pattern.to - pattern.from)) +
                   push_captures(&pattern, 0);
    }
    luaL_pushfail(L);
    return 1;
}

static int string_match(lua_State *L)
{
    struct pattern pattern;
    size_t length, text_length, before;
    const char *subject = luaL_checklstring(L, 1, &length), *text = luaL_checklstring(L, 2, &text_length);

    before = passed_over(L, length);
    pattern_init(&pattern, L, subject, length, text, text_length, true);
    if (pattern_search(&pattern, pattern.subject + before))
        return push_captures(&pattern, 1);
    luaL_pushfail(L);
    return 1;
}

/* Where to look for the next match: behind this one, and an empty one is not found again. Lua 5.4 also leaves out an
 * empty one that begins where another ends; 5.1 does not, and tools count on it. */
static const unsigned char *next_start(const struct pattern *pattern)
{
    return pattern->to > pattern->from ? pattern->to : pattern->to + 1;
}

/* Its upvalues: subject, pattern, how many bytes of the subject are behind it. */
static int next_match(lua_State *L)
{
    struct pattern pattern;
    size_t length, text_length, before = (size_t)lua_tointeger(L, lua_upvalueindex(3));
    const char *subject = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *text = lua_tolstring(L, lua_upvalueindex(2), &text_length);

    if (before > length)
        return 0;
    pattern_init(&pattern, L, subject, length, text, text_length, false);
    if (!pattern_search(&pattern, pattern.subject + before))
        return 0;
    lua_pushinteger(L, next_start(&pattern) - pattern.subject);
    lua_replace(L, lua_upvalueindex(3));
    return push_captures(&pattern, 1);
}

static int string_gmatch(lua_State *L)
{
    size_t length;

    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    lua_settop(L, 3);
    lua_pushinteger(L, (lua_Integer)skipped(number_opt_whole(L, 3, 1), length));
    lua_replace(L, 3);
    lua_pushcclosure(L, next_match, 3);
    return 1;
}

/* Adds the replacement text at 3, in which %1 is a capture, %0 the match, and % before all else that itself. */
static void add_text(const struct pattern *pattern, luaL_Buffer *out)
{
    lua_State *L = pattern->L;
    size_t length;
    const char *text = lua_tolstring(L, 3, &length), *end = text + length, *percent;

    while ((percent = memchr(text, '%', (size_t)(end - text))) != NULL) {
        char what = percent + 1 < end ? percent[1] : '\0';

        luaL_addlstring(out, text, (size_t)(percent - text));
        text = percent + 1 < end ? percent + 2 : end;
        if (what == '0') {
            luaL_addlstring(out, (const char *)pattern->from, (size_t)(pattern->to - pattern->from));
        } else if (what >= '1' && what <= '9') {
            push_capture(pattern, (unsigned)(what - '1'));
            luaL_addvalue(out);
        } else {
            luaL_addchar(out, what);
        }
    }
    luaL_addlstring(out, text, (size_t)(end - text));
}

/* Adds what the function or table at 3 has for the match: the match itself for nil and false. */
static void add_value(const struct pattern *pattern, luaL_Buffer *out, int kind)
{
    lua_State *L = pattern->L;

    if (kind == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(pattern, 1), 1);
    } else {
        push_capture(pattern, 0);
        lua_gettable(L, 3);
    }
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        luaL_addlstring(out, (const char *)pattern->from, (size_t)(pattern->to - pattern->from));
        return;
    }
    if (!lua_isstring(L, -1))
        luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    number_push_text(L, -1, NULL);
    lua_remove(L, -2);
    luaL_addvalue(out);
}

static int string_gsub(lua_State *L)
{
    struct pattern pattern;
    luaL_Buffer out;
    size_t length, text_length;
    const char *subject = luaL_checklstring(L, 1, &length), *text = luaL_checklstring(L, 2, &text_length);
    const unsigned char *done, *at;
    int kind = lua_type(L, 3);
    lua_Integer most = number_opt_whole(L, 4, (lua_Integer)length + 1), matches = 0;

    luaL_argexpected(L, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
                     "string/function/table");
    pattern_init(&pattern, L, subject, length, text, text_length, true);
    done = at = pattern.subject;
    luaL_buffinit(L, &out);
    while (matches < most && at <= pattern.subject_end && pattern_search(&pattern, at)) {
        luaL_addlstring(&out, (const char *)done, (size_t)(pattern.from - done));
        if (kind == LUA_TFUNCTION || kind == LUA_TTABLE)
            add_value(&pattern, &out, kind);
        else
            add_text(&pattern, &out);
        done = pattern.to;
        at = next_start(&pattern);
        matches++;
        if (pattern.anchored)
            break;
    }
    luaL_addlstring(&out, (const char *)done, (size_t)(pattern.subject_end - done));
    luaL_pushresult(&out);
    lua_pushinteger(L, matches);
    return 2;
}

void pattern_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"find", string_find}, {"match", string_match}, {"gmatch", string_gmatch}, {"gsub", string_gsub}, {NULL, NULL},
    };

    lua_getglobal(L, "string");
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
