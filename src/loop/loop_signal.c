/* Signals as events of the loop.
 * SPDX-License-Identifier: MIT */
#include "loop/loop_internal.h"

#include <signal.h>
#include <stdlib.h>

struct loop_signal {
    uv_signal_t handle;
    struct sigaction once; /* ends: libuv's, for one signal; set again when the loop has noticed that */
    bool ends;
    void (*fire)(void *user);
    void *user;
};

static void on_signal(uv_signal_t *handle, int number)
{
    struct loop_signal *watch = CONTAINER_OF(handle, struct loop_signal, handle);

    if (watch->ends)
        sigaction(number, &watch->once, NULL);
    watch->fire(watch->user);
}

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct loop_signal, handle));
}

/* Returns owned; NULL when the signal cannot be caught. */
struct loop_signal *loop_signal_new(struct loop *loop, int number, void (*fire)(void *user), void *user)
{
    struct loop_signal *watch = calloc(1, sizeof *watch);

    if (watch == NULL)
        return NULL;
    watch->fire = fire;
    watch->user = user;
    if (uv_signal_init(&loop->uv, &watch->handle) != 0) {
        free(watch);
        return NULL;
    }
    if (uv_signal_start(&watch->handle, on_signal, number) != 0) {
        uv_close((uv_handle_t *)&watch->handle, on_closed);
        return NULL;
    }
    return watch;
}

struct loop_signal *loop_signal_new_end(struct loop *loop, int number, void (*fire)(void *user), void *user)
{
    struct loop_signal *watch = loop_signal_new(loop, number, fire, user);

    if (watch != NULL && sigaction(number, NULL, &watch->once) == 0) {
        watch->ends = true;
        watch->once.sa_flags |= (int)SA_RESETHAND;
        sigaction(number, &watch->once, NULL);
    }
    return watch;
}

/* The signal does again what it did before anybody watched. */
void loop_signal_free(struct loop_signal *signal)
{
    if (signal != NULL)
        uv_close((uv_handle_t *)&signal->handle, on_closed);
}
