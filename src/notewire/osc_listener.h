/* What the two files of notewire.listen share: the sockets, and who speaks to them.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NOTEWIRE_OSC_LISTENER_H
#define NOTEWIRE_NOTEWIRE_OSC_LISTENER_H

#include "notewire/osc_peer.h"
#include "notewire/osc_receiver.h"
#include "script/bound.h"

#define OSC_LISTENER_PROTOCOLS 2 /* indexes: SERVER_UDP, SERVER_TCP */

/* Counted by references: the object's, those of Peers, and those of calls in progress. */
struct osc_listener {
    struct osc_receiver receiver; /* must be first: its callbacks cast it back */
    struct bound bound[OSC_LISTENER_PROTOCOLS];
    struct peers peers;
    uint16_t port;
};

/* A TCP connection, or a sender of datagrams that a script has got. Counted by references: the object's, the
 * connection's, and those of messages that wait. */
struct osc_connection {
    struct osc_peer peer; /* must be first: its callbacks cast it back */
    unsigned references;
    struct osc_listener *listener; /* a reference */
    struct peer *tcp;              /* its place in the listener's table; NULL for UDP, and once it is gone */
    struct net_addr addr, local;
    unsigned waiting; /* TCP: messages */
    bool ended;       /* TCP: it sends no more, and goes when the script has heard all that it said */
    bool closed;
};

/* A new connection, with one reference, which peer->user holds. NULL without memory. */
struct osc_connection *osc_connection_new(struct osc_listener *listener, struct peer *peer);

/* The place in the table is gone, or will be: what is left of the connection is for those who hold it. */
void osc_connection_detach(struct peer *peer);

/* It will send no more. */
void osc_connection_end(struct osc_connection *connection);

/* release and push_peer of the receiver (osc_receiver.h). */
void osc_connection_left(struct osc_receiver *receiver, struct osc_sender *from);
void osc_connection_push(lua_State *L, struct osc_receiver *receiver, const struct osc_sender *from);

#endif
