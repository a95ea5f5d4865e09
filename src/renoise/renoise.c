/* The global table renoise: its parts in C, and the files of lua/renoise, which get at C through import "host".
 * SPDX-License-Identifier: MIT */
#include "renoise/renoise.h"

#include "lua/class.h"
#include "lua/embedded.h"
#include "renoise/document.h"
#include "renoise/midi.h"
#include "renoise/observable.h"
#include "renoise/osc.h"
#include "renoise/socket.h"
#include "renoise/tool.h"

#include <lauxlib.h>

/* What the files of lua/renoise can do that scripts cannot. */
static const luaL_Reg host_functions[] = {
    {"seal", class_seal},
    {"observable", observable_new},
    {"fire", observable_call},
    {"changes", observable_changes},
    {"observable_type", observable_type_of},
    {"elements", observable_elements},
    {"parse_value", observable_parse},
    {"attribute", class_attribute},
    {"parse_xml", document_parse},
    {"read_file", document_read},
    {"write_file", document_write},
    {"save_file", document_save},
    {"saved", document_saved},
    {"members", class_members},
    {NULL, NULL},
};

/* Functions that files of lua/renoise return in a table by name. Each is a function of C at first, which reads the file
 * when it is called: to read them all would take longer than all else that a script needs to start. */
static const struct {
    const char *file, *library;
    const char *const *names;
} late[] = {
    {"renoise/library", "table",
     (const char *const[]){"create", "is_empty", "count", "find", "keys", "values", "copy", "rcopy", "clear", "getn",
                           "maxn", "foreach", "foreachi", NULL}},
    {"renoise/library", "debug", (const char *const[]){"start", "stop", NULL}},
    {"renoise/library", "_G", (const char *const[]){"ripairs", "gcinfo", NULL}},
    {"renoise/print", "_G", (const char *const[]){"rprint", "objinfo", "oprint", NULL}},
};

static int all_results(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/* One of those. Upvalues: its name, its file or else what the file has returned under the name, import. */
static int call_late(lua_State *L)
{
    luaL_checkstack(L, 4, NULL);
    if (lua_type(L, lua_upvalueindex(2)) == LUA_TSTRING) {
        lua_pushvalue(L, lua_upvalueindex(3));
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_call(L, 1, 1);
        lua_pushvalue(L, lua_upvalueindex(1));
        lua_rawget(L, -2);
        lua_replace(L, lua_upvalueindex(2));
        lua_pop(L, 1);
    }
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, all_results);
    return lua_gettop(L);
}

/* Sets them all; import is at the top of the stack. */
static void add_late(lua_State *L)
{
    int import = lua_gettop(L);

    for (size_t i = 0; i < sizeof late / sizeof late[0]; i++) {
        lua_getglobal(L, late[i].library);
        for (const char *const *name = late[i].names; *name != NULL; name++) {
            lua_pushstring(L, *name);
            lua_pushvalue(L, -1);
            lua_pushstring(L, late[i].file);
            lua_pushvalue(L, import);
            lua_pushcclosure(L, call_late, 3);
            lua_rawset(L, -3);
        }
        lua_pop(L, 1);
    }
}

/* Pushes a copy of the table at the top of the stack, of the tables in it too. */
static void push_copy(lua_State *L, int depth)
{
    int from = lua_gettop(L);

    lua_createtable(L, 0, 32); /* about as many as libraries have */
    for (lua_pushnil(L); lua_next(L, from) != 0;) {
        if (depth > 0 && lua_istable(L, -1) && !lua_rawequal(L, -1, from)) {
            push_copy(L, depth - 1);
            lua_remove(L, -2);
        }
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, from + 1);
    }
}

/* Pushes the globals and the libraries as they are now: what is read later must not find what a script made of them.
 * renoise itself is not copied, for that is what is added to. */
static void push_environment(lua_State *L)
{
    lua_pushglobaltable(L);
    push_copy(L, 1);
    lua_getglobal(L, "renoise");
    lua_setfield(L, -2, "renoise");
    lua_remove(L, -2);
}

static void add_files(lua_State *L)
{
    embedded_push_import(L);
    luaL_newlib(L, host_functions);
    tool_add_host_functions(L);
    document_add_bounds(L);
    embedded_set_import(L, -2, "host");
    observable_open(L);
    embedded_set_import(L, -2, "document");
    lua_getglobal(L, "table");
    embedded_set_import(L, -2, "table");
    add_late(L);
    lua_pushvalue(L, -1);
    lua_pushliteral(L, "renoise/parts"); /* the others are read when they are wanted */
    lua_call(L, 1, 0);
    push_environment(L);
    embedded_set_import(L, -2, "environment");
    lua_pop(L, 1);
}

void renoise_open(lua_State *L)
{
    lua_newtable(L);
    osc_open(L);
    lua_setfield(L, -2, "Osc");
    socket_open(L);
    lua_setfield(L, -2, "Socket");
    midi_open(L);
    lua_setfield(L, -2, "Midi");
    lua_pushnumber(L, 6.2);
    lua_setfield(L, -2, "API_VERSION");
    lua_pushliteral(L, "3.5.0");
    lua_setfield(L, -2, "RENOISE_VERSION");
    lua_setglobal(L, "renoise");
    add_files(L);
}
