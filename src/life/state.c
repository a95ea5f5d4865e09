/* The state of a script: opened with everything in it, and closed.
 * SPDX-License-Identifier: MIT */
#include "life/state.h"

#include "base/log.h"
#include "file/file_save.h"
#include "life/order.h"
#include "lua/library.h"
#include "map/script_route.h"
#include "notewire/notewire.h"
#include "renoise/midi.h"
#include "renoise/renoise.h"
#include "renoise/tool.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Keeps where the script is that wants too much: Lua's own "not enough memory" does not say. */
static void note_refusal(void *user)
{
    struct script *script = user;
    lua_State *L = script->guard->running;
    lua_Debug ar;

    for (int level = 0; L != NULL && lua_getstack(L, level, &ar) != 0; level++)
        if (lua_getinfo(L, "Sl", &ar) != 0 && ar.currentline > 0) {
            snprintf(script->refused, sizeof script->refused, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
}

/* Nothing calls Lua outside the gate, so this is a bug; better to say which than to end without a word. */
static int on_panic(lua_State *L)
{
    const char *text = lua_tostring(L, -1);

    log_fatal("E902", "Lua failed outside of any call (%s). Fix: please report this bug", text != NULL ? text : "?");
    return 0; /* Lua aborts */
}

/* lua_warning of the libraries: an error in a __gc or __finalize, for one. */
static void on_warning(void *user, const char *text, int to_be_continued)
{
    struct script *script = user;
    size_t used = strlen(script->warning);
    uint32_t repeated;

    if (used == 0 && text[0] == '@' && !to_be_continued) /* "@on" and "@off" are Lua's own switches */
        return;
    snprintf(script->warning + used, sizeof script->warning - used, "%s", text);
    if (to_be_continued)
        return;
    if (log_limit_pass(&script->warnings, &repeated))
        log_warning("E423", "%s: %s", script->path, script->warning);
    script->warning[0] = '\0';
}

/* The folder of a path with its '/'. Owned; NULL without memory. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? strndup(path, (size_t)(slash - path) + 1) : strdup("./");
}

/* Where the relative paths of a script begin: in its own folder; those of a program where it was started. Owned; NULL
 * without memory. */
static char *base_of(const char *folder, bool program)
{
    char *path = realpath(program ? "." : folder, NULL), *base = NULL;

    if (path == NULL || asprintf(&base, "%s%s", path, strcmp(path, "/") == 0 ? "" : "/") < 0)
        base = path == NULL ? strdup("./") : NULL; /* the script cannot be read either */
    free(path);
    return base;
}

static int open_libraries(lua_State *L)
{
    library_open(L);
    notewire_open(L);
    renoise_open(L);
    library_be_strict(L);
    return 0;
}

struct script *script_new(struct host *host, struct package *package, size_t memory_limit, bool program)
{
    struct script *script = calloc(1, sizeof *script);

    if (script == NULL) {
        package_free(package);
        return NULL;
    }
    script->package = *package;
    memset(package, 0, sizeof *package);
    script->host = host;
    script->guard = &host->guard;
    script->memory.limit = memory_limit; /* counted, so that a script that eats memory gets an error, and nobody else */
    script->memory.refused = note_refusal;
    script->memory.user = script;
    script->program = program;
    script->plays = registry_source_new(host->bridge->registry, REGISTRY_SOURCE_SCRIPT);
    script->path = script->package.main;
    script->folder = folder_of(script->path);
    script->base = script->folder != NULL ? base_of(script->folder, program) : NULL;
    script->devices.script = script;
    script->devices.deliver = midi_devices_changed;
    script->document.script = script;
    script->document.deliver = tool_new_document;
    script->L = lua_newstate(memory_resize, &script->memory);
    if (script->base == NULL || script->L == NULL) {
        log_fatal("E421", "%s: no memory for a script. Fix: raise --script-memory", script->path);
        goto failed;
    }
    *(struct script **)lua_getextraspace(script->L) = script;
    lua_atpanic(script->L, on_panic);
    lua_setwarnf(script->L, on_warning, script);
    lua_pushcfunction(script->L, open_libraries);
    if (lua_pcall(script->L, 0, 0, 0) == LUA_OK)
        return script;
    log_fatal("E421", "%s: the libraries do not load (%s)", script->path, lua_tostring(script->L, -1));
failed:
    script_free(script);
    return NULL;
}

void script_free(struct script *script)
{
    if (script == NULL)
        return;
    script->unloading = true;
    source_forget(&script->devices);
    source_forget(&script->document);
    order_forget(script);
    route_free_all(script);
    if (script->L != NULL)
        lua_close(script->L);
    if (script->saving != NULL)
        (void)file_save_end(script->saving); /* who began it has been ended and cannot be told */
    memory_free(&script->memory);
    registry_source_free(script->host->bridge->registry, script->plays);
    package_free(&script->package);
    free(script->folder);
    free(script->base);
    free(script);
}
