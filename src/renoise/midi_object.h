/* What the files of renoise.Midi share: its two types of objects, and the host's side of inputs.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_MIDI_OBJECT_H
#define NOTEWIRE_RENOISE_MIDI_OBJECT_H

#include "lua/object.h"
#include "port/registry.h"

extern const struct object_type midi_input_type;
extern const struct object_type midi_output_type;

/* Opens the port that the text at index names. NULL when the system or its peer refuses it: reported, and the device is
 * one that hears and sends nothing. Raises when nothing has this name. */
struct port *midi_open_port(lua_State *L, int index, enum port_direction direction);

/* Pushes the name of an open device: the port's, or what it was asked for. */
void midi_push_name(lua_State *L, const struct port *port, const char *wanted);

/* The functions of renoise.Midi that make the devices. */
int midi_create_input(lua_State *L);
int midi_create_output(lua_State *L);

#endif
