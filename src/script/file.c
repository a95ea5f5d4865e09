/* Reads a map or script from the disk.
 * SPDX-License-Identifier: MIT */
#include "script/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *file_read(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    size_t used = 0, capacity = 4096;
    char *text = file != NULL ? malloc(capacity) : NULL;

    while (text != NULL) {
        char *grown;

        used += fread(text + used, 1, capacity - used - 1, file);
        if (used < capacity - 1)
            break;
        if (capacity >= FILE_MAX || (grown = realloc(text, capacity * 2)) == NULL) {
            free(text);
            text = NULL;
            errno = EFBIG;
            break;
        }
        text = grown;
        capacity *= 2;
    }
    if (text != NULL && ferror(file)) {
        free(text);
        text = NULL;
    }
    if (file != NULL)
        fclose(file);
    if (text != NULL)
        text[used] = '\0';
    *length = used;
    return text;
}

const char *file_source(const char *text, size_t *length)
{
    const char *end = text + *length;

    if (*length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        text += 3;
    if (text < end && *text == '#')
        while (text < end && *text != '\n')
            text++;
    *length = (size_t)(end - text);
    return text;
}
