/* renoise.song() is nil, for there is no song: errors that come of that say so.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_SONG_H
#define NOTEWIRE_SCRIPT_SONG_H

#include <lua.h>
#include <stdbool.h>

/* A key of the registry, by its address: the names of all globals that were set, with false for one that was to be the
 * song. */
extern const char song_globals;

/* renoise.song() has been called; for the function that does it. */
void song_asked(lua_State *L);

/* Whether the line that sets a global to nil has asked for the song; for the function that sets it. */
bool song_was_asked_here(lua_State *L);

/* Whether an error, in Lua's words, comes of it. */
bool song_is_missed(lua_State *L, const char *problem);

#endif
