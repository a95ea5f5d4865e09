/* class, property, type and rawequal as Renoise scripts know them (luabind 0.9).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_CLASS_H
#define NOTEWIRE_SCRIPT_CLASS_H

#include <lua.h>

/* Sets the globals class, property, type and rawequal. Call once per state, after the standard libraries, before
 * object_push_class. */
void class_open(lua_State *L);

/* Whether the value at index is an instance of a class that a script declared. */
int class_is_instance(lua_State *L, int index);

#endif
