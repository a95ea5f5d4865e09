/* Reads the manifest.xml of a tool.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_FILE_MANIFEST_H
#define NOTEWIRE_FILE_MANIFEST_H

#include <stddef.h>

/* The elements of a <RenoiseScriptingTool> that we look at. Owned; NULL: it is not there. */
struct manifest {
    char *id, *name, *version, *author, *api_version;
};

/* Reads text, which is called so in messages. manifest is filled in either case, for manifest_free. 0, or, logged,
 * NW_EINVALID when it is no manifest, NW_EMEMORY. */
int manifest_read(struct manifest *manifest, const char *text, size_t length, const char *called);

void manifest_free(struct manifest *manifest);

#endif
