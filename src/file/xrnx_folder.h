/* The folder that a .xrnx is unpacked into, and what was in it before.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_XRNX_FOLDER_H
#define NOTEWIRE_FILE_XRNX_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/* Zeroed it is closed. Names are relative to the folder. */
struct xrnx_folder {
    char *path; /* owned, ends with '/' */
    bool temporary;
    bool is_current;   /* what the archive has is there already */
    char version[64];  /* of the archive: its size and time */
    char *old, *added; /* names of files that were unpacked: for the last version, and now; a line each; owned */
    size_t added_length;
    FILE *stamp;         /* .unpacked: the version and the names; locked while the folder is written */
    char file[PATH_MAX]; /* the one that is being written has ".part" behind its name */
};

/* Opens and locks the folder for the archive file of a tool. 0, or, logged, NW_EIO or NW_EMEMORY. */
int xrnx_folder_open(struct xrnx_folder *folder, const char *id, const struct stat *file);

/* Makes a folder in it, and those above. 0 or NW_EIO, logged. */
int xrnx_folder_make(struct xrnx_folder *folder, const char *name);

/* Whether what is there under this name is the user's and stays: preferences.xml. */
bool xrnx_folder_keeps(const struct xrnx_folder *folder, const char *name);

/* Begins a file; NULL, logged, when it cannot be. */
FILE *xrnx_folder_create(struct xrnx_folder *folder, const char *name);

/* Ends it: it takes its place, unless error is not 0, which is returned then. 0, NW_EIO (logged) or NW_EMEMORY. */
int xrnx_folder_commit(struct xrnx_folder *folder, FILE *file, int error);

/* All is unpacked: removes what only the last version had, and remembers this one. 0 or NW_EIO, logged. */
int xrnx_folder_finish(struct xrnx_folder *folder);

/* Unlocks and frees; a temporary folder stays. */
void xrnx_folder_close(struct xrnx_folder *folder);

#endif
