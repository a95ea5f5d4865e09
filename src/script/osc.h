/* renoise.Osc: OSC messages and bundles as objects of scripts (docs/api/renoise.Osc.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_OSC_H
#define NOTEWIRE_SCRIPT_OSC_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* Pushes the class object renoise.Osc, with from_binary_data, Message and Bundle in it; the same each time. */
void osc_open(lua_State *L);

/* Pushes the Message or Bundle that the bytes are, which are copied, or nil and a text that says why they are neither.
 * Returns how many values it pushed, 1 or 2; needs 8 free places on the stack. Raises only when memory runs out. */
int osc_push(lua_State *L, const uint8_t *bytes, size_t length);

/* The binary data of the Message or Bundle at index, borrowed while that object lives; NULL when it is neither. */
const uint8_t *osc_bytes(lua_State *L, int index, size_t *length);

#endif
