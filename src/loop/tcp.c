/* TCP connections: connecting, reading, ending. Sending is tcp_send.c, listening tcp_listen.c.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "loop/tcp_internal.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

static struct tcp *of_stream(void *stream)
{
    return CONTAINER_OF(stream, struct tcp, stream);
}

struct tcp *tcp_new(struct loop *loop)
{
    struct tcp *tcp = calloc(1, sizeof *tcp);

    if (tcp == NULL)
        return NULL;
    if (loop->tcp_slab == NULL)
        loop->tcp_slab = malloc(TCP_READ_SLAB);
    if (loop->tcp_slab == NULL || uv_tcp_init(&loop->uv, &tcp->stream) != 0) {
        free(tcp);
        return NULL;
    }
    tcp->loop = loop;
    tcp->flush.run = tcp_run_flush;
    return tcp;
}

/* A peer whose machine lost power says nothing; unasked, the kernel waits for it for hours, or, with bytes under way,
 * a quarter of an hour. */
static void notice_silence(struct tcp *tcp)
{
    int on = 1, idle_s = 10, interval_s = 5, probes = 3;
    unsigned unacknowledged_ms = 60000;
    uv_os_fd_t fd;

    if (uv_fileno((uv_handle_t *)&tcp->stream, &fd) != 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
}

void tcp_established(struct tcp *tcp)
{
    struct sockaddr_storage sa;
    int length = sizeof sa;

    uv_tcp_nodelay(&tcp->stream, 1);
    notice_silence(tcp);
    memset(&sa, 0, sizeof sa);
    if (uv_tcp_getsockname(&tcp->stream, (struct sockaddr *)&sa, &length) == 0)
        net_addr_from_sockaddr(&tcp->local, (struct sockaddr *)&sa);
}

static void on_connected(uv_connect_t *request, int status)
{
    struct tcp *tcp = CONTAINER_OF(request, struct tcp, connecting);

    if (tcp->closed)
        return;
    if (status == 0)
        tcp_established(tcp);
    else
        tcp->ended = true;
    tcp->connected(tcp->connected_user, status == 0 ? NW_OK : NW_EIO, -status);
}

int tcp_connect(struct loop *loop, const struct net_addr *peer,
                void (*connected)(void *user, int error, int errno_value), void *user, struct tcp **out)
{
    struct sockaddr_storage sa;
    struct tcp *tcp = tcp_new(loop);
    int status;

    if (tcp == NULL)
        return NW_EIO;
    tcp->connected = connected;
    tcp->connected_user = user;
    tcp->peer = *peer;
    net_addr_to_sockaddr(peer, false, &sa);
    status = uv_tcp_connect(&tcp->connecting, &tcp->stream, (struct sockaddr *)&sa, on_connected);
    if (status != 0) {
        tcp_close(tcp);
        errno = -status;
        return socket_error(-status);
    }
    *out = tcp;
    return NW_OK;
}

/* One slab for all connections: libuv reads and calls back before it asks for the next buffer. */
static void on_alloc(uv_handle_t *stream, size_t suggested, uv_buf_t *buffer)
{
    (void)suggested;
    *buffer = uv_buf_init((char *)of_stream(stream)->loop->tcp_slab, TCP_READ_SLAB);
}

/* The peer has ended its sending, but may still listen. */
static void end_reading(struct tcp *tcp)
{
    tcp->read_ended = true;
    uv_read_stop((uv_stream_t *)&tcp->stream);
    tcp->callbacks.closed(tcp->callbacks.user, NW_OK);
}

static void on_read(uv_stream_t *stream, ssize_t count, const uv_buf_t *buffer)
{
    struct tcp *tcp = of_stream(stream);

    if (count > 0)
        tcp->callbacks.data(tcp->callbacks.user, (const uint8_t *)buffer->base, (size_t)count);
    else if (count == UV_EOF && tcp->callbacks.half_open)
        end_reading(tcp);
    else if (count < 0)
        tcp_end(tcp, count == UV_EOF ? NW_OK : NW_EIO);
}

static void start_reading(struct tcp *tcp)
{
    if (!tcp->started || tcp->paused || tcp->read_ended || tcp->ended || tcp->closed)
        return;
    uv_read_start((uv_stream_t *)&tcp->stream, on_alloc, on_read);
}

void tcp_start(struct tcp *connection, const struct tcp_callbacks *callbacks)
{
    connection->callbacks = *callbacks;
    connection->started = true;
    start_reading(connection);
}

void tcp_pause(struct tcp *connection, bool paused)
{
    if (connection->paused == paused)
        return;
    connection->paused = paused;
    if (paused)
        uv_read_stop((uv_stream_t *)&connection->stream);
    else
        start_reading(connection);
}

void tcp_end(struct tcp *tcp, int error)
{
    if (tcp->ended || tcp->closed)
        return;
    tcp->ended = true;
    uv_read_stop((uv_stream_t *)&tcp->stream);
    loop_flush_cancel(tcp->loop, &tcp->flush);
    if (tcp->started)
        tcp->callbacks.closed(tcp->callbacks.user, error);
}

void tcp_local(const struct tcp *connection, struct net_addr *addr)
{
    *addr = connection->local;
}

void tcp_peer(const struct tcp *connection, struct net_addr *addr)
{
    *addr = connection->peer;
}

static void on_closed(uv_handle_t *handle)
{
    struct tcp *tcp = of_stream(handle);

    free(tcp->filling.bytes);
    free(tcp->writing.bytes);
    free(tcp);
}

/* The memory stays until libuv has let go of it, at the end of the turn. */
void tcp_close(struct tcp *connection)
{
    if (connection == NULL || connection->closed)
        return;
    if (!connection->ended)
        tcp_flush(connection);
    connection->closed = true;
    loop_flush_cancel(connection->loop, &connection->flush);
    uv_close((uv_handle_t *)&connection->stream, on_closed);
}
