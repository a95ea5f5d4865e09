/* Reads a map or script from the disk, and writes what scripts keep there.
 * SPDX-License-Identifier: MIT */
#include "file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Writes all, and waits until the disk has it. Closes the file. 0, or -1 with errno set. */
static int write_all(int file, const char *text, size_t length)
{
    int error = 0;

    while (length > 0 && error == 0) {
        ssize_t written = write(file, text, length);

        if (written >= 0) {
            text += written;
            length -= (size_t)written;
        } else if (errno != EINTR)
            error = errno;
    }
    if (error == 0 && fsync(file) != 0)
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno;
    errno = error;
    return error == 0 ? 0 : -1;
}

/* The file that the links of a path lead to, into target, and its mode when there is one. -1 with errno set when it
 * must not be replaced. */
static int find_target(const char *path, char target[PATH_MAX], mode_t *mode)
{
    struct stat status;

    if (realpath(path, target) == NULL) {
        if (errno != ENOENT)
            return -1;
        if ((size_t)snprintf(target, PATH_MAX, "%s", path) < PATH_MAX)
            return 0;
        errno = ENAMETOOLONG;
        return -1;
    }
    if (stat(target, &status) != 0 || access(target, W_OK) != 0)
        return -1;
    if (!S_ISREG(status.st_mode)) {
        errno = S_ISDIR(status.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    *mode = status.st_mode & 07777;
    return 0;
}

/* Makes an empty file; mode 0: whatever the process gives new ones. -1 with errno set. */
static int make_empty(const char *path, mode_t mode)
{
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);

    if (file >= 0 && mode != 0 && fchmod(file, mode) != 0) {
        int error = errno;

        close(file);
        errno = error;
        return -1;
    }
    return file;
}

/* So that two threads that write the same file do so beside each other, and the last to be done wins. */
static atomic_uint writes;

int file_write(const char *path, const char *text, size_t length)
{
    char target[PATH_MAX], beside[PATH_MAX + 32];
    mode_t mode = 0;
    int file, error;

    if (find_target(path, target, &mode) != 0)
        return -1;
    snprintf(beside, sizeof beside, "%s.%ld.%u~", target, (long)getpid(), atomic_fetch_add(&writes, 1) + 1);
    file = make_empty(beside, mode);
    if (file >= 0 && write_all(file, text, length) == 0 && rename(beside, target) == 0)
        return 0;
    error = errno;
    unlink(beside);
    errno = error;
    return -1;
}

bool file_data_folder(char *path, size_t size)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int length = -1;

    if (data != NULL && *data == '/')
        length = snprintf(path, size, "%s/notewire/", data);
    else if (home != NULL && *home == '/')
        length = snprintf(path, size, "%s/.local/share/notewire/", home);
    return length >= 0 && (size_t)length < size;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    (void)remove(path); /* whatever stays, the others go */
    return 0;
}

void file_remove_folder(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
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
