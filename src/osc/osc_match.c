/* Matches address patterns by carrying the set of reachable positions along, so that no pattern can explode.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_match.h"

#include "osc/osc_view.h"

#include <string.h>

#define WORDS (OSC_ADDRESS_MAX / 64 + 1) /* positions 0 to OSC_ADDRESS_MAX */

/* A stretch of text without a NUL. */
struct text {
    const char *at;
    const char *end;
};

/* The positions in an address part that the pattern so far can have come to. */
struct positions {
    uint64_t bits[WORDS];
    size_t words; /* in use for this part */
};

/* One match under way. */
struct match {
    struct text part;
    uint32_t *budget;
};

bool osc_is_pattern(const char *address, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        switch (address[i]) {
        case '?':
        case '*':
        case '[':
        case ']':
        case '{':
        case '}': return true;
        case '/':
            if (i + 1 < length && address[i + 1] == '/')
                return true;
            break;
        default: break;
        }
    }
    return false;
}

/* The end of the bracket or brace that opens at `at`: its closing character, or NULL when another opening, a stray
 * closing or the end of the part comes first. */
static const char *group_end(const char *at, const char *end)
{
    char close = *at == '[' ? ']' : '}';

    for (at++; at < end; at++) {
        if (*at == close)
            return at;
        if (*at == '[' || *at == ']' || *at == '{' || *at == '}' || *at == '/')
            return NULL;
    }
    return NULL;
}

/* Takes steps from the budget; false, with the budget at 0, when it does not hold them. */
static bool spend(uint32_t *budget, size_t steps)
{
    if (steps > *budget) {
        *budget = 0;
        return false;
    }
    *budget -= (uint32_t)steps;
    return true;
}

/* Whether a character is in the list between the brackets, without its '!'. A range counts in either order; a '-' with
 * nothing on one side stands for itself. */
static bool set_has(const char *at, const char *close, unsigned char c)
{
    for (; at < close; at++) {
        unsigned char low = (unsigned char)*at, high = low;

        if (close - at > 2 && at[1] == '-') {
            high = (unsigned char)at[2];
            at += 2;
        }
        if (low > high) {
            unsigned char swap = low;

            low = high;
            high = swap;
        }
        if (c >= low && c <= high)
            return true;
    }
    return false;
}

/* One pattern element that takes exactly one character. */
struct element {
    enum { ELEMENT_ANY, ELEMENT_SET, ELEMENT_CHAR } kind;
    const char *at;  /* the character, or the first one in the brackets */
    const char *end; /* behind the element; of a set, its closing bracket is the character before */
};

/* Reads the element at `at` outside braces; false for a stray or unclosed one, which matches nothing. */
static bool read_element(struct element *element, const char *at, const char *end)
{
    const char *close;

    element->kind = *at == '?' ? ELEMENT_ANY : ELEMENT_CHAR;
    element->at = at;
    element->end = at + 1;
    if (*at == ']' || *at == '}')
        return false;
    if (*at != '[')
        return true;
    close = group_end(at, end);
    if (close == NULL)
        return false;
    element->kind = ELEMENT_SET;
    element->at = at + 1;
    element->end = close + 1;
    return true;
}

static bool element_takes(const struct element *element, char c)
{
    const char *close = element->end - 1;

    if (element->kind == ELEMENT_ANY)
        return true;
    if (element->kind == ELEMENT_CHAR)
        return *element->at == c;
    if (*element->at == '!')
        return !set_has(element->at + 1, close, (unsigned char)c);
    return set_has(element->at, close, (unsigned char)c);
}

/* The steps of holding one element against one character. */
static size_t element_cost(const struct element *element)
{
    return element->kind == ELEMENT_SET ? (size_t)(element->end - element->at) : 1;
}

/* Moves every position over one character that the element takes; positions where it does not fit fall away. Returns
 * false when none is left. */
static bool advance(const struct match *match, const struct element *element, struct positions *positions)
{
    size_t length = (size_t)(match->part.end - match->part.at), cost = element_cost(element);
    uint64_t carry = 0, left = 0;

    for (size_t w = 0; w < positions->words; w++) {
        uint64_t from = positions->bits[w], to = 0;

        for (; from != 0; from &= from - 1) {
            uint64_t lowest = from & (~from + 1);
            size_t at = w * 64 + (size_t)__builtin_ctzll(from);

            if (!spend(match->budget, cost))
                return false;
            if (at < length && element_takes(element, match->part.at[at]))
                to |= lowest;
        }
        positions->bits[w] = to << 1 | carry;
        carry = to >> 63;
        left |= to;
    }
    return left != 0;
}

/* '*': every position from the first reachable one on, up to the part's end, is reachable. */
static void advance_star(const struct match *match, struct positions *positions)
{
    size_t length = (size_t)(match->part.end - match->part.at);
    uint64_t fill = 0;

    for (size_t w = 0; w < positions->words; w++) {
        uint64_t bits = positions->bits[w];

        if (fill == 0 && bits != 0)
            fill = ~((bits & (~bits + 1)) - 1);
        positions->bits[w] = fill;
        fill = fill != 0 ? ~0ULL : 0;
    }
    positions->bits[length / 64] &= ~0ULL >> (63 - length % 64);
}

/* "{a,b}": every alternative, plain text, starts from the same positions. Returns false when none fits. */
static bool advance_braces(const struct match *match, const char *open, const char *close, struct positions *positions)
{
    struct positions from = *positions, all = *positions;
    const char *at = open + 1;
    bool any = false;

    memset(all.bits, 0, sizeof all.bits);
    for (;;) {
        struct positions one = from;
        bool fits = spend(match->budget, 1);

        for (; at < close && *at != ','; at++) {
            struct element element = {ELEMENT_CHAR, at, at + 1};

            fits = fits && advance(match, &element, &one);
        }
        for (size_t w = 0; fits && w < all.words; w++)
            all.bits[w] |= one.bits[w];
        any = any || fits;
        if (at == close)
            break;
        at++;
    }
    *positions = all;
    return any;
}

/* The rest of a part's pattern from one position on, with all positions at once. */
static bool match_spread(const struct match *match, const char *at, const char *end, size_t start)
{
    size_t length = (size_t)(match->part.end - match->part.at);
    struct positions positions;
    struct element element;

    memset(positions.bits, 0, sizeof positions.bits);
    positions.words = length / 64 + 1;
    positions.bits[start / 64] = 1ULL << start % 64;
    while (at < end) {
        if (*at == '*') {
            if (!spend(match->budget, 1))
                return false;
            advance_star(match, &positions);
            at++;
        } else if (*at == '{') {
            const char *close = group_end(at, end);

            if (close == NULL || !advance_braces(match, at, close, &positions))
                return false;
            at = close + 1;
        } else {
            if (!read_element(&element, at, end) || !advance(match, &element, &positions))
                return false;
            at = element.end;
        }
    }
    return (positions.bits[length / 64] >> length % 64 & 1) != 0;
}

bool osc_match_part(const char *pattern, size_t pattern_len, const char *part, size_t part_len, uint32_t *budget)
{
    struct match match = {{part, part + part_len}, budget};
    const char *at = pattern, *end = pattern + pattern_len, *c = part;
    struct element element;

    if (part_len > OSC_ADDRESS_MAX || !spend(budget, 1))
        return false;
    for (; at < end && *at != '*' && *at != '{'; at = element.end) { /* one position is enough up to here */
        if (c == match.part.end || !read_element(&element, at, end) || !spend(budget, element_cost(&element)) ||
            !element_takes(&element, *c))
            return false;
        c++;
    }
    if (at == end)
        return c == match.part.end;
    if (*at == '*' && at + 1 == end)
        return true;
    return match_spread(&match, at, end, (size_t)(c - part));
}

/* The end of the part that starts at `at`. */
static const char *part_end(const char *at, const char *end)
{
    const char *slash = at < end ? memchr(at, '/', (size_t)(end - at)) : NULL;

    return slash != NULL ? slash : end;
}

/* Goes to the next part; NULL behind the last one. */
static const char *part_next(const char *at, const char *end)
{
    at = part_end(at, end);
    return at < end ? at + 1 : NULL;
}

/* Goes on to the next part of a pattern, over a run of '/' if there is one: then *gap is set. */
static const char *pattern_next(const char *at, const char *end, bool *gap)
{
    at = part_next(at, end);
    *gap = false;
    for (; at != NULL && at < end && *at == '/'; at++)
        *gap = true;
    return at;
}

bool osc_match(const char *pattern, size_t pattern_len, const char *address, size_t address_len, uint32_t *budget)
{
    const char *pattern_end = pattern + pattern_len, *address_end = address + address_len;
    const char *p = pattern, *a = address;            /* the parts under comparison; NULL behind the last one */
    const char *resume_p = NULL, *resume_a = address; /* behind the last "//": the parts to try again from */
    bool gap;

    if (address_len > OSC_ADDRESS_MAX)
        return false;
    while (a != NULL) {
        if (p != NULL && osc_match_part(p, (size_t)(part_end(p, pattern_end) - p), a,
                                        (size_t)(part_end(a, address_end) - a), budget)) {
            p = pattern_next(p, pattern_end, &gap);
            a = part_next(a, address_end);
            if (gap && p == pattern_end)
                return true;
            if (gap) {
                resume_p = p;
                resume_a = a;
            }
        } else if (resume_p != NULL && *budget > 0) {
            resume_a = part_next(resume_a, address_end);
            a = resume_a;
            p = resume_p;
        } else {
            return false;
        }
    }
    return p == NULL;
}
