/* The folder that a .xrnx is unpacked into: each file takes its place whole, and .unpacked tells what came from where.
 * SPDX-License-Identifier: MIT */
#include "file/xrnx_folder.h"

#include "base/error.h"
#include "base/log.h"
#include "file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static int complain(const char *path)
{
    log_fatal("E440", "%s: cannot be written (%s). Fix: make room and check who owns it", path, strerror(errno));
    return NW_EIO;
}

/* Makes the folders of a path, up to its last '/'. 0 or -1 with errno. */
static int make_folders(const char *path)
{
    char copy[PATH_MAX];

    if ((size_t)snprintf(copy, sizeof copy, "%s", path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = strchr(copy + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(copy, 0777) != 0 && errno != EEXIST)
            return -1;
        *slash = '/';
    }
    return 0;
}

/* Where tools are kept, without anything behind; NULL when nobody says where that is. Owned. */
static char *path_of(const char *id)
{
    char data[PATH_MAX], *path = NULL;

    if (!file_data_folder(data, sizeof data) || asprintf(&path, "%stools/%s.xrnx/", data, id) < 0)
        return NULL;
    return path;
}

static char *temporary_path(void)
{
    const char *place = getenv("TMPDIR");
    char *path = NULL;

    if (asprintf(&path, "%s/notewire-XXXXXX/", place != NULL && *place == '/' ? place : "/tmp") < 0)
        return NULL;
    path[strlen(path) - 1] = '\0';
    if (mkdtemp(path) == NULL) {
        free(path);
        return NULL;
    }
    path[strlen(path)] = '/'; /* there was one, and the 0 behind it is still there */
    return path;
}

/* Opens and locks .unpacked in the folder; NULL with errno. */
static FILE *open_stamp(const char *path)
{
    char name[PATH_MAX];
    int fd;

    if (make_folders(path) != 0 || (size_t)snprintf(name, sizeof name, "%s.unpacked", path) >= sizeof name)
        return NULL;
    fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd < 0)
        return NULL;
    while (flock(fd, LOCK_EX) != 0 && errno == EINTR) {
    }
    return fdopen(fd, "r+");
}

/* Reads the version and the names that the last one left. */
static void read_stamp(struct xrnx_folder *folder)
{
    char name[PATH_MAX], *end;
    size_t length;

    snprintf(name, sizeof name, "%s.unpacked", folder->path);
    folder->old = file_read(name, &length);
    end = folder->old != NULL ? strchr(folder->old, '\n') : NULL;
    if (end == NULL)
        return;
    *end = '\0';
    folder->is_current = strcmp(folder->old, folder->version) == 0;
    memmove(folder->old, end + 1, strlen(end + 1) + 1);
}

static void write_stamp(struct xrnx_folder *folder, const char *version, const char *names)
{
    rewind(folder->stamp);
    if (ftruncate(fileno(folder->stamp), 0) == 0)
        fprintf(folder->stamp, "%s\n%s", version, names != NULL ? names : "");
    fflush(folder->stamp);
}

int xrnx_folder_open(struct xrnx_folder *folder, const char *id, const struct stat *file)
{
    snprintf(folder->version, sizeof folder->version, "%lld bytes of %lld.%09ld", (long long)file->st_size,
             (long long)file->st_mtim.tv_sec, file->st_mtim.tv_nsec);
    folder->path = path_of(id);
    folder->stamp = folder->path != NULL ? open_stamp(folder->path) : NULL;
    if (folder->stamp == NULL) {
        int saved = errno;
        char *wanted = folder->path;

        folder->path = temporary_path();
        folder->temporary = true;
        folder->stamp = folder->path != NULL ? open_stamp(folder->path) : NULL;
        if (folder->stamp != NULL)
            log_warning("E443",
                        "%s: cannot be written (%s): the tool is unpacked into %s for now, and its preferences are not "
                        "kept. Fix: set XDG_DATA_HOME to a folder that can be written",
                        wanted != NULL ? wanted : "~/.local/share", strerror(saved), folder->path);
        free(wanted);
        if (folder->stamp == NULL)
            return complain(folder->path != NULL ? folder->path : "the folder for temporary files");
    }
    read_stamp(folder);
    if (!folder->is_current)
        write_stamp(folder, "unpacking", folder->old);
    return 0;
}

int xrnx_folder_make(struct xrnx_folder *folder, const char *name)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof path, "%s%s", folder->path, name) >= sizeof path)
        errno = ENAMETOOLONG;
    else if (make_folders(path) == 0)
        return 0;
    return complain(path);
}

bool xrnx_folder_keeps(const struct xrnx_folder *folder, const char *name)
{
    char path[PATH_MAX];

    snprintf(path, sizeof path, "%spreferences.xml", folder->path);
    return strcmp(name, ".unpacked") == 0 || (strcmp(name, "preferences.xml") == 0 && access(path, F_OK) == 0);
}

/* Adds a line to the names. */
static bool add_name(struct xrnx_folder *folder, const char *name)
{
    size_t length = strlen(name);
    char *grown = realloc(folder->added, folder->added_length + length + 2);

    if (grown == NULL)
        return false;
    folder->added = grown;
    memcpy(grown + folder->added_length, name, length);
    memcpy(grown + folder->added_length + length, "\n", 2);
    folder->added_length += length + 1;
    return true;
}

FILE *xrnx_folder_create(struct xrnx_folder *folder, const char *name)
{
    FILE *file = NULL;

    if ((size_t)snprintf(folder->file, sizeof folder->file, "%s%s.part", folder->path, name) >= sizeof folder->file) {
        errno = ENAMETOOLONG;
    } else if (!add_name(folder, name)) {
        errno = ENOMEM;
    } else if (make_folders(folder->file) == 0) {
        unlink(folder->file);
        file = fopen(folder->file, "wxe");
    }
    if (file == NULL)
        complain(folder->file);
    return file;
}

int xrnx_folder_commit(struct xrnx_folder *folder, FILE *file, int error)
{
    char path[PATH_MAX];
    bool written = ferror(file) == 0;

    written = fclose(file) == 0 && written;
    snprintf(path, sizeof path, "%.*s", (int)(strlen(folder->file) - strlen(".part")), folder->file);
    if (error == 0 && written && rename(folder->file, path) == 0)
        return 0;
    if (error == 0)
        error = complain(path);
    unlink(folder->file);
    return error;
}

/* Whether a name is a line of the names. */
static bool has_line(const char *lines, const char *name)
{
    size_t length = strlen(name);

    while (lines != NULL && *lines != '\0') {
        size_t line = strcspn(lines, "\n");

        if (line == length && memcmp(lines, name, length) == 0)
            return true;
        lines += line + (lines[line] == '\n');
    }
    return false;
}

int xrnx_folder_finish(struct xrnx_folder *folder)
{
    char *name = folder->old;

    while (name != NULL && *name != '\0') {
        size_t length = strcspn(name, "\n");
        char path[PATH_MAX];

        if (name[length] == '\n')
            name[length++] = '\0';
        if (!has_line(folder->added, name) && !xrnx_folder_keeps(folder, name) &&
            (size_t)snprintf(path, sizeof path, "%s%s", folder->path, name) < sizeof path)
            unlink(path);
        name += length;
    }
    write_stamp(folder, folder->version, folder->added);
    return ferror(folder->stamp) == 0 ? 0 : complain(folder->path);
}

void xrnx_folder_close(struct xrnx_folder *folder)
{
    if (folder->stamp != NULL)
        fclose(folder->stamp); /* unlocks it */
    free(folder->path);
    free(folder->old);
    free(folder->added);
    memset(folder, 0, sizeof *folder);
}
