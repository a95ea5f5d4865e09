/* What notewire run takes: a Lua file, a tool's folder with a main.lua, or a .xrnx, which is such a folder in a zip.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_PACKAGE_H
#define NOTEWIRE_FILE_PACKAGE_H

#include "file/manifest.h"

#include <stdbool.h>

struct package {
    char *path;     /* as the user wrote it; owned */
    char *main;     /* the Lua file that runs; owned */
    char *unpacked; /* the folder that a .xrnx was unpacked into; owned; NULL: it is none */
    bool temporary; /* which goes with it */
    bool is_tool;   /* a folder, a .xrnx, or the main.lua beside a manifest: it stays, whatever it has open */
    bool has_manifest;
    struct manifest manifest;
};

/* Looks what path is, and unpacks a .xrnx (xrnx.h). package is filled in either case, for package_free. 0, or, logged,
 * NW_EIO when something cannot be read or written, NW_EINVALID when it is no tool or its manifest is broken; or
 * NW_EMEMORY. What is no tool is not looked at: whether it can be read shows when it is. */
int package_open(struct package *package, const char *path);

/* What people call it: the name in its manifest, else its path. Borrowed. */
const char *package_name(const struct package *package);

void package_free(struct package *package);

#endif
