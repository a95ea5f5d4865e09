/* The matcher: one loop over the items of a pattern, and a bounded stack of choices instead of recursion.
 * SPDX-License-Identifier: MIT */
#include "lua/pattern.h"

#include "lua/pattern_item.h"
#include "script/guard.h"

#include <lauxlib.h>

#define STEPS 20000 /* between two looks of the guard: about 100 us */

/* Where matching stands, small enough for registers. subject NULL: this way does not match. */
struct place {
    byte *subject, *item;
};

static const struct place nowhere = {NULL, NULL};

/* Counts work, for each byte of subject or pattern that is looked at can be one of very many. */
static inline void charge(struct pattern *pattern, size_t steps)
{
    pattern->steps -= (long)steps;
    if (pattern->steps < 0) {
        pattern->steps = STEPS;
        guard_check(pattern->L);
    }
}

/* Where the item ends that matches one byte: behind "x", "%x" or "[set]". */
static inline byte *item_end(struct pattern *pattern, byte *item)
{
    byte *end = pattern->text_end, *at = item + 1, *first;

    if (*item == '%') {
        if (at == end)
            luaL_error(pattern->L, "malformed pattern (ends with '%%')");
        return at + 1;
    }
    if (*item != '[')
        return at;
    if (at < end && *at == '^')
        at++;
    for (first = at; at < end; at++) {
        if (*at == ']' && at > first) { /* as the first one it is a member */
            charge(pattern, (size_t)(at - item));
            return at + 1;
        }
        if (*at == '%')
            at++;
    }
    luaL_error(pattern->L, "malformed pattern (missing ']')");
    return end;
}

/* How many bytes from at on the item matches. */
static size_t count(struct pattern *pattern, byte *item, byte *end, byte *at)
{
    size_t cost = (size_t)(end - item), part = STEPS / cost + 1, total = 0, fitting;

    do {
        size_t left = (size_t)(pattern->subject_end - at) - total, most = left < part ? left : part;

        fitting = (size_t)(skip_item(item, end, at + total, at + total + most) - (at + total));
        charge(pattern, fitting * cost);
        total += fitting;
    } while (fitting == part);
    return total;
}

/* Remembers what to go back to. */
static inline struct pattern_choice *push(struct pattern *pattern, enum choice kind, byte *at)
{
    struct pattern_choice *choice;

    if (pattern->depth == PATTERN_DEPTH)
        luaL_error(pattern->L, "pattern too complex");
    choice = &pattern->choices[pattern->depth++];
    choice->kind = kind;
    choice->at = at;
    return choice;
}

/* Whether the item behind a quantifier can match at at, as far as one byte tells. */
static inline bool can_follow(const struct pattern *pattern, const struct pattern_choice *choice, byte *at)
{
    return !choice->literal || (at < pattern->subject_end && *at == *choice->after);
}

/* One repetition less, or several when what follows then cannot match. */
static bool take_less(struct pattern *pattern, struct pattern_choice *choice)
{
    while (choice->count > 0) {
        choice->count--;
        if (can_follow(pattern, choice, choice->at + choice->count))
            return true;
        charge(pattern, 1);
    }
    return false;
}

/* One repetition more, or several. */
static bool take_more(struct pattern *pattern, struct pattern_choice *choice)
{
    byte *item = choice->item, *end = choice->after - 1;

    while (choice->at < pattern->subject_end && item_has(item, end, *choice->at)) {
        choice->at++;
        charge(pattern, (size_t)(end - item));
        if (can_follow(pattern, choice, choice->at))
            return true;
    }
    return false;
}

/* Takes back the latest choices until one has another way to go on; nowhere when none has. */
static struct place retry(struct pattern *pattern)
{
    for (; pattern->depth > 0; pattern->depth--) {
        struct pattern_choice *choice = &pattern->choices[pattern->depth - 1];

        switch (choice->kind) {
        case CHOICE_SKIP: pattern->depth--; return (struct place){choice->at, choice->after};
        case CHOICE_LESS:
            if (!take_less(pattern, choice))
                break;
            return (struct place){choice->at + choice->count, choice->after};
        case CHOICE_MORE:
            if (!take_more(pattern, choice))
                break;
            return (struct place){choice->at, choice->after};
        case CHOICE_OPENED: pattern->level--; break;
        case CHOICE_CLOSED: pattern->captures[choice->count].length = PATTERN_UNFINISHED; break;
        }
    }
    return nowhere;
}

/* At an item for one byte, with its quantifier if it has one. */
static struct place match_item(struct pattern *pattern, struct place place)
{
    byte *item = place.item, *at = place.subject, *end = item_end(pattern, item);
    bool fits = at < pattern->subject_end && item_has(item, end, *at);
    struct pattern_choice *choice;

    switch (end < pattern->text_end ? *end : 0) {
    case '?':
        if (fits)
            push(pattern, CHOICE_SKIP, at)->after = end + 1;
        return (struct place){at + fits, end + 1};
    case '-':
        if (fits) {
            choice = push(pattern, CHOICE_MORE, at);
            choice->item = item;
            choice->after = end + 1;
            choice->literal = is_literal(end + 1, pattern->text_end);
        }
        return (struct place){at, end + 1};
    case '+':
        if (!fits)
            return nowhere;
        at++;
        break;
    case '*':
        if (!fits)
            return (struct place){at, end + 1};
        break;
    default: return fits ? (struct place){at + 1, end} : nowhere;
    }
    choice = push(pattern, CHOICE_LESS, at);
    choice->count = count(pattern, item, end, at);
    choice->after = end + 1;
    choice->literal = is_literal(end + 1, pattern->text_end);
    return (struct place){at + choice->count, end + 1};
}

/* At "(" or "()". */
static struct place open_capture(struct pattern *pattern, struct place place)
{
    byte *next = place.item + 1;
    bool position = next < pattern->text_end && *next == ')';
    struct pattern_capture *capture;

    if (pattern->level == PATTERN_CAPTURES)
        luaL_error(pattern->L, "too many captures");
    capture = &pattern->captures[pattern->level++];
    capture->start = place.subject;
    capture->length = position ? PATTERN_POSITION : PATTERN_UNFINISHED;
    push(pattern, CHOICE_OPENED, place.subject);
    return (struct place){place.subject, next + position};
}

/* At ")": it closes the latest that is open. */
static struct place close_capture(struct pattern *pattern, struct place place)
{
    unsigned index = pattern->level;

    do {
        if (index == 0)
            luaL_error(pattern->L, "invalid pattern capture");
        index--;
    } while (pattern->captures[index].length != PATTERN_UNFINISHED);
    pattern->captures[index].length = place.subject - pattern->captures[index].start;
    push(pattern, CHOICE_CLOSED, place.subject)->count = index;
    return (struct place){place.subject, place.item + 1};
}

/* At "%bxy". */
static struct place match_balance(struct pattern *pattern, struct place place)
{
    byte *at = place.subject, *item = place.item + 2;
    size_t open = 1;

    if (pattern->text_end - item < 2)
        luaL_error(pattern->L, "malformed pattern (missing arguments to '%%b')");
    if (at == pattern->subject_end || *at != item[0])
        return nowhere;
    while (++at < pattern->subject_end) {
        charge(pattern, 1);
        if (*at == item[1]) {
            if (--open == 0)
                return (struct place){at + 1, item + 2};
        } else if (*at == item[0]) {
            open++;
        }
    }
    return nowhere;
}

/* At "%f[set]": on either side of the subject stands a 0. */
static struct place match_frontier(struct pattern *pattern, struct place place)
{
    byte *at = place.subject, *set = place.item + 2, *end;
    unsigned char before = at > pattern->subject ? at[-1] : 0, behind = at < pattern->subject_end ? *at : 0;

    if (set == pattern->text_end || *set != '[')
        luaL_error(pattern->L, "missing '[' after '%%f' in pattern");
    end = item_end(pattern, set);
    if (item_has(set, end, before) || !item_has(set, end, behind))
        return nowhere;
    return (struct place){at, end};
}

/* At "%1". */
static struct place match_again(struct pattern *pattern, struct place place)
{
    unsigned index = (unsigned)place.item[1] - '1'; /* %0 becomes a large one */
    const struct pattern_capture *capture = &pattern->captures[index % PATTERN_CAPTURES];
    size_t length = (size_t)capture->length;

    if (index >= pattern->level || capture->length == PATTERN_UNFINISHED)
        luaL_error(pattern->L, "invalid capture index %%%d", (int)index + 1);
    if (length > (size_t)(pattern->subject_end - place.subject)) /* as a position is, too */
        return nowhere;
    charge(pattern, length / 8);
    if (memcmp(capture->start, place.subject, length) != 0)
        return nowhere;
    return (struct place){place.subject + length, place.item + 2};
}

/* At "%": what it makes of the next byte. */
static struct place match_escape(struct pattern *pattern, struct place place)
{
    switch (pattern->text_end - place.item > 1 ? place.item[1] : 0) {
    case 'b': return match_balance(pattern, place);
    case 'f': return match_frontier(pattern, place);
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return match_again(pattern, place);
    default: return match_item(pattern, place);
    }
}

/* Where a match that begins at at ends; NULL: none does. */
static byte *match(struct pattern *pattern, byte *at)
{
    struct place place = {at, pattern->text};

    pattern->level = 0;
    pattern->depth = 0;
    for (;;) {
        charge(pattern, 1);
        if (place.item == pattern->text_end)
            return place.subject;
        switch (*place.item) {
        case '(': place = open_capture(pattern, place); break;
        case ')': place = close_capture(pattern, place); break;
        case '%': place = match_escape(pattern, place); break;
        case '$':
            if (place.item + 1 == pattern->text_end) {
                if (place.subject == pattern->subject_end)
                    return place.subject;
                place = nowhere;
                break;
            }
            place = match_item(pattern, place);
            break;
        case '.':
        case '[': place = match_item(pattern, place); break;
        default:
            if (place.item + 1 < pattern->text_end && is_quantifier(place.item[1]))
                place = match_item(pattern, place);
            else if (place.subject < pattern->subject_end && *place.subject == *place.item)
                place = (struct place){place.subject + 1, place.item + 1};
            else
                place = nowhere;
            break;
        }
        if (place.subject == NULL) {
            place = retry(pattern);
            if (place.subject == NULL)
                return NULL;
        }
    }
}

void pattern_init(struct pattern *pattern, lua_State *L, const char *subject, size_t subject_length, const char *text,
                  size_t length, bool anchors)
{
    pattern->L = L;
    pattern->subject = (byte *)subject;
    pattern->subject_end = pattern->subject + subject_length;
    pattern->anchored = anchors && length > 0 && text[0] == '^';
    pattern->text = (byte *)text + pattern->anchored;
    pattern->text_end = (byte *)text + length;
    pattern->steps = STEPS;
    pattern->first = pattern->text;
    while (pattern->first < pattern->text_end && *pattern->first == '(' && pattern->first < pattern->text + 8)
        pattern->first++;
}

/* The first place from at on at which a match can begin, as far as one byte tells; NULL: there is none. */
static byte *begin(struct pattern *pattern, byte *at)
{
    byte *first = pattern->first, *end = pattern->text_end;

    if (is_literal(first, end))
        return memchr(at, *first, (size_t)(pattern->subject_end - at));
    if (end - first < 2 || first[0] != '%' || !is_class(first[1]) || !is_literal(first + 1, end))
        return at;
    while (at < pattern->subject_end && !class_has(first[1], *at)) {
        at++;
        charge(pattern, 1);
    }
    return at < pattern->subject_end ? at : NULL;
}

bool pattern_search(struct pattern *pattern, byte *at)
{
    for (; at <= pattern->subject_end; at++) {
        if (!pattern->anchored)
            at = begin(pattern, at);
        if (at == NULL)
            return false;
        pattern->from = at;
        pattern->to = match(pattern, at);
        if (pattern->to != NULL)
            return true;
        if (pattern->anchored)
            return false;
    }
    return false;
}

ptrdiff_t pattern_capture(const struct pattern *pattern, unsigned index, byte **start)
{
    ptrdiff_t length;

    if (index == 0 && pattern->level == 0) {
        *start = pattern->from;
        return pattern->to - pattern->from;
    }
    if (index >= pattern->level)
        return luaL_error(pattern->L, "invalid capture index %%%d", (int)index + 1);
    *start = pattern->captures[index].start;
    length = pattern->captures[index].length;
    if (length == PATTERN_UNFINISHED)
        return luaL_error(pattern->L, "unfinished capture");
    return length;
}
