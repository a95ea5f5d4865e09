/* Turns a MIDI byte stream into messages: running status, real-time bytes anywhere, SysEx in pieces.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_parser.h"

#include <string.h>

/* Forgets everything, so that a new stream can begin. */
void midi_parser_reset(struct midi_parser *parser)
{
    memset(parser, 0, sizeof *parser);
}

/* Gives a short message out; the one place where its bytes are put together. */
static void give_short(uint8_t status, const uint8_t *data, const struct midi_parser_sink *sink)
{
    struct midi_msg msg = midi_short(status, data[0], data[1]);

    sink->message(sink->user, &msg);
}

/* Gives the held SysEx bytes out as one piece and makes room for the next. */
static void give_piece(struct midi_parser *parser, unsigned flags, const struct midi_parser_sink *sink)
{
    struct midi_msg *piece = &parser->piece;

    piece->flags = (uint8_t)(MIDI_SYSEX_PART | flags | (parser->sysex_begun ? 0 : MIDI_SYSEX_BEGIN));
    parser->sysex_begun = true;
    sink->message(sink->user, piece);
    memset(piece, 0, sizeof *piece);
}

/* Adds a byte to the open SysEx; pieces are held back until they are full, so that long SysEx costs few messages. */
static void add_sysex(struct midi_parser *parser, uint8_t byte, const struct midi_parser_sink *sink)
{
    parser->piece.b[parser->piece.len++] = byte;
    if (byte == MIDI_SYSEX_EOX) {
        give_piece(parser, MIDI_SYSEX_END, sink);
        parser->in_sysex = false;
    } else if (parser->piece.len == sizeof parser->piece.b) {
        give_piece(parser, 0, sink);
    }
}

/* Ends the message that a status byte or the stream's end cuts off, if there is one: receivers of an open SysEx get
 * their F7, and it counts as malformed. */
static void cut_off(struct midi_parser *parser, const struct midi_parser_sink *sink)
{
    bool cut = parser->in_sysex || parser->pending != 0 || parser->started || parser->have > 0;

    if (parser->in_sysex && parser->sysex_begun) {
        memset(&parser->piece, 0, sizeof parser->piece);
        parser->piece.len = 1;
        parser->piece.b[0] = MIDI_SYSEX_EOX;
        give_piece(parser, MIDI_SYSEX_END | MIDI_SYSEX_CUT, sink);
    }
    midi_parser_reset(parser);
    if (cut)
        sink->malformed(sink->user);
}

/* Takes a status byte below F8; it ends whatever was incomplete, and running status with it. */
static void take_status(struct midi_parser *parser, uint8_t byte, const struct midi_parser_sink *sink)
{
    static const uint8_t no_data[2] = {0, 0};

    if (parser->in_sysex && byte == MIDI_SYSEX_EOX) {
        add_sysex(parser, byte, sink);
        return;
    }
    cut_off(parser, sink);
    if (byte < MIDI_SYSEX) {
        parser->status = byte;
        parser->started = true;
    } else if (byte == MIDI_SYSEX) {
        parser->in_sysex = true;
        parser->sysex_begun = false;
        add_sysex(parser, byte, sink);
    } else if (midi_length(byte) > 1) {
        parser->pending = byte;
    } else if (midi_length(byte) == 1) {
        give_short(byte, no_data, sink);
    } else {
        sink->malformed(sink->user);
    }
}

/* Takes a data byte; false when it belongs to no message. */
static bool take_data(struct midi_parser *parser, uint8_t byte, const struct midi_parser_sink *sink)
{
    uint8_t status = parser->pending != 0 ? parser->pending : parser->status;

    if (parser->in_sysex) {
        add_sysex(parser, byte, sink);
        return true;
    }
    if (status == 0)
        return false;
    parser->data[parser->have++] = byte;
    if (parser->have + 1 == midi_length(status)) {
        parser->have = 0;
        parser->pending = 0;
        parser->started = false;
        give_short(status, parser->data, sink); /* data[1] is 0 under a status with one data byte */
    }
    return true;
}

/* Borrows the bytes; the sink is called before this returns. */
void midi_parser_feed(struct midi_parser *parser, const uint8_t *bytes, size_t length,
                      const struct midi_parser_sink *sink)
{
    static const uint8_t no_data[2] = {0, 0};
    bool stray = false; /* inside a run of stray data bytes, which was counted */

    for (size_t i = 0; i < length; i++) {
        uint8_t byte = bytes[i];

        if (midi_is_realtime(byte)) {
            if (midi_length(byte) == 1)
                give_short(byte, no_data, sink);
            else
                sink->malformed(sink->user);
        } else if (byte >= 0x80) {
            take_status(parser, byte, sink);
            stray = false;
        } else if (!take_data(parser, byte, sink) && !stray) {
            sink->malformed(sink->user);
            stray = true;
        }
    }
}

/* A datagram or a connection ends here, so nothing can complete what is open. */
void midi_parser_end(struct midi_parser *parser, const struct midi_parser_sink *sink)
{
    cut_off(parser, sink);
}
