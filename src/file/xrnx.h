/* Unpacks .xrnx files: zips of Renoise tools.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_XRNX_H
#define NOTEWIRE_FILE_XRNX_H

#include <stdbool.h>
#include <stddef.h>

/* Bounds of what is unpacked; more than any tool has. */
#define XRNX_ENTRIES_MAX 4096u
#define XRNX_BYTES_MAX (512u << 20)
#define XRNX_MANIFEST_MAX (64u << 10)
#define XRNX_NAME_MAX 1024u

/* Unpacks the file path into $XDG_DATA_HOME/notewire/tools/ID.xrnx/ (~/.local/share without it), where the tool's
 * preferences stay from run to run; where nothing can be written there, into a temporary folder (*temporary), and says
 * so. ID is the Id of its manifest, else the file's name. What is unpacked already, from a file of the same size and
 * time, stays as it is; files that a newer version has no more are removed, those of the tool's own making stay, its
 * preferences.xml always. *folder, owned, ends with '/'. 0, or, logged, NW_EIO, NW_EINVALID or NW_EMEMORY. */
int xrnx_unpack(const char *path, char **folder, bool *temporary);

/* Whether a file may be called so in an archive, as far as it is unpacked: name, changed to have one '/' between its
 * parts and no "." among them, is relative and leads nowhere else. "./" is the folder itself, "". */
bool xrnx_name_is_safe(char *name);

#endif
