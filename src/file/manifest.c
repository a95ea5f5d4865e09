/* Reads the manifest.xml of a tool: <RenoiseScriptingTool doc_version="0"><Id>...</Id> and so on.
 * SPDX-License-Identifier: MIT */
#include "file/manifest.h"

#include "base/error.h"
#include "base/log.h"
#include "file/xml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ROOT "RenoiseScriptingTool"
#define API_VERSION 6.2 /* renoise.API_VERSION */

/* Where the reading is: elements of the root alone are looked at. */
struct reading {
    struct manifest *manifest;
    unsigned depth;
    bool wrong_root;
};

static int on_begin(void *user, const char *name, const char *const *attributes)
{
    struct reading *reading = user;

    (void)attributes;
    if (reading->depth++ == 0 && strcmp(name, ROOT) != 0) {
        reading->wrong_root = true;
        return NW_EINVALID;
    }
    return 0;
}

/* Keeps a text without the white space around it. */
static int keep(char **into, const char *text, size_t length)
{
    static const char space[] = " \t\r\n";
    size_t skip = strspn(text, space);

    if (skip > length)
        skip = length;
    while (length > skip && strchr(space, text[length - 1]) != NULL)
        length--;
    free(*into);
    *into = strndup(text + skip, length - skip);
    return *into != NULL ? 0 : NW_EMEMORY;
}

static int on_end(void *user, const char *name, const char *text, size_t length)
{
    struct reading *reading = user;
    struct manifest *manifest = reading->manifest;
    const struct {
        const char *name;
        char **into;
    } known[] = {{"Id", &manifest->id},
                 {"Name", &manifest->name},
                 {"Version", &manifest->version},
                 {"Author", &manifest->author},
                 {"ApiVersion", &manifest->api_version}};

    if (--reading->depth != 1)
        return 0;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i].name) == 0)
            return keep(known[i].into, text, length);
    return 0;
}

int manifest_read(struct manifest *manifest, const char *text, size_t length, const char *called)
{
    static const struct xml_callbacks callbacks = {.begin = on_begin, .end = on_end};
    struct reading reading = {.manifest = manifest};
    struct xml_problem problem = {0};
    int error;

    memset(manifest, 0, sizeof *manifest);
    error = xml_read(text, length, &callbacks, &reading, &problem);
    if (error == NW_EMEMORY)
        return error;
    if (error != 0) {
        log_fatal("E441", "%s:%u:%u: %s. Fix: mend the manifest, or take it out of the folder", called, problem.line,
                  problem.column, reading.wrong_root ? "this is no <" ROOT ">" : problem.text);
        return NW_EINVALID;
    }
    if (manifest->api_version != NULL && strtod(manifest->api_version, NULL) > API_VERSION)
        log_warning("E442", "%s: the tool is made for version %s of Renoise's API, this is %.1f: it may miss something",
                    called, manifest->api_version, API_VERSION);
    return 0;
}

void manifest_free(struct manifest *manifest)
{
    free(manifest->id);
    free(manifest->name);
    free(manifest->version);
    free(manifest->author);
    free(manifest->api_version);
    memset(manifest, 0, sizeof *manifest);
}
