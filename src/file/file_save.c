/* One file, one thread.
 * SPDX-License-Identifier: MIT */
#include "file/file_save.h"

#include "file/file.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct file_save {
    pthread_t thread;
    bool joined;
    atomic_bool done;
    int error; /* errno of file_write; 0: written */
    char *path, *text;
    size_t length;
};

static void *write_it(void *user)
{
    struct file_save *save = user;

    save->error = file_write(save->path, save->text, save->length) == 0 ? 0 : errno;
    atomic_store(&save->done, true);
    return NULL;
}

static void save_free(struct file_save *save)
{
    free(save->path);
    free(save->text);
    free(save);
}

/* The thread takes no signals: those are the loop's. 0, or the error. */
static int start_thread(struct file_save *save)
{
    sigset_t all, before;
    int error;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&save->thread, NULL, write_it, save);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

struct file_save *file_save_begin(const char *path, const char *text, size_t length)
{
    struct file_save *save = calloc(1, sizeof *save);
    int error = ENOMEM;

    if (save == NULL)
        return NULL;
    atomic_init(&save->done, false);
    save->path = strdup(path);
    save->text = malloc(length + 1); /* an empty one, too */
    save->length = length;
    if (save->path != NULL && save->text != NULL) {
        memcpy(save->text, text, length);
        error = start_thread(save);
    }
    if (error == 0)
        return save;
    save_free(save);
    errno = error;
    return NULL;
}

bool file_save_is_done(const struct file_save *save)
{
    return atomic_load(&save->done);
}

void file_save_wait(struct file_save *save)
{
    if (!save->joined)
        pthread_join(save->thread, NULL);
    save->joined = true;
}

int file_save_end(struct file_save *save)
{
    int error;

    file_save_wait(save);
    error = save->error;
    save_free(save);
    errno = error;
    return error == 0 ? 0 : -1;
}
