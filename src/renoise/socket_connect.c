/* Conversations with one peer: connecting and sending, which may have to wait.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "renoise/socket_server.h"
#include "renoise/socket_stream.h"
#include "script/script.h"

#include <string.h>

#define SEND_PIECE (256u * 1024u) /* bytes given to the connection at once */
#define SEND_LOOK_NS 500000000u   /* how often it is looked whether the peer takes any of them */
#define SEND_LOOKS 10             /* in vain, before it is given up */
#define UDP_TRIES 20              /* while the kernel has no room for a datagram */
#define UDP_TRY_NS 5000000u       /* apart */

/* A connection on its way. */
struct connecting {
    bool done;
    int error, errno_value;
};

static void on_connected(void *user, int error, int errno_value)
{
    struct connecting *connecting = user;

    connecting->done = true;
    connecting->error = error;
    connecting->errno_value = errno_value;
}

static bool is_connected(void *user)
{
    return ((const struct connecting *)user)->done;
}

static void on_data(void *user, const uint8_t *bytes, size_t length)
{
    stream_received(user, bytes, length);
}

static void on_closed(void *user, int error)
{
    stream_ended(user, error);
}

/* A connected socket gets all that its peer sends, also when the script has a server on this port to hear it. */
static void on_datagram(void *user, const struct net_addr *from, const struct net_addr *local, const uint8_t *bytes,
                        size_t length)
{
    struct stream *stream = user;

    (void)from;
    (void)local;
    if (stream->sharer == NULL || !stream->sharer->running || stream->waits > 0)
        stream_received(stream, bytes, length);
    else
        socket_server_hear(stream->sharer, &stream->peer_addr, &stream->local_addr, bytes, length);
}

static void on_kernel_drops(void *user, uint32_t count)
{
    struct stream *stream = user;

    stream->host->bridge->counters.kernel_drops += count;
}

const char *stream_connect_tcp(lua_State *L, struct stream *stream, const struct net_addr *to, uint64_t deadline_ns)
{
    struct tcp_callbacks callbacks = {.data = on_data, .closed = on_closed, .half_open = true, .user = stream};
    struct connecting connecting = {0};
    struct tcp *tcp = NULL;
    int error = tcp_connect(stream->host->loop, to, on_connected, &connecting, &tcp);

    if (error != NW_OK)
        return nw_error_text(error);
    if (!host_wait(stream->host, L, NULL, is_connected, &connecting, deadline_ns)) {
        tcp_close(tcp);
        return "timeout";
    }
    if (connecting.error != NW_OK) {
        tcp_close(tcp);
        return strerror(connecting.errno_value);
    }
    stream->tcp = tcp;
    tcp_local(tcp, &stream->local_addr);
    stream->peer_addr = *to;
    tcp_start(tcp, &callbacks);
    return NULL;
}

const char *stream_connect_udp(struct stream *stream, const struct net_addr *to)
{
    struct udp_callbacks callbacks = {.datagram = on_datagram, .kernel_drops = on_kernel_drops, .user = stream};
    int error = udp_connect(stream->host->loop, to, &callbacks, &stream->udp);

    if (error != NW_OK)
        return nw_error_text(error);
    udp_local(stream->udp, &stream->local_addr);
    stream->peer_addr = *to;
    return NULL;
}

/* Bytes that the kernel has yet to take; none when there is no connection any more. */
static size_t waiting_bytes(const struct stream *stream)
{
    return stream->tcp != NULL && !stream->broken ? tcp_queued(stream->tcp) : 0;
}

struct progress {
    const struct stream *stream;
    size_t before;
};

static bool has_progressed(void *user)
{
    const struct progress *progress = user;

    return waiting_bytes(progress->stream) < progress->before;
}

/* Waits until the kernel has taken all, so that nothing of ours is lost when the socket is closed next. The kernel
 * holds megabytes, and takes more only when a third of them is gone: whether a slow peer reads is seen by what it
 * holds. */
static bool drain(lua_State *L, struct stream *stream)
{
    struct progress progress = {.stream = stream};
    size_t untaken = SIZE_MAX;
    unsigned in_vain = 0;

    if (stream->tcp != NULL)
        tcp_flush(stream->tcp);
    while ((progress.before = waiting_bytes(stream)) > 0) {
        uint64_t deadline = clock_mono_ns() + SEND_LOOK_NS;
        size_t left = tcp_untaken(stream->tcp);

        in_vain = left < untaken ? 0 : in_vain + 1;
        untaken = left;
        if (in_vain == SEND_LOOKS)
            return false;
        if (!host_wait(stream->host, L, NULL, has_progressed, &progress, deadline) && clock_mono_ns() < deadline)
            return false; /* the program stops */
    }
    return true;
}

static const char *send_tcp(lua_State *L, struct stream *stream, const uint8_t *bytes, size_t length)
{
    while (length > 0) {
        size_t piece = length < SEND_PIECE ? length : SEND_PIECE;
        int error = stream->tcp != NULL ? tcp_send(stream->tcp, bytes, piece) : NW_ECLOSED;

        if (error == NW_OK) {
            bytes += piece;
            length -= piece;
        } else if (error != NW_EFULL) {
            return "disconnected";
        }
        if (!drain(L, stream))
            return "timeout";
    }
    return stream->tcp != NULL && tcp_send(stream->tcp, NULL, 0) == NW_OK ? NULL : "disconnected";
}

const char *stream_send_datagram(lua_State *L, struct udp *udp, const struct net_addr *to, const struct net_addr *from,
                                 const uint8_t *bytes, size_t length)
{
    struct host *host = script_of(L)->host;
    int error = udp_send(udp, to, from, bytes, length);

    for (int i = 0; i < UDP_TRIES && error == NW_EFULL; i++) {
        host_wait(host, L, NULL, NULL, NULL, clock_mono_ns() + UDP_TRY_NS);
        error = udp_send(udp, to, from, bytes, length);
    }
    return error == NW_OK ? NULL : nw_error_text(error);
}

const char *stream_send(lua_State *L, struct stream *stream, const uint8_t *bytes, size_t length)
{
    const char *error;

    if (stream->udp != NULL)
        return stream_send_datagram(L, stream->udp, NULL, NULL, bytes, length);
    stream_hold(stream);
    error = send_tcp(L, stream, bytes, length);
    if (error != NULL)
        stream_close(stream);
    stream_release(stream);
    return error;
}
