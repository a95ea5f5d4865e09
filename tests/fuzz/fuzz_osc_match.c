/* Fuzzes the address matcher against a slow one that is right at sight, against liblo, and against its step bound.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_match.h"
#include "osc_differences.h"

#include <lo/lo.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOW_MAX 64  /* bytes of pattern and of address for the slow matcher */
#define LIBLO_MAX 10 /* liblo is exponential */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the fuzzer with the reason when something that must hold does not. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* The slow matcher: texts with NUL, and answers already found (1 no, 2 yes), for else it would never end. */
struct slow {
    const char *pattern, *address;
    char known[SLOW_MAX + 1][SLOW_MAX + 1];
};

static bool slow_match(struct slow *slow, size_t p, size_t a);

/* "//": the address stands at the end of a part. Goes on behind any '/' from here on; with nothing to follow, at once.
 */
static bool slow_gap(struct slow *slow, size_t p, size_t a)
{
    while (slow->pattern[p] == '/')
        p++;
    if (slow->pattern[p] == '\0')
        return slow->address[a] == '\0' || slow->address[a] == '/';
    if (slow->address[a] != '/')
        return false;
    for (; slow->address[a] != '\0'; a++) {
        if (slow->address[a] == '/' && slow_match(slow, p, a + 1))
            return true;
    }
    return false;
}

/* "[...]": the address's next character must be in the set, and the rest must match. */
static bool slow_set(struct slow *slow, size_t p, size_t a)
{
    const char *set = slow->pattern + p + 1;
    unsigned char c = (unsigned char)slow->address[a];
    size_t length = strcspn(set, "]"), i = set[0] == '!' && length > 0;
    bool negate = i == 1, found = false;

    if (c == '\0' || c == '/')
        return false;
    while (i < length) {
        unsigned char from = (unsigned char)set[i], to = from;

        if (i + 2 < length && set[i + 1] == '-') {
            to = (unsigned char)set[i + 2];
            i += 2;
        }
        i++;
        found = found || (c >= from && c <= to) || (c >= to && c <= from);
    }
    return found != negate && slow_match(slow, p + 1 + length + 1, a + 1);
}

/* "{...}": one of the strings must come next, and the rest must match. */
static bool slow_braces(struct slow *slow, size_t p, size_t a)
{
    size_t behind = p + strcspn(slow->pattern + p, "}") + 1;

    do {
        size_t length = strcspn(slow->pattern + ++p, ",}");

        if (strncmp(slow->pattern + p, slow->address + a, length) == 0 && slow_match(slow, behind, a + length))
            return true;
        p += length;
    } while (slow->pattern[p] == ',');
    return false;
}

static bool slow_decide(struct slow *slow, size_t p, size_t a)
{
    char c = slow->address[a];

    switch (slow->pattern[p]) {
    case '\0': return c == '\0';
    case '?': return c != '\0' && c != '/' && slow_match(slow, p + 1, a + 1);
    case '*': return slow_match(slow, p + 1, a) || (c != '\0' && c != '/' && slow_match(slow, p, a + 1));
    case '[': return slow_set(slow, p, a);
    case '{': return slow_braces(slow, p, a);
    case '/':
        if (slow->pattern[p + 1] == '/')
            return slow_gap(slow, p, a);
        return c == '/' && slow_match(slow, p + 1, a + 1);
    default: return c == slow->pattern[p] && slow_match(slow, p + 1, a + 1);
    }
}

/* Whether the pattern from p on matches the address from a on. */
static bool slow_match(struct slow *slow, size_t p, size_t a)
{
    char *known = &slow->known[p][a];

    if (*known == 0)
        *known = slow_decide(slow, p, a) ? 2 : 1;
    return *known == 2;
}

/* Whether brackets and braces are closed, not nested, and within one part. */
static bool slow_valid(const char *pattern)
{
    char open = 0;

    for (; *pattern != '\0'; pattern++) {
        if (open == 0 && (*pattern == '[' || *pattern == '{'))
            open = *pattern;
        else if ((open == '[' && *pattern == ']') || (open == '{' && *pattern == '}'))
            open = 0;
        else if (strchr("[]{}", *pattern) != NULL || (open != 0 && *pattern == '/'))
            return false;
    }
    return open == 0;
}

/* A smaller budget may only turn a yes into a no, and then must be used up. */
static void check_small_budget(const char *pattern, const char *address, uint32_t used, bool expected)
{
    for (uint32_t budget = 0; budget <= used; budget += used / 3 + 1) {
        uint32_t left = budget;
        bool result = osc_match(pattern, strlen(pattern), address, strlen(address), &left);

        must(left <= budget, "budget that only shrinks");
        must(result ? expected : !expected || left == 0, "answer on a small budget");
    }
}

static void check(const char *pattern, const char *address)
{
    size_t pattern_len = strlen(pattern), address_len = strlen(address);
    uint32_t bound = (uint32_t)((pattern_len + 1) * (address_len + 1)), budget = bound + 1;
    bool result = osc_match(pattern, pattern_len, address, address_len, &budget);
    bool valid = slow_valid(pattern);
    struct slow slow = {.pattern = pattern, .address = address};

    must(budget >= 1, "step bound");
    must(valid || !result, "broken pattern that matches");
    check_small_budget(pattern, address, bound + 1 - budget, result);
    if (!osc_is_pattern(pattern, pattern_len) && address_len <= OSC_ADDRESS_MAX)
        must(result == (strcmp(pattern, address) == 0), "plain text");
    if (strchr(pattern, '/') == NULL && strchr(address, '/') == NULL) {
        budget = bound + 1;
        must(osc_match_part(pattern, pattern_len, address, address_len, &budget) == result, "one part");
    }
    if (pattern_len > SLOW_MAX || address_len > SLOW_MAX)
        return;
    must(result == (valid && slow_match(&slow, 0, 0)), "answer of the slow matcher");
    if (pattern_len <= LIBLO_MAX && address_len <= LIBLO_MAX && liblo_matches_rightly(pattern, address))
        must(result == (lo_pattern_match(address, pattern) != 0), "answer of liblo");
}

/* The input is a pattern, a NUL or line end, and an address. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 2), *address;

    must(text != NULL, "memory");
    memcpy(text, data, size);
    text[size] = '\0';
    text[size + 1] = '\0';
    address = text + strcspn(text, "\n");
    *address++ = '\0';
    check(text, address);
    check(address, text);
    free(text);
    return 0;
}
