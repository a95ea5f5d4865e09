/* The MIDI devices of the machine: one driver has them all, and ports are wishes for them, by name.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_DEVICES_H
#define NOTEWIRE_PORT_DEVICES_H

#include "port/registry.h"

#define DEVICES_MAX 256           /* that are listed */
#define DEVICE_ADDRESS_MAX 24     /* "20:0" */
#define DEVICE_CLIENT_MAX 64      /* the name under which others see us, or a port of ours */
#define DEVICE_VIRTUAL "virtual:" /* "virtual:NAME": a port of ours that others connect to */

/* One that is there now. A device that can be heard and played is listed once. */
struct device {
    char name[PORT_NAME_MAX];         /* "client:port" where there are clients; unique in the list */
    char address[DEVICE_ADDRESS_MAX]; /* of the moment; "" where the driver has none */
    bool input;                       /* -i can hear it */
    bool output;                      /* -o can play on it */
    bool hardware;                    /* it is no program's and no pipe */
    char users[PORT_NAME_MAX];        /* the other programs that are connected to it, "" for none or not known */
};

/* A driver has one state for all ports of a registry, made when the first of its ports opens or the devices are listed.
 * Its ports (port.h) are everything that no other driver's name means; it finds their devices by devices_find, waits
 * for those that are not there, and tells devices_found, devices_gone and devices_changed. All calls on the loop's
 * thread. */
struct device_driver {
    const char *name;           /* as --driver has it */
    const struct port_ops *ops; /* .matches is never asked */
    bool virtual_ports;         /* it can make "virtual:NAME" */
    /* Whether this machine has what it needs. Cheap, and without a trace. */
    bool (*present)(void);
    /* client: the name under which others see us. 0 and *state, NW_EIO, or NW_EMEMORY. */
    int (*start)(struct registry *registry, const char *client, void **state);
    /* All its ports are closed. */
    void (*stop)(void *state);
    /* The devices that are there, without our own ports; names not yet made unique. Returns how many, at most max. */
    unsigned (*list)(void *state, struct device *out, unsigned max);
};

/* In the order in which `auto` tries them, NULL-terminated. */
extern const struct device_driver *const device_drivers[];

/* The driver of this name; NULL when this build has none. */
const struct device_driver *devices_driver(const char *name);

/* The first that is present; NULL on a machine without MIDI. */
const struct device_driver *devices_auto(void);

/* Which driver a registry's devices have, and our name there. Before the first of them opens; without this call it is
 * devices_auto and "notewire". driver NULL: there are no devices. Borrows driver, copies client. */
void devices_choose(struct registry *registry, const struct device_driver *driver, const char *client);

/* NULL when there are no devices. */
const struct device_driver *devices_chosen(const struct registry *registry);

/* The devices that are there now, their names printable UTF-8 and made unique: a second one of a name becomes "name
 * (2)", in the order of the list. From the first call on, devices_changed is told when names have come or gone. Returns
 * how many; 0 without a driver too. */
unsigned devices_list(struct registry *registry, struct device *out, unsigned max);

/* Makes the names of a driver's own list so. */
void devices_make_unique(struct device *list, unsigned count);

/* The device that a name means, in the direction asked for: the one of exactly this name or address, else the first
 * whose name contains it, whatever the case. NULL: none. */
const struct device *devices_find(const struct device *list, unsigned count, const char *name,
                                  enum port_direction direction);

/* Whether a device or a port of ours can have this name at all. */
bool devices_can_be_called(const char *name);

/* Whether a name that means a device means one that is there, or a port of ours that can be made. */
bool devices_has(struct registry *registry, const char *name, enum port_direction direction);

/* ---- the driver's side ---- */

/* The state that start made. */
void *devices_state(const struct port *port);

/* The device of a port is there. Told to people: when the port waited for it, with how long it was away. */
void devices_found(struct port *port, const char *device);

/* It is not there: at open, told as what is waited for; later what it held is released, and told. Until devices_found
 * the port sends nothing (NW_ECLOSED) and hears nothing. */
void devices_missing(struct port *port);

/* It is there, under this name, and does not open for the reason why: told. Then as if it were missing. */
void devices_refused(struct port *port, const char *device, const char *why);

/* Devices may have come or gone, or changed their names. Told when they have: who uses them, as we do ourselves when we
 * open one, is nothing that they have. */
void devices_changed(struct registry *registry);

/* More came from an input than the system had room for, and nobody knows how much was lost: counted as one overrun, and
 * the notes that this input holds are released. */
void devices_overrun(struct port *port);

#endif
