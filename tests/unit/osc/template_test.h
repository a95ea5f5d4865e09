/* Address templates written as text, for the tests of osc_template and osc_table.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_OSC_TEMPLATE_TEST_H
#define NOTEWIRE_TESTS_UNIT_OSC_TEMPLATE_TEST_H

#include "osc/osc_template.h"
#include "osc_test.h"

#include <stdio.h>

/* A template of "/1/fader{1..8}": {} is any number, {1..8} a number with a range, {*} text. text gets its bytes. */
static inline struct osc_template template_of(const char *spec, char text[OSC_ADDRESS_MAX])
{
    struct osc_template template = {.text = text};
    size_t length = 0;

    while (*spec != '\0') {
        struct osc_place *place = &template.place[template.place_count];
        int low, high, taken = 0;

        if (*spec != '{') {
            text[length++] = *spec++;
            continue;
        }
        assert_true(template.place_count < OSC_PLACES_MAX);
        if (spec[1] == '*') {
            place->kind = OSC_PLACE_TEXT;
        } else if (sscanf(spec, "{%d..%d}%n", &low, &high, &taken) == 2 && taken > 0) {
            place->ranged = true;
            place->low = low;
            place->high = high;
        }
        text[length++] = (char)++template.place_count;
        spec = strchr(spec, '}') + 1;
    }
    template.length = (uint16_t)length;
    return template;
}

/* What places stood for, as "5,text,-7". */
static inline void describe_bindings(const struct osc_template *template, const struct osc_binding *bindings, char *out)
{
    *out = '\0';
    for (int i = 0; i < template->place_count; i++) {
        out += sprintf(out, "%s", i > 0 ? "," : "");
        if (template->place[i].kind == OSC_PLACE_NUMBER)
            out += sprintf(out, "%d", (int)bindings[i].number);
        else
            out += sprintf(out, "%.*s", (int)bindings[i].length, bindings[i].text);
    }
}

#endif
