/* What becomes of a MIDI message that only scripts hear: copied to several inputs, it is counted once.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_MIDI_FATE_H
#define NOTEWIRE_RENOISE_MIDI_FATE_H

#include "script/host.h"

/* A place for each message that waits somewhere; there are at most as many as records in all inboxes. Zeroed it is
 * empty. */
struct midi_fates {
    struct midi_fate *place;
    uint32_t capacity;
    uint32_t free; /* the first free place; capacity when there is none */
};

/* Makes sure that fates->free is a place, which the next message will have; false without memory. */
bool midi_fates_reserve(struct midi_fates *fates);

/* Books a message as received and queued in so many copies, at least one. Reserved before. */
void midi_fates_add(struct midi_fates *fates, struct host *host, unsigned copies);

/* One copy was taken.. */
void midi_fates_taken(struct midi_fates *fates, struct host *host, uint32_t number);

/* One copy was given up. The message is dropped with the last copy, when none was taken. */
void midi_fates_given_up(struct midi_fates *fates, struct host *host, uint32_t number, enum drop_reason reason);

void midi_fates_free(struct midi_fates *fates);

#endif
