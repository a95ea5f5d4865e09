/* Watches the folders of files, also those that go and come back.
 * SPDX-License-Identifier: MIT */
#include "file/file_watch.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SETTLE_NS 100000000ULL /* after which what has changed is whole */
#define AWAY_NS 1000000000ULL  /* between two looks for a folder that is not there */

struct folder {
    struct folder *next;
    char *path;               /* owned */
    struct loop_watch *watch; /* NULL: it is not there, or cannot be watched */
    dev_t device;             /* which folder that was */
    ino_t node;
    bool wanted, refused;
};

struct file_watch {
    struct loop *loop; /* borrowed */
    struct loop_timer *timer;
    struct folder *folders;
    bool armed; /* the timer is: it will look, whatever happens until then */
    bool (*look)(void *user);
    void *user;
};

static void on_event(void *user);

/* Watches a folder that is there, anew when it is another one of its name. Returns whether it is. */
static bool renew(struct file_watch *watch, struct folder *folder)
{
    struct stat status = {0};
    bool there = stat(folder->path, &status) == 0;

    if (folder->watch != NULL && there && status.st_dev == folder->device && status.st_ino == folder->node)
        return true;
    loop_watch_free(folder->watch);
    folder->watch = there ? loop_watch_new(watch->loop, folder->path, on_event, watch) : NULL;
    if (folder->watch == NULL && there && !folder->refused)
        log_warning("E451", "%s: this folder cannot be watched (%s). Fix: kill -HUP reloads what has changed",
                    folder->path, strerror(errno));
    folder->refused = there && folder->watch == NULL;
    folder->device = status.st_dev;
    folder->node = status.st_ino;
    return there;
}

/* Lets the owner look, and sets the timer when there is a next time. */
static void look(struct file_watch *watch, bool again)
{
    bool away = false;

    for (struct folder *folder = watch->folders; folder != NULL; folder = folder->next)
        away = !renew(watch, folder) || away;
    again = watch->look(watch->user) || again;
    watch->armed = again || away;
    if (watch->armed)
        loop_timer_set(watch->timer, clock_mono_ns() + (again ? SETTLE_NS : AWAY_NS));
}

/* Something has happened in a folder. Until the timer looks, there is nothing to do. */
static void on_event(void *user)
{
    struct file_watch *watch = user;

    if (!watch->armed)
        look(watch, true);
}

static void on_timer(void *user)
{
    look(user, false);
}

struct file_watch *file_watch_new(struct loop *loop, bool (*look_at)(void *user), void *user)
{
    struct file_watch *watch = calloc(1, sizeof *watch);

    if (watch != NULL)
        watch->timer = loop_timer_new(loop, on_timer, watch);
    if (watch == NULL || watch->timer == NULL) {
        log_warning("E451", "files cannot be watched: the system refuses a timer. Fix: check ulimit -n");
        free(watch);
        return NULL;
    }
    watch->loop = loop;
    watch->look = look_at;
    watch->user = user;
    return watch;
}

static void free_folder(struct folder *folder)
{
    loop_watch_free(folder->watch);
    free(folder->path);
    free(folder);
}

void file_watch_free(struct file_watch *watch)
{
    if (watch == NULL)
        return;
    while (watch->folders != NULL) {
        struct folder *folder = watch->folders;

        watch->folders = folder->next;
        free_folder(folder);
    }
    loop_timer_free(watch->timer);
    free(watch);
}

void file_watch_begin(struct file_watch *watch)
{
    for (struct folder *folder = watch->folders; folder != NULL; folder = folder->next)
        folder->wanted = false;
}

/* Wants the folder of a file. */
static void want(struct file_watch *watch, const char *file)
{
    const char *slash = strrchr(file, '/');
    size_t length = slash == NULL ? 0 : slash == file ? 1 : (size_t)(slash - file);
    char *path = length > 0 ? strndup(file, length) : strdup(".");
    struct folder *folder = watch->folders;

    while (path != NULL && folder != NULL && strcmp(folder->path, path) != 0)
        folder = folder->next;
    if (path != NULL && folder == NULL && (folder = calloc(1, sizeof *folder)) != NULL) {
        folder->path = path;
        folder->next = watch->folders;
        watch->folders = folder;
        path = NULL;
    }
    free(path);
    if (folder != NULL)
        folder->wanted = true;
}

void file_watch_add(struct file_watch *watch, const struct script_files *files)
{
    for (const struct script_file *file = files->first; file != NULL; file = file->next) {
        char *real = realpath(file->path, NULL);
        struct stat status;

        want(watch, file->path);
        if (real != NULL && lstat(file->path, &status) == 0 && S_ISLNK(status.st_mode))
            want(watch, real);
        free(real);
    }
}

void file_watch_end(struct file_watch *watch)
{
    struct folder **link = &watch->folders;

    while (*link != NULL) {
        struct folder *folder = *link;

        if (folder->wanted) {
            link = &folder->next;
            continue;
        }
        *link = folder->next;
        free_folder(folder);
    }
    on_event(watch); /* what has changed since the files were read */
}
