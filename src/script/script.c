/* One script: its Lua state, the gate, and what people read when it fails.
 * SPDX-License-Identifier: MIT */
#include "script/script.h"

#include "base/error.h"
#include "base/log.h"
#include "script/file.h"
#include "script/files.h"
#include "script/library.h"
#include "script/map_load.h"
#include "script/midi.h"
#include "script/order.h"
#include "script/route.h"
#include "script/source.h"
#include "script/tool.h"

#include <errno.h>
#include <lualib.h>
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

bool script_is_kept(const struct script *script)
{
    return script->package.is_tool || script->kept > 0 || midi_watches_devices(script);
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
    memory_free(&script->memory);
    registry_source_free(script->host->bridge->registry, script->plays);
    package_free(&script->package);
    free(script->folder);
    free(script->base);
    free(script);
}

void script_report(const struct script *script, const char *code, const char *what, const char *text)
{
    char copy[4096];
    char *line = copy, *end;

    snprintf(copy, sizeof copy, "%s", text);
    /* Lua's traceback is indented with tabs; one line of ours each, so that a log keeps them together. */
    end = strchr(line, '\n');
    if (end != NULL)
        *end = '\0';
    log_fatal(code, "%s: %s: %s", script->path, what, line);
    while (end != NULL) {
        line = end + 1;
        end = strchr(line, '\n');
        if (end != NULL)
            *end = '\0';
        log_fatal("    ", "%s%s", line[0] == '\t' ? "  " : "", line[0] == '\t' ? line + 1 : line);
    }
}

int script_line(lua_State *L)
{
    lua_Debug ar;

    return lua_getstack(L, 1, &ar) && lua_getinfo(L, "l", &ar) ? ar.currentline : -1;
}

int script_traceback(lua_State *L)
{
    const char *text = lua_tostring(L, 1);

    if (text == NULL)
        text = luaL_tolstring(L, 1, NULL);
    if (strstr(text, "attempt to index a nil value") != NULL &&
        (script_of(L)->asked_for_song || library_misses_song(L, text)))
        text = lua_pushfstring(L, "%s: renoise.song() is nil, there is no song", text);
    luaL_traceback(L, L, text, 1);
    return 1;
}

#define SLOW_NS 20000000u /* a callback that computes for longer holds up others so that people notice */

/* Tells people which callback it was, one every five seconds. */
static void report_slow(struct script *script, const char *what, uint64_t computed_ns)
{
    uint32_t repeated;
    char more[40] = "";

    if (!log_limit_pass(&script->slow, &repeated))
        return;
    if (repeated > 0)
        snprintf(more, sizeof more, " (and %u times others did)", (unsigned)repeated);
    log_warning("E425",
                "%s: %s computed for %.0f ms%s, and what else scripts hear waited. Fix: do less at once, or call "
                "notewire.wait(0) in between",
                script->path, what, (double)computed_ns / 1e6, more);
}

/* The pcall of the gate: the function and its arguments are on the stack above the handler. Reports under code.
 * computed_ns as guard_leave. */
static bool call(struct script *script, lua_State *L, int arguments, const char *code, const char *what,
                 uint64_t *computed_ns)
{
    int base = lua_gettop(L) - arguments - 1, status;
    struct guard_call outer;
    enum guard_end end;

    script->asked_for_song = false;
    guard_enter(script->guard, &outer, L);
    status = lua_pcall(L, arguments, 0, base);
    end = guard_leave(script->guard, &outer, computed_ns);
    if (status == LUA_ERRMEM) {
        char text[300];

        snprintf(text, sizeof text, "%snot enough memory (--script-memory %zu)", script->refused,
                 script->memory.limit >> 20);
        script_report(script, code, what, text);
    } else if (end == GUARD_CUT_OFF && !script->program) { /* who ends a program knows */
        script_report(script, "E426", what, script->guard->report != NULL ? script->guard->report : "notewire stops");
    } else if (end == GUARD_LIMIT || (status != LUA_OK && end == GUARD_GOES_ON)) {
        const char *text =
            end == GUARD_LIMIT && script->guard->report != NULL ? script->guard->report : lua_tostring(L, -1);

        script_report(script, code, what, text != NULL ? text : "an error that is no text");
    }
    lua_settop(L, base - 1);
    return status == LUA_OK && end == GUARD_GOES_ON; /* a tail call to pcall returns although it was ended */
}

bool script_call(struct script *script, lua_CFunction body, void *argument, const char *what)
{
    lua_State *L = script->waiting != NULL ? script->waiting : script->L;
    uint64_t computed_ns;
    bool done;

    if (script->unloading)
        return false;
    if (!lua_checkstack(L, 8)) {
        script_report(script, "E420", what, "it waits inside itself too deeply");
        return false;
    }
    lua_pushcfunction(L, script_traceback);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, argument);
    done = call(script, L, 1, "E420", what, &computed_ns);
    if (done && computed_ns > SLOW_NS)
        report_slow(script, what, computed_ns);
    return done;
}

/* One file on its way through Lua. */
struct loading {
    struct script *script;
    const char *text;
    size_t length;
    char *const *argv;
    struct map *map;
    struct map_wishes *wishes;
    int error;
};

/* Compiles the text. Returns whether the function, else an error, is on the stack. */
static bool compile(lua_State *L, const struct loading *loading)
{
    size_t length = loading->length;
    const char *text = file_source(loading->text, &length);

    lua_pushfstring(L, "@%s", loading->script->path);
    return source_load(L, text, length, lua_tostring(L, -1));
}

/* Runs protected. */
static int run_program(lua_State *L)
{
    const struct loading *loading = lua_touserdata(L, 1);
    int count = 0;

    lua_newtable(L);
    lua_pushstring(L, loading->script->path);
    lua_rawseti(L, -2, 0);
    for (; loading->argv[count] != NULL; count++) {
        lua_pushstring(L, loading->argv[count]);
        lua_rawseti(L, -2, count + 1);
    }
    lua_setglobal(L, "arg");
    luaL_checkstack(L, count + 2, "too many arguments");
    if (!compile(L, loading))
        return lua_error(L);
    for (int i = 0; i < count; i++)
        lua_pushstring(L, loading->argv[i]);
    lua_call(L, count, 0);
    return 0;
}

/* Sets the words of the map language, at index of the stack, as globals. */
static void set_words(lua_State *L, int language)
{
    lua_pushglobaltable(L);
    lua_getfield(L, language, "words");
    for (lua_pushnil(L); lua_next(L, -2) != 0;) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
    lua_pop(L, 2);
}

/* Runs protected. A file that does not compile is a mistake with its place; one that raises is told with a traceback.
 */
static int run_file(lua_State *L)
{
    struct loading *loading = lua_touserdata(L, 1);
    const char *path = loading->script->path;

    map_push_language(L, loading->text, loading->length, path);
    if (!loading->script->package.has_manifest) /* Renoise's tools may have globals of these names */
        set_words(L, 2);
    lua_settop(L, 2);
    if (compile(L, loading)) {
        lua_call(L, 0, 0);
    } else {
        lua_getfield(L, 2, "failed");
        lua_insert(L, -2);
        lua_call(L, 1, 0);
    }
    lua_getfield(L, 2, "close");
    lua_call(L, 0, 1);
    loading->error = map_load(L, path, loading->map, loading->wishes, loading->script);
    return 0;
}

/* Reads the file and runs body with it through the gate. */
static int run(struct loading *loading, lua_CFunction body)
{
    struct script *script = loading->script;
    char *text;
    bool done;

    script_note_file(script, script->path);
    text = file_read(script->path, &loading->length);
    if (text == NULL) {
        log_fatal("E409", "%s: cannot read this file (%s). Fix: check its name", script->path, strerror(errno));
        return NW_EIO;
    }
    loading->text = text;
    lua_pushcfunction(script->L, script_traceback);
    lua_pushcfunction(script->L, body);
    lua_pushlightuserdata(script->L, loading);
    done = call(script, script->L, 1, "E422", "failed", NULL);
    free(text);
    if (done)
        return loading->error;
    return script->host->stopped ? 0 : NW_EINVALID;
}

int script_load(struct script *script, struct map **map, struct map_wishes *wishes)
{
    struct loading loading = {.script = script, .map = map_new(script->path, false), .wishes = wishes};
    int error = loading.map != NULL ? run(&loading, run_file) : NW_EMEMORY;

    if (error == 0)
        error = map_build(loading.map);
    *map = error == 0 && map_rules(loading.map) > 0 ? loading.map : NULL;
    if (*map == NULL)
        map_free(loading.map);
    return error;
}

int script_run_program(struct script *script, char *const *argv)
{
    struct loading loading = {.script = script, .argv = argv};

    return run(&loading, run_program);
}
