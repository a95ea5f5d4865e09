/* What documents need of the system: XML as tables, and files that are there or not, never half.
 * SPDX-License-Identifier: MIT */
#include "renoise/document.h"

#include "base/error.h"
#include "file/file.h"
#include "file/file_save.h"
#include "file/xml.h"
#include "script/script.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- XML ---- */

/* Lua may raise where memory ends, and must not do so through expat: every call into it is protected. Open elements are
 * on the stack, one above the other, from index 1 of the call on. */
struct builder {
    lua_State *L;
    unsigned elements;
    const char *name, *text; /* what is to be added, borrowed for the call */
    const char *const *attributes;
    size_t length;
};

#define LOOK_EVERY 256 /* elements: about 100 us */

/* Called with the builder: returns the new element. */
static int begin_protected(lua_State *L)
{
    struct builder *builder = lua_touserdata(L, 1);

    if (builder->elements++ % LOOK_EVERY == 0)
        guard_check(L);
    lua_newtable(L);
    lua_pushstring(L, builder->name);
    lua_setfield(L, -2, "name");
    for (const char *const *at = builder->attributes; at[0] != NULL; at += 2)
        if (strcmp(at[0], "type") == 0) {
            lua_pushstring(L, at[1]);
            lua_setfield(L, -2, "type");
        }
    return 1;
}

/* Called with the builder, the element, and the one around it, or nil. */
static int end_protected(lua_State *L)
{
    struct builder *builder = lua_touserdata(L, 1);

    lua_pushlstring(L, builder->text, builder->length);
    lua_setfield(L, 2, "text");
    if (lua_isnil(L, 3))
        return 0;
    lua_pushvalue(L, 2);
    lua_rawseti(L, 3, (lua_Integer)lua_rawlen(L, 3) + 1);
    return 0;
}

/* What Lua raised stays at the top of the stack, and reading ends. */
static int begin(void *user, const char *name, const char *const *attributes)
{
    struct builder *builder = user;

    builder->name = name;
    builder->attributes = attributes;
    lua_pushcfunction(builder->L, begin_protected);
    lua_pushlightuserdata(builder->L, builder);
    return lua_pcall(builder->L, 1, 1, 0);
}

static int end(void *user, const char *name, const char *text, size_t length)
{
    struct builder *builder = user;
    lua_State *L = builder->L;
    int result, element = lua_gettop(L);

    (void)name;
    builder->text = text;
    builder->length = length;
    lua_pushcfunction(L, end_protected);
    lua_pushlightuserdata(L, builder);
    lua_pushvalue(L, element);
    if (element > 2)
        lua_pushvalue(L, element - 1);
    else
        lua_pushnil(L);
    result = lua_pcall(L, 3, 0, 0);
    if (result == LUA_OK && element > 2)
        lua_pop(L, 1);
    return result;
}

int document_parse(lua_State *L)
{
    static const struct xml_callbacks callbacks = {begin, end};
    struct builder builder = {.L = L};
    struct xml_problem problem;
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    int result;

    lua_settop(L, 1); /* the text; above it the elements */
    luaL_checkstack(L, XML_DEPTH_MAX + 8, NULL);
    result = xml_read(text, length, &callbacks, &builder, &problem);
    if (result > 0)
        return lua_error(L);
    if (result == 0)
        return 1;
    lua_pushnil(L);
    if (problem.line > 0)
        lua_pushfstring(L, "line %d, column %d: %s", (int)problem.line, (int)problem.column, problem.text);
    else
        lua_pushstring(L, problem.text);
    return 2;
}

void document_add_bounds(lua_State *L)
{
    lua_pushinteger(L, XML_BYTES_MAX);
    lua_setfield(L, -2, "xml_bytes_max");
    lua_pushinteger(L, XML_DEPTH_MAX);
    lua_setfield(L, -2, "xml_depth_max");
}

/* ---- files ---- */

/* Pushes the path at index 1, an absolute one. */
static const char *push_path(lua_State *L)
{
    size_t length;
    const char *path = luaL_checklstring(L, 1, &length);

    luaL_argcheck(L, length > 0 && strlen(path) == length, 1, "no name of a file");
    if (*path == '/')
        return lua_pushstring(L, path);
    return lua_pushfstring(L, "%s%s", script_of(L)->base, path);
}

/* Returns nil and what, with the path that the script wrote and why. */
static int fail(lua_State *L, const char *what, int error)
{
    lua_pushnil(L);
    lua_pushfstring(L, "%s '%s': %s", what, lua_tostring(L, 1), strerror(error));
    return 2;
}

/* Called with a text that was allocated, and its length: returns it as a string. */
static int push_text(lua_State *L)
{
    lua_pushlstring(L, lua_touserdata(L, 1), (size_t)lua_tointeger(L, 2));
    return 1;
}

int document_read(lua_State *L)
{
    size_t length;
    char *text = file_read(push_path(L), &length);
    int result;

    if (text == NULL)
        return fail(L, "cannot read", errno);
    lua_pushcfunction(L, push_text);
    lua_pushlightuserdata(L, text);
    lua_pushinteger(L, (lua_Integer)length);
    result = lua_pcall(L, 2, 1, 0);
    free(text);
    return result == LUA_OK ? 1 : lua_error(L);
}

int document_write(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length);

    if (script_of(L)->saving != NULL)
        file_save_wait(script_of(L)->saving); /* should it be the same file, this text is the newer one */
    if (file_write(push_path(L), text, length) != 0)
        return fail(L, "cannot write", errno);
    lua_pushboolean(L, 1);
    return 1;
}

int document_save(lua_State *L)
{
    struct script *script = script_of(L);
    size_t length;
    const char *text = luaL_checklstring(L, 2, &length), *path = push_path(L);

    luaL_argcheck(L, script->saving == NULL, 1, "another file is being written");
    script->saving = file_save_begin(path, text, length);
    if (script->saving == NULL)
        return fail(L, "cannot write", errno);
    lua_pushboolean(L, 1);
    return 1;
}

int document_saved(lua_State *L)
{
    struct script *script = script_of(L);
    struct file_save *save = script->saving;
    int error;

    if (save == NULL || !(lua_toboolean(L, 1) || file_save_is_done(save))) {
        lua_pushnil(L);
        return 1;
    }
    script->saving = NULL;
    error = file_save_end(save) == 0 ? 0 : errno;
    lua_pushboolean(L, error == 0);
    lua_pushstring(L, error == 0 ? NULL : strerror(error));
    return 2;
}
