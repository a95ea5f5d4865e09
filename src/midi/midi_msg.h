/* One MIDI message by value, as every folder passes it (MIDI 1.0 Detailed Specification 4.2).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_MSG_H
#define NOTEWIRE_MIDI_MIDI_MSG_H

#include <stdbool.h>
#include <stdint.h>

/* Flags of a piece of SysEx; a whole short SysEx carries both. The first piece starts with F0, the last ends with F7.
 */
#define MIDI_SYSEX_BEGIN 0x01
#define MIDI_SYSEX_END 0x02
#define MIDI_SYSEX_PART 0x04 /* set on every piece of a SysEx, first and last too */
#define MIDI_SYSEX_CUT 0x08  /* with END: our own F7, because the SysEx broke off; it was counted as malformed */

struct midi_msg {     /* a short message, or a piece of SysEx; owns nothing */
    uint32_t time_us; /* monotonic, wraps; compare with (int32_t)(a - b) */
    uint16_t port;    /* source: registry index of the input it came from, and in the upper byte which sender of it */
    uint8_t len;      /* 1..8 bytes used of b */
    uint8_t flags;    /* MIDI_SYSEX_* */
    uint8_t b[8];
};

/* Status bytes (upper nibble for channel messages). */
enum midi_status {
    MIDI_NOTE_OFF = 0x80,
    MIDI_NOTE_ON = 0x90,
    MIDI_KEY_PRESSURE = 0xa0,
    MIDI_CONTROL_CHANGE = 0xb0,
    MIDI_PROGRAM_CHANGE = 0xc0,
    MIDI_CHANNEL_PRESSURE = 0xd0,
    MIDI_PITCH_BEND = 0xe0,
    MIDI_SYSEX = 0xf0,
    MIDI_TIME_CODE = 0xf1,
    MIDI_SONG_POSITION = 0xf2,
    MIDI_SONG_SELECT = 0xf3,
    MIDI_TUNE_REQUEST = 0xf6,
    MIDI_SYSEX_EOX = 0xf7,
    MIDI_CLOCK = 0xf8,
    MIDI_START = 0xfa,
    MIDI_CONTINUE = 0xfb,
    MIDI_STOP = 0xfc,
    MIDI_ACTIVE_SENSING = 0xfe,
    MIDI_RESET = 0xff,
};

/* Bytes of a message with this status, the status included: 1 to 3; 0 for SysEx, EOX, undefined and data bytes. */
static inline uint8_t midi_length(uint8_t status)
{
    static const uint8_t channel[7] = {3, 3, 3, 3, 2, 2, 3};
    static const uint8_t system[16] = {0, 2, 3, 2, 0, 0, 1, 0, 1, 0, 1, 1, 1, 0, 1, 1};

    if (status < 0x80)
        return 0;
    return status < 0xf0 ? channel[(status >> 4) - 8] : system[status & 0x0f];
}

static inline bool midi_is_realtime(uint8_t status)
{
    return status >= 0xf8;
}

/* Whether a message ends with this: it is short, or the last piece of a SysEx that is whole. */
static inline bool midi_ends(const struct midi_msg *msg)
{
    return (msg->flags & MIDI_SYSEX_PART) == 0 || (msg->flags & (MIDI_SYSEX_END | MIDI_SYSEX_CUT)) == MIDI_SYSEX_END;
}

/* A short message; its length follows from the status. */
static inline struct midi_msg midi_short(uint8_t status, uint8_t data1, uint8_t data2)
{
    struct midi_msg m = {.len = midi_length(status), .b = {status, data1, data2}};

    return m;
}

#endif
