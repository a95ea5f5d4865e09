/* The Lua files of lua/, embedded in the program at build time (packaging/embed.cmake).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_EMBEDDED_H
#define NOTEWIRE_LUA_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *name; /* path below lua/, such as "dialects/osmid.lua" */
    const char *text; /* NUL-terminated */
    size_t length;    /* without the NUL */
};

extern const struct embedded_file embedded_files[]; /* ends with a NULL name */

/* lua/FOLDER/NAME.lua; NULL when there is none. */
const struct embedded_file *embedded_find(const char *folder, const char *name);

typedef struct lua_State lua_State; /* as in lua.h */

/* Pushes import, by which those files use each other: import "maps/rule" gives what lua/maps/rule.lua returns. */
void embedded_push_import(lua_State *L);

/* Makes the value at the top of the stack, which it pops, what the import at index gives by a name that is no file's.
 * "environment" is the table of globals of files that are imported from then on.
 */
void embedded_set_import(lua_State *L, int index, const char *name);

#endif
