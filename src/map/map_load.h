/* From the tables that the map language makes (lua/maps) to the rules of a map.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MAP_MAP_LOAD_H
#define NOTEWIRE_MAP_MAP_LOAD_H

#include "map/map_compile.h"

#include <lua.h>

struct script;

/* Pushes the language for one file (lua/maps/map.lua): its words, its result, and the functions that C calls. */
void map_push_language(lua_State *L, const char *text, size_t length, const char *name);

/* Loads the result table of lua/maps/map.lua at the top of the stack into map and wishes. Logs its mistakes. Returns 0,
 * NW_EINVALID when there were mistakes or too many rules or wishes, or NW_EMEMORY. May raise a Lua error when memory
 * runs out. The functions of rules become routes of script (script_route.h); without one they are left out, and the map
 * is only good for being checked. */
int map_load(lua_State *L, const char *name, struct map *map, struct map_wishes *wishes, struct script *script);

#endif
