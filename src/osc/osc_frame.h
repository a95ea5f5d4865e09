/* OSC over a byte stream: size prefix (OSC 1.0, "OSC Packets": int32 size before each packet) or SLIP with END on both
 * sides (OSC 1.1; RFC 1055), told apart by the stream's first byte. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_FRAME_H
#define NOTEWIRE_OSC_OSC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OSC_FRAME_MAX (1024u * 1024u) /* bytes of one packet; a larger one is NW_ETOOBIG */
#define SLIP_END 0xc0
#define SLIP_ESC 0xdb
#define SLIP_ESC_END 0xdc
#define SLIP_ESC_ESC 0xdd

enum osc_framing {
    OSC_FRAMING_UNKNOWN, /* no byte seen yet; answers go out with a size prefix */
    OSC_FRAMING_SIZE,
    OSC_FRAMING_SLIP,
};

/* The reading end of one connection. The buffer grows up to OSC_FRAME_MAX and is kept; it is owned by the reader. */
struct osc_frame_reader {
    uint8_t *buffer;
    size_t capacity, used;
    enum osc_framing framing;
    uint8_t prefix[4]; /* size prefix bytes seen so far */
    uint8_t prefix_used;
    uint32_t wanted; /* size of the packet being read */
    bool escaped;    /* SLIP: the last byte was ESC */
    bool skipping;   /* SLIP: the packet is broken, the rest up to the next END is dropped */
};

struct osc_frame_sink {
    void (*packet)(void *user, const uint8_t *bytes, size_t length); /* borrows until it returns */
    /* A broken frame that the stream survives (SLIP: bad escape, too long; the rest up to the next END is skipped). */
    void (*malformed)(void *user, int error);
    void *user;
};

/* Zero-initialise before first use. framing may be set beforehand to force one. */
void osc_frame_reader_reset(struct osc_frame_reader *reader); /* frees the buffer */

/* Feeds bytes of any cut. A whole packet inside bytes is given out without copying. The sink must not reset or feed the
 * same reader. Returns 0, or, when the stream
 * cannot be followed any further and the connection has to be closed, NW_EMALFORMED (size prefix: zero size is skipped,
 * negative, not a multiple of 4; a first byte that is neither SLIP END nor the start of a size up to OSC_FRAME_MAX),
 * NW_ETOOBIG or NW_EMEMORY. */
int osc_frame_feed(struct osc_frame_reader *reader, const uint8_t *bytes, size_t length,
                   const struct osc_frame_sink *sink);

/* Whether the stream stands inside a packet: closing now cuts it off. False in the rest of one that was already given
 * to malformed. */
bool osc_frame_inside(const struct osc_frame_reader *reader);

/* Bytes that a packet of length needs when framed, at most (SLIP: 2 * length + 2). */
size_t osc_frame_bound(enum osc_framing framing, size_t length);

/* Writes a framed packet to out, which has osc_frame_bound bytes; returns the bytes written. */
size_t osc_frame_write(enum osc_framing framing, const uint8_t *packet, size_t length, uint8_t *out);

#endif
