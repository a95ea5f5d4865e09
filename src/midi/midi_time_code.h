/* MIDI Time Code's quarter frames, read as one time (MIDI 1.0, "MIDI Time Code").
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_TIME_CODE_H
#define NOTEWIRE_MIDI_MIDI_TIME_CODE_H

#include "midi/midi_msg.h"

#define MIDI_FULL_FRAME 10 /* bytes of F0 7F 7F 01 01 hh mm ss ff F7, the rate in the upper bits of hh */

/* Of one sender. Zero-initialise. Fixed size, owns nothing. */
struct midi_time_code {
    uint8_t nibble[8];
    uint8_t count;    /* how many have come in a row; 0: none that a time can be made of */
    uint8_t next;     /* the piece that goes on */
    int8_t direction; /* 1 or -1: tape runs backwards too */
};

enum midi_time_result {
    MIDI_TIME_STRAY, /* part of nothing: the pieces before it are missing */
    MIDI_TIME_PART,
    MIDI_TIME_WHOLE, /* the last of eight */
};

/* Takes the data byte of a quarter frame in. With the eighth in a row, 0 to 7 or 7 to 0, full_frame gets the time that
 * they say, unchanged: that of the moment when the first was sent. It may be one that does not exist. */
enum midi_time_result midi_time_code_take(struct midi_time_code *code, uint8_t data,
                                          uint8_t full_frame[MIDI_FULL_FRAME]);

#endif
