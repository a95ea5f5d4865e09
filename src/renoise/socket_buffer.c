/* Bytes and chunk ends that wait for a script.
 * SPDX-License-Identifier: MIT */
#include "renoise/socket_buffer.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST 2048u /* bytes of the first allocation */

void socket_buffer_free(struct socket_buffer *buffer)
{
    free(buffer->bytes);
    inbox_free(&buffer->chunks);
    memset(buffer, 0, sizeof *buffer);
}

/* Room for length more bytes behind those in use: by moving them to the front, or to a larger place. */
static bool make_room(struct socket_buffer *buffer, size_t length)
{
    size_t capacity = buffer->capacity != 0 ? buffer->capacity : BUFFER_FIRST;
    uint8_t *bytes;

    if (buffer->capacity - buffer->head - buffer->used >= length && buffer->bytes != NULL)
        return true;
    while (capacity - buffer->used < length)
        capacity *= 2;
    bytes = capacity != buffer->capacity ? malloc(capacity) : buffer->bytes;
    if (bytes == NULL)
        return false;
    if (buffer->bytes != NULL)
        memmove(bytes, buffer->bytes + buffer->head, buffer->used);
    if (bytes != buffer->bytes)
        free(buffer->bytes);
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    buffer->head = 0;
    return true;
}

bool socket_buffer_put(struct socket_buffer *buffer, const uint8_t *bytes, size_t length)
{
    uint32_t chunk = (uint32_t)length;
    void *room;

    if (!make_room(buffer, length))
        return false;
    if (socket_buffer_count(buffer) >= SOCKET_CHUNKS_MAX || buffer->loose > 0) {
        buffer->loose++;
    } else {
        room = inbox_put(&buffer->chunks, sizeof chunk);
        if (room == NULL)
            return false;
        memcpy(room, &chunk, sizeof chunk);
        buffer->empty += length == 0;
    }
    if (length > 0)
        memcpy(buffer->bytes + buffer->head + buffer->used, bytes, length);
    buffer->used += length;
    return true;
}

size_t socket_buffer_front(const struct socket_buffer *buffer)
{
    uint32_t chunk;
    size_t size;
    const void *front = inbox_front(&buffer->chunks, &size);

    if (front == NULL)
        return 0;
    memcpy(&chunk, front, sizeof chunk);
    return chunk - buffer->taken;
}

unsigned socket_buffer_take(struct socket_buffer *buffer, size_t length)
{
    unsigned ended = 0;
    size_t left;

    length = length < buffer->used ? length : buffer->used;
    left = length;
    while (buffer->chunks.count > 0) {
        size_t front = socket_buffer_front(buffer), part = left < front ? left : front;

        left -= part;
        if (part < front) {
            buffer->taken += (uint32_t)part;
            break;
        }
        buffer->empty -= front == 0;
        inbox_pop(&buffer->chunks);
        buffer->taken = 0;
        ended++;
        if (left == 0)
            break;
    }
    buffer->used -= length;
    if (buffer->loose > buffer->used) { /* each has a byte at least */
        ended += buffer->loose - (uint32_t)buffer->used;
        buffer->loose = (uint32_t)buffer->used;
    }
    buffer->head = buffer->used > 0 ? buffer->head + length : 0;
    buffer->searched = 0;
    return ended;
}

/* The lengths go round once; all records have the same size, so that each has room where the one before it was. */
unsigned socket_buffer_take_empty(struct socket_buffer *buffer)
{
    unsigned ended = buffer->empty;
    uint32_t chunk;
    size_t size;

    for (uint32_t left = ended > 0 ? buffer->chunks.count : 0; left > 0; left--) {
        memcpy(&chunk, inbox_front(&buffer->chunks, &size), sizeof chunk);
        inbox_pop(&buffer->chunks);
        if (chunk > 0)
            memcpy(inbox_put(&buffer->chunks, sizeof chunk), &chunk, sizeof chunk);
    }
    buffer->empty = 0;
    return ended;
}

bool socket_buffer_line(struct socket_buffer *buffer, size_t *length, size_t *with)
{
    const uint8_t *bytes = buffer->used > 0 ? socket_buffer_bytes(buffer) : NULL;

    for (size_t i = buffer->searched; i < buffer->used; i++)
        if (bytes[i] == '\n' || bytes[i] == '\r') {
            *length = i;
            *with = i + 1 + (bytes[i] == '\r' && i + 1 < buffer->used && bytes[i + 1] == '\n');
            return true;
        }
    buffer->searched = buffer->used;
    return false;
}
