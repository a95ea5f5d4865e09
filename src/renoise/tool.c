/* The life cycle of a tool in C; what it consists of is in lua/renoise/tool.lua.
 * SPDX-License-Identifier: MIT */
#include "renoise/tool.h"

#include "base/error.h"
#include "base/log.h"
#include "renoise/midi.h"
#include "renoise/observable.h"
#include "renoise/timer.h"
#include "script/script.h"
#include "script/song.h"

#include <stdio.h>

static const char functions_mark; /* key of the registry: what tool.lua gave to host.tool */

static const char *const kinds[TOOL_ENTRIES] = {"menu entry", "keybinding", "midi mapping", "file import hook"};

const char *tool_entry_name(enum tool_entry kind)
{
    return kinds[kind];
}

/* Pushes a function of tool.lua. False, with nothing pushed, when the script has not asked for its tool. */
static bool push_function(lua_State *L, const char *name)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_mark) != LUA_TTABLE) {
        lua_pop(L, 1);
        return false;
    }
    lua_getfield(L, -1, name);
    lua_remove(L, -2);
    return true;
}

/* ---- moments ---- */

/* A function of tool.lua without arguments, and what it returned. */
struct moment {
    const char *function;
    bool result;
};

/* Runs protected. */
static int call_moment(lua_State *L)
{
    struct moment *moment = lua_touserdata(L, 1);

    if (!push_function(L, moment->function))
        return 0;
    lua_call(L, 0, 1);
    moment->result = lua_toboolean(L, -1);
    return 0;
}

static bool pass(struct script *script, const char *function, const char *what)
{
    struct moment moment = {.function = function, .result = false};

    return script_call(script, call_moment, &moment, what) && moment.result;
}

void tool_started(struct script *script)
{
    script->started = true;
    if (script->host->stopped) /* in the middle of its file */
        return;
    pass(script, "finished_loading", "tool_finished_loading_observable");
    if (pass(script, "awaits_document", "app_new_document_observable")) {
        script->kept++; /* until it has heard */
        source_ready(&script->document);
    }
}

bool tool_new_document(struct source *source)
{
    source->script->kept--;
    pass(source->script, "new_document", "app_new_document_observable");
    return false;
}

static void save_preferences(struct script *script)
{
    if (!script->host->looking)
        pass(script, "save_preferences", "its preferences");
}

void tool_ending(struct script *script)
{
    if (!script->started)
        return;
    script->started = false;
    pass(script, "release_document", "app_release_document_observable");
    pass(script, "will_unload", "tool_will_unload_observable");
    save_preferences(script);
}

void tool_save_preferences(struct script *script)
{
    if (script->started)
        save_preferences(script);
}

bool script_is_kept(const struct script *script)
{
    return script->package.is_tool || script->kept > 0 || midi_watches_devices(script);
}

/* ---- entries ---- */

struct listing {
    void (*each)(void *user, enum tool_entry kind, const char *name);
    void *user;
};

/* Runs protected. entries() is an array of kinds and names by turns. */
static int list_entries(lua_State *L)
{
    const struct listing *listing = lua_touserdata(L, 1);

    if (!push_function(L, "entries"))
        return 0;
    lua_call(L, 0, 1);
    for (lua_Integer i = 1, count = (lua_Integer)lua_rawlen(L, -1); i < count; i += 2) {
        lua_rawgeti(L, -1, i);
        lua_rawgeti(L, -2, i + 1);
        listing->each(listing->user, (enum tool_entry)luaL_checkoption(L, -2, NULL, kinds), lua_tostring(L, -1));
        lua_pop(L, 2);
    }
    return 0;
}

void tool_each(struct script *script, void (*each)(void *user, enum tool_entry kind, const char *name), void *user)
{
    struct listing listing = {.each = each, .user = user};

    script_call(script, list_entries, &listing, "its menu entries");
}

struct invocation {
    enum tool_entry kind;
    const char *name;
    bool found, done;
};

/* Runs protected. invoke() returns nil when there is no such entry, true, or false and why not. */
static int invoke_entry(lua_State *L)
{
    struct invocation *invocation = lua_touserdata(L, 1);

    invocation->found = push_function(L, "invoke");
    if (!invocation->found)
        return 0;
    lua_pushstring(L, kinds[invocation->kind]);
    lua_pushstring(L, invocation->name);
    lua_call(L, 2, 2);
    invocation->found = !lua_isnil(L, -2);
    if (invocation->found && !lua_toboolean(L, -2))
        log_warning("E431", "%s: %s \"%s\" %s. Fix: invoke it when it can be used",
                    package_name(&script_of(L)->package), kinds[invocation->kind], invocation->name,
                    lua_tostring(L, -1));
    invocation->done = lua_toboolean(L, -2);
    return 0;
}

int tool_invoke(struct script *script, enum tool_entry kind, const char *name)
{
    struct invocation invocation = {.kind = kind, .name = name, .found = true};
    char what[160];

    snprintf(what, sizeof what, "%s \"%s\"", kinds[kind], name);
    script_call(script, invoke_entry, &invocation, what);
    if (!invocation.found)
        return NW_ENOTFOUND;
    return invocation.done ? 0 : NW_EINVALID;
}

/* ---- what tool.lua and app.lua are made of ---- */

/* tool(functions): what C calls. */
static int set_functions(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &functions_mark);
    return 0;
}

/* base() -> where the script's relative paths begin; name() -> how messages call it. Without a script (fuzzers have
 * none) these are empty. */
static int base(lua_State *L)
{
    const struct script *script = script_of(L);

    lua_pushstring(L, script != NULL ? script->base : "");
    return 1;
}

/* keep(n): so many more things need the script to stay. */
static int keep(lua_State *L)
{
    script_of(L)->kept += (unsigned)luaL_checkinteger(L, 1);
    return 0;
}

/* timer(function, milliseconds, keeps) -> Timer. */
static int timer(lua_State *L)
{
    double milliseconds = luaL_checknumber(L, 2);
    bool keeps = lua_toboolean(L, 3);

    lua_settop(L, 1);
    timer_push(L, milliseconds, keeps);
    return 1;
}

/* notifier(value) -> function, object or nil; nothing when it is no notifier. */
static int notifier(lua_State *L)
{
    luaL_checkany(L, 1);
    return notifier_push(L, 1) ? 2 : 0;
}

/* has_notifiers(Observable) -> boolean. */
static int has_notifiers(lua_State *L)
{
    lua_pushboolean(L, observable_has_any(L, 1));
    return 1;
}

/* log(code, text): a line with the script's name; code nil: it is no warning. */
static int log_line(lua_State *L)
{
    const char *code = luaL_optstring(L, 1, NULL), *text = luaL_checkstring(L, 2);

    if (code == NULL)
        log_info("%s: %s", package_name(&script_of(L)->package), text);
    else
        log_warning(code, "%s: %s", package_name(&script_of(L)->package), text);
    return 0;
}

/* renoise.song(): there is none. */
static int song(lua_State *L)
{
    song_asked(L);
    lua_pushnil(L);
    return 1;
}

void tool_add_host_functions(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"tool", set_functions},          {"base", base},    {"keep", keep}, {"timer", timer}, {"notifier", notifier},
        {"has_notifiers", has_notifiers}, {"log", log_line}, {"song", song}, {NULL, NULL},
    };

    luaL_setfuncs(L, functions, 0);
}
