/* Files that are written while the program goes on: a disk may take longer than a message can wait.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_FILE_SAVE_H
#define NOTEWIRE_FILE_FILE_SAVE_H

#include <stdbool.h>
#include <stddef.h>

struct file_save;

/* Begins to write a file as file_write does, from a copy of the text, on a thread of its own. Returns owned; NULL, with
 * errno set, when there is no memory or thread. */
struct file_save *file_save_begin(const char *path, const char *text, size_t length);

/* Whether file_save_end would not wait. */
bool file_save_is_done(const struct file_save *save);

/* Waits until it is written. */
void file_save_wait(struct file_save *save);

/* Waits, and frees it. Returns what file_write did, with errno set. */
int file_save_end(struct file_save *save);

#endif
