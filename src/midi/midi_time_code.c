/* MIDI Time Code's quarter frames, read as one time.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_time_code.h"

#define PIECES 8

/* The full frame of eight nibbles; bits that mean nothing are left out. */
static void write_frame(const uint8_t nibble[PIECES], uint8_t frame[MIDI_FULL_FRAME])
{
    static const uint8_t mask[4] = {0x1f, 0x3f, 0x3f, 0x7f}; /* frames, seconds, minutes, hours with the rate */

    frame[0] = MIDI_SYSEX;
    frame[1] = frame[2] = 0x7f;
    frame[3] = frame[4] = 0x01;
    for (unsigned i = 0; i < 4; i++)
        frame[8 - i] = (nibble[2 * i] | nibble[2 * i + 1] << 4) & mask[i];
    frame[9] = MIDI_SYSEX_EOX;
}

enum midi_time_result midi_time_code_take(struct midi_time_code *code, uint8_t data,
                                          uint8_t full_frame[MIDI_FULL_FRAME])
{
    uint8_t piece = data >> 4 & 7;

    if (code->count > 0 && piece == code->next) {
        code->count++;
    } else {
        code->count = piece == 0 || piece == PIECES - 1;
        code->direction = piece == 0 ? 1 : -1;
    }
    if (code->count == 0)
        return MIDI_TIME_STRAY;
    code->nibble[piece] = data & 0x0f;
    code->next = (uint8_t)(piece + code->direction);
    if (code->count < PIECES)
        return MIDI_TIME_PART;
    code->count = 0;
    write_frame(code->nibble, full_frame);
    return MIDI_TIME_WHOLE;
}
