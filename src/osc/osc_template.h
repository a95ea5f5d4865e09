/* An address with placeholders, such as "/1/fader{n:1-8}" in a map: matched against addresses and written back.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_TEMPLATE_H
#define NOTEWIRE_OSC_OSC_TEMPLATE_H

#include "osc/osc_match.h"
#include "osc/osc_view.h"

#define OSC_PLACES_MAX 8    /* placeholders of one address */
#define OSC_NUMBER_DIGITS 6 /* digits of a number in an address; a longer one is not a number */
#define OSC_HIT_STEPS 24    /* what a hit costs of the budget: one datagram must not become a flood of MIDI */
#define OSC_OPEN_RANGE 127  /* a number without a range is tried from 0 to this against an OSC pattern */

enum osc_place_kind { OSC_PLACE_NUMBER, OSC_PLACE_TEXT };

struct osc_place {
    enum osc_place_kind kind;
    bool ranged;
    int32_t low, high; /* low <= high */
};

/* text is borrowed. It starts with '/'; a placeholder is one byte, 1 + its index in place. */
struct osc_template {
    const char *text;
    uint16_t length;
    uint8_t place_count;
    struct osc_place place[OSC_PLACES_MAX];
};

/* What a placeholder stood for. text borrows from the address (or the pattern) and has no NUL. */
struct osc_binding {
    int32_t number;
    const char *text;
    size_t length;
};

static inline bool osc_template_is_place(char c)
{
    return c > 0 && c <= OSC_PLACES_MAX;
}

/* Whether a plain address is one of this template's; fills bindings. A missing first '/' and one '/' at the end are
 * forgiven, numbers may be written "5", "05" and "5.0". */
bool osc_template_match(const struct osc_template *template, const char *address, size_t length,
                        struct osc_binding bindings[OSC_PLACES_MAX]);

/* Called for each concrete address of the template that a pattern matches. */
typedef void (*osc_template_hit)(void *user, const struct osc_binding bindings[OSC_PLACES_MAX]);

/* Matches an OSC address pattern against all addresses that the template stands for: each that it matches is one hit,
 * "//" or not. A text placeholder that is a whole part takes the pattern's part as it is, or "*" where "//" skips it; a
 * part with several placeholders, or with text beside a text placeholder, fits plain text alone. What
 * osc_template_match forgives is forgiven. Every step takes one from *budget (osc_match.h); a pattern of more than 63
 * parts takes it all. */
void osc_template_match_pattern(const struct osc_template *template, const char *pattern, size_t length,
                                uint32_t *budget, osc_template_hit hit, void *user);

/* Writes the address with its placeholders filled, without a NUL; returns its length, 0 when it does not fit in size.
 */
size_t osc_template_write(const struct osc_template *template, const struct osc_binding bindings[OSC_PLACES_MAX],
                          char *out, size_t size);

#endif
