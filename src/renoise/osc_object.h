/* What the sources of renoise.Osc share: the two kinds of objects, and values between Lua and OSC.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_OSC_OBJECT_H
#define NOTEWIRE_RENOISE_OSC_OBJECT_H

#include "lua/object.h"
#include "osc/osc_view.h"

#define OSC_BUNDLE_HEAD 16 /* bytes before a bundle's first element: "#bundle", NUL, time tag */

/* A Message. Its user value is nil or the table of arguments, made when it is first read; the bytes never change. */
struct osc_message {
    struct osc_view view; /* of the bytes below */
    size_t length;
    uint8_t bytes[];
};

/* A Bundle. Its user value is nil or the table of elements. */
struct osc_bundle {
    size_t length;
    uint8_t bytes[];
};

extern const struct object_type osc_message_type;
extern const struct object_type osc_bundle_type;

/* object_test and object_check for what is read while Lua may run, be it a finalizer: an instance at index gives its
 * place to the object that has the bytes, for its __init may be called again and let go of that. */
void *osc_hold_test(lua_State *L, int index, const struct object_type *type);
void *osc_hold(lua_State *L, int index, const struct object_type *type);

/* Pushes a Message with a copy of the bytes that view was parsed from, which the caller holds. */
void osc_message_push(lua_State *L, const struct osc_view *view, size_t length);

/* Pushes a Bundle with a copy of the bytes, held by the caller, which osc_push has checked to the last element. */
void osc_bundle_push(lua_State *L, const uint8_t *bytes, size_t length);

/* Whether the bytes begin as a bundle does. */
bool osc_bundle_begins(const uint8_t *bytes, size_t length);

/* What Message() makes of its Lua arguments, a pattern and a table; raises. */
int osc_message_construct(lua_State *L);

/* Pushes what a script sees of an argument that is no bracket: a number, a string, a boolean or nil. */
void osc_value_push(lua_State *L, const struct osc_arg *arg);

/* Reads the value at the top of the stack, which stays there, into arg, whose tag is set; a text or blob borrows it.
 * Returns NULL, or what is wrong with it. */
const char *osc_value_read(lua_State *L, struct osc_arg *arg);

/* Seconds as a 32.32 fixed-point time tag, 0 as "immediately". False when they are not from 0 to below 2^32. */
bool osc_time_read(double seconds, uint64_t *timetag);

/* Pushes a time tag as seconds, "immediately" as 0. */
void osc_time_push(lua_State *L, uint64_t timetag);

#endif
