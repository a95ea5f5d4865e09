/* One port of the alsa driver: connected to a device, waiting for it, or virtual; and what an input hears.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "port/alsa_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VIRTUAL_TYPE                                                                                                   \
    (SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_SOFTWARE | SND_SEQ_PORT_TYPE_APPLICATION |                     \
     SND_SEQ_PORT_TYPE_PORT)

/* The name of a virtual port, or of the port that connects to a device. */
static const char *own_name(const struct port *port)
{
    return strncmp(port->name, DEVICE_VIRTUAL, strlen(DEVICE_VIRTUAL)) == 0 ? port->name + strlen(DEVICE_VIRTUAL)
                                                                            : port->name;
}

/* The other direction of a virtual port, if it is open. */
static struct alsa_port *twin_of(const struct alsa_port *own)
{
    for (struct alsa_port *other = own->alsa->ports; other != NULL; other = other->next)
        if (other != own && own->is_virtual && strcmp(other->port->name, own->port->name) == 0)
            return other;
    return NULL;
}

/* What others may do with our port. An output is written to by the kernel too, which sends back what a receiver had no
 * room for; nobody can connect to it that way. */
static unsigned caps_of(const struct alsa_port *own)
{
    unsigned caps = SND_SEQ_PORT_CAP_WRITE;

    if (!own->is_virtual)
        return caps | SND_SEQ_PORT_CAP_NO_EXPORT | (own->port->direction == PORT_OUTPUT ? SND_SEQ_PORT_CAP_READ : 0);
    return caps | (own->port->direction == PORT_INPUT ? SND_SEQ_PORT_CAP_SUBS_WRITE
                                                      : SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ);
}

/* Makes the sequencer port, or changes that of the twin to what both can do (caps 0: of nobody any more). */
static int set_port(struct alsa_port *own, int number, unsigned caps)
{
    snd_seq_port_info_t *info;

    snd_seq_port_info_alloca(&info);
    if (number >= 0 && snd_seq_get_port_info(own->alsa->seq, number, info) < 0)
        return NW_EIO;
    snd_seq_port_info_set_name(info, own_name(own->port));
    snd_seq_port_info_set_capability(info, caps);
    snd_seq_port_info_set_type(info, own->is_virtual ? VIRTUAL_TYPE : SND_SEQ_PORT_TYPE_APPLICATION);
    snd_seq_port_info_set_midi_channels(info, 16);
    if (number >= 0) {
        if (snd_seq_set_port_info(own->alsa->seq, number, info) < 0)
            return NW_EIO;
    } else if (snd_seq_create_port(own->alsa->seq, info) < 0) {
        return NW_EIO;
    }
    own->number = number >= 0 ? number : snd_seq_port_info_get_port(info);
    return 0;
}

int alsa_port_make(struct alsa_port *own)
{
    struct alsa_port *twin = twin_of(own);

    if (twin != NULL && twin->number >= 0)
        return set_port(own, twin->number, caps_of(own) | caps_of(twin));
    return set_port(own, -1, caps_of(own));
}

/* ---- connections ---- */

/* A connection of ours, from or to another port, as the sequencer calls it. */
static void describe(const struct alsa_port *own, snd_seq_addr_t other, snd_seq_port_subscribe_t *out)
{
    snd_seq_addr_t ours = {(unsigned char)own->alsa->client, (unsigned char)own->number};
    bool input = own->port->direction == PORT_INPUT;

    snd_seq_port_subscribe_set_sender(out, input ? &other : &ours);
    snd_seq_port_subscribe_set_dest(out, input ? &ours : &other);
}

/* Whether nobody has taken the other port away, nor the connection to it. */
static bool is_connected(const struct alsa_port *own, snd_seq_addr_t other)
{
    snd_seq_port_subscribe_t *subscription;

    snd_seq_port_subscribe_alloca(&subscription);
    describe(own, other, subscription);
    return snd_seq_get_port_subscription(own->alsa->seq, subscription) == 0;
}

/* What a sender had begun and will not finish. */
static void end_sysex(struct alsa_port *own, struct alsa_sender *sender);

static bool exists(struct alsa *alsa, snd_seq_addr_t address)
{
    snd_seq_port_info_t *info;

    snd_seq_port_info_alloca(&info);
    return snd_seq_get_any_port_info(alsa->seq, address.client, address.port, info) == 0;
}

/* A device that is there does not let us in: a program has opened it past the sequencer, as a raw device. */
static void be_refused(struct alsa_port *own, const struct device *device, int error)
{
    if (!exists(own->alsa, own->device))
        return; /* it has just gone: we are told */
    loop_timer_set(own->alsa->again, clock_mono_ns() + ALSA_AGAIN_NS);
    if (!own->refused)
        devices_refused(own->port, device->name, snd_strerror(error));
    own->refused = true;
}

/* Connects to a device that is there. */
static void try_connect(struct alsa_port *own, const struct device *device)
{
    snd_seq_port_subscribe_t *subscription;
    unsigned client, number;
    int error;

    if (sscanf(device->address, "%u:%u", &client, &number) != 2)
        return;
    own->device = (snd_seq_addr_t){(unsigned char)client, (unsigned char)number};
    snd_seq_port_subscribe_alloca(&subscription);
    describe(own, own->device, subscription);
    error = snd_seq_subscribe_port(own->alsa->seq, subscription);
    if (error < 0) {
        be_refused(own, device, error);
        return;
    }
    own->connected = true;
    own->refused = false;
    if (own->port->direction == PORT_OUTPUT)
        alsa_output_look(own);
    devices_found(own->port, device->name);
}

/* The device of a port has gone. */
static void disconnect(struct alsa_port *own)
{
    own->connected = false;
    if (own->port->direction == PORT_INPUT)
        for (unsigned i = 0; i < ALSA_SENDERS; i++)
            end_sysex(own, &own->senders[i]);
    else
        alsa_output_forget(own);
    devices_missing(own->port);
}

/* Senders to a virtual input who have gone leave their SysEx unfinished, and their notes. */
static void look_at_senders(struct alsa_port *own)
{
    for (unsigned i = 0; i < ALSA_SENDERS; i++) {
        struct alsa_sender *sender = &own->senders[i];

        if (!sender->used || (sender->subscribed ? is_connected(own, sender->from) : exists(own->alsa, sender->from)))
            continue;
        end_sysex(own, sender);
        port_gone(own->port, (uint16_t)i);
        sender->used = false;
    }
}

void alsa_port_look(struct alsa_port *own)
{
    struct alsa *alsa = own->alsa;
    const struct device *device;

    if (alsa->seq == NULL)
        return;
    if (own->is_virtual)
        devices_found(own->port, own_name(own->port));
    if (own->is_virtual && own->port->direction == PORT_INPUT) {
        look_at_senders(own);
        return;
    }
    if (own->is_virtual || (own->connected && is_connected(own, own->device))) {
        if (own->port->direction == PORT_OUTPUT)
            alsa_output_look(own);
        return;
    }
    if (own->connected)
        disconnect(own);
    if (!alsa->listed)
        alsa->found_count = devices_list(alsa->registry, alsa->found, DEVICES_MAX);
    alsa->listed = true;
    device = devices_find(alsa->found, alsa->found_count, own->port->name, own->port->direction);
    if (device != NULL) {
        try_connect(own, device);
    } else if (own->refused) {
        own->refused = false;
        devices_missing(own->port);
    }
}

void alsa_port_lose(struct alsa_port *own)
{
    own->number = -1;
    own->refused = false;
    if (own->port->there)
        disconnect(own);
}

/* ---- the life of a port ---- */

static int alsa_port_open(struct port *port)
{
    struct alsa *alsa = devices_state(port);
    struct alsa_port *own = calloc(1, sizeof *own);
    int error = NW_EIO;

    if (own == NULL)
        return NW_EMEMORY;
    own->alsa = alsa;
    own->port = port;
    own->number = -1;
    own->is_virtual = own_name(port) != port->name;
    if (port->direction == PORT_OUTPUT) {
        own->queue = malloc(ALSA_QUEUE * sizeof *own->queue);
        error = NW_EMEMORY;
        if (own->queue == NULL)
            goto fail;
        port_cannot_tell(port);
        error = NW_EIO;
    }
    if (alsa->seq != NULL && alsa_port_make(own) != 0)
        goto fail;
    own->next = alsa->ports;
    alsa->ports = own;
    port->impl = own;
    alsa->listed = false;
    alsa_port_look(own);
    if (!port->there && !own->refused)
        devices_missing(port);
    return 0;

fail:
    free(own->queue);
    free(own);
    return error;
}

static void alsa_port_close(struct port *port)
{
    struct alsa_port *own = port->impl, **link = &own->alsa->ports, *twin = twin_of(own);

    if (port->direction == PORT_OUTPUT)
        alsa_output_end(own);
    else
        port_abandoned(port, alsa_forget_unread(own));
    for (unsigned i = 0; i < ALSA_SENDERS; i++)
        port_abandoned(port, own->senders[i].parser.in_sysex ? 1 : 0);
    if (own->alsa->seq != NULL && twin != NULL)
        (void)set_port(own, own->number, caps_of(twin));
    else if (own->alsa->seq != NULL)
        snd_seq_delete_port(own->alsa->seq, own->number);
    while (*link != own)
        link = &(*link)->next;
    *link = own->next;
    free(own->queue);
    free(own);
}

/* ---- what an input hears ---- */

static void give_message(void *user, const struct midi_msg *msg)
{
    struct alsa_port *own = user;
    struct midi_msg copy = *msg;

    copy.port = (uint16_t)own->sender;
    copy.time_us = own->time_us;
    port_receive(own->port, &copy);
}

static void give_malformed(void *user)
{
    struct alsa_port *own = user;

    port_malformed(own->port, NW_EMALFORMED);
}

static void end_sysex(struct alsa_port *own, struct alsa_sender *sender)
{
    struct midi_parser_sink sink = {.message = give_message, .malformed = give_malformed, .user = own};

    own->sender = (unsigned)(sender - own->senders);
    midi_parser_end(&sender->parser, &sink);
}

/* The place of a sender, which says who holds which notes. When there are too many, one who has no SysEx open gives his
 * up. */
static struct alsa_sender *find_sender(struct alsa_port *own, snd_seq_addr_t from)
{
    struct alsa_sender *place = NULL;

    for (unsigned i = 0; i < ALSA_SENDERS; i++) {
        struct alsa_sender *sender = &own->senders[i];

        if (sender->used && sender->from.client == from.client && sender->from.port == from.port)
            return sender;
        if (place == NULL || (place->used && !sender->used) || place->parser.in_sysex)
            place = sender;
    }
    if (place->parser.in_sysex)
        return NULL;
    if (place->used)
        port_forgotten(own->port, (uint16_t)(place - own->senders));
    midi_parser_reset(&place->parser);
    place->used = true;
    place->from = from;
    place->subscribed = is_connected(own, from);
    return place;
}

void alsa_port_event(struct alsa_port *own, const snd_seq_event_t *event, uint32_t time_us)
{
    struct midi_parser_sink sink = {.message = give_message, .malformed = give_malformed, .user = own};
    struct alsa_sender *sender = find_sender(own, event->source);
    bool sysex = event->type == SND_SEQ_EVENT_SYSEX;
    uint8_t bytes[ALSA_BYTES_MAX];
    unsigned length = sysex ? event->data.ext.len : alsa_bytes(event, bytes);

    if (sender == NULL || length == 0) {
        port_malformed(own->port, NW_EMALFORMED);
        return;
    }
    own->sender = (unsigned)(sender - own->senders);
    own->time_us = time_us;
    if (sysex && !sender->parser.in_sysex)
        midi_parser_reset(&sender->parser); /* the rest of a lost one is no data of the last note */
    midi_parser_feed(&sender->parser, sysex ? event->data.ext.ptr : bytes, length, &sink);
    if (sender->parser.in_sysex)
        port_alive(own->port, (uint16_t)own->sender);
}

void alsa_port_overrun(struct alsa_port *own)
{
    for (unsigned i = 0; i < ALSA_SENDERS; i++)
        end_sysex(own, &own->senders[i]);
    devices_overrun(own->port);
}

const struct port_ops alsa_ops = {
    .driver = "alsa",
    .syntax = "NAME, virtual:NAME",
    .help = "a MIDI device, or a port of ours that other programs see",
    .input = true,
    .output = true,
    .device = true,
    .open = alsa_port_open,
    .send = alsa_output_send,
    .flush = alsa_output_flush,
    .drained = alsa_output_drained,
    .close = alsa_port_close,
};
