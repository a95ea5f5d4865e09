/* What the system says of its sequencer without being asked through PortMidi: who is there now, and what was lost.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_PORTMIDI_SEQ_H
#define NOTEWIRE_PORT_PORTMIDI_SEQ_H

#include "port/devices.h"

#define SEQ_CLIENTS 256
#define SEQ_NOBODY (-1)

struct seq {
    uint64_t others;          /* a sum over the clients that are not us and their ports: it changes with them */
    unsigned connections;     /* of our own ports */
    unsigned long lost;       /* events for us that found no room, since our client began */
    bool client[SEQ_CLIENTS]; /* who is there */
    struct device *list;      /* NULL, or room for DEVICES_MAX: the devices, in PortMidi's order, not yet unique */
    unsigned count;
};

/* Reads /proc/asound/seq/clients; self is our client or SEQ_NOBODY, list the caller's. false: this system does not say.
 */
bool seq_read(struct seq *seq, int self, struct device *list);

#endif
