/* PortMidi itself, in the few words that the driver needs; all of it on the driver's thread. portmidi_host.c is the
 * only file that includes <portmidi.h>. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_PORTMIDI_HOST_H
#define NOTEWIRE_PORT_PORTMIDI_HOST_H

#include "port/devices.h"

#define HOST_READ_MAX 128 /* events of a read: four bytes each */

/* Begins with a fresh list of devices; takes 1.5 ms, the first time up to 130. */
void pmhost_begin(void);
void pmhost_end(void); /* all streams are closed */

/* The devices, names not yet unique; id[i][direction] is what opens list[i]. Both have room for DEVICES_MAX. */
unsigned pmhost_list(struct device *list, int (*id)[2]);

/* 0 and *stream, or NW_EIO. */
int pmhost_open_input(void **stream, int id);
int pmhost_open_output(void **stream, int id);
void pmhost_close(void *stream);

/* A port of our own; its id, or a negative number. */
int pmhost_make_virtual(const char *name, enum port_direction direction);

/* Up to HOST_READ_MAX events; how many; NW_EFULL when some were lost. */
int pmhost_read(void *stream, uint32_t *events);

/* May wait until there is room, up to a second. NW_EIO: the message stays below, in front of all others, until
 * pmhost_flush succeeds or pmhost_end forgets it. */
int pmhost_write_short(void *stream, const uint8_t *bytes);
int pmhost_write_sysex(void *stream, uint8_t *bytes); /* up to F7 */
int pmhost_flush(void *stream);

#endif
