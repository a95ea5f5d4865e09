/* The MIDI devices of the machine: names, waiting for them, and what people are told.
 * SPDX-License-Identifier: MIT */
#include "port/devices.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/text.h"
#include "port/registry_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NAMES_TEXT 160 /* of other devices, in a message */

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

static uint64_t names_now(struct registry *registry);

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
    if (error == 0)
        devices->names = names_now(registry);
    return error;
}

void devices_stop(struct registry *registry)
{
    if (registry->devices.started)
        registry->devices.driver->stop(registry->devices.state);
    registry->devices.started = false;
}

static bool is_taken(const struct device *list, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return true;
    return false;
}

/* The second and later ones of a name are numbered, in the order of the list. */
void devices_make_unique(struct device *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        text_clean(list[i].name);
    for (unsigned i = 0; i < count; i++)
        for (unsigned later = i + 1, number = 2; later < count; later++) {
            char name[PORT_NAME_MAX];

            if (strcmp(list[later].name, list[i].name) != 0)
                continue;
            do {
                snprintf(name, sizeof name, "%.*s (%u)", PORT_NAME_MAX - 14, list[i].name, number++);
                text_clean(name); /* a character may have been cut */
            } while (is_taken(list, count, name));
            memcpy(list[later].name, name, sizeof name);
        }
}

unsigned devices_list(struct registry *registry, struct device *out, unsigned max)
{
    unsigned count;

    if (devices_start(registry) != 0 || max == 0)
        return 0;
    count = registry->devices.driver->list(registry->devices.state, out, max);
    for (unsigned i = 0; i < count; i++)
        text_clean(out[i].users);
    devices_make_unique(out, count);
    return count;
}

static bool has_direction(const struct device *device, enum port_direction direction)
{
    return direction == PORT_INPUT ? device->input : device->output;
}

static bool is_exactly(const struct device *device, const char *name)
{
    return strcmp(device->name, name) == 0 || strcmp(device->address, name) == 0;
}

const struct device *devices_find(const struct device *list, unsigned count, const char *name,
                                  enum port_direction direction)
{
    const struct device *part = NULL;

    for (unsigned i = 0; i < count; i++) {
        const struct device *device = &list[i];

        if (!has_direction(device, direction))
            continue;
        if (is_exactly(device, name))
            return device;
        if (part == NULL && strcasestr(device->name, name) != NULL)
            part = device;
    }
    return part;
}

bool devices_can_be_called(const char *name)
{
    size_t prefix = strlen(DEVICE_VIRTUAL), length = strlen(name);

    if (strncmp(name, DEVICE_VIRTUAL, prefix) == 0)
        return length > prefix && length - prefix < DEVICE_CLIENT_MAX;
    return length < PORT_NAME_MAX;
}

bool devices_has(struct registry *registry, const char *name, enum port_direction direction)
{
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    bool has = list != NULL && devices_find(list, devices_list(registry, list, DEVICES_MAX), name, direction) != NULL;

    free(list);
    return has || (devices_chosen(registry) != NULL && strncmp(name, DEVICE_VIRTUAL, strlen(DEVICE_VIRTUAL)) == 0);
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

/* Writes the names of a port's direction that contain part, but the one of except, as long as there is room: "A, B".
 * Returns how many fit part. */
static unsigned write_names(const struct port *port, const char *part, const char *except, char *out, size_t size)
{
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    unsigned count = list != NULL ? devices_list(port->registry, list, DEVICES_MAX) : 0, fitting = 0;
    size_t used = 0;
    bool full = false;

    out[0] = '\0';
    for (unsigned i = 0; i < count; i++) {
        const char *name = list[i].name;

        if (!has_direction(&list[i], port->direction) || strcasestr(name, part) == NULL || strcmp(name, except) == 0)
            continue;
        if (!full && used + strlen(name) + 2 * sizeof ", ..." < size) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", fitting > 0 ? ", " : "", name);
        } else if (!full) {
            snprintf(out + used, size - used, ", ...");
            full = true;
        }
        fitting++;
    }
    free(list);
    return fitting;
}

void devices_opened(const struct port *port)
{
    char others[NAMES_TEXT];

    if (!port->there || strcmp(port->device, port->name) == 0 || strcasestr(port->device, port->name) == NULL)
        return;
    if (write_names(port, port->name, port->device, others, sizeof others) > 0)
        log_warning("E213", "MIDI %s: %s is %s, but fits %s too. Fix: write more of the name", direction_word(port),
                    port->name, port->device, others);
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

/* Writes the name of the device that a port means, were it of the other direction; false when there is none. */
static bool find_other_way(const struct port *port, char out[PORT_NAME_MAX])
{
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    unsigned count = list != NULL ? devices_list(port->registry, list, DEVICES_MAX) : 0;
    const struct device *device =
        devices_find(list, count, port->name, port->direction == PORT_INPUT ? PORT_OUTPUT : PORT_INPUT);

    if (device != NULL)
        snprintf(out, PORT_NAME_MAX, "%s", device->name);
    free(list);
    return device != NULL;
}

/* What is waited for from the start, and what is there instead. */
static void tell_missing(const struct port *port)
{
    char others[NAMES_TEXT];
    bool input = port->direction == PORT_INPUT;

    if (find_other_way(port, others)) {
        log_warning("E210",
                    "MIDI %s: %s is there only as an %s (%s); an %s is waited for. Fix: name another, or see notewire "
                    "ports",
                    direction_word(port), port->name, input ? "output" : "input", others, input ? "input" : "output");
    } else {
        bool any = write_names(port, "", "", others, sizeof others) > 0;

        log_warning("E210", "MIDI %s: %s is not there%s%s%s; it is waited for. Fix: plug it in, or see notewire ports",
                    direction_word(port), port->name, any ? " (there are: " : "", others, any ? ")" : "");
    }
}

void devices_missing(struct port *port)
{
    bool was_there = port->there;

    port->there = false;
    port->missing_ns = clock_mono_ns();
    if (!was_there) {
        tell_missing(port);
        return;
    }
    log_warning("E211", "MIDI %s: %s is gone (%s); it is waited for. Fix: plug it in again", direction_word(port),
                port->name, port->device);
    if (port->direction == PORT_INPUT) {
        output_input_gone(port);
    } else {
        port_break_off(port);
        output_forget_notes(port->registry, port->index);
    }
}

void devices_refused(struct port *port, const char *device, const char *why)
{
    port->missing_ns = clock_mono_ns();
    log_warning("E217",
                "MIDI %s: %s is there (%s), but another program has it for itself (%s); it is tried again. "
                "Fix: close it in the other program",
                direction_word(port), port->name, device, why);
}

/* What the list says to scripts, names and directions, as one number (FNV-1a): only whether it differs matters. */
static uint64_t names_now(struct registry *registry)
{
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    unsigned count = list != NULL ? devices_list(registry, list, DEVICES_MAX) : 0;
    uint64_t sum = 0xcbf29ce484222325;

    for (unsigned i = 0; i < count; i++) {
        const char *byte = list[i].name;

        do
            sum = (sum ^ (uint8_t)*byte) * 0x100000001b3;
        while (*byte++ != '\0');
        sum = (sum ^ (list[i].input ? 1U : 0U) ^ (list[i].output ? 2U : 0U)) * 0x100000001b3;
    }
    free(list);
    return sum;
}

void devices_changed(struct registry *registry)
{
    uint64_t names = names_now(registry);

    if (names == registry->devices.names)
        return;
    registry->devices.names = names;
    if (registry->callbacks.devices_changed != NULL)
        registry->callbacks.devices_changed(registry->callbacks.user);
}

void devices_overrun(struct port *port)
{
    struct registry *registry = port->registry;

    if (registry->callbacks.overrun != NULL)
        registry->callbacks.overrun(registry->callbacks.user, port);
    output_input_gone(port);
}
