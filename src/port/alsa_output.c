/* What an output of the alsa driver sends: a bounded queue, no faster than those who hear it can take it in.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "port/alsa_internal.h"

#include <string.h>

#define BURST 2048               /* bytes that the 4096 of the kernel's buffer for a raw device take at once */
#define DIN_RATE 3125            /* bytes a second of a MIDI cable; what hardware certainly takes */
#define KERNEL_RATE 262144       /* the same for what the kernel passes on to programs */
#define ASK_NS 5000000ULL        /* how long the room of a reader is believed */
#define WAIT_NS 1000000ULL       /* until a reader without room is asked again */
#define PATIENCE_NS 500000000ULL /* a reader without room for so long holds up no others */
#define AT_ONCE 256              /* events in a turn: what comes back from a full reader must fit into our own pool */
#define NS_PER_S 1000000000ULL

/* ---- who hears it ---- */

/* One who hears an output: a program, or a port of the kernel, behind which there may be programs. */
static void add_reader(void *user, snd_seq_addr_t address)
{
    struct alsa_port *own = user;

    own->connected = true;
    if (alsa_is_kernel(own->alsa, address.client)) {
        unsigned rate = alsa_is_hardware(own->alsa, address) ? DIN_RATE : KERNEL_RATE;

        own->rate = own->rate == 0 || rate < own->rate ? rate : own->rate;
        if (!own->looked_behind) {
            own->looked_behind = true; /* one step: a circle would have no end */
            alsa_each_reader(own->alsa, address, add_reader, own);
            own->looked_behind = false;
        }
        return;
    }
    for (unsigned i = 0; i < own->reader_count; i++)
        if (own->readers[i].client == address.client)
            return;
    if (own->reader_count == ALSA_READERS)
        return;
    own->readers[own->reader_count++] = (struct alsa_reader){.client = address.client};
}

/* Who still hears it and has been without room for a while is not waited for anew. */
static void remember_stuck(struct alsa_port *own, const struct alsa_reader *before, unsigned count)
{
    for (unsigned i = 0; i < own->reader_count; i++)
        for (unsigned j = 0; j < count; j++)
            if (own->readers[i].client == before[j].client)
                own->readers[i].stuck_ns = before[j].stuck_ns;
}

void alsa_output_look(struct alsa_port *own)
{
    snd_seq_addr_t ours = {(unsigned char)own->alsa->client, (unsigned char)own->number};
    struct alsa_reader readers[ALSA_READERS];
    unsigned count = own->reader_count;
    bool before = own->connected;

    memcpy(readers, own->readers, count * sizeof *readers);
    own->reader_count = 0;
    own->rate = 0;
    if (!own->is_virtual) {
        add_reader(own, own->device);
    } else {
        own->connected = false;
        alsa_each_reader(own->alsa, ours, add_reader, own);
    }
    remember_stuck(own, readers, count);
    if (own->connected) {
        alsa_output_flush(own->port);
        return;
    }
    port_cannot_tell(own->port);
    if (before) {
        alsa_output_forget(own);
        port_break_off(own->port);
    }
}

/* ---- how much they can take ---- */

static unsigned cells_of(unsigned sysex_bytes)
{
    return 1 + (sysex_bytes + ALSA_CELL - 1) / ALSA_CELL;
}

/* Whether a program has room for an event; a quarter of its pool is left to its other senders. */
static bool reader_has_room(struct alsa_port *own, struct alsa_reader *reader, unsigned cells, uint64_t now)
{
    unsigned wanted = cells + reader->pool / 4;

    if (reader->room < wanted || now - reader->asked_ns > ASK_NS) {
        if (!alsa_room(own->alsa->fd, reader->client, &reader->pool, &reader->room))
            return true; /* it has just gone */
        reader->asked_ns = now;
        wanted = cells + reader->pool / 4;
        if (wanted > reader->pool)
            return true; /* it never will */
    }
    if (reader->room >= wanted) {
        reader->stuck_ns = 0;
        return true;
    }
    if (reader->stuck_ns == 0)
        reader->stuck_ns = now;
    return own->reader_count > 1 && now - reader->stuck_ns > PATIENCE_NS;
}

/* What time has made of the room in the kernel's buffer for a raw device. */
static void refill(struct alsa_port *own, uint64_t now)
{
    uint64_t gained = (now - own->refilled_ns) * own->rate / NS_PER_S;

    if (now - own->refilled_ns > NS_PER_S || own->allowance + gained >= BURST) {
        own->allowance = BURST;
        own->refilled_ns = now;
    } else if (gained > 0) {
        own->allowance += (unsigned)gained;
        own->refilled_ns += gained * NS_PER_S / own->rate;
    }
}

/* A program has so many cells less, for all outputs that it hears. */
static void take_cells(struct alsa *alsa, int client, unsigned cells)
{
    for (struct alsa_port *own = alsa->ports; own != NULL; own = own->next)
        for (unsigned i = 0; i < own->reader_count; i++)
            if (own->readers[i].client == client)
                own->readers[i].room -= own->readers[i].room < cells ? own->readers[i].room : cells;
}

/* Takes the room for an event, or says when to try again: 0 when it has been taken. */
static uint64_t take_room(struct alsa_port *own, unsigned bytes, unsigned cells)
{
    uint64_t now = clock_mono_ns();

    if (own->rate != 0) {
        refill(own, now);
        if (own->allowance < bytes)
            return own->refilled_ns + (bytes - own->allowance) * NS_PER_S / own->rate + 1;
    }
    for (unsigned i = 0; i < own->reader_count; i++)
        if (!reader_has_room(own, &own->readers[i], cells, now))
            return now + WAIT_NS;
    for (unsigned i = 0; i < own->reader_count; i++)
        take_cells(own->alsa, own->readers[i].client, cells);
    own->allowance -= own->rate != 0 ? bytes : 0;
    return 0;
}

/* ---- the queue ---- */

static struct midi_msg *queued_at(struct alsa_port *own, unsigned index)
{
    return &own->queue[(own->first + index) % ALSA_QUEUE];
}

static bool is_sysex(const struct midi_msg *msg)
{
    return (msg->flags & MIDI_SYSEX_PART) != 0;
}

/* Whether a message ends with this one; one that was cut off is counted elsewhere. */
static bool ends_message(const struct midi_msg *msg)
{
    return !is_sysex(msg) || (msg->flags & (MIDI_SYSEX_END | MIDI_SYSEX_CUT)) == MIDI_SYSEX_END;
}

static void unqueue(struct alsa_port *own, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        own->shorts -= is_sysex(queued_at(own, i)) ? 0 : 1;
    own->first = (own->first + count) % ALSA_QUEUE;
    own->count -= count;
}

void alsa_output_forget(struct alsa_port *own)
{
    for (unsigned i = 0; i < own->count; i++)
        if (ends_message(queued_at(own, i)))
            port_missed(own->port);
    unqueue(own, own->count);
    own->failed = false;
}

/* Whether a message comes from an input that waits when it is told to, so that nothing piles up behind what it had read
 * by then. */
static bool can_wait(const struct alsa_port *own, const struct midi_msg *msg)
{
    unsigned index = msg->port & 0xff;

    return index < registry_count(own->alsa->registry, PORT_INPUT) &&
           registry_port(own->alsa->registry, PORT_INPUT, index)->ops->pause != NULL;
}

/* Who cannot wait finds little room for short messages, so that none is heard seconds late; what ends notes and SysEx
 * has room of its own. */
static bool has_room(const struct alsa_port *own, const struct midi_msg *msg)
{
    unsigned reserve = port_is_release(msg) ? 0 : ALSA_QUEUE_RESERVE;

    if ((msg->flags & MIDI_SYSEX_END) != 0)
        reserve = 0;
    if (!is_sysex(msg) && !can_wait(own, msg) && own->shorts + reserve >= ALSA_QUEUE_SHORT + ALSA_QUEUE_RESERVE)
        return false;
    return own->count + reserve < ALSA_QUEUE;
}

/* Sends an event to those who hear the port. */
static int put(struct alsa_port *own, snd_seq_event_t *event)
{
    event->source.port = (unsigned char)own->number;
    event->dest.client = SND_SEQ_ADDRESS_SUBSCRIBERS;
    event->dest.port = SND_SEQ_ADDRESS_UNKNOWN;
    event->queue = SND_SEQ_QUEUE_DIRECT;
    return snd_seq_event_output_direct(own->alsa->seq, event);
}

/* Counts a message of which the kernel did not take all, once it has ended. A clock may come inside a SysEx. */
static void book(struct alsa_port *own, const struct midi_msg *msg, bool taken)
{
    if (!is_sysex(msg)) {
        if (!taken)
            port_missed(own->port);
        return;
    }
    own->failed = own->failed || !taken;
    if (own->failed && ends_message(msg))
        port_missed(own->port);
    if ((msg->flags & MIDI_SYSEX_END) != 0)
        own->failed = false;
}

/* Sends what is first in the queue; SysEx in events of many pieces. 0, or when there will be room. */
static uint64_t send_first(struct alsa_port *own)
{
    const struct midi_msg *msg = queued_at(own, 0);
    uint8_t bytes[ALSA_SYSEX_EVENT];
    snd_seq_event_t event;
    unsigned length = 0, taken = 0;
    uint64_t when;

    snd_seq_ev_clear(&event);
    if (is_sysex(msg)) {
        do {
            msg = queued_at(own, taken);
            memcpy(bytes + length, msg->b, msg->len);
            length += msg->len;
            taken++;
        } while ((msg->flags & MIDI_SYSEX_END) == 0 && taken < own->count && is_sysex(queued_at(own, taken)) &&
                 length + sizeof msg->b <= sizeof bytes);
        when = take_room(own, length, cells_of(length));
        event.type = SND_SEQ_EVENT_SYSEX;
        event.flags = SND_SEQ_EVENT_LENGTH_VARIABLE;
        event.data.ext.len = length;
        event.data.ext.ptr = bytes;
    } else {
        taken = 1;
        when = take_room(own, msg->len, 1);
        alsa_event(msg, &event);
    }
    if (when != 0)
        return when;
    book(own, msg, put(own, &event) >= 0);
    unqueue(own, taken);
    return 0;
}

/* Raw devices are left out: beyond what they can take the kernel drops bytes. */
void alsa_output_end(struct alsa_port *own)
{
    for (unsigned i = 0; i < own->count; i++) {
        const struct midi_msg *msg = queued_at(own, i);
        snd_seq_event_t event;
        bool release = own->connected && own->alsa->seq != NULL && own->rate == 0 && port_is_release(msg);

        snd_seq_ev_clear(&event);
        if (release)
            alsa_event(msg, &event);
        if (ends_message(msg) && (!release || put(own, &event) < 0))
            port_missed(own->port);
    }
    unqueue(own, own->count);
}

static bool is_long(const struct alsa_port *own)
{
    return own->shorts > ALSA_QUEUE_SHORT / 2 || own->count > ALSA_QUEUE / 8;
}

/* Inputs that can wait do while the queue is long. */
static void tell_pressure(struct alsa_port *own)
{
    if (is_long(own))
        port_congested(own->port);
    else if (own->shorts <= ALSA_QUEUE_SHORT / 4 && own->count <= ALSA_QUEUE / 16)
        port_writable(own->port);
}

/* Sends what there is room for, as much as is good in one turn; returns when to go on, 0 when nothing is left. */
static uint64_t pump(struct alsa_port *own)
{
    uint64_t when = 0;

    for (unsigned sent = 0; own->count > 0 && when == 0; sent++)
        when = sent < AT_ONCE ? send_first(own) : clock_mono_ns();
    tell_pressure(own);
    return when;
}

static void pace_at(struct alsa *alsa, uint64_t when)
{
    if (when == 0 || (alsa->pace_ns != 0 && alsa->pace_ns <= when))
        return;
    alsa->pace_ns = when;
    loop_timer_set(alsa->pace, when);
}

void alsa_output_pace(void *user)
{
    struct alsa *alsa = user;

    alsa->pace_ns = 0;
    for (struct alsa_port *own = alsa->ports; own != NULL; own = own->next)
        if (own->count > 0 && own->connected)
            pace_at(alsa, pump(own));
}

/* Whether somebody hears it, at a sequencer that is not being lost just now. */
static bool is_up(const struct alsa_port *own)
{
    return own->connected && own->alsa->seq != NULL;
}

int alsa_output_send(struct port *port, const struct midi_msg *msg)
{
    struct alsa_port *own = port->impl;
    snd_seq_event_t event;
    bool was_long = is_long(own);

    if (!is_up(own))
        return NW_ECLOSED;
    if (midi_is_realtime(msg->b[0]) && own->count > 0 && is_sysex(queued_at(own, 0)) && take_room(own, 1, 1) == 0) {
        snd_seq_ev_clear(&event); /* a clock does not wait for the end of a dump */
        alsa_event(msg, &event);
        if (put(own, &event) < 0)
            port_missed(port);
        return 0;
    }
    if (!has_room(own, msg))
        alsa_output_flush(port); /* a script may send a lot in one turn of the loop */
    if (!has_room(own, msg))
        return NW_EFULL;
    *queued_at(own, own->count++) = *msg;
    own->shorts += is_sysex(msg) ? 0 : 1;
    if (!was_long && is_long(own))
        port_congested(port); /* at once: a connection is read many times in a turn */
    return 0;
}

void alsa_output_flush(struct port *port)
{
    struct alsa_port *own = port->impl;

    if (is_up(own))
        pace_at(own->alsa, pump(own));
}

bool alsa_output_drained(const struct port *port)
{
    const struct alsa_port *own = port->impl;

    return own->count == 0;
}
