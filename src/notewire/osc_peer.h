/* The Peer object: one who can be sent OSC. Somebody who spoke to a Listener, or whom notewire.connect calls.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NOTEWIRE_OSC_PEER_H
#define NOTEWIRE_NOTEWIRE_OSC_PEER_H

#include "base/addr.h"
#include "lua/object.h"

#include <stddef.h>
#include <stdint.h>

struct osc_peer;

/* What the two kinds do in their own ways. */
struct osc_peer_ops {
    int (*send)(struct osc_peer *peer, const uint8_t *bytes, size_t length); /* 0 or an enum nw_error; never raises */
    bool (*is_ready)(const struct osc_peer *peer);
    void (*address)(const struct osc_peer *peer, struct net_addr *addr); /* family 0: not known */
    void (*close)(lua_State *L, struct osc_peer *peer);                  /* may be called twice */
    void (*collect)(lua_State *L, struct osc_peer *peer);                /* the object is gone */
};

/* Embed it. */
struct osc_peer {
    const struct osc_peer_ops *ops;
};

/* Pushes a Peer object without a peer yet: *object is to be set, and until then all it can do is be collected. */
void osc_peer_push(lua_State *L, struct osc_peer ***object);

#endif
