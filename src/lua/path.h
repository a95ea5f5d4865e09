/* Where the relative paths of a script begin, and where the user's files are.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_PATH_H
#define NOTEWIRE_LUA_PATH_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* Pushes the path as the system takes it: a relative one begins in the folder of the script, one of a program where it
 * was started. Returns it. */
const char *path_push(lua_State *L, const char *path);

/* The same for the argument at index, a text, which it replaces. */
const char *path_argument(lua_State *L, int index);

/* Changes the case of letters in an absolute path, from a place on that is the beginning of a name, so that it is one
 * that is there, for Windows and macOS know no difference. False when there is none. */
bool path_find_case(char *path, size_t from);

#endif
