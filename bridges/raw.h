/* Raw MIDI passes through: from each input to each output, devices to devices excepted.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_RAW_H
#define NOTEWIRE_BRIDGES_RAW_H

#include "bridges/bridge.h"

/* Works out where each input is passed on; called when ports have been opened. */
void raw_join(struct bridge *bridge);

/* A message or SysEx piece of an input: the registry's callback. Also hands it to midi_to_osc, and books its fate. */
void raw_message(void *user, struct port *from, const struct midi_msg *msg);

#endif
