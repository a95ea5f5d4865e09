/* class, property, type and rawequal as Renoise scripts know them (luabind 0.9).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_CLASS_H
#define NOTEWIRE_LUA_CLASS_H

#include <lua.h>

/* Sets the globals class, property, type and rawequal. Call once per state, after the standard libraries, before
 * object_push_class. */
void class_open(lua_State *L);

/* For built-in classes that are written in Lua, (class, refuse): reading a name that its own instances do not know
 * raises, and so does writing it or a method, as for those written in C; refuse, which may be left out, is called with
 * an unknown name before and may raise something that says more. When it is false, all this is as in any class. Two
 * instances are equal when they are the same. Classes derived from it are open again. Keys that are neither strings nor
 * numbers are free: what such a class keeps to itself it keeps under tables that nobody else has. */
int class_seal(lua_State *L);

/* For lua/renoise, (value, key): the attribute of an instance, whatever its class says of such a key; nil for all else.
 */
int class_attribute(lua_State *L);
/* members(value): a table of the names that a value has, true for those of methods. */
int class_members(lua_State *L);

/* Whether the value at index is an instance of a class that a script declared. */
int class_is_instance(lua_State *L, int index);

#endif
