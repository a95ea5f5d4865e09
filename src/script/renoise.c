/* The global table renoise: its parts in C, and the files of lua/renoise, which get at C through import "host".
 * SPDX-License-Identifier: MIT */
#include "script/renoise.h"

#include "script/class.h"
#include "script/document.h"
#include "script/embedded.h"
#include "script/midi.h"
#include "script/observable.h"
#include "script/osc.h"
#include "script/socket.h"
#include "script/tool.h"

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
    {"members", class_members},
    {NULL, NULL},
};

/* What runs at once, in this order: they add to the globals. The others run when they are wanted (parts.lua). */
static const char *const files[] = {"renoise/library", "renoise/print", "renoise/parts", NULL};

/* Pushes a copy of the table at the top of the stack, of the tables in it too. */
static void push_copy(lua_State *L, int depth)
{
    int from = lua_gettop(L);

    lua_newtable(L);
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

static void run_files(lua_State *L)
{
    embedded_push_import(L);
    luaL_newlib(L, host_functions);
    tool_add_host_functions(L);
    document_add_bounds(L);
    embedded_set_import(L, -2, "host");
    observable_open(L);
    embedded_set_import(L, -2, "document");
    for (const char *const *file = files; *file != NULL; file++) {
        lua_pushvalue(L, -1);
        lua_pushstring(L, *file);
        lua_call(L, 1, 0);
    }
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
    run_files(L);
}
