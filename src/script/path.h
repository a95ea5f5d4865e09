/* Where the relative paths of a script begin, and where the user's files are.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_PATH_H
#define NOTEWIRE_SCRIPT_PATH_H

#include <lua.h>

/* Pushes the path as the system takes it: a relative one begins in the folder of the script, one of a program where it
 * was started. Returns it. */
const char *path_push(lua_State *L, const char *path);

/* The same for the argument at index, a text, which it replaces. */
const char *path_argument(lua_State *L, int index);

/* The user's folder for what belongs to notewire, $XDG_DATA_HOME/notewire/ (~/.local/share without it), there or not.
 * NULL when nobody says where that is. Owned. */
char *path_of_data(void);

#endif
