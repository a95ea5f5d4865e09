/* Reads a map or script from the disk, and writes what scripts keep there.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_FILE_H
#define NOTEWIRE_FILE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#define FILE_MAX (16u * 1024u * 1024u) /* bytes */

/* The whole of a file, NUL-terminated, returned owned; NULL with errno set, EFBIG when it is larger than FILE_MAX. */
char *file_read(const char *path, size_t *length);

/* Replaces the whole of a file, or makes it: at any time, also after the power has failed, there is either what was or
 * what is to be. Mode and links stay. 0, or -1 with errno set: then nothing has changed. May take as long as a disk
 * (file_save.h). From any thread. */
int file_write(const char *path, const char *text, size_t length);

/* Writes the user's folder for what belongs to notewire, $XDG_DATA_HOME/notewire/ (~/.local/share without it), there or
 * not, into path, of size bytes. False when nobody says where that is, or it is longer. */
bool file_data_folder(char *path, size_t size);

/* Removes a folder with all that is in it, as far as that can be. Follows no links. */
void file_remove_folder(const char *path);

/* What of a file is Lua: without the mark of UTF-8 and a first line for the shell, whose end stays, so that lines are
 * still counted. Borrowed from text; length is what is left. */
const char *file_source(const char *text, size_t *length);

#endif
