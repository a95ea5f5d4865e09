/* The drivers, one file each.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_DRIVERS_H
#define NOTEWIRE_PORT_DRIVERS_H

#include "port/devices.h"

extern const struct port_ops port_print;    /* print.c */
extern const struct port_ops port_stdin;    /* stdin.c */
extern const struct port_ops port_loopback; /* loopback.c */
extern const struct port_ops port_udp;      /* wire_udp.c */
extern const struct port_ops port_tcp;      /* wire_tcp.c */

extern const struct device_driver device_alsa;     /* alsa.c */
extern const struct device_driver device_portmidi; /* portmidi.c */

#endif
