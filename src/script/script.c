/* One script: the gate, and what people read when it fails.
 * SPDX-License-Identifier: MIT */
#include "script/script.h"

#include "base/log.h"
#include "file/files.h"
#include "script/song.h"

#include <stdio.h>
#include <string.h>

void script_note_file(struct script *script, const char *path)
{
    if (script->files == NULL)
        return;
    files_note(script->files, path);
    if (script->files->grown)
        script->host->between_due = true; /* whoever watches wants to know */
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

int script_traceback(lua_State *L)
{
    const char *text = lua_tostring(L, 1);

    if (text == NULL)
        text = luaL_tolstring(L, 1, NULL);
    if (song_is_missed(L, text))
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

/* The pcall of the gate. Reports under code. computed_ns as guard_leave. */
static bool call(struct script *script, lua_State *L, lua_CFunction body, void *argument, const char *code,
                 const char *what, uint64_t *computed_ns)
{
    int base = lua_gettop(L) + 1, status;
    struct guard_call outer;
    enum guard_end end;

    lua_pushcfunction(L, script_traceback);
    lua_pushcfunction(L, body);
    lua_pushlightuserdata(L, argument);
    script->asked_for_song = false;
    guard_enter(script->guard, &outer, L);
    status = lua_pcall(L, 1, 0, base);
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
    done = call(script, L, body, argument, "E420", what, &computed_ns);
    if (done && computed_ns > SLOW_NS)
        report_slow(script, what, computed_ns);
    return done;
}

bool script_run(struct script *script, lua_CFunction body, void *argument)
{
    return call(script, script->L, body, argument, "E422", "failed", NULL);
}
