/* UDP sockets: opening, closing, and their place on the loop. Reading is udp_read.c, writing udp_write.c.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "loop/udp_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RECEIVE_BUFFER (4 * 1024 * 1024)

/* A burst waits here while we are busy. The kernel books twice what was asked for, for its own overhead; that factor is
 * taken off again, so that asked and granted compare. */
static void size_receive_buffer(struct udp *udp)
{
    int size = RECEIVE_BUFFER, granted = 0;
    socklen_t length = sizeof granted;

    if (setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
        setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (getsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &granted, &length) == 0)
        udp->receive_buffer = granted / 2;
}

/* Sockets bound to one address know where they were spoken to; the others ask for it with each datagram. */
static void ask_for_local(struct udp *udp)
{
    int on = 1;

    if (!udp->any)
        return;
    if (udp->is_v6)
        setsockopt(udp->fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
    else
        setsockopt(udp->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct udp *udp = CONTAINER_OF(poll, struct udp, poll);

    if (status != 0) { /* libuv stops watching a socket in error */
        udp_clear_error(udp);
        events = udp->paused ? 0 : UV_READABLE;
    }
    if ((events & UV_WRITABLE) != 0)
        udp_flush(udp);
    if ((events & UV_READABLE) != 0)
        udp_read(udp);
    if (status != 0)
        udp_rearm(udp);
}

void udp_rearm(struct udp *udp)
{
    int events = (udp->paused ? 0 : UV_READABLE) | (udp->blocked ? UV_WRITABLE : 0);

    if (udp->closed)
        return;
    if (events != 0)
        uv_poll_start(&udp->poll, events, on_ready);
    else
        uv_poll_stop(&udp->poll);
}

/* Puts a socket on the loop; takes udp->fd over only when it succeeds. */
static int start(struct loop *loop, struct udp *udp, const struct udp_callbacks *callbacks, struct udp **out)
{
    int on = 1;

    udp->loop = loop;
    udp->callbacks = *callbacks;
    udp->flush.run = udp_run_flush;
    setsockopt(udp->fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on); /* one line in a file may name a whole room */
    size_receive_buffer(udp);
    socket_local(udp->fd, &udp->local);
    if (udp_slab_of(loop) == NULL || uv_poll_init(&loop->uv, &udp->poll, udp->fd) != 0)
        return NW_EIO;
    udp_rearm(udp);
    *out = udp;
    return NW_OK;
}

/* With shared, the port may belong to sockets that are lent out (udp_lend). Nobody else can come between, for the
 * option is gone again at once. */
static int open_bound(struct loop *loop, const struct net_addr *bind, bool shared,
                      const struct udp_callbacks *callbacks, struct udp **out)
{
    struct udp *udp = calloc(1, sizeof *udp);
    int error;

    if (udp == NULL)
        return NW_EIO;
    udp->any = net_addr_is_any(bind);
    udp->fd = socket_bound(SOCK_DGRAM, bind, shared, &udp->is_v6);
    if (udp->fd < 0) {
        error = udp->fd;
        goto err_socket;
    }
    if (shared)
        socket_reuse(udp->fd, false);
    ask_for_local(udp);
    error = start(loop, udp, callbacks, out);
    if (error != NW_OK)
        goto err_start;
    return NW_OK;

err_start:
    close(udp->fd);
err_socket:
    free(udp);
    return error;
}

int udp_open(struct loop *loop, const struct net_addr *bind, const struct udp_callbacks *callbacks, struct udp **out)
{
    return open_bound(loop, bind, false, callbacks, out);
}

int udp_open_shared(struct loop *loop, const struct net_addr *bind, const struct udp_callbacks *callbacks,
                    struct udp **out)
{
    return open_bound(loop, bind, true, callbacks, out);
}

int udp_adopt(struct udp *elder, const struct udp_callbacks *callbacks, struct udp **out)
{
    struct udp *udp = calloc(1, sizeof *udp);

    if (udp == NULL)
        return NW_EIO;
    udp->is_v6 = elder->is_v6;
    udp->any = elder->any;
    udp->paused = udp->mute = true;
    udp->kernel_drops = elder->kernel_drops;
    udp->fd = fcntl(elder->fd, F_DUPFD_CLOEXEC, 0);
    if (udp->fd < 0)
        goto err_fd;
    if (start(elder->loop, udp, callbacks, out) != NW_OK)
        goto err_start;
    udp->elder = elder;
    elder->heir = udp;
    return NW_OK;

err_start:
    close(udp->fd);
err_fd:
    free(udp);
    return NW_EIO;
}

/* Neither knows the other any more. */
static void part(struct udp *elder, struct udp *heir)
{
    if (elder == NULL || heir == NULL)
        return;
    elder->heir = NULL;
    heir->elder = NULL;
}

void udp_take_over(struct udp *udp)
{
    struct udp *elder = udp->elder;

    if (elder != NULL) {
        udp_poll_drops(elder);
        udp_pause(elder, true);
        elder->mute = true;
        part(elder, udp);
    }
    udp->mute = false;
    udp_pause(udp, false);
}

void udp_lend(struct udp *udp, bool lent)
{
    socket_reuse(udp->fd, lent);
}

int udp_connect(struct loop *loop, const struct net_addr *peer, const struct udp_callbacks *callbacks, struct udp **out)
{
    struct udp *udp = calloc(1, sizeof *udp);
    struct sockaddr_storage sa;
    socklen_t length = net_addr_to_sockaddr(peer, false, &sa);
    int error = NW_EIO, saved;

    if (udp == NULL)
        return NW_EIO;
    udp->is_v6 = peer->family == 6;
    udp->connected = true;
    udp->peer = *peer;
    udp->fd = socket(udp->is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (udp->fd < 0)
        goto err_socket;
    if (connect(udp->fd, (struct sockaddr *)&sa, length) != 0) {
        error = socket_error(errno);
        goto err_connect;
    }
    error = start(loop, udp, callbacks, out);
    if (error != NW_OK)
        goto err_connect;
    return NW_OK;

err_connect:
    saved = errno;
    close(udp->fd);
    errno = saved;
err_socket:
    free(udp);
    return error;
}

void udp_pause(struct udp *udp, bool paused)
{
    if (udp->paused == paused)
        return;
    udp->paused = paused;
    udp_rearm(udp);
}

void udp_local(const struct udp *udp, struct net_addr *addr)
{
    *addr = udp->local;
}

int udp_receive_buffer(const struct udp *udp)
{
    return udp->receive_buffer;
}

const struct udp_figures *udp_figures(const struct udp *udp)
{
    return &udp->figures;
}

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct udp, poll));
}

/* The memory stays until the end of the turn: its reader may be in the middle of a batch. */
void udp_close(struct udp *udp)
{
    if (udp == NULL || udp->closed)
        return;
    udp_flush(udp);
    udp->closed = true;
    part(udp, udp->heir);
    part(udp->elder, udp);
    loop_flush_cancel(udp->loop, &udp->flush);
    uv_close((uv_handle_t *)&udp->poll, on_closed);
    close(udp->fd);
    udp_out_free(udp->out);
    udp->out = NULL;
}
