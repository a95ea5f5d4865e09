/* What becomes of a MIDI message that only scripts hear.
 * SPDX-License-Identifier: MIT */
#include "renoise/midi_fate.h"

#include <stdlib.h>

#define FATES_FIRST 64u /* places that the first message allocates */

struct midi_fate {
    uint32_t next;   /* of a free place: the next one */
    uint16_t copies; /* that wait */
    bool taken;      /* by one at least: it is counted as delivered */
};

bool midi_fates_reserve(struct midi_fates *fates)
{
    uint32_t capacity = fates->capacity > 0 ? fates->capacity * 2 : FATES_FIRST;
    struct midi_fate *grown;

    if (fates->free < fates->capacity)
        return true;
    grown = realloc(fates->place, capacity * sizeof *grown);
    if (grown == NULL)
        return false;
    for (uint32_t i = fates->capacity; i < capacity; i++)
        grown[i].next = i + 1;
    fates->place = grown;
    fates->free = fates->capacity;
    fates->capacity = capacity;
    return true;
}

void midi_fates_add(struct midi_fates *fates, struct host *host, unsigned copies)
{
    struct midi_fate *fate = &fates->place[fates->free];

    fates->free = fate->next;
    fate->copies = (uint16_t)copies;
    fate->taken = false;
    host_queued(host);
}

/* One copy less; the place is free behind the last. */
static void remove_copy(struct midi_fates *fates, struct midi_fate *fate)
{
    if (--fate->copies > 0)
        return;
    fate->next = fates->free;
    fates->free = (uint32_t)(fate - fates->place);
}

void midi_fates_taken(struct midi_fates *fates, struct host *host, uint32_t number)
{
    struct midi_fate *fate = &fates->place[number];

    if (!fate->taken)
        host_delivered(host);
    fate->taken = true;
    remove_copy(fates, fate);
}

void midi_fates_given_up(struct midi_fates *fates, struct host *host, uint32_t number, enum drop_reason reason)
{
    struct midi_fate *fate = &fates->place[number];

    if (fate->copies == 1 && !fate->taken)
        host_dropped(host, reason);
    remove_copy(fates, fate);
}

void midi_fates_free(struct midi_fates *fates)
{
    free(fates->place);
}
