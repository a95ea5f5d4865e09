/* Cuts a byte stream into OSC packets and back: size prefix (OSC 1.0) or SLIP (OSC 1.1; RFC 1055).
 * SPDX-License-Identifier: MIT */
#include "osc/osc_frame.h"

#include "base/bytes.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

#define CAPACITY_MIN 256

void osc_frame_reader_reset(struct osc_frame_reader *reader)
{
    free(reader->buffer);
    *reader = (struct osc_frame_reader){0};
}

/* Appends to the buffer, which grows by what has really come, not by what a peer has promised. The caller holds the
 * sum under OSC_FRAME_MAX. */
static int buffer_append(struct osc_frame_reader *reader, const uint8_t *bytes, size_t length)
{
    size_t need = reader->used + length, capacity = reader->capacity;

    if (need > capacity) {
        uint8_t *buffer;

        capacity = capacity < CAPACITY_MIN ? CAPACITY_MIN : capacity;
        while (capacity < need)
            capacity *= 2;
        buffer = realloc(reader->buffer, capacity);
        if (buffer == NULL)
            return NW_EMEMORY;
        reader->buffer = buffer;
        reader->capacity = capacity;
    }
    if (length > 0)
        memcpy(reader->buffer + reader->used, bytes, length);
    reader->used = need;
    return NW_OK;
}

/* Gives out what the buffer holds. The buffer counts as empty before the sink is called. */
static void buffer_emit(struct osc_frame_reader *reader, const struct osc_frame_sink *sink)
{
    size_t length = reader->used;

    reader->used = 0;
    if (length > 0)
        sink->packet(sink->user, reader->buffer, length);
}

/* Takes the bytes of a size prefix; with the last one, checks the size. Returns the bytes taken, or an error. */
static int size_take_prefix(struct osc_frame_reader *reader, const uint8_t *bytes, size_t length)
{
    int taken = 0;

    while (reader->prefix_used < 4 && (size_t)taken < length)
        reader->prefix[reader->prefix_used++] = bytes[taken++];
    if (reader->prefix_used < 4)
        return taken;
    reader->wanted = bytes_get_u32(reader->prefix);
    if (reader->wanted % 4 == 0 && reader->wanted <= OSC_FRAME_MAX) {
        if (reader->wanted == 0)
            reader->prefix_used = 0;
        return taken;
    }
    reader->prefix_used = 0;
    if (reader->wanted % 4 != 0 || reader->wanted > INT32_MAX)
        return NW_EMALFORMED;
    return NW_ETOOBIG;
}

static int size_feed(struct osc_frame_reader *reader, const uint8_t *bytes, size_t length,
                     const struct osc_frame_sink *sink)
{
    const uint8_t *end = bytes + length;

    while (bytes < end) {
        size_t room, missing;
        int result;

        if (reader->prefix_used < 4) {
            result = size_take_prefix(reader, bytes, (size_t)(end - bytes));
            if (result < 0)
                return result;
            bytes += result;
            continue;
        }
        room = (size_t)(end - bytes);
        missing = reader->wanted - reader->used;
        if (reader->used == 0 && room >= missing) {
            reader->prefix_used = 0;
            sink->packet(sink->user, bytes, missing);
            bytes += missing;
            continue;
        }
        if (room > missing)
            room = missing;
        result = buffer_append(reader, bytes, room);
        if (result != NW_OK)
            return result;
        bytes += room;
        if (reader->used == reader->wanted) {
            reader->prefix_used = 0;
            buffer_emit(reader, sink);
        }
    }
    return NW_OK;
}

/* Gives up the packet being read: what it holds is dropped, and so is the rest up to the next END. */
static void slip_skip(struct osc_frame_reader *reader, const struct osc_frame_sink *sink, int error)
{
    reader->used = 0;
    reader->escaped = false;
    reader->skipping = true;
    sink->malformed(sink->user, error);
}

/* An END: closes the packet, if there is one. run to at are its last bytes, not yet in the buffer. */
static int slip_end(struct osc_frame_reader *reader, const uint8_t *run, const uint8_t *at,
                    const struct osc_frame_sink *sink)
{
    size_t length = (size_t)(at - run);
    int result;

    if (reader->skipping) {
        reader->skipping = false;
        return NW_OK;
    }
    if (reader->used == 0) {
        if (length > 0)
            sink->packet(sink->user, run, length);
        return NW_OK;
    }
    result = buffer_append(reader, run, length);
    if (result == NW_OK)
        buffer_emit(reader, sink);
    return result;
}

/* The byte behind an ESC. Anything but the two codes breaks the packet; an END then closes it at once. */
static int slip_unescape(struct osc_frame_reader *reader, uint8_t byte, const struct osc_frame_sink *sink)
{
    uint8_t plain = byte == SLIP_ESC_END ? SLIP_END : SLIP_ESC;

    reader->escaped = false;
    if (byte != SLIP_ESC_END && byte != SLIP_ESC_ESC) {
        slip_skip(reader, sink, NW_EMALFORMED);
        reader->skipping = byte != SLIP_END;
        return NW_OK;
    }
    if (reader->used == OSC_FRAME_MAX) {
        slip_skip(reader, sink, NW_ETOOBIG);
        return NW_OK;
    }
    return buffer_append(reader, &plain, 1);
}

static int slip_feed(struct osc_frame_reader *reader, const uint8_t *bytes, size_t length,
                     const struct osc_frame_sink *sink)
{
    const uint8_t *at = bytes, *end = bytes + length;
    int result = NW_OK;

    while (at < end && result == NW_OK) {
        const uint8_t *run = at;

        if (reader->escaped) {
            result = slip_unescape(reader, *at++, sink);
            continue;
        }
        while (at < end && *at != SLIP_END && (*at != SLIP_ESC || reader->skipping))
            at++;
        if (!reader->skipping && (size_t)(at - run) > OSC_FRAME_MAX - reader->used) {
            slip_skip(reader, sink, NW_ETOOBIG);
            at = run;
            continue;
        }
        if (at < end && *at == SLIP_END) {
            result = slip_end(reader, run, at++, sink);
            continue;
        }
        if (!reader->skipping)
            result = buffer_append(reader, run, (size_t)(at - run));
        if (at < end) {
            reader->escaped = true;
            at++;
        }
    }
    return result;
}

int osc_frame_feed(struct osc_frame_reader *reader, const uint8_t *bytes, size_t length,
                   const struct osc_frame_sink *sink)
{
    if (length == 0)
        return NW_OK;
    if (reader->framing == OSC_FRAMING_UNKNOWN) {
        if (bytes[0] == SLIP_END)
            reader->framing = OSC_FRAMING_SLIP;
        else if (bytes[0] == OSC_FRAME_MAX >> 24)
            reader->framing = OSC_FRAMING_SIZE;
        else
            return NW_EMALFORMED;
    }
    if (reader->framing == OSC_FRAMING_SLIP)
        return slip_feed(reader, bytes, length, sink);
    return size_feed(reader, bytes, length, sink);
}

bool osc_frame_inside(const struct osc_frame_reader *reader)
{
    return reader->used > 0 || reader->escaped || reader->prefix_used > 0;
}

size_t osc_frame_bound(enum osc_framing framing, size_t length)
{
    return framing == OSC_FRAMING_SLIP ? 2 * length + 2 : length + 4;
}

size_t osc_frame_write(enum osc_framing framing, const uint8_t *packet, size_t length, uint8_t *out)
{
    uint8_t *to = out;

    if (framing != OSC_FRAMING_SLIP) {
        bytes_put_u32(out, (uint32_t)length);
        if (length > 0)
            memcpy(out + 4, packet, length);
        return length + 4;
    }
    *to++ = SLIP_END;
    for (size_t i = 0; i < length; i++) {
        if (packet[i] == SLIP_END || packet[i] == SLIP_ESC) {
            *to++ = SLIP_ESC;
            *to++ = packet[i] == SLIP_END ? SLIP_ESC_END : SLIP_ESC_ESC;
        } else {
            *to++ = packet[i];
        }
    }
    *to++ = SLIP_END;
    return (size_t)(to - out);
}
