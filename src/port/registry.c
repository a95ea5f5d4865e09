/* The open ports by name.
 * SPDX-License-Identifier: MIT */

#include "base/error.h"
#include "osc/osc_match.h"
#include "port/registry_internal.h"

#include <stdlib.h>
#include <string.h>

struct registry *registry_new(struct loop *loop, const struct allow *allow, const struct registry_callbacks *callbacks)
{
    struct registry *registry = calloc(1, sizeof *registry);

    if (registry == NULL)
        return NULL;
    registry->loop = loop;
    registry->allow = allow;
    registry->callbacks = *callbacks;
    registry->flush.run = output_flush;
    registry->stall = loop_timer_new(loop, output_check_stalls, registry);
    if (registry->stall == NULL) {
        free(registry);
        return NULL;
    }
    return registry;
}

static void free_merge(struct merge *merge)
{
    free(merge->waiting);
    free(merge->holders);
    memset(merge, 0, sizeof *merge);
}

/* The books of an output; without memory false, and nothing is allocated. */
static bool allocate_merge(struct merge *merge)
{
    merge->waiting = malloc(REGISTRY_WAITING * sizeof(struct midi_msg));
    merge->holders = calloc(1, sizeof *merge->holders);
    if (merge->waiting != NULL && merge->holders != NULL)
        return true;
    free_merge(merge);
    return false;
}

void registry_free(struct registry *registry)
{
    if (registry == NULL)
        return;
    registry_release_notes(registry);
    registry->closing = true;
    for (int direction = PORT_INPUT; direction <= PORT_OUTPUT; direction++)
        for (unsigned i = 0; i < registry->count[direction]; i++) {
            struct port *port = registry->port[direction][i];

            pace_free(port->pace);
            port->ops->close(port);
            free(port);
        }
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        free_merge(&registry->merge[i]);
    devices_stop(registry);
    loop_flush_cancel(registry->loop, &registry->flush);
    loop_timer_free(registry->stall);
    free(registry);
}

void registry_osc_name(const char *name, char *out)
{
    size_t i;

    for (i = 0; name[i] != '\0' && i < PORT_NAME_MAX - 1; i++) {
        char c = name[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        out[i] = strchr(" #*,/?[]{}", c) != NULL ? '_' : c;
    }
    out[i] = '\0';
}

static bool has_direction(const struct port_ops *ops, enum port_direction direction)
{
    return direction == PORT_INPUT ? ops->input : ops->output;
}

/* The driver that knows a name, in the direction asked for; NULL for the name of a device. */
static const struct port_ops *find_driver(const char *name, enum port_direction direction)
{
    for (int i = 0; port_drivers[i] != NULL; i++) {
        const struct port_ops *ops = port_drivers[i];

        if (has_direction(ops, direction) && ops->matches(name))
            return ops;
    }
    return NULL;
}

bool registry_means_device(const char *name)
{
    return name[0] != '\0' && find_driver(name, PORT_INPUT) == NULL && find_driver(name, PORT_OUTPUT) == NULL;
}

/* One port by two names. */
static const char *full_name(const char *name)
{
    return strcmp(name, "-") == 0 ? "stdin" : name;
}

int registry_check(const char *name, enum port_direction direction)
{
    const struct port_ops *ops = find_driver(full_name(name), direction);

    if (ops == NULL && !registry_means_device(full_name(name)))
        return NW_ENOTFOUND;
    if (strlen(name) >= PORT_NAME_MAX || (ops == NULL && !devices_can_be_called(name)))
        return NW_EADDRESS;
    return ops != NULL && ops->check != NULL ? ops->check(name, direction) : 0;
}

/* The place of a port that was closed: whoever still knows its number is refused. */

static int closed_send(struct port *port, const struct midi_msg *msg)
{
    (void)port;
    (void)msg;
    return NW_ECLOSED;
}

static void closed_close(struct port *port)
{
    (void)port;
}

static const struct port_ops port_closed = {.driver = "", .send = closed_send, .close = closed_close};

/* The port that is open by this name, or NULL; *index becomes its place, or where a new one can be. */
static struct port *find_port(const struct registry *registry, const char *name, enum port_direction direction,
                              unsigned *index)
{
    *index = registry->count[direction];
    for (unsigned i = 0; i < registry->count[direction]; i++) {
        struct port *port = registry->port[direction][i];

        if (strcmp(port->name, name) == 0) {
            *index = i;
            return port;
        }
        if (port->ops == &port_closed && *index == registry->count[direction])
            *index = i;
    }
    return NULL;
}

/* Opens a port that is not open, in the place of this index; it is not joined yet. */
static int open_port(struct registry *registry, const char *name, enum port_direction direction, unsigned index,
                     struct port **out)
{
    struct merge *merge = &registry->merge[index];
    const struct port_ops *ops = find_driver(name, direction);
    struct port *port;
    int error = ops == NULL ? devices_start(registry) : 0;

    if (error != 0)
        return error;
    if (index == REGISTRY_PORTS_MAX)
        return NW_EFULL;
    port = calloc(1, sizeof *port);
    if (port == NULL)
        return NW_EMEMORY;
    port->ops = ops != NULL ? ops : registry->devices.driver->ops;
    port->registry = registry;
    port->direction = direction;
    port->index = (uint16_t)index;
    memcpy(port->name, name, strlen(name) + 1);
    registry_osc_name(name, port->osc_name);
    if (direction == PORT_OUTPUT) {
        error = NW_EMEMORY;
        if (!allocate_merge(merge))
            goto fail;
        port_writable(port); /* until it says otherwise */
    }
    error = port->ops->open(port);
    if (error != 0)
        goto fail_waiting;
    if (index == registry->count[direction])
        registry->count[direction]++;
    else
        free(registry->port[direction][index]);
    registry->port[direction][index] = port;
    if (ops == NULL)
        devices_opened(port);
    if (direction == PORT_INPUT && registry->paused && port->ops->pause != NULL)
        port->ops->pause(port, true);
    *out = port;
    return 0;

fail_waiting:
    if (direction == PORT_OUTPUT)
        free_merge(merge);
fail:
    free(port);
    return error;
}

/* Opens a port, or finds it. */
static int find_or_open(struct registry *registry, const char *name, enum port_direction direction, struct port **out)
{
    int error = registry_check(name, direction);
    unsigned index;

    if (error != 0)
        return error;
    name = full_name(name);
    *out = find_port(registry, name, direction, &index);
    return *out != NULL ? 0 : open_port(registry, name, direction, index, out);
}

int registry_open(struct registry *registry, const char *name, enum port_direction direction, struct port **out)
{
    int error = find_or_open(registry, name, direction, out);

    if (error != 0 || (*out)->joined) /* named twice is meant once */
        return error;
    (*out)->joined = true;
    if (direction == PORT_OUTPUT) {
        registry->joined |= 1u << (*out)->index;
        output_pressure(*out);
    }
    return 0;
}

int registry_use(struct registry *registry, const char *name, enum port_direction direction, struct port **out)
{
    int error = find_or_open(registry, name, direction, out);

    if (error == 0)
        (*out)->users++;
    return error;
}

void registry_release(struct port *port)
{
    struct registry *registry = port->registry;

    if (--port->users > 0 || port->joined)
        return;
    if (port->direction == PORT_OUTPUT)
        output_release(registry, port->index);
    pace_free(port->pace);
    port->pace = NULL;
    port->ops->close(port);
    port->ops = &port_closed;
    port->name[0] = port->osc_name[0] = '\0';
    if (port->direction == PORT_OUTPUT) {
        free_merge(&registry->merge[port->index]);
        registry->full &= ~(1u << port->index);
        registry->dirty &= ~(1u << port->index); /* what a pace sent at the last moment */
    }
}

unsigned registry_count(const struct registry *registry, enum port_direction direction)
{
    return registry->count[direction];
}

struct port *registry_port(const struct registry *registry, enum port_direction direction, unsigned index)
{
    return registry->port[direction][index];
}

uint32_t registry_all(const struct registry *registry)
{
    return registry->joined;
}

uint32_t registry_match(const struct registry *registry, const char *pattern, size_t length)
{
    char lower[PORT_NAME_MAX];
    uint32_t found = 0, budget;

    if (length == 1 && pattern[0] == '*')
        return registry_all(registry);
    if (length >= sizeof lower)
        return 0;
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)(pattern[i] >= 'A' && pattern[i] <= 'Z' ? pattern[i] - 'A' + 'a' : pattern[i]);
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
        const char *name = registry->port[PORT_OUTPUT][i]->osc_name;

        budget = PORT_NAME_MAX * PORT_NAME_MAX;
        if (osc_match_part(lower, length, name, strlen(name), &budget))
            found |= 1u << i;
    }
    return found & registry->joined;
}

uint32_t registry_full_outputs(const struct registry *registry)
{
    return registry->full;
}

void registry_keep_notes(struct registry *registry)
{
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        output_forget_notes(registry, i);
}

/* The drivers' side. */

void port_receive(struct port *port, const struct midi_msg *msg)
{
    struct midi_msg copy = *msg;

    copy.port = (uint16_t)(port->index | msg->port << 8);
    port->registry->callbacks.message(port->registry->callbacks.user, port, &copy);
}

void port_malformed(struct port *port, int error)
{
    port->registry->callbacks.malformed(port->registry->callbacks.user, port, error);
}

void port_refused(struct port *port)
{
    port->registry->callbacks.refused(port->registry->callbacks.user, port);
}

void port_ended(struct port *port)
{
    output_input_gone(port);
    port->registry->callbacks.ended(port->registry->callbacks.user, port);
}

void port_abandoned(struct port *port, unsigned count)
{
    if (count > 0 && port->registry->callbacks.abandoned != NULL)
        port->registry->callbacks.abandoned(port->registry->callbacks.user, port, count);
}

void port_missed(struct port *port)
{
    if (port->registry->callbacks.lost != NULL)
        port->registry->callbacks.lost(port->registry->callbacks.user, port);
}

void port_kernel_drops(struct port *port, uint32_t count)
{
    port->registry->callbacks.kernel_drops(port->registry->callbacks.user, port, count);
}

struct loop *port_loop(const struct port *port)
{
    return port->registry->loop;
}

const struct allow *port_allow(const struct port *port)
{
    return port->registry->allow;
}
