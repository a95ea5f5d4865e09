/* What documents need of the system, for lua/renoise/document.lua: XML as tables, and files.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_DOCUMENT_H
#define NOTEWIRE_RENOISE_DOCUMENT_H

#include <lua.h>

/* (text) -> the root of what xml_read finds, or nil and why. An element is a table with name and text, type where it
 * has such an attribute, and the elements in it as 1, 2, 3. */
int document_parse(lua_State *L);

/* (path) -> text, and (path, text) -> true; or nil and why. Relative paths begin at the script's base. */
int document_read(lua_State *L);
int document_write(lua_State *L);

/* (path, text) begins to write a file while the script goes on, one at a time: true, or nil and why. () -> nil while it
 * is being written, or when none is; then once true, or false and why not. (true) waits for that. */
int document_save(lua_State *L);
int document_saved(lua_State *L);

/* Adds to the table at the top of the stack what document_parse takes at most, for what is written must be read again.
 */
void document_add_bounds(lua_State *L);

#endif
