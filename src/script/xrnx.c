/* Unpacks .xrnx files, file by file over what is there, so that a tool keeps its preferences.
 * SPDX-License-Identifier: MIT */
#include "script/xrnx.h"

#include "base/error.h"
#include "base/log.h"
#include "script/manifest.h"
#include "script/xrnx_folder.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

/* One archive on its way. */
struct unpacking {
    const char *path;
    zip_t *zip;
    char *prefix;  /* "Tool/", when everything lies in one folder; owned */
    uint64_t left; /* bytes that may still come out */
    struct xrnx_folder folder;
};

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
    return true;
}

/* The name of an entry below the prefix, checked, owned; NULL when it is not to be unpacked: *error tells whether the
 * archive is bad. A folder's ends with '/'. */
static char *name_of(const struct unpacking *u, zip_uint64_t index, int *error)
{
    const char *given = zip_get_name(u->zip, index, 0);
    size_t length = strlen(u->prefix);
    char *name = given != NULL ? strdup(given) : NULL;

    if (name == NULL) {
        *error = NW_EMEMORY;
        return NULL;
    }
    if (!xrnx_name_is_safe(name)) {
        log_fatal("E440",
                  "%s: a file in it is called \"%.80s\", which leads out of the tool's folder. Fix: do not trust it",
                  u->path, name);
        *error = NW_EINVALID;
    } else if (strncmp(name, u->prefix, length) == 0 && name[length] != '\0' && strncmp(name, "__MACOSX/", 9) != 0) {
        memmove(name, name + length, strlen(name + length) + 1);
        return name;
    }
    free(name);
    return NULL;
}

/* Where main.lua is: at the top, or in the one folder that there is. 0, NW_ENOTFOUND or NW_EMEMORY. */
static int find_prefix(struct unpacking *u)
{
    zip_int64_t count = zip_get_num_entries(u->zip, 0);
    size_t length = 0;
    bool found = zip_name_locate(u->zip, "main.lua", 0) >= 0;

    for (zip_int64_t i = 0; i < count && !found; i++) {
        const char *name = zip_get_name(u->zip, (zip_uint64_t)i, 0);

        length = name != NULL ? strcspn(name, "/\\") + 1 : 0;
        found = name != NULL && length <= strlen(name) && strcmp(name + length, "main.lua") == 0;
        if (found)
            u->prefix = strndup(name, length);
    }
    if (!found)
        return NW_ENOTFOUND;
    if (u->prefix == NULL)
        u->prefix = strdup("");
    if (u->prefix != NULL && *u->prefix != '\0')
        u->prefix[length - 1] = '/';
    return u->prefix != NULL ? 0 : NW_EMEMORY;
}

/* What libzip says of the archive, or of a file in it. */
static int complain(const struct unpacking *u, const char *name, const char *problem)
{
    log_fatal("E440", "%s: %s%s%s. Fix: get the tool again, or unpack it and run the folder", u->path,
              name != NULL ? name : "", name != NULL ? ": " : "", problem);
    return NW_EINVALID;
}

/* Unpacks one file. */
static int unpack_file(struct unpacking *u, zip_uint64_t index, const char *name)
{
    zip_file_t *file = zip_fopen_index(u->zip, index, 0);
    FILE *out;
    char bytes[16384];
    zip_int64_t got;
    int error = 0;

    if (file == NULL)
        return complain(u, name, zip_strerror(u->zip));
    out = xrnx_folder_create(&u->folder, name);
    if (out == NULL) {
        zip_fclose(file);
        return NW_EIO;
    }
    while ((got = zip_fread(file, bytes, sizeof bytes)) > 0 && (uint64_t)got <= u->left) {
        u->left -= (uint64_t)got;
        fwrite(bytes, 1, (size_t)got, out);
    }
    if (got != 0)
        error = complain(u, name, got < 0 ? zip_file_strerror(file) : "there is more in it than any tool has");
    zip_fclose(file);
    return xrnx_folder_commit(&u->folder, out, error);
}

static int unpack_all(struct unpacking *u)
{
    zip_int64_t count = zip_get_num_entries(u->zip, 0);
    int error = 0;

    for (zip_int64_t i = 0; i < count && error == 0; i++) {
        char *name = name_of(u, (zip_uint64_t)i, &error);

        if (name == NULL)
            continue;
        if (name[strlen(name) - 1] == '/')
            error = xrnx_folder_make(&u->folder, name);
        else if (!xrnx_folder_keeps(&u->folder, name))
            error = unpack_file(u, (zip_uint64_t)i, name);
        free(name);
    }
    return error;
}

/* The manifest, owned; NULL: *error tells whether that is all right. */
static char *manifest_text(const struct unpacking *u, size_t *length, int *error)
{
    zip_int64_t count = zip_get_num_entries(u->zip, 0), got = -1;
    char *text = NULL;

    for (zip_int64_t i = 0; i < count && text == NULL && *error == 0; i++) {
        char *name = name_of(u, (zip_uint64_t)i, error);

        if (name != NULL && strcmp(name, "manifest.xml") == 0) {
            zip_file_t *file = zip_fopen_index(u->zip, (zip_uint64_t)i, 0);

            text = calloc(1, XRNX_MANIFEST_MAX);
            if (file != NULL && text != NULL)
                got = zip_fread(file, text, XRNX_MANIFEST_MAX - 1);
            if (text == NULL)
                *error = NW_EMEMORY;
            else if (got < 0)
                *error = complain(u, name, zip_strerror(u->zip));
            if (file != NULL)
                zip_fclose(file);
        }
        free(name);
    }
    *length = got > 0 ? (size_t)got : 0;
    return text;
}

/* The Id of its manifest, else its file name, fit for the name of a folder. Owned; NULL: *error tells. */
static char *id_of(const struct unpacking *u, int *error)
{
    const char *slash = strrchr(u->path, '/'), *base = slash != NULL ? slash + 1 : u->path;
    struct manifest manifest = {0};
    char called[300], *id = NULL, *text;
    size_t length;

    *error = 0;
    text = manifest_text(u, &length, error);
    snprintf(called, sizeof called, "%.250s: manifest.xml", u->path);
    if (*error == 0 && text != NULL)
        *error = manifest_read(&manifest, text, length, called);
    if (*error == 0) {
        id = manifest.id != NULL && *manifest.id != '\0' ? strdup(manifest.id) : strndup(base, strcspn(base, "."));
        *error = id != NULL ? 0 : NW_EMEMORY;
    }
    for (char *c = id; c != NULL && *c != '\0'; c++)
        if (!isalnum((unsigned char)*c) && *c != '_' && *c != '-' && (*c != '.' || c == id))
            *c = '_';
    manifest_free(&manifest);
    free(text);
    return id;
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
    struct stat file = {0};
    zip_error_t problem;
    int code = 0, error;

    *folder = NULL;
    if (stat(path, &file) == 0)
        u.zip = zip_open(path, ZIP_RDONLY, &code);
    if (u.zip == NULL) {
        zip_error_init_with_code(&problem, code != 0 ? code : ZIP_ER_NOENT);
        error = complain(&u, NULL, zip_error_strerror(&problem));
        zip_error_fini(&problem);
        return error;
    }
    if (zip_get_num_entries(u.zip, 0) > (zip_int64_t)XRNX_ENTRIES_MAX)
        error = complain(&u, NULL, "there are more files in it than any tool has");
    else
        error = find_prefix(&u);
    if (error == NW_ENOTFOUND)
        error = complain(&u, NULL, "there is no main.lua in it");
    if (error == 0)
        error = unpack(&u, &file);
    zip_discard(u.zip);
    free(u.prefix);
    if (error == 0) {
        *temporary = u.folder.temporary;
        *folder = u.folder.path;
        u.folder.path = NULL;
    }
    xrnx_folder_close(&u.folder);
    return error;
}
