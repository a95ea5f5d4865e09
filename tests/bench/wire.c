/* Numbered messages: see wire.h. Written for the benchmarks alone, so that it shares no code with what it measures.
 * SPDX-License-Identifier: MIT */
#include "wire.h"

#include <stdlib.h>
#include <string.h>

struct wire_form {
    const char *name;
    const char *address; /* NULL: raw MIDI */
    const char *tags;
};

static const struct wire_form forms[] = {
    {"note", "/note", ",iii"},           {"m", "/midi", ",m"}, {"osmid", "/*/note_on", ",iii"},
    {"print", "/print/note_on", ",iii"}, {"raw", NULL, NULL},
};

const struct wire_form *wire_form_find(const char *name)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    }
    return NULL;
}

static size_t put_text(uint8_t *out, const char *text)
{
    size_t length = strlen(text);
    size_t padded = (length + 4) & ~(size_t)3;

    memset(out, 0, padded);
    memcpy(out, text, length);
    return padded;
}

size_t wire_write(const struct wire_form *form, uint32_t number, bool uncounted, uint8_t *out)
{
    uint8_t channel = uncounted ? 15 : (uint8_t)(number / (128 * 127));
    uint8_t note = (uint8_t)(number / 127 % 128);
    uint8_t velocity = (uint8_t)(1 + number % 127);
    uint8_t midi[3] = {(uint8_t)(0x90 | channel), note, velocity};
    size_t used;

    if (!form->address) {
        memcpy(out, midi, sizeof midi);
        return sizeof midi;
    }
    used = put_text(out, form->address);
    used += put_text(out + used, form->tags);
    if (form->tags[1] == 'm') {
        memcpy(out + used, (uint8_t[]){0, midi[0], note, velocity}, 4);
        return used + 4;
    }
    memcpy(out + used, (uint8_t[]){0, 0, 0, (uint8_t)(channel + 1), 0, 0, 0, note, 0, 0, 0, velocity}, 12);
    return used + 12;
}

/* The channel written in the address, as in "/midi/name/1/16/note_on": the number before the last slash. */
static int channel_in_address(const char *address)
{
    const char *last = strrchr(address, '/');
    const char *at = last;

    while (at && at > address && at[-1] != '/')
        at--;
    return at ? atoi(at) : 0;
}

/* Finds channel (from 0), note and velocity of an OSC message; false when it is not a note-on in a known form. */
static bool read_osc(const uint8_t *bytes, size_t length, int midi[3])
{
    const char *address = (const char *)bytes;
    const char *tags;
    const uint8_t *args;
    size_t at;

    if (length < 12 || length % 4 != 0 || bytes[0] != '/')
        return false;
    at = (strnlen(address, length) + 4) & ~(size_t)3;
    if (at >= length || bytes[at] != ',')
        return false;
    tags = address + at;
    if (!memchr(tags, 0, length - at))
        return false;
    at += (strnlen(tags, length - at) + 4) & ~(size_t)3;
    args = bytes + at;
    if (strcmp(tags, ",m") == 0 && at + 4 == length) {
        midi[0] = args[1] - 0x90;
        midi[1] = args[2];
        midi[2] = args[3];
    } else if (strcmp(tags, ",iii") == 0 && at + 12 == length) {
        midi[0] = args[3] - 1;
        midi[1] = args[7];
        midi[2] = args[11];
    } else if (strcmp(tags, ",ii") == 0 && at + 8 == length) {
        midi[0] = channel_in_address(address) - 1;
        midi[1] = args[3];
        midi[2] = args[7];
    } else {
        return false;
    }
    return true;
}

int64_t wire_read(const uint8_t *bytes, size_t length, bool osc)
{
    int midi[3];

    if (osc) {
        if (!read_osc(bytes, length, midi))
            return WIRE_WRONG;
    } else if (length == 3) {
        midi[0] = bytes[0] - 0x90;
        midi[1] = bytes[1];
        midi[2] = bytes[2];
    } else {
        return WIRE_WRONG;
    }
    if (midi[0] < 0 || midi[0] > 15 || midi[1] > 127 || midi[2] < 1 || midi[2] > 127)
        return WIRE_WRONG;
    if (midi[0] == 15)
        return WIRE_UNCOUNTED;
    return (midi[0] * 128 + midi[1]) * 127 + midi[2] - 1;
}
