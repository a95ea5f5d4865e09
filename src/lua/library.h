/* What scripts find in their state: Lua's libraries, as far as they can be trusted on stage.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_LIBRARY_H
#define NOTEWIRE_LUA_LIBRARY_H

#include <lua.h>
#include <stdbool.h>

/* Opens them in a new state whose script (script.h) is set. May raise. */
void library_open(lua_State *L);

/* From here on, reading a global that nobody has set raises. */
void library_be_strict(lua_State *L);

/* The parts of it, one file each. */
void library_open_coroutine(lua_State *L); /* resume, wrap, close and running (coroutine.c) */
void library_open_string(lua_State *L);
void library_open_table(lua_State *L);
void library_open_math(lua_State *L);
void library_open_bit(lua_State *L);
void library_open_time(lua_State *L);        /* os.date, time, clock */
void library_open_io(lua_State *L);          /* Lua's io and os, with paths of the script's */
void library_open_files(lua_State *L);       /* what Renoise adds to io and os */
void library_open_load(lua_State *L);        /* load, require and the like */
void library_open_environment(lua_State *L); /* setfenv, getfenv, module */

/* Replaces a function of a library by ours, which knows the original by its upvalues. */
void library_wrap(lua_State *L, const char *library, const char *name, lua_CFunction function);

/* The same for a function in the table at the top of the stack. */
void library_wrap_field(lua_State *L, const char *name, lua_CFunction function);

/* What such a function ends with: the original, with all arguments, in its place. */
int library_call_original(lua_State *L);

/* A function that calls its original with all fractions of its arguments cut off. */
int library_call_cut(lua_State *L);

#endif
