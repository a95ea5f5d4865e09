/* The time of an MTC full frame, F0 7F 7F 01 01 hh mm ss ff F7, as text: "hh:mm:ss:ff" (MIDI Time Code, "Full
 * Message"). SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_RULE_TIME_H
#define NOTEWIRE_ROUTE_RULE_TIME_H

#include "route/rule.h"

#define RULE_TIME_TEXT 12  /* bytes of its text as an OSC string */
#define RULE_TIME_VALUES 5 /* hours, minutes, seconds, frames, rate */

/* Reads the text into a full frame of this rate (0 to 3). RULE_BAD_DATA when it is not four numbers, RULE_RANGE when
 * there is no such time. */
enum rule_result rule_time_read(const uint8_t *text, size_t length, uint8_t rate, uint8_t out[MIDI_FULL_FRAME]);

/* Whether a whole MIDI message is a full frame, of a time that there is. */
bool rule_time_is_frame(const uint8_t *bytes, size_t length);

/* Makes the full frame of a time that there is. */
void rule_time_make(const int32_t value[RULE_TIME_VALUES], uint8_t out[MIDI_FULL_FRAME]);

/* Hours, minutes, seconds or frames (0 to 3), without the rate. */
uint8_t rule_time_field(const uint8_t *frame, size_t field);

static inline uint8_t rule_time_rate(const uint8_t *frame)
{
    return (frame[5] >> 5) & 3;
}

/* Writes the time of a full frame, without its rate, and a NUL. */
void rule_time_write(const uint8_t *frame, uint8_t out[RULE_TIME_TEXT]);

#endif
