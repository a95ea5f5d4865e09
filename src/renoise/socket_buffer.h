/* What a peer has sent and a script has not taken: bytes in order, and where each chunk or datagram of them ends.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_SOCKET_BUFFER_H
#define NOTEWIRE_RENOISE_SOCKET_BUFFER_H

#include "script/inbox.h"

#include <stdbool.h>

#define SOCKET_CHUNKS_MAX 8192u /* chunks of which it knows where they end; what comes then is one with the last */

/* Zeroed it is empty. It grows as it is filled; bounding it is its owner's. */
struct socket_buffer {
    uint8_t *bytes; /* owned */
    size_t capacity, head, used;
    struct inbox chunks; /* the length of each, as uint32_t */
    uint32_t empty;      /* how many of those are empty */
    uint32_t loose;      /* chunks behind them, whose ends are not known; none of them is empty */
    uint32_t taken;      /* bytes of the oldest chunk that have been taken */
    size_t searched;     /* bytes without a line end, from head on */
};

void socket_buffer_free(struct socket_buffer *buffer); /* and leaves it empty, to be used again */

/* How many chunks wait. */
static inline uint32_t socket_buffer_count(const struct socket_buffer *buffer)
{
    return buffer->chunks.count + buffer->loose;
}

/* Appends a chunk, which may be empty unless SOCKET_CHUNKS_MAX wait. False without memory: then nothing has changed. */
bool socket_buffer_put(struct socket_buffer *buffer, const uint8_t *bytes, size_t length);

/* The bytes that wait, borrowed until the next put or take. */
static inline const uint8_t *socket_buffer_bytes(const struct socket_buffer *buffer)
{
    return buffer->bytes + buffer->head;
}

/* Bytes left of the oldest chunk; 0 when there is none or it is empty. */
size_t socket_buffer_front(const struct socket_buffer *buffer);

/* Forgets the oldest length bytes; with length 0 the oldest chunk if it is empty. Returns how many chunks ended. */
unsigned socket_buffer_take(struct socket_buffer *buffer, size_t length);

/* Forgets the empty chunks, for who asks for bytes. Returns how many there were. */
unsigned socket_buffer_take_empty(struct socket_buffer *buffer);

/* Whether a line end waits. *length is what the line has without it, *with what it has with it: \n, \r\n or \r. */
bool socket_buffer_line(struct socket_buffer *buffer, size_t *length, size_t *with);

#endif
