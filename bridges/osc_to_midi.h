/* OSC becomes MIDI: packets from servers, through the maps, to the output ports.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_OSC_TO_MIDI_H
#define NOTEWIRE_BRIDGES_OSC_TO_MIDI_H

#include "bridges/bridge.h"

/* One packet from a peer of one of the bridge's servers; the bytes are borrowed. Every message in it is counted once.
 */
void osc_to_midi_packet(struct bridge *bridge, struct peer *from, const uint8_t *bytes, size_t length);

/* The scheduler's callback: a message whose time has come. user is the bridge. */
void osc_to_midi_due(void *user, const struct midi_msg *msg, uint32_t outputs, bool last);

#endif
