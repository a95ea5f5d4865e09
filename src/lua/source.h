/* Compiles Lua text, also such as Lua 5.1 takes and 5.4 does not: with escapes that mean nothing in its strings.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_SOURCE_H
#define NOTEWIRE_LUA_SOURCE_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

/* Compiles a text under the name of its chunk, "@tool/main.lua"; bytecode is refused, for broken one crashes Lua.
 * Pushes the function, or why there is none with its line. True when it is the function. Raises nothing. */
bool source_load(lua_State *L, const char *text, size_t length, const char *chunk);

/* The same for a file. path is where it is, as the system takes it. What is no text of Lua in it (file_source) is left
 * out. */
bool source_load_file(lua_State *L, const char *path, const char *chunk);

/* Copies a text to out, which is as large, without the backslashes of escapes that Lua does not know: "\-" becomes "-",
 * as Lua 5.1 reads it. Lines stay as they are. Returns the new length. */
size_t source_repair(const char *text, size_t length, char *out);

#endif
