/* TCP listeners, accepting by themselves: uv_listen sleeps after each connection, and tries again without end when
 * there are no descriptors left. SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "loop/tcp_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 128
#define ACCEPT_MAX 16        /* connections a turn; then the others get their turn */
#define ACCEPT_RETRY_MS 1000 /* without descriptors: the connections wait in the backlog */

struct tcp_listener {
    struct loop *loop;
    uv_poll_t poll;
    uv_timer_t retry;
    int fd;
    unsigned handles; /* poll and retry: the memory goes with the second */
    bool closed;
    struct tcp_listener *elder, *heir; /* the one whose place it is to take, and the one that is to take its own */
    void (*accepted)(void *user, struct tcp *connection);
    void (*failed)(void *user, int errno_value); /* may be NULL */
    void *user;
    struct net_addr local;
    struct log_limit limit;
};

static void on_ready(uv_poll_t *poll, int status, int events);

static void on_retry(uv_timer_t *timer)
{
    struct tcp_listener *listener = CONTAINER_OF(timer, struct tcp_listener, retry);

    uv_poll_start(&listener->poll, UV_READABLE, on_ready);
}

/* The backlog stays readable, so watching it on would spin. */
static void rest(struct tcp_listener *listener, int errno_value)
{
    char text[NET_ADDR_TEXT];
    uint32_t repeated;

    if (log_limit_pass(&listener->limit, &repeated))
        log_warning("E306", "cannot accept connections on tcp %s: %s; they wait. Fix: raise the limit of open files",
                    net_addr_text(&listener->local, text), strerror(errno_value));
    uv_poll_stop(&listener->poll);
    uv_timer_start(&listener->retry, on_retry, ACCEPT_RETRY_MS, 0);
    if (listener->failed != NULL)
        listener->failed(listener->user, errno_value);
}

/* Takes fd. The peer's address comes with the connection: asked for later, one that has been reset has none. */
static void hand_over(struct tcp_listener *listener, int fd, const struct sockaddr *peer)
{
    struct tcp *tcp = tcp_new(listener->loop);

    if (tcp == NULL) {
        close(fd);
        return;
    }
    if (uv_tcp_open(&tcp->stream, fd) != 0) {
        close(fd);
        tcp_close(tcp);
        return;
    }
    tcp_established(tcp);
    net_addr_from_sockaddr(&tcp->peer, peer);
    listener->accepted(listener->user, tcp);
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct tcp_listener *listener = CONTAINER_OF(poll, struct tcp_listener, poll);

    (void)events;
    for (int i = 0; i < ACCEPT_MAX && !listener->closed; i++) {
        struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
        socklen_t length = sizeof peer;
        int fd = accept4(listener->fd, (struct sockaddr *)&peer, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd >= 0) {
            hand_over(listener, fd, (struct sockaddr *)&peer);
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            break;
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            rest(listener, errno);
            return;
        }
        /* Everything else is an error of that one connection, gone before we came. */
    }
    if (status != 0 && !listener->closed)
        uv_poll_start(&listener->poll, UV_READABLE, on_ready);
}

/* Puts listener->fd on the loop, at rest. 0 or NW_EIO. */
static int start(struct loop *loop, struct tcp_listener *listener)
{
    socket_local(listener->fd, &listener->local);
    if (uv_poll_init(&loop->uv, &listener->poll, listener->fd) != 0)
        return NW_EIO;
    uv_timer_init(&loop->uv, &listener->retry);
    listener->loop = loop;
    listener->handles = 2;
    return NW_OK;
}

int tcp_listen(struct loop *loop, const struct net_addr *bind, void (*accepted)(void *user, struct tcp *connection),
               void *user, struct tcp_listener **out)
{
    struct tcp_listener *listener = calloc(1, sizeof *listener);
    bool is_v6;
    int error = NW_EIO, saved;

    if (listener == NULL)
        return NW_EIO;
    listener->accepted = accepted;
    listener->user = user;
    listener->fd = socket_bound(SOCK_STREAM, bind, true, &is_v6);
    if (listener->fd < 0) {
        error = listener->fd;
        goto err_socket;
    }
    if (listen(listener->fd, BACKLOG) != 0) {
        error = socket_error(errno);
        goto err_listen;
    }
    if (start(loop, listener) != NW_OK)
        goto err_listen;
    uv_poll_start(&listener->poll, UV_READABLE, on_ready);
    *out = listener;
    return NW_OK;

err_listen:
    saved = errno;
    close(listener->fd);
    errno = saved;
err_socket:
    saved = errno;
    free(listener);
    errno = saved;
    return error;
}

int tcp_listener_adopt(struct tcp_listener *elder, void (*accepted)(void *user, struct tcp *connection), void *user,
                       struct tcp_listener **out)
{
    struct tcp_listener *listener = calloc(1, sizeof *listener);

    if (listener == NULL)
        return NW_EIO;
    listener->accepted = accepted;
    listener->user = user;
    listener->fd = fcntl(elder->fd, F_DUPFD_CLOEXEC, 0);
    if (listener->fd < 0)
        goto err_fd;
    if (start(elder->loop, listener) != NW_OK)
        goto err_start;
    listener->elder = elder;
    elder->heir = listener;
    *out = listener;
    return NW_OK;

err_start:
    close(listener->fd);
err_fd:
    free(listener);
    return NW_EIO;
}

/* Neither knows the other any more. */
static void part(struct tcp_listener *elder, struct tcp_listener *heir)
{
    if (elder == NULL || heir == NULL)
        return;
    elder->heir = NULL;
    heir->elder = NULL;
}

void tcp_listener_take_over(struct tcp_listener *listener)
{
    struct tcp_listener *elder = listener->elder;

    if (elder != NULL) {
        uv_poll_stop(&elder->poll);
        uv_timer_stop(&elder->retry);
        part(elder, listener);
    }
    uv_poll_start(&listener->poll, UV_READABLE, on_ready);
}

void tcp_listener_local(const struct tcp_listener *listener, struct net_addr *addr)
{
    *addr = listener->local;
}

void tcp_listener_on_failure(struct tcp_listener *listener, void (*failed)(void *user, int errno_value))
{
    listener->failed = failed;
}

static void drop_handle(struct tcp_listener *listener)
{
    if (--listener->handles == 0)
        free(listener);
}

static void on_poll_closed(uv_handle_t *handle)
{
    drop_handle(CONTAINER_OF(handle, struct tcp_listener, poll));
}

static void on_retry_closed(uv_handle_t *handle)
{
    drop_handle(CONTAINER_OF(handle, struct tcp_listener, retry));
}

/* Legal inside accepted. */
void tcp_listener_close(struct tcp_listener *listener)
{
    if (listener == NULL || listener->closed)
        return;
    listener->closed = true;
    part(listener, listener->heir);
    part(listener->elder, listener);
    uv_close((uv_handle_t *)&listener->poll, on_poll_closed);
    uv_close((uv_handle_t *)&listener->retry, on_retry_closed);
    close(listener->fd);
}
