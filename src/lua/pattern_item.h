/* One item of a pattern, such as x, ., %a or [a-z]: which bytes it matches. Inline, for it is asked for every byte.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_PATTERN_ITEM_H
#define NOTEWIRE_LUA_PATTERN_ITEM_H

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

typedef const unsigned char byte;

/* Whether c is in the class %name; a name that is no class means itself. */
static inline bool class_has(unsigned char name, unsigned char c)
{
    bool in;

    switch (name | 0x20) {
    case 'a': in = isalpha(c) != 0; break;
    case 'c': in = iscntrl(c) != 0; break;
    case 'd': in = isdigit(c) != 0; break;
    case 'g': in = isgraph(c) != 0; break;
    case 'l': in = islower(c) != 0; break;
    case 'p': in = ispunct(c) != 0; break;
    case 's': in = isspace(c) != 0; break;
    case 'u': in = isupper(c) != 0; break;
    case 'w': in = isalnum(c) != 0; break;
    case 'x': in = isxdigit(c) != 0; break;
    case 'z': in = c == 0; break; /* of Lua 5.1, still taken */
    default: return name == c;
    }
    return in == ((name & 0x20) != 0);
}

/* Whether c is in the set whose text, behind its '[', is at; end is at its ']'. */
static inline bool set_has(byte *at, byte *end, unsigned char c)
{
    bool wanted = *at != '^';

    if (!wanted)
        at++;
    while (at < end) {
        if (*at == '%') {
            if (class_has(at[1], c))
                return wanted;
            at += 2;
        } else if (end - at > 2 && at[1] == '-') {
            if (at[0] <= c && c <= at[2])
                return wanted;
            at += 3;
        } else {
            if (*at == c)
                return wanted;
            at++;
        }
    }
    return !wanted;
}

/* Whether the item, which ends before end, matches c. */
static inline bool item_has(byte *item, byte *end, unsigned char c)
{
    switch (*item) {
    case '.': return true;
    case '%': return class_has(item[1], c);
    case '[': return set_has(item + 1, end - 1, c);
    default: return *item == c;
    }
}

/* The first byte from at on that a set does not match, or stop. */
static inline byte *skip_set(byte *item, byte *end, byte *at, byte *stop)
{
    if (end - item == 4 && item[1] == '^' && item[2] != '%') { /* up to a separator: [^,] */
        byte *found = memchr(at, item[2], (size_t)(stop - at));

        return found != NULL ? found : stop;
    }
    while (at < stop && set_has(item + 1, end - 1, *at))
        at++;
    return at;
}

/* The first byte from at on that the item does not match, or stop. */
static inline byte *skip_item(byte *item, byte *end, byte *at, byte *stop)
{
    switch (*item) {
    case '.': return stop;
    case '%':
        while (at < stop && class_has(item[1], *at))
            at++;
        return at;
    case '[': return skip_set(item, end, at, stop);
    default:
        while (at < stop && *item == *at)
            at++;
        return at;
    }
}

static inline bool is_quantifier(unsigned char c)
{
    return c == '*' || c == '+' || c == '?' || c == '-';
}

/* Whether %name is a class. */
static inline bool is_class(unsigned char name)
{
    return strchr("acdglpsuwxzACDGLPSUWXZ", name) != NULL && name != '\0';
}

/* Whether the item at at, before end, is a byte that stands for itself and at least once. */
static inline bool is_literal(byte *at, byte *end)
{
    if (at >= end)
        return false;
    switch (*at) {
    case '(':
    case ')':
    case '%':
    case '.':
    case '[':
    case '$': return false;
    default: break;
    }
    return at + 1 == end || (at[1] != '*' && at[1] != '?' && at[1] != '-');
}

#endif
