/* Conversations with one peer: what comes in, the end, and the references.
 * SPDX-License-Identifier: MIT */
#include "renoise/socket_stream.h"

#include "base/error.h"
#include "renoise/socket_server.h"

#include <stdlib.h>

struct stream *stream_new(struct host *host)
{
    struct stream *stream = calloc(1, sizeof *stream);

    if (stream == NULL)
        return NULL;
    stream->host = host;
    stream->references = 1;
    stream->limit = SOCKET_BUFFER_MAX;
    stream->unwanted = DROP_EXIT;
    return stream;
}

void stream_hold(struct stream *stream)
{
    stream->references++;
}

void stream_release(struct stream *stream)
{
    if (stream == NULL || --stream->references > 0)
        return;
    stream_close(stream);
    free(stream);
}

static void set_paused(struct stream *stream, bool pause)
{
    if (stream->tcp == NULL || pause == stream->paused)
        return;
    stream->paused = pause;
    tcp_pause(stream->tcp, pause);
}

/* Reading stops at the bound and goes on at half of it. */
static void regulate(struct stream *stream)
{
    size_t used = stream->received.used;

    set_paused(stream, stream->paused ? used > stream->limit / 2 : used >= stream->limit);
}

void stream_disconnect(struct stream *stream)
{
    struct udp *udp = stream->udp;

    if (stream->peer != NULL)
        server_disconnect(stream->peer);
    else
        tcp_close(stream->tcp);
    stream->udp = NULL;
    udp_close(udp);
    stream->peer = NULL;
    stream->tcp = NULL;
    stream->ended = true;
    if (socket_buffer_count(&stream->received) == 0) /* the object may wait long for its collection */
        socket_buffer_free(&stream->received);
}

void stream_discard(struct stream *stream, enum drop_reason reason)
{
    stream->turns++;
    for (uint32_t left = socket_buffer_count(&stream->received); left > 0; left--)
        host_dropped(stream->host, reason);
    socket_buffer_free(&stream->received);
    regulate(stream);
}

void stream_share(struct stream *stream, struct socket_server *server)
{
    socket_server_release(stream->sharer);
    stream->sharer = server;
    server->references++;
}

void stream_close(struct stream *stream)
{
    stream_disconnect(stream);
    socket_server_release(stream->sharer);
    stream->sharer = NULL;
    stream_discard(stream, stream->unwanted);
    stream->closed = true;
}

bool stream_is_open(const struct stream *stream)
{
    if (stream->closed)
        return false;
    if (!stream->accepted || !stream->ended)
        return true;
    return stream->busy > 0 || stream->received.used > 0;
}

void stream_received(struct stream *stream, const uint8_t *bytes, size_t length)
{
    const struct socket_buffer *received = &stream->received;
    bool full = stream->udp != NULL &&
                (received->used + length > stream->limit || socket_buffer_count(received) >= SOCKET_CHUNKS_MAX);

    host_queued(stream->host);
    if (stream->swallow_newline && length > 0) {
        stream->swallow_newline = false;
        if (bytes[0] == '\n') {
            bytes++;
            length--;
            if (length == 0) { /* it belongs to a line that has been taken */
                host_delivered(stream->host);
                return;
            }
        }
    }
    if (full || !socket_buffer_put(&stream->received, bytes, length)) {
        host_dropped(stream->host, DROP_QUEUE);
        if (stream->udp == NULL) /* a gap in a stream is worse than its end */
            stream->ended = true;
        return;
    }
    stream->unheard = stream->left;
    regulate(stream);
}

void stream_ended(struct stream *stream, int error)
{
    stream->ended = true;
    stream->broken = error != NW_OK;
    if (error == NW_OK || stream->peer == NULL)
        return;          /* it may still be sent to, or tcp_close is ours to call */
    stream->peer = NULL; /* the server forgets it when this returns */
    stream->tcp = NULL;
}

void stream_limit(struct stream *stream, size_t limit)
{
    stream->limit = limit;
    set_paused(stream, stream->received.used >= limit); /* at once: somebody may wait for all of it */
}

void stream_take_empty(struct stream *stream)
{
    for (unsigned left = socket_buffer_take_empty(&stream->received); left > 0; left--)
        host_delivered(stream->host);
}

void stream_taken(struct stream *stream, size_t length)
{
    stream->turns++;
    for (unsigned left = socket_buffer_take(&stream->received, length); left > 0; left--)
        host_delivered(stream->host);
    regulate(stream);
}
