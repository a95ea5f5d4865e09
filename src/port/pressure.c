/* How fast outputs are: at the pace of a DIN cable, and who may read while they are full.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "port/registry_internal.h"

/* Tells everybody who can slow a sender down whether to read: not while every output that can tell is congested. */
static void spread_pressure(struct registry *registry)
{
    uint32_t telling = registry_all(registry) & ~registry->mute;
    bool paused = registry->held || (telling != 0 && (registry->congested & telling) == telling);

    if (paused == registry->paused || registry->closing)
        return;
    registry->paused = paused;
    if (!paused)
        output_held_up(registry);
    for (unsigned i = 0; i < registry->count[PORT_INPUT]; i++) {
        struct port *port = registry->port[PORT_INPUT][i];

        if (port->ops->pause != NULL)
            port->ops->pause(port, paused);
    }
    if (registry->callbacks.pressure != NULL)
        registry->callbacks.pressure(registry->callbacks.user, paused);
}

void output_pressure(struct port *port)
{
    struct registry *registry = port->registry;
    uint32_t bit = 1u << port->index;
    bool crowded = port->pace != NULL && pace_crowded(port->pace);

    registry->congested = port->congested || crowded ? registry->congested | bit : registry->congested & ~bit;
    registry->mute = port->mute && !crowded ? registry->mute | bit : registry->mute & ~bit;
    spread_pressure(registry);
}

/* What an output's driver says of itself. */
static void set_pressure(struct port *port, bool congested, bool mute)
{
    port->congested = congested;
    port->mute = mute;
    output_pressure(port);
}

void port_congested(struct port *port)
{
    set_pressure(port, true, false);
}

void port_writable(struct port *port)
{
    output_release_owed(port->registry, port->index);
    set_pressure(port, false, false);
}

void port_cannot_tell(struct port *port)
{
    set_pressure(port, false, true);
}

void registry_hold(struct registry *registry, bool held)
{
    registry->held = held;
    spread_pressure(registry);
}

/* What a paced output's time has come for. */
static int send_now(void *user, const struct midi_msg *msg)
{
    struct port *port = user;
    int error = port->ops->send(port, msg);

    if (error == 0)
        output_mark_dirty(port);
    return error;
}

int output_send(struct port *port, const struct midi_msg *msg)
{
    return port->pace != NULL ? pace_send(port->pace, msg) : send_now(port, msg);
}

static void missed(void *user)
{
    port_missed(user);
}

static void crowded(void *user)
{
    struct port *port = user;

    if (!pace_crowded(port->pace))
        output_release_owed(port->registry, port->index);
    output_pressure(port);
}

int registry_pace(struct port *port)
{
    struct pace_callbacks callbacks = {.send = send_now, .missed = missed, .crowded = crowded, .user = port};

    if (port->pace == NULL)
        port->pace = pace_new(port->registry->loop, &callbacks);
    output_pressure(port);
    return port->pace != NULL ? 0 : NW_EMEMORY;
}
