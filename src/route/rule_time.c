/* The time of an MTC full frame as text, both ways.
 * SPDX-License-Identifier: MIT */
#include "route/rule_time.h"

#include <string.h>

#define FIELDS 4       /* hours, minutes, seconds, frames */
#define DEVICE 2       /* the byte that says to whom */
#define BEYOND 1000    /* a number's digits are not counted any further */
#define HOURS_MASK 31u /* the bits above are the rate */

static const uint8_t head[] = {MIDI_SYSEX, 0x7f, 0x7f, 0x01, 0x01};
static const uint8_t last[FIELDS] = {23, 59, 59, 29};

void rule_time_make(const int32_t value[RULE_TIME_VALUES], uint8_t out[MIDI_FULL_FRAME])
{
    memcpy(out, head, sizeof head);
    for (size_t field = 0; field < FIELDS; field++)
        out[sizeof head + field] = (uint8_t)value[field];
    out[sizeof head] |= (uint8_t)(value[FIELDS] << 5);
    out[sizeof head + FIELDS] = MIDI_SYSEX_EOX;
}

enum rule_result rule_time_read(const uint8_t *text, size_t length, uint8_t rate, uint8_t out[MIDI_FULL_FRAME])
{
    int32_t values[RULE_TIME_VALUES] = {[FIELDS] = rate};
    bool exists = true;
    size_t at = 0;

    for (size_t field = 0; field < FIELDS; field++) {
        unsigned value = 0;
        size_t begin;

        if (field > 0 && (at == length || text[at++] != ':'))
            return RULE_BAD_DATA;
        for (begin = at; at < length && text[at] >= '0' && text[at] <= '9'; at++)
            if (value < BEYOND)
                value = value * 10 + (text[at] - '0');
        if (at == begin)
            return RULE_BAD_DATA;
        exists = exists && value <= last[field];
        values[field] = (int32_t)value;
    }
    rule_time_make(values, out);
    return at < length ? RULE_BAD_DATA : exists ? RULE_DONE : RULE_RANGE;
}

uint8_t rule_time_field(const uint8_t *frame, size_t field)
{
    return field == 0 ? frame[sizeof head] & HOURS_MASK : frame[sizeof head + field];
}

bool rule_time_is_frame(const uint8_t *bytes, size_t length)
{
    if (length != MIDI_FULL_FRAME)
        return false;
    for (size_t i = 0; i < sizeof head; i++)
        if (i != DEVICE && bytes[i] != head[i])
            return false;
    for (size_t field = 0; field < FIELDS; field++)
        if (rule_time_field(bytes, field) > last[field])
            return false;
    return true;
}

void rule_time_write(const uint8_t *frame, uint8_t out[RULE_TIME_TEXT])
{
    for (size_t field = 0; field < FIELDS; field++, out += 3) {
        out[0] = (uint8_t)('0' + rule_time_field(frame, field) / 10);
        out[1] = (uint8_t)('0' + rule_time_field(frame, field) % 10);
        out[2] = field + 1 < FIELDS ? ':' : 0;
    }
}
