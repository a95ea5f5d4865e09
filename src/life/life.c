/* The life of scripts in a host: loaded, started, told that it ends, unloaded.
 * SPDX-License-Identifier: MIT */
#include "life/life.h"

#include "base/error.h"
#include "base/log.h"
#include "file/files.h"
#include "life/main_file.h"
#include "life/state.h"
#include "renoise/tool.h"

#include <string.h>

void host_end(struct host *host)
{
    guard_go_on(&host->guard);
    for (struct script *script = host->scripts; script != NULL; script = script->next)
        tool_ending(script);
    loop_turn(host->loop, 0); /* what they sent goes out */
    if (host->stopped)
        guard_stop(&host->guard);
}

void host_close(struct host *host)
{
    host_end(host);
    while (host->scripts != NULL) {
        struct script *script = host->scripts;

        host->scripts = script->next;
        script_free(script);
    }
    guard_free(&host->guard);
}

void host_unload(struct host *host, struct script *script)
{
    struct script **link = &host->scripts;

    tool_ending(script);
    while (*link != NULL && *link != script)
        link = &(*link)->next;
    if (*link != NULL)
        *link = script->next;
    script_free(script);
}

/* A new script behind the others. 0, or what package_open says. */
static int add_script(struct host *host, const char *path, bool program, struct script **script)
{
    struct script **link = &host->scripts;
    struct package package;
    int error = package_open(&package, path);

    if (error != 0) {
        package_free(&package);
        return error;
    }
    *script = script_new(host, &package, host->options.memory_limit, program);
    while (*link != NULL)
        link = &(*link)->next;
    *link = *script;
    return *script != NULL ? 0 : NW_EMEMORY;
}

struct script *host_start(struct host *host, struct script *script)
{
    script->elder = NULL;
    tool_started(script);
    if (script_is_kept(script) || host->stopped) /* host_end is next then */
        return script;
    host_unload(host, script);
    return NULL;
}

/* Whether a tool runs already, out of the same folder: two would write the same preferences. */
static bool runs_twice(const struct host *host, const struct script *script)
{
    for (const struct script *other = host->scripts; other != NULL; other = other->next)
        if (other != script && other != script->elder && script->package.is_tool && other->package.is_tool &&
            strcmp(other->base, script->base) == 0) {
            log_fatal("E445", "%s: this tool runs already, as %s. Fix: name it once", script->package.path,
                      other->package.path);
            return true;
        }
    return false;
}

int host_load(struct host *host, struct host_file *file)
{
    struct script *script = NULL;
    int error;

    file->map = NULL;
    file->script = NULL;
    if (file->files != NULL)
        files_note_package(file->files, file->path);
    error = add_script(host, file->path, false, &script);
    if (error == 0) {
        file->script = script;
        script->elder = file->elder;
        script->deaf = file->elder != NULL;
        script->files = file->files;
        error = runs_twice(host, script) ? NW_EINVALID : script_load(script, &file->map, file->wishes);
    }
    if (error == 0 && file->elder == NULL)
        file->script = host_start(host, script);
    if (error != 0) {
        file->script = NULL;
        if (script != NULL)
            host_unload(host, script);
    }
    return error;
}

int host_load_program(struct host *host, const char *path, char *const *argv)
{
    struct script *script;
    int error = add_script(host, path, true, &script);

    if (error != 0)
        return error;
    script->started = true; /* even one that fails has begun, and may clean up */
    return script_run_program(script, argv);
}
