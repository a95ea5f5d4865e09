/* What registry.c, output.c, sources.c and pressure.c share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_REGISTRY_INTERNAL_H
#define NOTEWIRE_PORT_REGISTRY_INTERNAL_H

#include "midi/midi_holders.h"
#include "port/devices.h"
#include "port/pace.h"

/* What merging needs to know of one output, and the books of what sounds on it. */
struct merge {
    bool open;                /* a SysEx has begun and not ended */
    bool releasing;           /* what waited is going out */
    uint16_t source;          /* whose SysEx is open */
    uint64_t last_ns;         /* when its last piece came */
    struct midi_msg *waiting; /* REGISTRY_WAITING messages of others, allocated with the output */
    uint16_t first, count;
    struct midi_holders *holders; /* who holds what there, allocated with the output */
    bool owes;                    /* some of it has been released and found no room yet */
};

#define SOURCES 256                 /* of one kind; the last number is the one that is shared */
#define REGISTRY_SOURCE_OWED 0xfffd /* who holds what is to be released, in midi_holders */

/* The machine's MIDI devices. */
struct devices {
    const struct device_driver *driver; /* NULL: none */
    bool chosen, started;
    void *state;    /* the driver's, once started */
    uint64_t names; /* of those that were there when that was last told, as one number */
    char client[DEVICE_CLIENT_MAX];
};

struct registry {
    struct loop *loop;
    const struct allow *allow;
    struct registry_callbacks callbacks;
    struct port *port[2][REGISTRY_PORTS_MAX];
    unsigned count[2];
    struct merge merge[REGISTRY_PORTS_MAX];
    uint32_t joined;    /* outputs that take part in routing */
    uint32_t full;      /* outputs whose last send found no room, at the driver or behind a SysEx */
    uint32_t congested; /* outputs that asked for a pause */
    uint32_t mute;      /* outputs that cannot tell whether they need one */
    bool held;          /* registry_hold */
    bool paused;        /* all that can tell asked for it: inputs rest */
    bool closing;       /* registry_free: nobody is told any more */
    uint32_t dirty;     /* outputs to flush at the end of the turn */
    struct loop_flush flush;
    struct loop_timer *stall;
    bool stall_armed;
    uint64_t numbers[2][SOURCES / 64]; /* registry_source_new: one bit each that is taken */
    struct devices devices;
};

/* Starts the driver of the devices, once. 0, NW_ENODEVICES, or what its start said. */
int devices_start(struct registry *registry);
/* Behind the open of a device's port: says so when its name fits others too. */
void devices_opened(const struct port *port);
void devices_stop(struct registry *registry); /* behind the last of its ports */

/* Has the driver flush at the end of the turn. */
void output_mark_dirty(struct port *port);

/* Flushes the outputs to which something was sent; the registry's loop_flush. */
void output_flush(struct loop_flush *flush);

/* Every SysEx that is open counts its second from now on: its sender has been held up by us until now. */
void output_held_up(struct registry *registry);

/* Releases the notes that sound on one output, and flushes it. */
void output_release(struct registry *registry, unsigned index);

/* Sources that are source in the bits of mask have gone: ends their SysEx, and releases what they alone hold on an
 * output, behind what waits there. */
void output_source_gone(struct registry *registry, unsigned index, uint16_t source, uint16_t mask);

/* Whether a source holds something on an output, or sent what waits there; not when it waits there that it has gone. */
bool output_source_holds(const struct registry *registry, unsigned index, uint16_t source);

/* Releases what sources that are source in the bits of mask hold alone on an output. */
void output_release_held(struct registry *registry, unsigned index, uint16_t source, uint16_t mask);

/* There is room again: releases what found none. */
void output_release_owed(struct registry *registry, unsigned index);

/* Nothing sounds there any more, or nobody has to end it. */
void output_forget_notes(struct registry *registry, unsigned index);

/* Makes known whether an output takes more: its driver and its pace. */
void output_pressure(struct port *port);

/* Gives a message to an output, at its pace. As ops->send. */
int output_send(struct port *port, const struct midi_msg *msg);

/* An input has gone, with all its senders. */
void output_input_gone(struct port *input);

/* Ends every SysEx that has had no byte for a second; the registry's timer. */
void output_check_stalls(void *user);

#endif
