/* Who holds which notes and pedals on one output: called for every message sent.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_holders.h"

#include <string.h>

#define SHARED (MIDI_HOLDERS_MAX - 1)

enum effect { NOTHING, HOLDS, ENDS_NOTE, ENDS };

/* What a message does to what is held. */
static enum effect effect_of(const struct midi_msg *msg)
{
    switch (msg->b[0] & 0xf0) {
    case MIDI_NOTE_ON: return msg->b[2] != 0 ? HOLDS : ENDS_NOTE;
    case MIDI_NOTE_OFF: return ENDS_NOTE;
    case MIDI_CONTROL_CHANGE:
        if (midi_notes_is_pedal(msg->b[1]))
            return msg->b[2] >= 64 ? HOLDS : ENDS;
        return msg->b[1] >= 120 ? ENDS : NOTHING;
    default: return msg->b[0] == MIDI_RESET ? ENDS : NOTHING;
    }
}

/* The place of a source that holds something; -1. */
static int find(const struct midi_holders *holders, uint16_t source)
{
    for (int i = 0; i < holders->used && i < SHARED; i++)
        if (holders->source[i] == source && holders->notes[i].active != 0)
            return i;
    return -1;
}

/* A place for a source that holds nothing yet. */
static int take(struct midi_holders *holders, uint16_t source)
{
    int place = 0;

    while (place < SHARED && place < holders->used && holders->notes[place].active != 0)
        place++;
    if (place == holders->used)
        holders->used++;
    holders->source[place] = source;
    return place;
}

static bool sounds(const struct midi_notes *notes, const struct midi_msg *msg)
{
    return (notes->sounding[msg->b[0] & 0x0f][msg->b[1] >> 5 & 3] >> (msg->b[1] & 31) & 1) != 0;
}

void midi_holders_track(struct midi_holders *holders, const struct midi_msg *msg)
{
    enum effect effect = effect_of(msg);
    int place;

    if (effect == NOTHING)
        return;
    place = effect == ENDS ? -1 : find(holders, msg->port);
    if (effect == HOLDS && place < 0)
        place = take(holders, msg->port);
    if (effect == HOLDS || (place >= 0 && sounds(&holders->notes[place], msg)))
        midi_notes_track(&holders->notes[place], msg);
    else
        for (int i = 0; i < holders->used; i++)
            if (holders->notes[i].active != 0)
                midi_notes_track(&holders->notes[i], msg);
}

/* Adds what one holds to another. */
static void add(struct midi_notes *notes, const struct midi_notes *more)
{
    for (int channel = 0; channel < 16; channel++)
        for (int i = 0; i < 4; i++)
            notes->sounding[channel][i] |= more->sounding[channel][i];
    for (int i = 0; i < 3; i++)
        notes->pedal[i] |= more->pedal[i];
    notes->active |= more->active;
}

/* Takes away what another holds; active may stay too large, which midi_notes_release does not mind. */
static void subtract(struct midi_notes *notes, const struct midi_notes *other)
{
    for (int channel = 0; channel < 16; channel++)
        for (int i = 0; i < 4; i++)
            notes->sounding[channel][i] &= ~other->sounding[channel][i];
    for (int i = 0; i < 3; i++)
        notes->pedal[i] = (uint16_t)(notes->pedal[i] & ~other->pedal[i]);
}

unsigned midi_holders_release(struct midi_holders *holders, uint16_t source, uint16_t mask,
                              void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    struct midi_notes held = {0};

    for (int i = 0; i < holders->used; i++)
        if (holders->notes[i].active != 0 && (i == SHARED || (holders->source[i] & mask) == (source & mask))) {
            add(&held, &holders->notes[i]);
            memset(&holders->notes[i], 0, sizeof holders->notes[i]);
        }
    if (held.active == 0)
        return 0;
    for (int i = 0; i < holders->used; i++)
        if (holders->notes[i].active != 0)
            subtract(&held, &holders->notes[i]);
    return midi_notes_release(&held, emit, user);
}

void midi_holders_pass(struct midi_holders *holders, uint16_t from, uint16_t to)
{
    int place = find(holders, from), other = find(holders, to);

    if (place < 0)
        return;
    if (other < 0) {
        holders->source[place] = to;
        return;
    }
    add(&holders->notes[other], &holders->notes[place]);
    memset(&holders->notes[place], 0, sizeof holders->notes[place]);
}

bool midi_holders_has(const struct midi_holders *holders, uint16_t source)
{
    return find(holders, source) >= 0;
}
