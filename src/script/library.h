/* What scripts find in their state: Lua's libraries, as far as they can be trusted on stage, and ours.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_LIBRARY_H
#define NOTEWIRE_SCRIPT_LIBRARY_H

#include <lua.h>

/* Opens everything in a new state whose script (script.h) is set. May raise. */
void library_open(lua_State *L);

/* Replaces coroutine.resume, wrap and close by our own, which tell the guard what runs (coroutine.c). */
void library_open_coroutine(lua_State *L);

#endif
