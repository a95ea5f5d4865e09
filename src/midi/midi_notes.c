/* Which notes and pedals are held: called for every message sent, so bits and no loops on that way.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_notes.h"

#include <string.h>

enum {
    CC_SUSTAIN = 64,
    CC_SOSTENUTO = 66,
    CC_HOLD_2 = 69,
    CC_ALL_SOUND_OFF = 120,
    CC_RESET_CONTROLLERS = 121,
    CC_ALL_NOTES_OFF = 123, /* 124 to 127 change the mode and imply it */
};

static const uint8_t pedal_controller[3] = {CC_SUSTAIN, CC_SOSTENUTO, CC_HOLD_2};

/* Keeps the channel's bit in active true to its notes and pedals, so that a release skips idle channels. */
static void refresh_active(struct midi_notes *notes, unsigned channel)
{
    const uint32_t *word = notes->sounding[channel];
    uint32_t pedals = (uint32_t)(notes->pedal[0] | notes->pedal[1] | notes->pedal[2]) >> channel & 1;

    if ((word[0] | word[1] | word[2] | word[3] | pedals) != 0)
        notes->active = (uint16_t)(notes->active | 1U << channel);
    else
        notes->active = (uint16_t)(notes->active & ~(1U << channel));
}

/* A pedal is down from 64 on (MIDI 1.0 Detailed Specification, "Switch controllers"). */
static void track_pedal(struct midi_notes *notes, unsigned channel, unsigned pedal, uint8_t value)
{
    if (value >= 64)
        notes->pedal[pedal] = (uint16_t)(notes->pedal[pedal] | 1U << channel);
    else
        notes->pedal[pedal] = (uint16_t)(notes->pedal[pedal] & ~(1U << channel));
}

/* Controllers that hold or release: three pedals and the channel mode messages. */
static void track_controller(struct midi_notes *notes, unsigned channel, uint8_t controller, uint8_t value)
{
    switch (controller) {
    case CC_SUSTAIN: track_pedal(notes, channel, 0, value); break;
    case CC_SOSTENUTO: track_pedal(notes, channel, 1, value); break;
    case CC_HOLD_2: track_pedal(notes, channel, 2, value); break;
    case CC_RESET_CONTROLLERS:
        for (unsigned i = 0; i < 3; i++)
            track_pedal(notes, channel, i, 0);
        break;
    default:
        if (controller != CC_ALL_SOUND_OFF && (controller < CC_ALL_NOTES_OFF || controller > 127))
            return;
        memset(notes->sounding[channel], 0, sizeof notes->sounding[channel]);
        break;
    }
    refresh_active(notes, channel);
}

/* Borrows the message; pieces of SysEx fall through, since their first byte is never a channel status. */
void midi_notes_track(struct midi_notes *notes, const struct midi_msg *msg)
{
    unsigned channel = msg->b[0] & 0x0f;
    unsigned note = msg->b[1] & 0x7f;

    switch (msg->b[0] & 0xf0) {
    case MIDI_NOTE_ON:
        if (msg->b[2] != 0) {
            notes->sounding[channel][note >> 5] |= 1U << (note & 31);
            notes->active = (uint16_t)(notes->active | 1U << channel);
            break;
        }
        /* fall through */
    case MIDI_NOTE_OFF:
        notes->sounding[channel][note >> 5] &= ~(1U << (note & 31));
        refresh_active(notes, channel);
        break;
    case MIDI_CONTROL_CHANGE: track_controller(notes, channel, msg->b[1], msg->b[2]); break;
    default:
        if (msg->b[0] == MIDI_RESET)
            memset(notes, 0, sizeof *notes);
        break;
    }
}

/* Works on a copy, so that emit may track what it is given. */
unsigned midi_notes_release(struct midi_notes *notes, void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    struct midi_notes held = *notes;
    struct midi_msg msg;
    unsigned count = 0;

    memset(notes, 0, sizeof *notes);
    for (unsigned channel = 0; channel < 16; channel++) {
        if ((held.active >> channel & 1) == 0)
            continue;
        for (unsigned note = 0; note < 128; note++) {
            if ((held.sounding[channel][note >> 5] >> (note & 31) & 1) == 0)
                continue;
            msg = midi_short((uint8_t)(MIDI_NOTE_OFF | channel), (uint8_t)note, 64);
            emit(user, &msg);
            count++;
        }
        for (unsigned i = 0; i < 3; i++) {
            if ((held.pedal[i] >> channel & 1) == 0)
                continue;
            msg = midi_short((uint8_t)(MIDI_CONTROL_CHANGE | channel), pedal_controller[i], 0);
            emit(user, &msg);
            count++;
        }
    }
    return count;
}

bool midi_notes_is_pedal(uint8_t controller)
{
    return controller == CC_SUSTAIN || controller == CC_SOSTENUTO || controller == CC_HOLD_2;
}
