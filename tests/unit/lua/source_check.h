/* What holds for every text that source_repair is given, whatever it is.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TEST_SOURCE_CHECK_H
#define NOTEWIRE_TEST_SOURCE_CHECK_H

#include "lua/source.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The error of compiling a text behind its place, and the line of it; NULL when it compiles. Leaves it on the stack. */
static const char *source_problem(lua_State *L, const char *text, size_t length, int *line)
{
    const char *problem;
    int place = 0;

    lua_settop(L, 0);
    if (luaL_loadbufferx(L, text, length, "=t", "t") == LUA_OK)
        return NULL;
    problem = lua_tostring(L, -1);
    if (sscanf(problem, "t:%d: %n", line, &place) != 1)
        *line = 0; /* bytecode, or nesting that is too deep */
    return problem + place;
}

/* Whether an error, behind its place, is about an escape that Lua 5.1 takes. */
static bool source_is_escape(const char *problem)
{
    static const char *const texts[] = {"invalid escape sequence", "hexadecimal digit expected", "missing '{'",
                                        "missing '}'", "UTF-8 value too large"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (strncmp(problem, texts[i], strlen(texts[i])) == 0)
            return true;
    return false;
}

/* Why the repaired text is wrong; NULL when it is right. out is as large as the text. */
static const char *source_fault(lua_State *L, const char *text, size_t length, char *out)
{
    size_t repaired = source_repair(text, length, out), at = 0;
    int line = 0, repaired_line = 0;
    const char *before, *after;
    bool was_escape;

    for (size_t i = 0; i < length; i++)
        if (at < repaired && out[at] == text[i])
            at++;
        else if (text[i] != '\\')
            return "something else than a backslash is gone";
    if (at != repaired)
        return "something is new";
    before = source_problem(L, text, length, &line);
    if (before == NULL)
        return repaired == length ? NULL : "a text that compiles was changed";
    was_escape = source_is_escape(before);
    after = source_problem(L, out, repaired, &repaired_line);
    if (after != NULL && source_is_escape(after))
        return "an escape is left";
    if (!was_escape && repaired_line != line)
        return "the error has moved";
    if (was_escape && after != NULL && repaired_line < line)
        return "an error came before the escape";
    return NULL;
}

#endif
