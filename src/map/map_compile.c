/* Compiles maps: runs the map language in Lua and loads what it made.
 * SPDX-License-Identifier: MIT */
#include "map/map_compile.h"

#include "base/error.h"
#include "base/log.h"
#include "file/file.h"
#include "lua/embedded.h"
#include "lua/source.h"
#include "map/map_load.h"

#include <errno.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const map_default_dialects[] = {"open-stage-control", "osc-midi", "osmid", NULL};

const char *map_dialect_name(unsigned index)
{
    static char name[64];

    for (const struct embedded_file *file = embedded_files; file->name != NULL; file++)
        if (strncmp(file->name, "dialects/", 9) == 0 && index-- == 0) {
            snprintf(name, sizeof name, "%.*s", (int)strlen(file->name) - 13, file->name + 9);
            return name;
        }
    return NULL;
}

/* load_chunk(environment): compiles the map's text (upvalue 1, named by upvalue 2) with environment for its globals.
 * Returns the function, or nil and why not. */
static int load_chunk(lua_State *L)
{
    size_t length;
    const char *text = lua_tolstring(L, lua_upvalueindex(1), &length);

    text = file_source(text, &length);
    if (!source_load(L, text, length, lua_tostring(L, lua_upvalueindex(2)))) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    lua_pushvalue(L, 1);
    lua_setupvalue(L, -2, 1);
    return 1;
}

void map_push_language(lua_State *L, const char *text, size_t length, const char *name)
{
    embedded_push_import(L);
    lua_pushliteral(L, "maps/map");
    lua_call(L, 1, 1);
    text = file_source(text, &length);
    lua_pushlstring(L, text, length);
    lua_pushstring(L, name);
    lua_call(L, 2, 1);
}

/* One source on its way through the compiler. */
struct source {
    const char *name; /* for people */
    const char *text;
    size_t length;
    struct map *map;
    struct map_wishes *wishes;
};

/* Runs protected: a Lua error in here, out of memory too, becomes a status. Argument: the struct source. */
static int compile(lua_State *L)
{
    struct source *source = lua_touserdata(L, 1);

    luaL_openlibs(L);
    map_push_language(L, source->text, source->length, source->name);
    lua_getfield(L, -1, "run");
    lua_pushlstring(L, source->text, source->length);
    lua_pushfstring(L, "@%s", source->name);
    lua_pushcclosure(L, load_chunk, 2);
    lua_call(L, 1, 1);
    lua_pushinteger(L, map_load(L, source->name, source->map, source->wishes, NULL));
    return 1;
}

/* Compiles one source with a Lua state of its own. */
static int compile_source(struct source *source, bool dialect, struct map **map)
{
    lua_State *L = luaL_newstate();
    int error = NW_EMEMORY;

    source->map = map_new(source->name, dialect);
    if (L == NULL || source->map == NULL)
        goto out;
    lua_pushcfunction(L, compile);
    lua_pushlightuserdata(L, source);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
        error = (int)lua_tointeger(L, -1);
    } else {
        const char *text = lua_tostring(L, -1);

        log_fatal("E410", "%s: %s", source->name, text != NULL ? text : "the map raised an error that is no text");
        error = NW_EINVALID;
    }
    if (error == 0)
        error = map_build(source->map);
out:
    if (L != NULL)
        lua_close(L);
    if (error != 0) {
        map_free(source->map);
        return error;
    }
    *map = source->map;
    return 0;
}

int map_compile_file(const char *path, struct map **map, struct map_wishes *wishes)
{
    struct source source = {.name = path, .wishes = wishes};
    char *text = file_read(path, &source.length);
    int error;

    if (text == NULL) {
        log_fatal("E409", "%s: cannot read this map (%s). Fix: check its name", path, strerror(errno));
        return NW_EIO;
    }
    source.text = text;
    error = compile_source(&source, false, map);
    free(text);
    return error;
}

/* Says which names there are instead. */
static void log_no_dialect(const char *name)
{
    char names[512] = "";
    size_t used = 0;

    for (unsigned i = 0; map_dialect_name(i) != NULL && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", map_dialect_name(i));
    log_fatal("E411", "there is no dialect \"%s\". Fix: use one of %s", name, names);
}

int map_compile_dialect(const char *name, struct map **map)
{
    const struct embedded_file *file = embedded_find("dialects", name);
    struct map_wishes wishes = {0};
    struct source source = {.name = name, .wishes = &wishes};
    int error;

    if (file == NULL) {
        log_no_dialect(name);
        return NW_ENOTFOUND;
    }
    source.text = file->text;
    source.length = file->length;
    error = compile_source(&source, true, map);
    map_wishes_free(&wishes);
    return error;
}
