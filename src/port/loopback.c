/* The loopback driver: what goes to the output "loopback" comes back from the input "loopback" at the end of the turn.
 * For tests, and the smallest example of a driver. SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "port/drivers.h"
#include "port/registry.h"

#include <stdlib.h>
#include <string.h>

#define LOOPBACK_QUEUE 4096 /* messages on their way back */

struct loopback {
    unsigned first, count;
    struct midi_msg queue[LOOPBACK_QUEUE];
};

static bool loopback_matches(const char *name)
{
    return strcmp(name, "loopback") == 0;
}

/* The other end, if it is open. */
static struct port *far_end(const struct port *port)
{
    for (unsigned i = 0; i < registry_count(port->registry, PORT_INPUT); i++) {
        struct port *input = registry_port(port->registry, PORT_INPUT, i);

        if (input->ops == port->ops)
            return input;
    }
    return NULL;
}

static int loopback_open(struct port *port)
{
    if (port->direction == PORT_INPUT)
        return 0;
    port->impl = calloc(1, sizeof(struct loopback));
    return port->impl != NULL ? 0 : NW_EMEMORY;
}

static int loopback_send(struct port *port, const struct midi_msg *msg)
{
    struct loopback *loopback = port->impl;
    unsigned room = port_is_release(msg) ? LOOPBACK_QUEUE : LOOPBACK_QUEUE * 3 / 4;

    if (far_end(port) == NULL)
        return NW_ECLOSED;
    if (loopback->count >= room)
        return NW_EFULL;
    loopback->queue[(loopback->first + loopback->count) % LOOPBACK_QUEUE] = *msg;
    loopback->queue[(loopback->first + loopback->count++) % LOOPBACK_QUEUE].port = 0; /* it comes from here now */
    if (loopback->count > LOOPBACK_QUEUE / 4)
        port_congested(port);
    return 0;
}

/* Gives back what was queued until now; what its receivers send here waits for the next turn, so a circle never locks
 * up. */
static void loopback_flush(struct port *port)
{
    struct loopback *loopback = port->impl;
    struct port *input = far_end(port);

    for (unsigned n = loopback->count; n > 0 && input != NULL; n--) {
        struct midi_msg msg = loopback->queue[loopback->first];

        loopback->first = (loopback->first + 1) % LOOPBACK_QUEUE;
        loopback->count--;
        port_receive(input, &msg);
    }
    port_writable(port);
}

static bool loopback_drained(const struct port *port)
{
    return ((const struct loopback *)port->impl)->count == 0;
}

static void loopback_close(struct port *port)
{
    free(port->impl);
}

const struct port_ops port_loopback = {
    .driver = "loopback",
    .syntax = "loopback",
    .help = "what goes out comes back in, for tests",
    .input = true,
    .output = true,
    .device = true,
    .matches = loopback_matches,
    .open = loopback_open,
    .send = loopback_send,
    .flush = loopback_flush,
    .drained = loopback_drained,
    .close = loopback_close,
};
