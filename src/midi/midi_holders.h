/* Which notes and pedals are held on one output, and by whom, so that they can be released when he goes.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_HOLDERS_H
#define NOTEWIRE_MIDI_MIDI_HOLDERS_H

#include "midi/midi_notes.h"

#define MIDI_HOLDERS_MAX 64 /* the last place is for all who find no other */

/* Zero-initialise. Fixed size, owns nothing. */
struct midi_holders {
    struct midi_notes notes[MIDI_HOLDERS_MAX];
    uint16_t source[MIDI_HOLDERS_MAX]; /* midi_msg.port */
    uint8_t used;                      /* places that have been somebody's */
};

/* Notes what a short message does (midi_notes.h), by msg->port. What holds is its sender's. A note-off ends what its
 * sender holds; when he does not hold it, and for all other messages that end something, it ends it for everybody, as
 * it does on the instrument. */
void midi_holders_track(struct midi_holders *holders, const struct midi_msg *msg);

/* Gives out what releases everything that is held by the sources which are source in the bits of mask, and by nobody
 * else, as midi_notes_release does; forgets it. If more sources hold something than there are places, what those
 * without a place hold is released too: nobody knows whose it is. Returns the number of messages. */
unsigned midi_holders_release(struct midi_holders *holders, uint16_t source, uint16_t mask,
                              void (*emit)(void *user, const struct midi_msg *msg), void *user);

/* What one source holds another one holds from now on. */
void midi_holders_pass(struct midi_holders *holders, uint16_t from, uint16_t to);

/* Whether a source holds something. */
bool midi_holders_has(const struct midi_holders *holders, uint16_t source);

#endif
