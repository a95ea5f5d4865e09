/* Unpacks .xrnx files, file by file over what is there, so that a tool keeps its preferences.
 * SPDX-License-Identifier: MIT */
#include "file/xrnx.h"

#include "base/error.h"
#include "base/log.h"
#include "file/file.h"
#include "file/manifest.h"
#include "file/xrnx_folder.h"

#include <ctype.h>
#include <minizip/unzip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One archive on its way. */
struct unpacking {
    const char *path;
    unzFile zip;                    /* at one of its files */
    char name[XRNX_NAME_MAX + 2];   /* that file's, checked; a folder's ends with '/' */
    char prefix[XRNX_NAME_MAX + 2]; /* "Tool/", when everything lies in one folder; "" */
    uint64_t left;                  /* bytes that may still come out */
    struct xrnx_folder folder;
};

/* Takes out of a path what leads nowhere, so that a file has one name: "a/./b" and "a//b" are "a/b". */
static void make_plain(char *name)
{
    char *out = name;

    for (const char *part = name; *part != '\0';) {
        size_t length = strcspn(part, "/");
        bool last = part[length] == '\0';

        if (length > 0 && !(length == 1 && *part == '.')) {
            memmove(out, part, length + !last);
            out += length + !last;
        }
        part += length + !last;
    }
    *out = '\0';
}

bool xrnx_name_is_safe(char *name)
{
    for (char *c = name; *c != '\0'; c++) {
        if (*c == '\\')
            *c = '/'; /* archives made under Windows */
        if ((unsigned char)*c < ' ' || *c == ':')
            return false;
    }
    if (*name == '\0' || *name == '/' || strlen(name) > XRNX_NAME_MAX)
        return false;
    for (const char *part = name; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    make_plain(name);
    return true;
}

/* What is wrong with the archive, or with a file in it. */
static int complain(const struct unpacking *u, const char *name, const char *problem)
{
    log_fatal("E440", "%s: %s%s%s. Fix: get the tool again, or unpack it and run the folder", u->path,
              name != NULL ? name : "", name != NULL ? ": " : "", problem);
    return NW_EINVALID;
}

/* Goes to the first file, or to the next. Returns whether there is one; when not, *error tells whether all is well. */
static bool go(struct unpacking *u, bool first, int *error)
{
    int code = first ? unzGoToFirstFile(u->zip) : unzGoToNextFile(u->zip);
    unz_file_info64 info;

    if (code == UNZ_OK)
        code = unzGetCurrentFileInfo64(u->zip, &info, u->name, sizeof u->name, NULL, 0, NULL, 0);
    if (code != UNZ_OK) {
        *error = code == UNZ_END_OF_LIST_OF_FILE ? 0 : complain(u, NULL, "the list of its files is damaged");
        return false;
    }
    u->name[sizeof u->name - 1] = '\0'; /* it is not ended when there was no room */
    *error = 0;
    if (info.size_filename > XRNX_NAME_MAX || strlen(u->name) != info.size_filename || !xrnx_name_is_safe(u->name)) {
        log_fatal("E440",
                  "%s: a file in it is called \"%.80s\", which leads out of the tool's folder. Fix: do not trust it",
                  u->path, u->name);
        *error = NW_EINVALID;
    }
    return *error == 0;
}

/* The name of the file at hand in the tool's folder; NULL when it is not to be unpacked. */
static const char *name_in_folder(const struct unpacking *u)
{
    size_t length = strlen(u->prefix);

    if (strncmp(u->name, u->prefix, length) != 0 || u->name[length] == '\0' || strncmp(u->name, "__MACOSX/", 9) == 0)
        return NULL;
    return u->name + length;
}

/* Where main.lua is: at the top, or in the one folder that there is. 0 or NW_EINVALID. */
static int find_prefix(struct unpacking *u)
{
    bool at_top = false, found = false;
    int error;

    for (bool more = go(u, true, &error); more; more = go(u, false, &error)) {
        size_t length = strcspn(u->name, "/");

        at_top = at_top || strcmp(u->name, "main.lua") == 0;
        if (!found && strcmp(u->name + length, "/main.lua") == 0) {
            snprintf(u->prefix, sizeof u->prefix, "%.*s/", (int)length, u->name);
            found = true;
        }
    }
    if (at_top)
        u->prefix[0] = '\0';
    if (error == 0 && !at_top && !found)
        error = complain(u, NULL, "there is no main.lua in it");
    return error;
}

/* Gives the bytes of the file at hand to take, until it does not return 0, which is returned then. */
static int read_file(struct unpacking *u, int (*take)(void *user, const void *bytes, size_t length), void *user)
{
    char bytes[16384];
    int got, error = 0;

    if (unzOpenCurrentFile(u->zip) != UNZ_OK)
        return complain(u, u->name, "it cannot be unpacked: it is encrypted, damaged, or packed in a way of its own");
    while (error == 0 && (got = unzReadCurrentFile(u->zip, bytes, sizeof bytes)) != 0) {
        if (got < 0)
            error = complain(u, u->name, "it is damaged");
        else if ((uint64_t)got > u->left)
            error = complain(u, u->name, "there is more in it than any tool has");
        else
            error = take(user, bytes, (size_t)got);
        u->left -= error == 0 ? (uint64_t)got : 0;
    }
    if (unzCloseCurrentFile(u->zip) == UNZ_CRCERROR && error == 0)
        error = complain(u, u->name, "it is damaged");
    return error;
}

/* ---- the manifest ---- */

struct text {
    char *bytes; /* XRNX_MANIFEST_MAX */
    size_t length;
};

static int take_text(void *user, const void *bytes, size_t length)
{
    struct text *text = user;

    if (length >= XRNX_MANIFEST_MAX - text->length)
        length = XRNX_MANIFEST_MAX - 1 - text->length; /* what is cut off is no well-formed XML any more */
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    return 0;
}

static int read_manifest(struct unpacking *u, struct manifest *manifest)
{
    struct text text = {.bytes = calloc(1, XRNX_MANIFEST_MAX)};
    char called[300];
    int error = text.bytes != NULL ? 0 : NW_EMEMORY;
    bool found = false;

    for (bool more = error == 0 && go(u, true, &error); more && !found; more = !found && go(u, false, &error)) {
        const char *name = name_in_folder(u);

        found = name != NULL && strcmp(name, "manifest.xml") == 0;
    }
    if (found)
        error = read_file(u, take_text, &text);
    snprintf(called, sizeof called, "%.250s: manifest.xml", u->path);
    if (found && error == 0)
        error = manifest_read(manifest, text.bytes, text.length, called);
    free(text.bytes);
    return error;
}

/* The Id of the manifest, else the archive's own name, fit for the name of a folder. Owned; NULL: *error tells. */
static char *id_of(struct unpacking *u, int *error)
{
    const char *slash = strrchr(u->path, '/'), *base = slash != NULL ? slash + 1 : u->path;
    struct manifest manifest = {0};
    char *id = NULL;

    *error = read_manifest(u, &manifest);
    if (*error == 0) {
        id = manifest.id != NULL && *manifest.id != '\0' ? strdup(manifest.id) : strndup(base, strcspn(base, "."));
        *error = id != NULL ? 0 : NW_EMEMORY;
    }
    for (char *c = id; c != NULL && *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-' && (*c != '.' || c == id))
            *c = '_';
    manifest_free(&manifest);
    return id;
}

/* ---- the files ---- */

static int take_bytes(void *user, const void *bytes, size_t length)
{
    FILE *out = user;

    (void)fwrite(bytes, 1, length, out); /* xrnx_folder_commit looks whether it was written */
    return 0;
}

static int unpack_all(struct unpacking *u)
{
    int error;

    for (bool more = go(u, true, &error); more; more = error == 0 && go(u, false, &error)) {
        const char *name = name_in_folder(u);
        FILE *out;

        if (name == NULL || xrnx_folder_keeps(&u->folder, name))
            continue;
        if (name[strlen(name) - 1] == '/') {
            error = xrnx_folder_make(&u->folder, name);
            continue;
        }
        out = xrnx_folder_create(&u->folder, name);
        error = out != NULL ? xrnx_folder_commit(&u->folder, out, read_file(u, take_bytes, out)) : NW_EIO;
    }
    return error;
}

/* Unpacks an open archive that has a main.lua, unless that has been done. */
static int unpack(struct unpacking *u, const struct stat *file)
{
    int error;
    char *id = id_of(u, &error);

    if (id == NULL)
        return error;
    error = xrnx_folder_open(&u->folder, id, file);
    free(id);
    if (error != 0 || u->folder.is_current)
        return error;
    error = unpack_all(u);
    return error == 0 ? xrnx_folder_finish(&u->folder) : error;
}

int xrnx_unpack(const char *path, char **folder, bool *temporary)
{
    struct unpacking u = {.path = path, .left = XRNX_BYTES_MAX};
    struct stat file;
    unz_global_info64 info;
    int error;

    *folder = NULL;
    u.zip = unzOpen64(path);
    if (u.zip == NULL || stat(path, &file) != 0 || unzGetGlobalInfo64(u.zip, &info) != UNZ_OK)
        error = complain(&u, NULL, "it is no zip, or damaged");
    else if (info.number_entry > XRNX_ENTRIES_MAX)
        error = complain(&u, NULL, "there are more files in it than any tool has");
    else
        error = find_prefix(&u);
    if (error == 0)
        error = unpack(&u, &file);
    if (u.zip != NULL)
        unzClose(u.zip);
    if (error == 0) {
        *temporary = u.folder.temporary;
        *folder = u.folder.path;
        u.folder.path = NULL;
    } else if (u.folder.temporary && u.folder.path != NULL) {
        file_remove_folder(u.folder.path);
    }
    xrnx_folder_close(&u.folder);
    return error;
}
