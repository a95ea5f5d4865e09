/* Folders whose changes are told.
 * SPDX-License-Identifier: MIT */
#include "loop/loop_internal.h"

#include <errno.h>
#include <stdlib.h>

struct loop_watch {
    uv_fs_event_t handle;
    void (*changed)(void *user);
    void *user;
};

static void on_event(uv_fs_event_t *handle, const char *name, int events, int status)
{
    struct loop_watch *watch = CONTAINER_OF(handle, struct loop_watch, handle);

    (void)name;
    (void)events;
    (void)status;
    watch->changed(watch->user);
}

static void on_closed(uv_handle_t *handle)
{
    free(CONTAINER_OF(handle, struct loop_watch, handle));
}

struct loop_watch *loop_watch_new(struct loop *loop, const char *folder, void (*changed)(void *user), void *user)
{
    struct loop_watch *watch = calloc(1, sizeof *watch);
    int error;

    if (watch == NULL)
        return NULL;
    watch->changed = changed;
    watch->user = user;
    uv_fs_event_init(&loop->uv, &watch->handle);
    error = uv_fs_event_start(&watch->handle, on_event, folder, 0);
    if (error == 0)
        return watch;
    loop_watch_free(watch);
    errno = -error; /* libuv's errors are the system's, negative */
    return NULL;
}

void loop_watch_free(struct loop_watch *watch)
{
    if (watch != NULL)
        uv_close((uv_handle_t *)&watch->handle, on_closed);
}
