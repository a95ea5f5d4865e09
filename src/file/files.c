/* The files that a script is made of: noted when they are read, and looked at for changes.
 * SPDX-License-Identifier: MIT */
#include "file/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NS_PER_S 1000000000LL

static struct file_stamp stamp_of(const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return (struct file_stamp){0};
    return (struct file_stamp){.device = status.st_dev,
                               .node = status.st_ino,
                               .size = status.st_size,
                               .changed_ns = status.st_mtim.tv_sec * NS_PER_S + status.st_mtim.tv_nsec};
}

static bool same(const struct file_stamp *a, const struct file_stamp *b)
{
    return a->device == b->device && a->node == b->node && a->size == b->size && a->changed_ns == b->changed_ns;
}

static void note(struct script_files *files, const char *path, const struct file_stamp *stamp)
{
    struct script_file **link = &files->first;

    while (*link != NULL && strcmp((*link)->path, path) != 0)
        link = &(*link)->next;
    if (*link == NULL && files->count < SCRIPT_FILES_MAX) {
        struct script_file *file = calloc(1, sizeof *file);

        if (file == NULL || (file->path = strdup(path)) == NULL) {
            free(file);
            return;
        }
        *link = file;
        files->count++;
        files->grown = true;
    }
    if (*link != NULL && !same(&(*link)->read, stamp)) /* else what has been seen since still counts */
        (*link)->read = (*link)->seen = *stamp;
}

void files_note(struct script_files *files, const char *path)
{
    struct file_stamp stamp = stamp_of(path);

    note(files, path, &stamp);
}

/* A folder itself is none of them: whatever is written into it changes it. One that is not there yet may come. */
void files_note_package(struct script_files *files, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    struct stat status;
    bool folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    char *manifest = NULL;

    if (!folder)
        files_note(files, path);
    if (folder || strcmp(name, "main.lua") == 0) {
        int length = folder ? (int)strlen(path) : (int)(name - path);

        if (asprintf(&manifest, "%.*s%smanifest.xml", length, path, folder ? "/" : "") >= 0)
            files_note(files, manifest);
        free(manifest);
    }
}

void files_accept(struct script_files *files)
{
    for (struct script_file *file = files->first; file != NULL; file = file->next)
        file->read = file->seen = stamp_of(file->path);
}

void files_merge(struct script_files *files, const struct script_files *other)
{
    for (const struct script_file *file = other->first; file != NULL; file = file->next)
        note(files, file->path, &file->read);
}

enum files_state files_look(struct script_files *files)
{
    enum files_state state = FILES_SAME;

    for (struct script_file *file = files->first; file != NULL; file = file->next) {
        struct file_stamp stamp = stamp_of(file->path);

        if (stamp.node != 0 && !same(&stamp, &file->seen))
            state = FILES_CHANGING;
        else if (stamp.node != 0 && !same(&stamp, &file->read) && state == FILES_SAME)
            state = FILES_CHANGED;
        file->seen = stamp;
    }
    return state;
}

void files_free(struct script_files *files)
{
    while (files->first != NULL) {
        struct script_file *file = files->first;

        files->first = file->next;
        free(file->path);
        free(file);
    }
    *files = (struct script_files){0};
}
