/* What registry.c and output.c share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_REGISTRY_INTERNAL_H
#define NOTEWIRE_PORT_REGISTRY_INTERNAL_H

#include "port/devices.h"

/* What merging needs to know of one output. */
struct merge {
    bool open;                /* a SysEx has begun and not ended */
    bool releasing;           /* what waited is going out */
    uint16_t source;          /* whose SysEx is open */
    uint64_t last_ns;         /* when its last piece came */
    struct midi_msg *waiting; /* REGISTRY_WAITING messages of others, allocated with the output */
    uint16_t first, count;
};

/* The machine's MIDI devices. */
struct devices {
    const struct device_driver *driver; /* NULL: none */
    bool chosen, started;
    void *state; /* the driver's, once started */
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
    struct devices devices;
};

/* Starts the driver of the devices, once. 0, NW_ENODEVICES, or what its start said. */
int devices_start(struct registry *registry);
/* Behind the open of a device's port: says so when its name fits others too. */
void devices_opened(const struct port *port);
void devices_stop(struct registry *registry); /* behind the last of its ports */

/* Flushes the outputs to which something was sent; the registry's loop_flush. */
void output_flush(struct loop_flush *flush);

/* Every SysEx that is open counts its second from now on: its sender has been held up by us until now. */
void output_held_up(struct registry *registry);

/* Releases the notes that sound on one output, and flushes it. */
void output_release(struct registry *registry, unsigned index);

/* Releases the notes that this input holds on the outputs: it has gone. */
void output_release_source(struct registry *registry, uint16_t input);

/* Ends every SysEx that has had no byte for a second; the registry's timer. */
void output_check_stalls(void *user);

#endif
