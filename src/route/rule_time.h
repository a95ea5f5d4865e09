/* The time of an MTC full frame, F0 7F 7F 01 01 hh mm ss ff F7, as text: "hh:mm:ss:ff" (MIDI Time Code, "Full
 * Message"). SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_RULE_TIME_H
#define NOTEWIRE_ROUTE_RULE_TIME_H

#include "route/rule.h"

#define RULE_TIME_FRAME 10 /* bytes of a full frame */
#define RULE_TIME_TEXT 12  /* bytes of its text as an OSC string */

/* Reads the text into a full frame of this rate (0 to 3). RULE_BAD_DATA when it is not four numbers, RULE_RANGE when
 * there is no such time. */
enum rule_result rule_time_read(const uint8_t *text, size_t length, uint8_t rate, uint8_t out[RULE_TIME_FRAME]);

/* Whether a whole MIDI message is a full frame to everybody, of a time that there is. */
bool rule_time_is_frame(const uint8_t *bytes, size_t length);

static inline uint8_t rule_time_rate(const uint8_t *frame)
{
    return (frame[5] >> 5) & 3;
}

/* Writes the time of a full frame, without its rate, and a NUL. */
void rule_time_write(const uint8_t *frame, uint8_t out[RULE_TIME_TEXT]);

#endif
