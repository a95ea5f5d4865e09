/* How much room the receivers of MIDI have, which libasound only tells of ourselves.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_ALSA_ROOM_H
#define NOTEWIRE_PORT_ALSA_ROOM_H

#include <stdbool.h>

/* The cells of the input pool of a sequencer client, and those that are free. False when it has none: it is the
 * kernel's, or gone. fd is a sequencer handle's. */
bool alsa_room(int fd, int client, unsigned *pool, unsigned *room);

#endif
