/* Reads a map or script from the disk.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_FILE_H
#define NOTEWIRE_SCRIPT_FILE_H

#include <stddef.h>

#define FILE_MAX (16u * 1024u * 1024u) /* bytes */

/* The whole of a file, NUL-terminated, returned owned; NULL with errno set, EFBIG when it is larger than FILE_MAX. */
char *file_read(const char *path, size_t *length);

#endif
