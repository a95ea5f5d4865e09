/* The one list of where src/osc and liblo 0.31 (the oracle of the fuzzers) differ, each difference with its reason.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_FUZZ_OSC_DIFFERENCES_H
#define NOTEWIRE_TESTS_FUZZ_OSC_DIFFERENCES_H

#include "base/error.h"
#include "osc/osc_view.h"

#include <string.h>

/* One message on which the two disagree: what we said of it. view holds only when error is NW_OK. */
struct difference_case {
    const uint8_t *bytes;
    size_t length;
    int error;
    const struct osc_view *view;
};

static inline bool difference_has_tag(const struct difference_case *c, const char *tags)
{
    return c->error == NW_OK && c->view->tags != NULL && strpbrk(c->view->tags, tags) != NULL;
}

static inline bool difference_no_tags(const struct difference_case *c)
{
    return c->error == NW_OK && c->view->tags == NULL;
}

static inline bool difference_colour(const struct difference_case *c)
{
    return difference_has_tag(c, "r");
}

static inline bool difference_array(const struct difference_case *c)
{
    return difference_has_tag(c, "[]");
}

static inline bool difference_empty_address(const struct difference_case *c)
{
    return c->error == NW_EMALFORMED && c->bytes[0] == '\0';
}

static inline bool difference_hash(const struct difference_case *c)
{
    return c->error == NW_EMALFORMED && c->bytes[0] == '#';
}

static inline bool difference_control(const struct difference_case *c)
{
    for (size_t i = 0; i < c->length && c->bytes[i] != '\0'; i++) {
        if (c->bytes[i] < 0x20 || c->bytes[i] == 0x7f)
            return c->error == NW_EMALFORMED;
    }
    return false;
}

static inline bool difference_long_address(const struct difference_case *c)
{
    return c->error == NW_ETOOBIG && c->length > OSC_ADDRESS_MAX && memchr(c->bytes, '\0', OSC_ADDRESS_MAX + 1) == NULL;
}

static inline bool difference_many_arguments(const struct difference_case *c)
{
    const uint8_t *comma = memchr(c->bytes, ',', c->length);

    return c->error == NW_ETOOBIG && comma != NULL && strlen((const char *)comma) > OSC_ARGS_MAX;
}

static const struct difference {
    const char *name, *reason;
    bool we_accept; /* and liblo refuses; else the other way round */
    bool (*applies)(const struct difference_case *c);
} osc_differences[] = {
    {"no type-tag string", "old clients send none (OSC 1.0 asks receivers to be robust); liblo: error 9902", true,
     difference_no_tags},
    {"tag r", "a standard tag of OSC 1.0's table that lighting clients use; liblo: error 9912", true,
     difference_colour},
    {"tags [ and ]", "standard tags of OSC 1.0's table; liblo: error 9912", true, difference_array},
    {"empty address", "no route can be meant, and zeros are the most common garbage", false, difference_empty_address},
    {"address with '#'", "only \"#bundle\" begins so, and that is no message", false, difference_hash},
    {"control character in the address", "OSC 1.0 allows printable ASCII only; it would reach terminals and logs",
     false, difference_control},
    {"address above 512 bytes", "every later step is bounded by the address", false, difference_long_address},
    {"more than 1024 arguments", "every later step is bounded by the arguments", false, difference_many_arguments},
};

/* Whether liblo's pattern matcher is right on this one, so that it can be an oracle for it:
 *  - no '/': its '*' and '?' run over part boundaries, which OSC 1.0 forbids, and it does not know "//";
 *  - no braces, inside brackets neither, where we refuse them as nested: it takes the first alternative that fits and
 * never comes back to a longer one;
 *  - brackets only as characters and ascending ranges: its ranges may share an end ("a-c-e"), it reads "[]" as the set
 *    of ']', a minus sign at the end as "anything above", and a descending range as its two ends;
 *  - ASCII: it compares characters as signed. */
static inline bool liblo_matches_rightly(const char *pattern, const char *address)
{
    bool inside = false;

    for (const char *c = address; *c != '\0'; c++) {
        if (*c == '/' || *c < 0)
            return false;
    }
    for (const char *c = pattern; *c != '\0'; c++) {
        if (*c == '/' || *c == '{' || *c == '}' || *c < 0)
            return false;
        if (!inside) {
            inside = *c == '[';
            if (inside && c[1] == '!')
                c++;
            if (inside && (c[1] == ']' || c[1] == '-'))
                return false;
            if (*c == ']')
                return false;
        } else if (*c == ']') {
            inside = false;
        } else if (*c == '[') {
            return false;
        } else if (c[1] == '-') {
            if (strchr("[]{}/", c[2]) != NULL || c[2] < *c || c[3] == '-')
                return false;
            c += 2;
        }
    }
    return !inside;
}

#endif
