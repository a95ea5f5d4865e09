/* Calls what scripts want called when the collector takes an object, so that it can be ended like anything else.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_FINALIZER_H
#define NOTEWIRE_LUA_FINALIZER_H

#include <lua.h>

/* As lua_pcall(L, arguments, 0, 0), with --script-limit for itself. */
int finalizer_call(lua_State *L, int arguments);

/* Replaces setmetatable by one whose __gc go through finalizer_call. */
void finalizer_open(lua_State *L);

#endif
