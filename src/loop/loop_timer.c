/* Timers of nanoseconds: a timerfd each, polled by the loop (uv_timer is up to a millisecond late).
 * SPDX-License-Identifier: MIT */
#include "loop/loop_internal.h"

#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define NS_PER_S 1000000000ULL

struct loop_timer {
    uv_poll_t poll;
    void (*fire)(void *user);
    void *user;
    uint64_t due_ns; /* as armed, 0 when it is not */
    int fd;
};

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct loop_timer *timer = CONTAINER_OF(poll, struct loop_timer, poll);
    uint64_t expirations;

    (void)events;
    /* EAGAIN: set anew after it became ready. */
    if (status != 0 || read(timer->fd, &expirations, sizeof expirations) != (ssize_t)sizeof expirations)
        return;
    timer->due_ns = 0;
    timer->fire(timer->user);
}

/* The caller owns the timer, which owns its descriptor. */
struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *user), void *user)
{
    struct loop_timer *timer = calloc(1, sizeof *timer);

    if (timer == NULL)
        return NULL;
    timer->fire = fire;
    timer->user = user;
    timer->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (timer->fd < 0)
        goto err_fd;
    if (uv_poll_init(&loop->uv, &timer->poll, timer->fd) != 0)
        goto err_poll;
    uv_poll_start(&timer->poll, UV_READABLE, on_ready);
    return timer;

err_poll:
    close(timer->fd);
err_fd:
    free(timer);
    return NULL;
}

/* Setting it to what it is set to already costs nothing. */
void loop_timer_set(struct loop_timer *timer, uint64_t due_ns)
{
    struct itimerspec when = {0};

    if (due_ns == timer->due_ns)
        return;
    when.it_value.tv_sec = (time_t)(due_ns / NS_PER_S);
    when.it_value.tv_nsec = (long)(due_ns % NS_PER_S);
    if (timerfd_settime(timer->fd, TFD_TIMER_ABSTIME, &when, NULL) == 0)
        timer->due_ns = due_ns;
}

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct loop_timer, poll));
}

/* Legal inside its own callback: the memory goes at the end of the turn. */
void loop_timer_free(struct loop_timer *timer)
{
    if (timer == NULL)
        return;
    uv_close((uv_handle_t *)&timer->poll, on_closed);
    close(timer->fd);
}
