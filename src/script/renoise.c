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

/* In the order in which they run; each returns what others import, and adds to renoise and to the globals. */
static const char *const files[] = {"renoise/library", "renoise/print",        "renoise/document", "renoise/tool",
                                    "renoise/app",     "renoise/view_builder", "renoise/song",     NULL};

static void run_files(lua_State *L)
{
    embedded_push_import(L);
    luaL_newlib(L, host_functions);
    tool_add_host_functions(L);
    embedded_set_import(L, -2, "host");
    for (const char *const *file = files; *file != NULL; file++) {
        lua_pushvalue(L, -1);
        lua_pushstring(L, *file);
        lua_call(L, 1, 0);
    }
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
    observable_open(L);
    lua_setfield(L, -2, "Document");
    lua_pushnumber(L, 6.2);
    lua_setfield(L, -2, "API_VERSION");
    lua_pushliteral(L, "3.5.0");
    lua_setfield(L, -2, "RENOISE_VERSION");
    lua_setglobal(L, "renoise");
    run_files(L);
}
