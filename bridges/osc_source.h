/* Which OSC peer plays: each has a number as a source of MIDI, so that what it holds can be released when it goes.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_OSC_SOURCE_H
#define NOTEWIRE_BRIDGES_OSC_SOURCE_H

#include "net/peer.h"
#include "port/registry.h"

#define OSC_SOURCES 256

struct bridge;

/* Zero-initialise. */
struct osc_sources {
    uint16_t source[PEERS_MAX]; /* of the peer in each place of the table; 0: none */
    struct osc_source {         /* by the upper byte of source */
        uint64_t played_ns;     /* when a message of it came, or was played at its time tag */
        uint16_t waiting;       /* its messages that wait for their time tag */
        bool closed, forgotten; /* the peer is no longer there; what waits is still played */
    } state[OSC_SOURCES];
    uint64_t release_after_ns; /* 0: never */
    struct loop_timer *timer;  /* armed while a UDP peer may hold something */
    bool armed;
};

/* UDP peers that are silent for so long while they hold something are released (--release-after). 0 or NW_EMEMORY. */
int osc_source_release_after(struct bridge *bridge, uint64_t silence_ns);

/* midi_msg.port of what this peer of the bridge's servers sends. */
uint16_t osc_source_of(struct bridge *bridge, struct peer *peer);

/* A connection has ended: what its peer alone holds is released, when the last of its messages that wait for their time
 * tag has been played. */
void osc_source_closed(struct bridge *bridge, struct peer *peer);

/* A message of a source waits for its time tag; it has been played. */
void osc_source_waits(struct bridge *bridge, uint16_t source);
void osc_source_played(struct bridge *bridge, uint16_t source);

#endif
