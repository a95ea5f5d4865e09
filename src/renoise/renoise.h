/* The global table renoise: what C makes of it, and what lua/renoise adds.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_RENOISE_H
#define NOTEWIRE_RENOISE_RENOISE_H

#include <lua.h>

/* Sets the global, and runs the files of lua/renoise. Call once per state, when all other globals are set; before they
 * become strict. */
void renoise_open(lua_State *L);

#endif
