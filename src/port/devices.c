/* The MIDI devices of the machine: names, waiting for them, and what people are told.
 * SPDX-License-Identifier: MIT */
#include "port/devices.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "port/registry_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NS_PER_MS 1000000u

const struct device_driver *devices_driver(const char *name)
{
    for (int i = 0; device_drivers[i] != NULL; i++)
        if (strcmp(device_drivers[i]->name, name) == 0)
            return device_drivers[i];
    return NULL;
}

const struct device_driver *devices_auto(void)
{
    for (int i = 0; device_drivers[i] != NULL; i++)
        if (device_drivers[i]->present())
            return device_drivers[i];
    return NULL;
}

void devices_choose(struct registry *registry, const struct device_driver *driver, const char *client)
{
    registry->devices.driver = driver;
    registry->devices.chosen = true;
    snprintf(registry->devices.client, sizeof registry->devices.client, "%s", client);
}

const struct device_driver *devices_chosen(const struct registry *registry)
{
    return registry->devices.chosen ? registry->devices.driver : devices_auto();
}

int devices_start(struct registry *registry)
{
    struct devices *devices = &registry->devices;
    int error;

    if (!devices->chosen)
        devices_choose(registry, devices_auto(), "notewire");
    if (devices->driver == NULL)
        return NW_ENODEVICES;
    if (devices->started)
        return 0;
    error = devices->driver->start(registry, devices->client, &devices->state);
    devices->started = error == 0;
    return error;
}

void devices_stop(struct registry *registry)
{
    if (registry->devices.started)
        registry->devices.driver->stop(registry->devices.state);
    registry->devices.started = false;
}

/* Numbers the second and later ones of a name, in the order of the list. */
static void make_unique(struct device *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        for (unsigned later = i + 1, number = 2; later < count; later++)
            if (strcmp(list[later].name, list[i].name) == 0) {
                char name[PORT_NAME_MAX];

                snprintf(name, sizeof name, "%.*s (%u)", PORT_NAME_MAX - 14, list[later].name, number++);
                memcpy(list[later].name, name, sizeof name);
            }
}

unsigned devices_list(struct registry *registry, struct device *out, unsigned max)
{
    unsigned count;

    if (devices_start(registry) != 0)
        return 0;
    count = registry->devices.driver->list(registry->devices.state, out, max);
    make_unique(out, count);
    return count;
}

const struct device *devices_find(const struct device *list, unsigned count, const char *name,
                                  enum port_direction direction)
{
    const struct device *part = NULL;

    for (unsigned i = 0; i < count; i++) {
        const struct device *device = &list[i];

        if (direction == PORT_INPUT ? !device->input : !device->output)
            continue;
        if (strcmp(device->name, name) == 0 || strcmp(device->address, name) == 0)
            return device;
        if (part == NULL && strcasestr(device->name, name) != NULL)
            part = device;
    }
    return part;
}

/* ---- the driver's side ---- */

void *devices_state(const struct port *port)
{
    return port->registry->devices.state;
}

static const char *direction_word(const struct port *port)
{
    return port->direction == PORT_INPUT ? "in" : "out";
}

void devices_found(struct port *port, const char *device)
{
    uint64_t now = clock_mono_ns();

    if (port->there)
        return;
    port->there = true;
    snprintf(port->device, sizeof port->device, "%s", device);
    if (port->missing_ns == 0)
        return; /* it was there when the port opened: the greeting says so */
    log_info("MIDI %s: %s is there (%s), after %.1f s", direction_word(port), port->name, device,
             (double)(now - port->missing_ns) / 1e9);
}

void devices_missing(struct port *port)
{
    bool was_there = port->there;

    port->there = false;
    port->missing_ns = clock_mono_ns();
    if (!was_there) {
        log_warning("E210", "MIDI %s: %s is not there; it is waited for. Fix: plug it in, or see notewire ports",
                    direction_word(port), port->name);
        return;
    }
    log_warning("E211", "MIDI %s: %s is gone (%s); it is waited for. Fix: plug it in again", direction_word(port),
                port->name, port->device);
    if (port->direction == PORT_INPUT) {
        output_release_source(port->registry, port->index);
    } else {
        port_break_off(port);
        port->notes = (struct midi_notes){0}; /* nothing sounds on it any more */
    }
}

void devices_changed(struct registry *registry)
{
    if (registry->callbacks.devices_changed != NULL)
        registry->callbacks.devices_changed(registry->callbacks.user);
}

void devices_overrun(struct port *port)
{
    struct registry *registry = port->registry;

    if (registry->callbacks.overrun != NULL)
        registry->callbacks.overrun(registry->callbacks.user, port);
    output_release_source(registry, port->index);
}
