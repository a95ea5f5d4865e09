/* Runs the file of a script: with the words of the map language, or as a program.
 * SPDX-License-Identifier: MIT */
#include "life/main_file.h"

#include "base/error.h"
#include "base/log.h"
#include "file/file.h"
#include "lua/source.h"
#include "map/map_load.h"
#include "script/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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
    done = script_run(script, body, loading);
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
