/* renoise.Osc: OSC messages and bundles as objects of scripts (docs/api/renoise.Osc.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_OSC_H
#define NOTEWIRE_RENOISE_OSC_H

#include <lua.h>
#include <stddef.h>
#include <stdint.h>

/* Pushes the class object renoise.Osc, with from_binary_data, Message and Bundle in it; the same each time. */
void osc_open(lua_State *L);

/* Pushes the Message or Bundle that the bytes are, which are copied, or nil and a text that says why they are neither.
 * Finalizers may run before they are copied. Returns how many values it pushed, 1 or 2; needs 8 free places on the
 * stack. Raises only when memory runs out. */
int osc_push(lua_State *L, const uint8_t *bytes, size_t length);

/* The binary data of the Message or Bundle at index, borrowed while it stays there; NULL when it is neither. An
 * instance of a derived class gives its place on the stack to the object that has the bytes. */
const uint8_t *osc_bytes(lua_State *L, int index, size_t *length);

#endif
