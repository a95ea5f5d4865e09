/* MIDI as scripts write it, words or bytes, and as they are given it.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_MIDI_VALUE_H
#define NOTEWIRE_RENOISE_MIDI_VALUE_H

#include "midi/midi_msg.h"

#include <lua.h>

/* Gives out the MIDI that the value at index says: short messages and SysEx pieces, with time_us and port 0. A string
 * is words (midi_words.h) of one message or more, in one line or several; settings (channel, octave) last to its end. A
 * table is an array of bytes: a short message, of which bytes behind its last are ignored, as scripts hear all of them
 * as three; or a SysEx from F0 to F7. Numbers with a fraction are cut. Raises for all else, with nothing given out.
 * Reads tables raw, and runs no Lua. emit may raise: nothing is held meanwhile. Needs 2 free places on the stack. */
void midi_value_emit(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user);

/* The same for an array alone, as Renoise's devices take it: bytes that a short message lacks are 0, and bytes that
 * still make no message, as a data byte above 127, do not raise. False when they do not, with why at the top of the
 * stack. */
bool midi_value_emit_array(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user);

/* Pushes a short message as an array of exactly three integers, filled up with 0. */
void midi_push_bytes(lua_State *L, const struct midi_msg *msg);

#endif
