/* The list of port drivers, asked in this order.
 * SPDX-License-Identifier: MIT */
#include "port/drivers.h"

#include "port/devices.h"

#include <stddef.h>

const struct port_ops *const port_drivers[] = {&port_print, &port_stdin, &port_loopback, &port_udp, &port_tcp, NULL};

const struct device_driver *const device_drivers[] = {
#ifdef NOTEWIRE_ALSA
    &device_alsa,
#endif
#ifdef NOTEWIRE_PORTMIDI
    &device_portmidi,
#endif
    NULL};
