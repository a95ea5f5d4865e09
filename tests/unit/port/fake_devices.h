/* A driver of MIDI devices whose list the test writes.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_PORT_FAKE_DEVICES_H
#define NOTEWIRE_TESTS_UNIT_PORT_FAKE_DEVICES_H

#include "base/error.h"
#include "port/devices.h"

#include <stdio.h>
#include <string.h>

#define FAKE_PORTS 8

static struct {
    struct registry *registry; /* once it is started */
    struct device list[8];
    unsigned count, sent;
    struct port *port[FAKE_PORTS];
    char client[DEVICE_CLIENT_MAX];
} fake;

static inline struct device *fake_add(const char *name, const char *address, bool input, bool output)
{
    struct device *device = &fake.list[fake.count++];

    memset(device, 0, sizeof *device);
    snprintf(device->name, sizeof device->name, "%s", name);
    snprintf(device->address, sizeof device->address, "%s", address);
    device->input = input;
    device->output = output;
    device->hardware = true;
    return device;
}

/* Looks for the device of a port, and tells when that has changed. */
static inline void fake_look(struct port *port)
{
    struct device list[8];
    unsigned count = devices_list(port->registry, list, 8);
    const struct device *device = devices_find(list, count, port->name, port->direction);

    if (strncmp(port->name, DEVICE_VIRTUAL, strlen(DEVICE_VIRTUAL)) == 0)
        devices_found(port, port->name);
    else if (device != NULL)
        devices_found(port, device->name);
    else if (port->there || port->missing_ns == 0)
        devices_missing(port);
}

/* The list has been changed. */
static inline void fake_changed(void)
{
    for (unsigned i = 0; i < FAKE_PORTS; i++)
        if (fake.port[i] != NULL)
            fake_look(fake.port[i]);
    if (fake.registry != NULL)
        devices_changed(fake.registry);
}

static int fake_open(struct port *port)
{
    unsigned i = 0;

    while (i < FAKE_PORTS && fake.port[i] != NULL)
        i++;
    if (i == FAKE_PORTS)
        return NW_EFULL;
    fake.port[i] = port;
    fake_look(port);
    return 0;
}

static int fake_send(struct port *port, const struct midi_msg *msg)
{
    (void)msg;
    fake.sent += port->there;
    return port->there ? 0 : NW_ECLOSED;
}

static void fake_close(struct port *port)
{
    for (unsigned i = 0; i < FAKE_PORTS; i++)
        if (fake.port[i] == port)
            fake.port[i] = NULL;
}

static bool fake_present(void)
{
    return true;
}

static int fake_start(struct registry *registry, const char *client, void **state)
{
    fake.registry = registry;
    snprintf(fake.client, sizeof fake.client, "%s", client);
    *state = &fake;
    return 0;
}

static void fake_stop(void *state)
{
    (void)state;
    fake.registry = NULL;
}

static unsigned fake_list(void *state, struct device *out, unsigned max)
{
    unsigned count = fake.count < max ? fake.count : max;

    (void)state;
    memcpy(out, fake.list, count * sizeof *out);
    return count;
}

static const struct port_ops fake_ops = {.driver = "fake",
                                         .syntax = "NAME",
                                         .help = "",
                                         .input = true,
                                         .output = true,
                                         .device = true,
                                         .open = fake_open,
                                         .send = fake_send,
                                         .close = fake_close};

static const struct device_driver fake_driver = {.name = "fake",
                                                 .virtual_ports = true,
                                                 .ops = &fake_ops,
                                                 .present = fake_present,
                                                 .start = fake_start,
                                                 .stop = fake_stop,
                                                 .list = fake_list};

#endif
