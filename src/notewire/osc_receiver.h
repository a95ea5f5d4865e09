/* What has been heard as OSC and waits for a function of the script: the common part of Listeners and of Peers that
 * notewire.connect made. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NOTEWIRE_OSC_RECEIVER_H
#define NOTEWIRE_NOTEWIRE_OSC_RECEIVER_H

#include "base/addr.h"
#include "script/host.h"
#include "script/inbox.h"
#include "script/script.h"

struct osc_receiver;
struct osc_connection;

/* Who sent a message. */
struct osc_sender {
    struct net_addr from, local;
    struct osc_connection *connection; /* of a listener, a reference; NULL: the addresses say it */
};

/* What its owner does for it. */
struct osc_receiver_ops {
    void (*free)(struct osc_receiver *receiver);                             /* after the last reference */
    void (*pause)(struct osc_receiver *receiver, bool paused);               /* where reading can rest */
    void (*release)(struct osc_receiver *receiver, struct osc_sender *from); /* a message has left; may be NULL */
    /* Pushes the Peer object of a sender. The receiver's object, and a table for Peers that does not keep them, are at
     * the places below. */
    void (*push_peer)(lua_State *L, struct osc_receiver *receiver, const struct osc_sender *from);
};

#define OSC_RECEIVER_OBJECT 2
#define OSC_RECEIVER_PEERS 3

/* Counted by references: the object's, and those of calls in progress. */
struct osc_receiver {
    struct source source; /* must be first: on_deliver casts it back */
    const struct osc_receiver_ops *ops;
    unsigned references;
    struct inbox inbox; /* each a struct osc_sender and the bytes of one message */
    unsigned turns;     /* how many have left it */
    bool open;          /* there is a function, and it is called */
    bool disabled;      /* it failed */
    bool paused;
    int self_ref; /* the object, in the registry while open; its user value has the function */
    char what[128];
};

/* Sets up what calloc made, with one reference. */
void osc_receiver_init(struct osc_receiver *receiver, struct script *script, const struct osc_receiver_ops *ops);
void osc_receiver_release(struct osc_receiver *receiver);

/* From here on the function is called: object is where the object is, function where the function. On an error nothing
 * has happened. */
void osc_receiver_start(lua_State *L, struct osc_receiver *receiver, int object, int function);

/* Ends it; what waits is dropped. Not from a callback of the loop. */
void osc_receiver_stop(lua_State *L, struct osc_receiver *receiver);

/* What waits for elder, of an older version of the script, is heir's, if that has nothing yet. Between turns. */
void osc_receiver_inherit(struct osc_receiver *heir, struct osc_receiver *elder);

/* One packet, from callbacks of the loop: every message of it waits, or is counted as what became of it. Returns how
 * many wait; each gets a copy of from, with its reference to the connection not counted yet. */
unsigned osc_receiver_packet(struct osc_receiver *receiver, const struct osc_sender *from, const uint8_t *bytes,
                             size_t length);

#endif
