/* Lua's patterns (manual, 6.4.1), matched so that a script that is at it for ever can be interrupted and ended.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_PATTERN_H
#define NOTEWIRE_LUA_PATTERN_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#define PATTERN_CAPTURES 32 /* as in Lua */
#define PATTERN_DEPTH 199   /* quantifiers and parentheses that can be open at once; as in Lua */

/* Instead of a capture's length. */
enum { PATTERN_UNFINISHED = -1, PATTERN_POSITION = -2 };

struct pattern_capture {
    const unsigned char *start;
    ptrdiff_t length;
};

/* Something to go back to when the rest of the pattern does not match. */
struct pattern_choice {
    enum choice { CHOICE_SKIP, CHOICE_LESS, CHOICE_MORE, CHOICE_OPENED, CHOICE_CLOSED } kind;
    const unsigned char *at;           /* in the subject */
    const unsigned char *item, *after; /* in the pattern: what is repeated, and what stands behind the quantifier */
    size_t count;                      /* LESS: how often it is repeated; CLOSED: the capture */
    bool literal;                      /* the item behind the quantifier stands for itself */
};

/* One subject and one pattern, both borrowed. Too large for more than one in a function. */
struct pattern {
    lua_State *L;
    const unsigned char *subject, *subject_end;
    const unsigned char *text, *text_end; /* the pattern, without its anchor */
    const unsigned char *from, *to;       /* what was found */
    bool anchored;
    const unsigned char *first; /* the first item, behind parentheses */
    long steps;                 /* until the guard is asked */
    unsigned level, depth;
    struct pattern_capture captures[PATTERN_CAPTURES];
    struct pattern_choice choices[PATTERN_DEPTH];
};

/* anchors: whether a ^ at the beginning is an anchor, not itself. */
void pattern_init(struct pattern *pattern, lua_State *L, const char *subject, size_t subject_length, const char *text,
                  size_t length, bool anchors);

/* Finds the first match from at on. Raises what Lua raises, and when the script is ended. */
bool pattern_search(struct pattern *pattern, const unsigned char *at);

/* A capture of what was found, from 0; the whole match is capture 0 of a pattern without any. Returns its length, or
 * PATTERN_POSITION: then *start tells it. Raises when there is none. */
ptrdiff_t pattern_capture(const struct pattern *pattern, unsigned index, const unsigned char **start);

/* Whether nothing in a pattern has a meaning of its own. */
bool pattern_is_plain(const char *text, size_t length);

/* The first place of text in a subject; NULL: none. Can be interrupted, too. */
const char *pattern_find_plain(lua_State *L, const char *subject, size_t subject_length, const char *text,
                               size_t length);

/* Replaces string.find, match, gmatch and gsub (pattern_library.c). */
void pattern_open(lua_State *L);

#endif
