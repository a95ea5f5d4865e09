/* Watches the folders of files: says when to look whether one has changed, not more often than ten times a second.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_FILE_WATCH_H
#define NOTEWIRE_FILE_FILE_WATCH_H

#include "file/files.h"
#include "loop/loop.h"

struct file_watch;

/* look is called when something has happened in a folder, and again 0.1 s later as long as it returns true. Returns
 * owned; NULL, logged, when the system refuses memory or a timer. */
struct file_watch *file_watch_new(struct loop *loop, bool (*look)(void *user), void *user);
void file_watch_free(struct file_watch *watch);

/* Between these two, the files whose folders are watched from then on. Folders, for editors save by renaming; those
 * behind symbolic links, too. */
void file_watch_begin(struct file_watch *watch);
void file_watch_add(struct file_watch *watch, const struct script_files *files);
void file_watch_end(struct file_watch *watch);

#endif
