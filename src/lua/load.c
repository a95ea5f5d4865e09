/* load, loadstring, loadfile, dofile, how require finds files, and where they lie: text alone, from the folder of the
 * script. SPDX-License-Identifier: MIT */
#include "file/file.h"
#include "lua/library.h"
#include "lua/path.h"
#include "lua/source.h"
#include "script/guard.h"
#include "script/script.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What load and loadfile return; the globals are at index, when it is not 0 and something is there. */
static int return_loaded(lua_State *L, bool loaded, int env)
{
    if (!loaded) {
        luaL_pushfail(L);
        lua_insert(L, -2);
        return 2;
    }
    if (env != 0) {
        lua_pushvalue(L, env);
        lua_setupvalue(L, -2, 1);
    }
    return 1;
}

/* Puts together what a function gives piece by piece, at index 1 of the stack. False when it raised: then why is at the
 * top of the stack. */
static bool read_pieces(lua_State *L)
{
    luaL_Buffer out;
    bool more = true;

    luaL_buffinit(L, &out);
    while (more) {
        size_t length;

        guard_check(L); /* which the function may never let happen, when it is one of C */
        lua_pushvalue(L, 1);
        if (lua_pcall(L, 0, 1, 0) != LUA_OK)
            return false;
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            break;
        }
        if (!lua_isstring(L, -1)) {
            lua_pushliteral(L, "reader function must return a string");
            return false;
        }
        lua_tolstring(L, -1, &length);
        more = length > 0;
        luaL_addvalue(&out);
    }
    luaL_pushresult(&out);
    lua_replace(L, 1);
    return true;
}

/* load(text or function, chunk name, mode, globals). The mode is always that of text. */
static int load(lua_State *L)
{
    int env = lua_isnone(L, 4) ? 0 : 4;
    bool is_text = lua_isstring(L, 1);
    size_t length;
    const char *text, *chunk;

    if (!is_text)
        luaL_checktype(L, 1, LUA_TFUNCTION);
    chunk = luaL_optstring(L, 2, is_text ? lua_tostring(L, 1) : "=(load)");
    lua_settop(L, 4);
    if (!is_text && !read_pieces(L))
        return return_loaded(L, false, 0);
    text = lua_tolstring(L, 1, &length);
    return return_loaded(L, source_load(L, text, length, chunk), env);
}

/* loadstring(text, chunk name). */
static int loadstring(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length), *chunk = luaL_optstring(L, 2, text);

    return return_loaded(L, source_load(L, text, length, chunk), 0);
}

/* Compiles a file of the script's, which is watched from here on. As source_load_file. */
static bool read_file(lua_State *L, const char *path, const char *chunk)
{
    script_note_file(script_of(L), path);
    return source_load_file(L, path, chunk);
}

/* Pushes the function of the file that argument 1 names. */
static bool load_file(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1), *chunk = lua_pushfstring(L, "@%s", name);

    return read_file(L, path_push(L, name), chunk);
}

/* loadfile(path, mode, globals). */
static int loadfile(lua_State *L)
{
    int env = lua_isnone(L, 3) ? 0 : 3;

    luaL_checkstring(L, 1);
    lua_settop(L, 3);
    return return_loaded(L, load_file(L), env);
}

static int all_results(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L) - 1;
}

static int dofile(lua_State *L)
{
    lua_settop(L, 1);
    if (!load_file(L))
        return lua_error(L);
    lua_replace(L, 2);
    lua_settop(L, 2);
    lua_callk(L, 0, LUA_MULTRET, 0, all_results);
    return all_results(L, LUA_OK, 0);
}

/* ---- require ---- */

static bool is_readable(const char *path)
{
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return false;
    fclose(file);
    return true;
}

/* Tries the templates of a path, "?.lua;lib/?.lua", with a name in which separator becomes replacement. Pushes the name
 * of the first file that is there and returns true, or pushes what was tried. */
static bool search(lua_State *L, const char *name, const char *templates, const char *separator,
                   const char *replacement)
{
    const char *end;
    luaL_Buffer tried;
    int first = lua_gettop(L) + 1;

    if (*separator != '\0' && strstr(name, separator) != NULL)
        name = luaL_gsub(L, name, separator, replacement);
    else
        lua_pushnil(L); /* so that there is one value in either case */
    luaL_buffinit(L, &tried);
    for (; *templates != '\0'; templates = *end == ';' ? end + 1 : end) {
        const char *path;
        bool found;

        end = strchrnul(templates, ';');
        if (end == templates)
            continue;
        lua_pushlstring(L, templates, (size_t)(end - templates));
        path = luaL_gsub(L, lua_tostring(L, -1), "?", name);
        found = is_readable(path_push(L, path));
        lua_pop(L, 1);
        lua_remove(L, -2);
        if (found) {
            lua_replace(L, first);
            lua_settop(L, first);
            return true;
        }
        lua_pushfstring(L, "%sno file '%s'", luaL_bufflen(&tried) > 0 ? "\n\t" : "", path);
        lua_remove(L, -2);
        luaL_addvalue(&tried);
    }
    luaL_pushresult(&tried);
    lua_replace(L, first);
    lua_settop(L, first);
    return false;
}

/* package.searchpath: as Lua's, and relative to the script's folder. */
static int searchpath(lua_State *L)
{
    if (search(L, luaL_checkstring(L, 1), luaL_checkstring(L, 2), luaL_optstring(L, 3, "."), luaL_optstring(L, 4, "/")))
        return 1;
    luaL_pushfail(L);
    lua_insert(L, -2);
    return 2;
}

/* Pushes the name of a chunk: what lies below the script's folder is told as its own file was. */
static const char *push_chunk(lua_State *L, const char *path)
{
    const char *folder = lua_tostring(L, lua_upvalueindex(2));
    size_t length = strlen(folder);

    if (strncmp(path, folder, length) == 0)
        return lua_pushfstring(L, "@%s%s", script_of(L)->folder, path + length);
    return lua_pushfstring(L, "@%s", path);
}

/* debug.getinfo: as Lua's, but source is an absolute path, as in Renoise: tools cut their folder out of it. Upvalues
 * are those of library_wrap. */
static int debug_getinfo(lua_State *L)
{
    const struct script *script = script_of(L);
    size_t folder_length = strlen(script->folder);
    int results = library_call_original(L);
    const char *source;

    if (script->program || !lua_istable(L, -1))
        return results;
    if (lua_getfield(L, -1, "source") == LUA_TSTRING && *(source = lua_tostring(L, -1)) == '@' && source[1] != '/') {
        source++;
        if (strncmp(source, script->folder, folder_length) == 0)
            source += folder_length;
        lua_pushfstring(L, "@%s%s", script->base, source);
        lua_setfield(L, -3, "source");
    }
    lua_pop(L, 1);
    return results;
}

/* Pushes the path of the file below the script's folder that is called as a module but for the case of its letters, and
 * returns it. NULL when there is none. */
static const char *push_other_case(lua_State *L, const char *name)
{
    const char *folder = lua_tostring(L, lua_upvalueindex(2)), *path, *where, *called;
    size_t size;
    char *changed;

    path = lua_pushfstring(L, "%s%s.lua", folder, luaL_gsub(L, name, ".", "/"));
    size = strlen(path) + 1;
    changed = memcpy(lua_newuserdatauv(L, size, 0), path, size);
    if (!path_find_case(changed, strlen(folder)) || !is_readable(changed))
        return NULL;
    luaL_where(L, 2); /* who requires it */
    where = lua_tostring(L, -1);
    called = push_chunk(L, changed) + 1; /* without the '@' */
    log_warning("E427", "%srequire \"%s\" takes %s, for no file is called so. Fix: write it as the file is called",
                where, name, called);
    return lua_pushstring(L, changed);
}

/* Pushes the folder of libraries that scripts share, or nothing, and whether it did. */
static bool push_libraries(lua_State *L)
{
    char data[PATH_MAX];

    if (!file_data_folder(data, sizeof data))
        return false;
    lua_pushfstring(L, "%slibraries/", data);
    return true;
}

/* What was tried is at the top of the stack; puts before it where libraries come from that Renoise brings and many
 * tools rely on, as renoise.http. */
static void tell_origin(lua_State *L, const char *name)
{
    if (strncmp(name, "renoise", 7) != 0 || (name[7] != '.' && name[7] != '/') || !push_libraries(L))
        return;
    lua_pushfstring(L, "Renoise has it in its folder Scripts/Libraries: copy what is in there to %s\n\t%s",
                    lua_tostring(L, -1), lua_tostring(L, -2));
}

/* The searcher of Lua files. Upvalues: the table package, the script's absolute folder. */
static int search_lua(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1), *path;

    lua_getfield(L, lua_upvalueindex(1), "path");
    if (!lua_isstring(L, -1))
        return luaL_error(L, "'package.path' must be a string");
    if (search(L, name, lua_tostring(L, -1), ".", "/"))
        path = lua_tostring(L, -1);
    else {
        int tried = lua_gettop(L);

        path = push_other_case(L, name);
        if (path == NULL) {
            script_note_file(script_of(L), lua_pushfstring(L, "%s%s.lua", lua_tostring(L, lua_upvalueindex(2)),
                                                           luaL_gsub(L, name, ".", "/"))); /* it may come */
            lua_settop(L, tried);
            tell_origin(L, name);
            return 1;
        }
    }
    if (!read_file(L, path_push(L, path), push_chunk(L, path)))
        return luaL_error(L, "error loading module '%s' from file '%s':\n\t%s", name, path, lua_tostring(L, -1));
    lua_pushstring(L, path);
    return 2;
}

/* require: as in Lua 5.1 what the module is, and not where it was found, for lists are filled with it. */
static int require(lua_State *L)
{
    lua_pop(L, library_call_original(L) - 1);
    return 1;
}

/* Pushes the folder of the script's file as an absolute one with '/' at its end. */
static void push_folder(lua_State *L)
{
    const struct script *script = script_of(L);
    char folder[PATH_MAX];

    if (!script->program)
        lua_pushstring(L, script->base);
    else if (realpath(script->folder, folder) != NULL)
        lua_pushfstring(L, "%s%s", folder, folder[1] == '\0' ? "" : "/");
    else
        lua_pushliteral(L, "./");
}

/* Puts the folder at the top of the stack at the beginning of package.path; pops it. */
static void search_first(lua_State *L, int package)
{
    const char *folder = lua_tostring(L, -1);

    lua_getfield(L, package, "path");
    lua_pushfstring(L, "%s?.lua;%s?/init.lua;%s", folder, folder, lua_tostring(L, -1));
    lua_setfield(L, package, "path");
    lua_pop(L, 2);
}

/* require finds what lies beside the script first, wherever it is started, then what all share. */
static void open_require(lua_State *L)
{
    int package = (lua_getglobal(L, "package"), lua_gettop(L)), folder = package + 1;

    push_folder(L);
    if (push_libraries(L))
        search_first(L, package);
    lua_pushvalue(L, folder);
    search_first(L, package);
    lua_pushcfunction(L, searchpath);
    lua_setfield(L, package, "searchpath");
    lua_getfield(L, package, "searchers");
    lua_pushvalue(L, package);
    lua_pushvalue(L, folder);
    lua_pushcclosure(L, search_lua, 2);
    lua_rawseti(L, -2, 2);
    lua_settop(L, package - 1);
}

void library_open_load(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"load", load}, {"loadstring", loadstring}, {"loadfile", loadfile}, {"dofile", dofile}, {NULL, NULL}};

    lua_pushglobaltable(L);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
    library_wrap(L, "debug", "getinfo", debug_getinfo);
    library_wrap(L, "_G", "require", require);
    open_require(L);
}
