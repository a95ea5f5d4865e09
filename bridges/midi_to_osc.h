/* MIDI becomes OSC: through the maps backwards, to who spoke last or to fixed addresses.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_MIDI_TO_OSC_H
#define NOTEWIRE_BRIDGES_MIDI_TO_OSC_H

#include "bridges/bridge.h"

enum midi_to_osc_result {
    MIDI_TO_OSC_SENT,     /* or kept, as part of a value that will be */
    MIDI_TO_OSC_NO_PEER,  /* nobody to tell */
    MIDI_TO_OSC_UNMAPPED, /* no rule for it in the peer's words */
    MIDI_TO_OSC_FULL,     /* the peer takes no more */
    MIDI_TO_OSC_TOO_BIG,  /* a SysEx beyond SYSEX_MAX or a datagram */
};

/* What became of a message, and how many listeners refused it or a part of it. */
struct midi_to_osc {
    enum midi_to_osc_result result;
    unsigned missed;
};

/* Whether there is anybody to tell. */
bool midi_to_osc_wanted(const struct bridge *bridge);

/* One whole message of an input; sysex is NULL for a short one, and holds the bytes of a SysEx whose last piece msg is.
 */
struct midi_to_osc midi_to_osc_message(struct bridge *bridge, const struct port *from, const struct midi_msg *msg,
                                       const struct sysex *sysex);

/* Tells a value that has waited for a part that did not come; its messages have been counted (assembly.h). */
void midi_to_osc_late(void *user, uint16_t source, const struct midi_parameter_set *value);

#endif
