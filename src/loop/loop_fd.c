/* Foreign descriptors on the loop.
 * SPDX-License-Identifier: MIT */
#include "loop/loop_internal.h"

#include <fcntl.h>
#include <stdlib.h>

struct loop_fd {
    uv_poll_t poll;
    void (*ready)(void *user, int events);
    void *user;
    int watched; /* LOOP_READABLE and LOOP_WRITABLE */
    bool freed;
};

static void on_ready(uv_poll_t *poll, int status, int events);

static void start(struct loop_fd *watch)
{
    int events = ((watch->watched & LOOP_READABLE) != 0 ? UV_READABLE : 0) |
                 ((watch->watched & LOOP_WRITABLE) != 0 ? UV_WRITABLE : 0);

    if (events != 0)
        uv_poll_start(&watch->poll, events, on_ready);
    else
        uv_poll_stop(&watch->poll);
}

/* libuv stops watching a descriptor in error (a pipe whose reader is gone); the owner shall meet that error in its own
 * read or write, as long as it watches. */
static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct loop_fd *watch = CONTAINER_OF(poll, struct loop_fd, poll);
    int told = watch->watched;

    if (status == 0)
        told &= ((events & UV_READABLE) != 0 ? LOOP_READABLE : 0) | ((events & UV_WRITABLE) != 0 ? LOOP_WRITABLE : 0);
    if (told != 0)
        watch->ready(watch->user, told);
    if (status != 0 && !watch->freed)
        start(watch);
}

struct loop_fd *loop_fd_new(struct loop *loop, int fd, void (*ready)(void *user, int events), void *user)
{
    struct loop_fd *watch = calloc(1, sizeof *watch);
    int flags = fcntl(fd, F_GETFL);

    if (watch == NULL)
        return NULL;
    watch->ready = ready;
    watch->user = user;
    if (flags < 0 || uv_poll_init(&loop->uv, &watch->poll, fd) != 0) {
        free(watch);
        return NULL;
    }
    /* libuv has made it non-blocking, and with it everybody else's end of a shared terminal: that is not ours to do. */
    fcntl(fd, F_SETFL, flags);
    return watch;
}

void loop_fd_watch(struct loop_fd *watch, int events)
{
    if (watch->watched == events)
        return;
    watch->watched = events;
    start(watch);
}

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct loop_fd, poll));
}

/* Legal inside its own callback; the descriptor may be closed when it returns. */
void loop_fd_free(struct loop_fd *watch)
{
    if (watch == NULL)
        return;
    watch->freed = true;
    uv_close((uv_handle_t *)&watch->poll, on_closed);
}
