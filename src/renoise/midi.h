/* renoise.Midi: the ports as MIDI devices of scripts (docs/api/renoise.Midi.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_MIDI_H
#define NOTEWIRE_RENOISE_MIDI_H

#include <lua.h>
#include <stdbool.h>

struct script;
struct source;

/* Pushes the class object renoise.Midi; the same each time. */
void midi_open(lua_State *L);

/* deliver of script.devices: the devices that are there have changed, and the script's notifiers are called. */
bool midi_devices_changed(struct source *source);

/* Whether the script has such notifiers. */
bool midi_watches_devices(const struct script *script);

#endif
