/* What the tests of src/midi share: cmocka with what it needs before it, and bytes written as text.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_MIDI_MIDI_TEST_H
#define NOTEWIRE_TESTS_UNIT_MIDI_MIDI_TEST_H

#include "midi/midi_msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* The bytes of a text such as "90 3C 40"; returns how many. */
static inline size_t bytes_of(const char *text, uint8_t *out)
{
    size_t count = 0;
    char *end;

    for (unsigned long byte = strtoul(text, &end, 16); end != text; byte = strtoul(text, &end, 16)) {
        out[count++] = (uint8_t)byte;
        text = end;
    }
    return count;
}

/* Messages as text: "90 3C 40|F8|...", with the flags of SysEx pieces: + part, ( begin, ) end, ! cut. */
static inline void describe(const struct midi_msg *messages, size_t count, char *out)
{
    *out = '\0';
    for (size_t i = 0; i < count; i++) {
        const struct midi_msg *msg = &messages[i];

        out += sprintf(out, "%s", i > 0 ? "|" : "");
        for (size_t j = 0; j < msg->len; j++)
            out += sprintf(out, j > 0 ? " %02X" : "%02X", msg->b[j]);
        out += sprintf(out, "%s%s%s%s", (msg->flags & MIDI_SYSEX_PART) != 0 ? "+" : "",
                       (msg->flags & MIDI_SYSEX_BEGIN) != 0 ? "(" : "", (msg->flags & MIDI_SYSEX_END) != 0 ? ")" : "",
                       (msg->flags & MIDI_SYSEX_CUT) != 0 ? "!" : "");
    }
}

#endif
