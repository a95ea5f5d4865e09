/* The files that a script is made of, as they were when they were read.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_FILES_H
#define NOTEWIRE_FILE_FILES_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define SCRIPT_FILES_MAX 1024 /* beyond, changes of a file are not seen */

/* What a file looks like from outside. */
struct file_stamp {
    dev_t device;
    ino_t node; /* 0: there is none */
    off_t size;
    int64_t changed_ns;
};

struct script_file {
    struct script_file *next;
    char *path;                   /* owned */
    struct file_stamp read, seen; /* when it was read; when it was last looked at */
};

/* Zeroed it is empty. */
struct script_files {
    struct script_file *first;
    unsigned count;
    bool grown; /* since somebody cleared it */
};

/* Notes what a file looks like that is about to be read. */
void files_note(struct script_files *files, const char *path);

/* What path, as package.h takes it, consists of beside the files that run. */
void files_note_package(struct script_files *files, const char *path);

/* What files look like now is what has been read. */
void files_accept(struct script_files *files);

/* Adds what other has. */
void files_merge(struct script_files *files, const struct script_files *other);

enum files_state { FILES_SAME, FILES_CHANGING, FILES_CHANGED };

/* Looks at all of them: whether one has changed since it was read, and whether it still does (since the last look). A
 * file that is not there may be on its way, and has not changed. */
enum files_state files_look(struct script_files *files);

void files_free(struct script_files *files); /* and leaves it empty */

#endif
