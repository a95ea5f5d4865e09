/* Tells files, folders and .xrnx apart, and reads the manifest.
 * SPDX-License-Identifier: MIT */
#include "file/package.h"

#include "base/error.h"
#include "base/log.h"
#include "file/file.h"
#include "file/xrnx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* "X/main.lua", owned; NULL without memory. */
static char *beside(const char *folder, const char *name)
{
    size_t length = strlen(folder);
    char *path = NULL;

    if (asprintf(&path, "%s%s%s", folder, length > 0 && folder[length - 1] == '/' ? "" : "/", name) < 0)
        return NULL;
    return path;
}

/* Reads the manifest of a folder, if there is one. */
static int read_manifest(struct package *package, const char *folder)
{
    char *path = beside(folder, "manifest.xml"), *text;
    size_t length;
    int error = 0;

    if (path == NULL)
        return NW_EMEMORY;
    text = file_read(path, &length);
    package->has_manifest = text != NULL;
    if (text != NULL) {
        error = manifest_read(&package->manifest, text, length, path);
    } else if (errno != ENOENT) {
        log_fatal("E441", "%s: cannot read this manifest (%s). Fix: check who owns it", path, strerror(errno));
        error = NW_EIO;
    }
    free(text);
    free(path);
    return error;
}

static int open_folder(struct package *package, const char *folder)
{
    package->is_tool = true;
    package->main = beside(folder, "main.lua");
    if (package->main == NULL)
        return NW_EMEMORY;
    if (access(package->main, F_OK) != 0) {
        log_fatal("E440", "%s: a tool's folder has a main.lua, and this has none. Fix: name the folder that has it",
                  folder);
        return NW_EINVALID;
    }
    return read_manifest(package, folder);
}

/* Whether a file is a .xrnx, by its name; a .zip is one that came from where its source is. */
static bool is_xrnx(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL && (strcasecmp(dot, ".xrnx") == 0 || strcasecmp(dot, ".zip") == 0);
}

/* The folder of a main.lua that has a manifest beside it, owned; NULL when path is not such a file. */
static char *folder_of_main(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
    char *folder = slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup("./"), *manifest = NULL;
    bool is = folder != NULL && strcmp(name, "main.lua") == 0;

    if (is)
        manifest = beside(folder, "manifest.xml");
    is = manifest != NULL && access(manifest, F_OK) == 0;
    free(manifest);
    if (!is) {
        free(folder);
        folder = NULL;
    }
    return folder;
}

static int open_file(struct package *package, const char *path)
{
    char *folder = folder_of_main(path);
    int error = 0;

    package->main = strdup(path);
    if (folder != NULL) {
        package->is_tool = true;
        error = read_manifest(package, folder);
        free(folder);
    }
    return package->main != NULL ? error : NW_EMEMORY;
}

int package_open(struct package *package, const char *path)
{
    struct stat status;
    int error;

    memset(package, 0, sizeof *package);
    package->path = strdup(path);
    if (package->path == NULL)
        return NW_EMEMORY;
    if (stat(path, &status) != 0 || (!S_ISDIR(status.st_mode) && !is_xrnx(path)))
        return open_file(package, path);
    if (S_ISDIR(status.st_mode))
        return open_folder(package, path);
    error = xrnx_unpack(path, &package->unpacked, &package->temporary);
    return error == 0 ? open_folder(package, package->unpacked) : error;
}

const char *package_name(const struct package *package)
{
    return package->manifest.name != NULL && *package->manifest.name != '\0' ? package->manifest.name : package->path;
}

void package_free(struct package *package)
{
    if (package->temporary)
        file_remove_folder(package->unpacked);
    free(package->path);
    free(package->main);
    free(package->unpacked);
    manifest_free(&package->manifest);
    memset(package, 0, sizeof *package);
}
