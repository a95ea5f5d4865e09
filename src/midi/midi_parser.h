/* Turns a MIDI byte stream, in chunks of any size, into messages (MIDI 1.0 Detailed Specification, "Running status" and
 * "System real time"; SysEx of any length comes out in pieces of up to eight bytes).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_PARSER_H
#define NOTEWIRE_MIDI_MIDI_PARSER_H

#include "midi/midi_msg.h"

#include <stddef.h>

/* Zero-initialise, or midi_parser_reset. 24 bytes, owns nothing. */
struct midi_parser {
    uint8_t status;  /* running status of channel messages; 0 when none */
    uint8_t have;    /* data bytes collected */
    uint8_t pending; /* status of an incomplete system common message; 0 when none */
    uint8_t data[2]; /* the collected data bytes */
    bool in_sysex;
    bool sysex_begun;      /* the first piece has been given out */
    bool started;          /* a channel status byte came and no message has been completed under it yet */
    struct midi_msg piece; /* SysEx bytes not yet given out */
};

struct midi_parser_sink {
    /* One short message or one SysEx piece, with time_us and port 0; the message is the parser's, copy it to keep it.
     * A SysEx is one message, counted at the piece with MIDI_SYSEX_END, unless that piece also carries
     * MIDI_SYSEX_CUT: then the SysEx was cut off, and malformed is called for it right after. */
    void (*message)(void *user, const struct midi_msg *msg);
    /* Bytes that were no message, counted as one malformed message: a stray data byte run, a lone F7, an undefined
     * status, or a message cut off by another status byte. So a lone F7 or an undefined F4 or F5 that also cuts a
     * message off counts twice, once for each. F9 and FD are undefined too, but cut nothing off, as real-time bytes do
     * not. When a SysEx was cut off after pieces of it had been given out, a closing piece (a single F7, with
     * MIDI_SYSEX_END and MIDI_SYSEX_CUT) is given out first, so that no receiver hangs in an open SysEx; one of which
     * nothing had been given out yet vanishes. */
    void (*malformed)(void *user);
    void *user;
};

void midi_parser_reset(struct midi_parser *parser);

/* Feeds bytes; calls the sink for everything they complete. Real-time bytes come out at once, inside SysEx too, and
 * before the SysEx bytes that are held back for a full piece. A run of stray data bytes counts once per call, at its
 * first byte; real-time bytes do not end the run, any other status byte does. */
void midi_parser_feed(struct midi_parser *parser, const uint8_t *bytes, size_t length,
                      const struct midi_parser_sink *sink);

/* The stream ended (a datagram's end, a connection's close): an incomplete message is malformed, an open SysEx is
 * closed as above. Running status is forgotten. */
void midi_parser_end(struct midi_parser *parser, const struct midi_parser_sink *sink);

#endif
