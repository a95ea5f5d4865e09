/* Asks Lua's own string functions and ours the same, in two states, and compares every result and error as a text.
 * Where gmatch and gsub are Lua 5.1's and not its own, they are not asked: tests/spec/test_pattern.lua does.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TEST_PATTERN_TWIN_H
#define NOTEWIRE_TEST_PATTERN_TWIN_H

#include "lua/pattern.h"

#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Returns a function of subject, pattern, init, replacement and count that tells what all of them do. */
static const char twin_text[] =
    "local find, match, gmatch, gsub = string.find, string.match, string.gmatch, string.gsub\n"
    "local told\n"
    "local function tell(name, ...)\n"
    "  local line = { name }\n"
    "  for i = 1, select('#', ...) do\n"
    "    local value = select(i, ...)\n"
    "    line[#line + 1] = type(value) == 'string' and #value .. '\"' .. value .. '\"' or tostring(value)\n"
    "  end\n"
    "  told[#told + 1] = table.concat(line, ' ')\n"
    "  return ...\n"
    "end\n"
    "local answers = { false, nil, 'text', 7, 2.5, '%1', '' }\n"
    "local by_match = setmetatable({ a = 'A', b = false, ab = 12, [1] = 'one', [2] = 0.5, [''] = '-', aa = true,\n"
    "  B = {} }, { __index = function(_, key) tell('index', key) return key == 'c' and 'C' or nil end })\n"
    "local function replace(...)\n"
    "  tell('called', ...)\n"
    "  if ... == 'abb' then error({}) end\n"
    "  if ... == 'ba' then error('no ba', 0) end\n"
    "  if ... == 'bb' then return print end\n"
    "  return answers[(type((...)) == 'string' and #... or ... or 0) % 7 + 1], 'ignored'\n"
    "end\n"
    "local function failure(ok, problem, ...)\n"
    "  if not ok and type(problem) == 'table' then problem = 'a table' end\n"
    "  return ok, problem, ...\n"
    "end\n"
    "local function touches(subject, pattern, at)\n" /* an empty match begins where another ends: 5.1 takes it */
    "  local ended\n"
    "  while at <= #subject + 1 do\n"
    "    local good, from, to = pcall(find, subject, pattern, at)\n"
    "    if not good then return find(from, 'unfinished capture', 1, true) end\n" /* which a table does not ask for */
    "    if not from then return false end\n"
    "    if to < from and from == ended then return true end\n"
    "    ended, at = to + 1, to < from and from + 1 or to + 1\n"
    "  end\n"
    "  return false\n"
    "end\n"
    "return function(subject, pattern, init, text, count)\n"
    "  told = {}\n"
    "  local first = init or 1\n"
    "  if first < 0 then first = math.max(1, #subject + first + 1) end\n"
    "  local literal = gsub(pattern, '^%^', '%%^')\n"
    "  local from = init and math.min(init, #subject + 1)\n" /* behind the end 5.1 finds what 5.4 does not */
    "  tell('find', pcall(find, subject, pattern, from))\n"
    "  tell('plain', pcall(find, subject, pattern, from, true))\n"
    "  tell('match', pcall(match, subject, pattern, from))\n"
    "  local ok, more = pcall(gmatch, subject, pattern, init)\n"
    "  ok = ok and not touches(subject, literal, math.max(1, first))\n"
    "  if type(more) == 'string' then tell('gmatch', more) end\n"
    "  for i = 1, 40 do\n"
    "    if not ok then break end\n"
    "    local good, first = tell('gmatch', pcall(more))\n"
    "    if not good or first == nil then break end\n"
    "  end\n"
    "  if pattern == literal and touches(subject, pattern, 1) then return table.concat(told, '\\n') end\n"
    "  if not find(gsub(text, '%%[%d%%]', ''), '%', 1, true) then -- Lua raises, ours says what 5.1 does\n"
    "    tell('text', pcall(gsub, subject, pattern, text, count))\n"
    "  end\n"
    "  tell('table', pcall(gsub, subject, pattern, by_match, count))\n"
    "  tell('function', failure(pcall(gsub, subject, pattern, replace, count)))\n"
    "  return table.concat(told, '\\n')\n"
    "end\n";

struct twin {
    lua_State *theirs, *ours;
};

struct twin_question {
    const char *subject, *pattern, *text;
    size_t subject_length, pattern_length, text_length;
    int init, count; /* 0: nil */
};

static lua_State *twin_state(bool ours)
{
    lua_State *L = luaL_newstate();

    if (L == NULL)
        abort();
    *(void **)lua_getextraspace(L) = NULL; /* no script */
    luaL_openlibs(L);
    if (ours)
        pattern_open(L);
    if (luaL_dostring(L, twin_text) != LUA_OK) {
        fprintf(stderr, "broken: %s\n", lua_tostring(L, -1));
        abort();
    }
    return L;
}

static void twin_open(struct twin *twin)
{
    twin->theirs = twin_state(false);
    twin->ours = twin_state(true);
}

static void push_number(lua_State *L, int number)
{
    if (number == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, number);
}

/* Leaves the answer at index 2 of the stack. */
static const char *twin_answer(lua_State *L, const struct twin_question *question, size_t *length)
{
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    lua_pushlstring(L, question->subject, question->subject_length);
    lua_pushlstring(L, question->pattern, question->pattern_length);
    push_number(L, question->init);
    lua_pushlstring(L, question->text, question->text_length);
    push_number(L, question->count);
    if (lua_pcall(L, 5, 1, 0) != LUA_OK) {
        fprintf(stderr, "broken: %s\n", lua_tostring(L, -1));
        abort();
    }
    return lua_tolstring(L, -1, length);
}

/* False when they differ: then both are told on standard error. */
static bool twin_agrees(const struct twin *twin, const struct twin_question *question)
{
    size_t theirs_length, ours_length;
    const char *theirs = twin_answer(twin->theirs, question, &theirs_length);
    const char *ours = twin_answer(twin->ours, question, &ours_length);

    if (theirs_length == ours_length && memcmp(theirs, ours, ours_length) == 0)
        return true;
    fprintf(stderr, "pattern \"%s\" subject \"%s\" text \"%s\" init %d count %d\nLua's:\n%s\nours:\n%s\n",
            question->pattern, question->subject, question->text, question->init, question->count, theirs, ours);
    return false;
}

/* Whether Lua's own comes to an end soon: how the bytes can be divided among the quantifiers. */
static bool twin_is_bounded(const struct twin_question *question)
{
    double ways = 1;
    size_t quantifiers = 0;

    for (size_t i = 0; i < question->pattern_length; i++)
        if (question->pattern[i] != '\0' && strchr("*+-?", question->pattern[i]) != NULL) {
            quantifiers++;
            ways *= (double)(question->subject_length + quantifiers) / (double)quantifiers;
        }
    return ways < 10000;
}

#endif
