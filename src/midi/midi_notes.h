/* Which notes and pedals are held, so that they can be released.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_NOTES_H
#define NOTEWIRE_MIDI_MIDI_NOTES_H

#include "midi/midi_msg.h"

/* Zero-initialise. Fixed size, owns nothing. */
struct midi_notes {
    uint32_t sounding[16][4]; /* one bit a note */
    uint16_t pedal[3];        /* one bit a channel: CC 64 sustain, 66 sostenuto, 69 hold 2 */
    uint16_t active;          /* one bit a channel that has any of the above */
};

/* Notes what a message does: note-on (velocity 0 is off), note-off, pedals, all sound off (CC 120), reset all
 * controllers (CC 121, lifts pedals), all notes off (CC 123 to 127), system reset. Other messages are ignored. */
void midi_notes_track(struct midi_notes *notes, const struct midi_msg *msg);

/* Gives out what releases everything held: a note-off (velocity 64) for each sounding note, then each held pedal at 0,
 * channel by channel; forgets it all. Returns the number of messages. */
unsigned midi_notes_release(struct midi_notes *notes, void (*emit)(void *user, const struct midi_msg *msg), void *user);

/* Whether a controller is one of the three pedals. */
bool midi_notes_is_pedal(uint8_t controller);

#endif
