/* Turns a MIDI byte stream, in chunks of any size, into messages (MIDI 1.0 Detailed Specification, "Running status" and
 * "System real time"; SysEx of any length comes out in pieces of up to eight bytes).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_PARSER_H
#define NOTEWIRE_MIDI_MIDI_PARSER_H

#include "midi/midi_msg.h"

#include <stddef.h>

/* Zero-initialise, or midi_parser_reset. 32 bytes, owns nothing. */
struct midi_parser {
    uint8_t status;  /* running status of channel messages; 0 when none */
    uint8_t have;    /* data bytes collected */
    uint8_t pending; /* status of an incomplete system common message; 0 when none */
    uint8_t data[2]; /* the collected data bytes */
    bool in_sysex;
    bool sysex_begun;      /* the first piece has been given out */
    struct midi_msg piece; /* SysEx bytes not yet given out */
};

struct midi_parser_sink {
    /* One short message or one SysEx piece; the message is the parser's, copy it to keep it. */
    void (*message)(void *user, const struct midi_msg *msg);
    /* Bytes that were no message, counted as one malformed message: a stray data byte run, a lone F7, an undefined
     * status, or a message cut off by another status byte. When a SysEx was cut off after pieces of it had been given
     * out, a closing piece (F7, MIDI_SYSEX_END) is given out first, so that no receiver hangs in an open SysEx. */
    void (*malformed)(void *user);
    void *user;
};

void midi_parser_reset(struct midi_parser *parser);

/* Feeds bytes; calls the sink for everything they complete. Real-time bytes come out at once, inside SysEx too. A run
 * of stray data bytes counts once per call. */
void midi_parser_feed(struct midi_parser *parser, const uint8_t *bytes, size_t length,
                      const struct midi_parser_sink *sink);

/* The stream ended (a datagram's end, a connection's close): an incomplete message is malformed, an open SysEx is
 * closed as above. Running status is forgotten. */
void midi_parser_end(struct midi_parser *parser, const struct midi_parser_sink *sink);

#endif
