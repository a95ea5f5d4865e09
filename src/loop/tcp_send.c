/* The sending half of a TCP connection: two buffers, one being filled while libuv writes the other.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "loop/tcp_internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#define BUFFER_FIRST 4096u /* bytes of a buffer's first size */

/* Makes room behind what is used, doubling, so that a working connection soon allocates no more. */
static int grow(struct tcp_buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity != 0 ? buffer->capacity : BUFFER_FIRST;
    uint8_t *bytes;

    if (buffer->capacity - buffer->used >= more)
        return NW_OK;
    while (capacity - buffer->used < more)
        capacity *= 2;
    bytes = realloc(buffer->bytes, capacity);
    if (bytes == NULL)
        return NW_EFULL;
    buffer->bytes = bytes;
    buffer->capacity = capacity;
    return NW_OK;
}

size_t tcp_queued(const struct tcp *connection)
{
    return connection->filling.used + uv_stream_get_write_queue_size((const uv_stream_t *)&connection->stream);
}

size_t tcp_untaken(const struct tcp *connection)
{
    int fd, held;

    if (uv_fileno((const uv_handle_t *)&connection->stream, &fd) != 0 || ioctl(fd, TIOCOUTQ, &held) != 0)
        held = 0;
    return tcp_queued(connection) + (size_t)held;
}

int tcp_reserve(struct tcp *connection, size_t size, uint8_t **room)
{
    struct tcp_buffer *buffer = &connection->filling;

    if (connection->ended || connection->closed)
        return NW_ECLOSED;
    if (size > TCP_SEND_BUFFER)
        return NW_ETOOBIG;
    if (size > TCP_SEND_BUFFER - tcp_queued(connection) || grow(buffer, size) != NW_OK) {
        connection->crowded = true;
        return NW_EFULL;
    }
    *room = buffer->bytes + buffer->used;
    return NW_OK;
}

void tcp_commit(struct tcp *connection, size_t length)
{
    connection->filling.used += length;
    if (tcp_queued(connection) > TCP_SEND_BUFFER / 2)
        connection->crowded = true;
    if (!connection->write_busy) /* else the rest goes when libuv is through */
        loop_flush_schedule(connection->loop, &connection->flush);
}

int tcp_send(struct tcp *connection, const uint8_t *bytes, size_t length)
{
    uint8_t *room;
    int error = tcp_reserve(connection, length, &room);

    if (error != NW_OK || length == 0)
        return error;
    memcpy(room, bytes, length);
    tcp_commit(connection, length);
    return NW_OK;
}

/* Room again: told once, when half of the buffer is free, so that the writer does not come back for every byte. */
static void consider_writable(struct tcp *tcp)
{
    if (!tcp->crowded || tcp->ended || tcp->closed || tcp_queued(tcp) > TCP_SEND_BUFFER / 2)
        return;
    tcp->crowded = false;
    if (tcp->started && tcp->callbacks.writable != NULL)
        tcp->callbacks.writable(tcp->callbacks.user);
}

static void on_written(uv_write_t *request, int status)
{
    struct tcp *tcp = CONTAINER_OF(request, struct tcp, write);

    tcp->write_busy = false;
    tcp->writing.used = 0;
    if (tcp->closed || tcp->ended)
        return;
    if (status != 0) {
        tcp_end(tcp, NW_EIO);
        return;
    }
    tcp_flush(tcp);
    consider_writable(tcp);
}

/* What the kernel does not take at once is libuv's until the peer reads again; errors come back through on_written,
 * never from here, so that sending calls nobody back. */
void tcp_flush(struct tcp *connection)
{
    struct tcp_buffer *buffer = &connection->filling;
    uv_stream_t *stream = (uv_stream_t *)&connection->stream;
    struct tcp_buffer swap;
    uv_buf_t piece;
    int taken;

    if (connection->ended || connection->closed || connection->write_busy || buffer->used == 0)
        return;
    piece = uv_buf_init((char *)buffer->bytes, (unsigned)buffer->used);
    taken = uv_try_write(stream, &piece, 1);
    if (taken == (int)buffer->used) {
        buffer->used = 0;
        return;
    }
    taken = taken > 0 ? taken : 0;
    swap = connection->writing;
    connection->writing = connection->filling;
    connection->filling = swap;
    piece =
        uv_buf_init((char *)connection->writing.bytes + taken, (unsigned)connection->writing.used - (unsigned)taken);
    connection->write_busy = true;
    if (uv_write(&connection->write, stream, &piece, 1, on_written) != 0) {
        connection->write_busy = false;
        connection->writing.used = 0; /* not connected (any more): reading tells, or connected does */
    }
}

void tcp_run_flush(struct loop_flush *flush)
{
    struct tcp *tcp = CONTAINER_OF(flush, struct tcp, flush);

    tcp_flush(tcp);
    consider_writable(tcp);
}
