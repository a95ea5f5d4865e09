/* renoise.Midi: the ports as MIDI devices of scripts (docs/api/renoise.Midi.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_MIDI_H
#define NOTEWIRE_SCRIPT_MIDI_H

#include <lua.h>

struct script;

/* Pushes the class object renoise.Midi; the same each time. */
void midi_open(lua_State *L);

/* The devices that are there have changed: calls the script's notifiers. Between turns. */
void midi_devices_changed(struct script *script);

#endif
