/* Sequencer events as MIDI bytes and back, field by field.
 * SPDX-License-Identifier: MIT */
#include "port/alsa_internal.h"

/* The events that carry one message of three fields; the way there and back is the same table. */
static const struct {
    snd_seq_event_type_t type;
    uint8_t status;
} kinds[] = {
    {SND_SEQ_EVENT_NOTEOFF, MIDI_NOTE_OFF},
    {SND_SEQ_EVENT_NOTEON, MIDI_NOTE_ON},
    {SND_SEQ_EVENT_KEYPRESS, MIDI_KEY_PRESSURE},
    {SND_SEQ_EVENT_CONTROLLER, MIDI_CONTROL_CHANGE},
    {SND_SEQ_EVENT_PGMCHANGE, MIDI_PROGRAM_CHANGE},
    {SND_SEQ_EVENT_CHANPRESS, MIDI_CHANNEL_PRESSURE},
    {SND_SEQ_EVENT_PITCHBEND, MIDI_PITCH_BEND},
    {SND_SEQ_EVENT_QFRAME, MIDI_TIME_CODE},
    {SND_SEQ_EVENT_SONGPOS, MIDI_SONG_POSITION},
    {SND_SEQ_EVENT_SONGSEL, MIDI_SONG_SELECT},
    {SND_SEQ_EVENT_TUNE_REQUEST, MIDI_TUNE_REQUEST},
    {SND_SEQ_EVENT_CLOCK, MIDI_CLOCK},
    {SND_SEQ_EVENT_START, MIDI_START},
    {SND_SEQ_EVENT_CONTINUE, MIDI_CONTINUE},
    {SND_SEQ_EVENT_STOP, MIDI_STOP},
    {SND_SEQ_EVENT_SENSING, MIDI_ACTIVE_SENSING},
    {SND_SEQ_EVENT_RESET, MIDI_RESET},
};

#define KINDS (sizeof kinds / sizeof kinds[0])
#define BEND_CENTRE 8192

enum controller { DATA_MSB = 6, DATA_LSB = 38, NRPN_LSB = 98, NRPN_MSB, RPN_LSB, RPN_MSB };

static uint8_t low7(int value)
{
    return (uint8_t)(value & 0x7f);
}

static uint8_t high7(int value)
{
    return (uint8_t)(value >> 7 & 0x7f);
}

static unsigned put3(uint8_t *out, int status, uint8_t data1, uint8_t data2)
{
    out[0] = (uint8_t)status;
    out[1] = data1;
    out[2] = data2;
    return 3;
}

/* Events of two bytes of value in one, which become the controllers that a cable would carry. */
static unsigned expand(const snd_seq_event_t *event, uint8_t *out)
{
    const snd_seq_ev_ctrl_t *control = &event->data.control;
    int status = MIDI_CONTROL_CHANGE | (control->channel & 0x0f), param = (int)control->param;
    bool registered = event->type == SND_SEQ_EVENT_REGPARAM;
    unsigned used;

    if (event->type == SND_SEQ_EVENT_CONTROL14) {
        if (param >= 32)
            return put3(out, status, low7(param), low7(control->value));
        used = put3(out, status, low7(param), high7(control->value));
        return used + put3(out + used, status, low7(param + 32), low7(control->value));
    }
    used = put3(out, status, registered ? RPN_MSB : NRPN_MSB, high7(param));
    used += put3(out + used, status, registered ? RPN_LSB : NRPN_LSB, low7(param));
    used += put3(out + used, status, DATA_MSB, high7(control->value));
    return used + put3(out + used, status, DATA_LSB, low7(control->value));
}

unsigned alsa_bytes(const snd_seq_event_t *event, uint8_t out[ALSA_BYTES_MAX])
{
    const snd_seq_ev_note_t *note = &event->data.note;
    const snd_seq_ev_ctrl_t *control = &event->data.control;
    int value = control->value;
    size_t i = 0;

    if (event->type == SND_SEQ_EVENT_CONTROL14 || event->type == SND_SEQ_EVENT_REGPARAM ||
        event->type == SND_SEQ_EVENT_NONREGPARAM)
        return expand(event, out);
    while (i < KINDS && kinds[i].type != event->type)
        i++;
    if (i == KINDS)
        return 0;
    switch (kinds[i].status) {
    case MIDI_NOTE_OFF:
    case MIDI_NOTE_ON:
    case MIDI_KEY_PRESSURE:
        return put3(out, kinds[i].status | (note->channel & 0x0f), low7(note->note), low7(note->velocity));
    case MIDI_CONTROL_CHANGE:
        return put3(out, kinds[i].status | (control->channel & 0x0f), low7((int)control->param), low7(value));
    case MIDI_PITCH_BEND:
        value += BEND_CENTRE;
        return put3(out, kinds[i].status | (control->channel & 0x0f), low7(value), high7(value));
    case MIDI_SONG_POSITION: return put3(out, kinds[i].status, low7(value), high7(value));
    case MIDI_PROGRAM_CHANGE:
    case MIDI_CHANNEL_PRESSURE: (void)put3(out, kinds[i].status | (control->channel & 0x0f), low7(value), 0); return 2;
    default: (void)put3(out, kinds[i].status, low7(value), 0); return midi_length(kinds[i].status);
    }
}

void alsa_event(const struct midi_msg *msg, snd_seq_event_t *event)
{
    uint8_t status = msg->b[0] < MIDI_SYSEX ? msg->b[0] & 0xf0 : msg->b[0];
    size_t i = 0;

    while (i < KINDS - 1 && kinds[i].status != status)
        i++;
    event->type = kinds[i].type;
    memset(&event->data, 0, sizeof event->data);
    switch (status) {
    case MIDI_NOTE_OFF:
    case MIDI_NOTE_ON:
    case MIDI_KEY_PRESSURE:
        event->data.note.channel = msg->b[0] & 0x0f;
        event->data.note.note = msg->b[1];
        event->data.note.velocity = msg->b[2];
        return;
    case MIDI_CONTROL_CHANGE:
        event->data.control.param = msg->b[1];
        event->data.control.value = msg->b[2];
        break;
    case MIDI_PITCH_BEND: event->data.control.value = (msg->b[2] << 7 | msg->b[1]) - BEND_CENTRE; break;
    case MIDI_SONG_POSITION: event->data.control.value = msg->b[2] << 7 | msg->b[1]; break;
    default: event->data.control.value = msg->len > 1 ? msg->b[1] : 0; break;
    }
    if (msg->b[0] < MIDI_SYSEX)
        event->data.control.channel = msg->b[0] & 0x0f;
}
