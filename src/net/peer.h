/* Who spoke, when, from which socket, in what dialect: the table that answers go by.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NET_PEER_H
#define NOTEWIRE_NET_PEER_H

#include "base/addr.h"
#include "osc/osc_frame.h"

#define PEERS_MAX 64

struct server;
struct tcp;

/* One who speaks to a server: a UDP address, or a TCP connection. Owned by the table. */
struct peer {
    struct net_addr addr;          /* who */
    struct net_addr local;         /* the address of ours that they spoke to */
    struct server *server;         /* the socket spoken to */
    struct tcp *tcp;               /* NULL for UDP */
    struct osc_frame_reader frame; /* TCP with OSC framing */
    uint64_t last_ns;              /* monotonic time of the last message */
    uint64_t spoken;               /* order of speaking, newest highest */
    int dialect;                   /* what the bridge makes of it: index of the map that last matched, -1 unknown */
    bool used;
    void *user; /* for the server's user */
};

struct peers {
    struct peer peer[PEERS_MAX];
    struct peer *last; /* who spoke last; NULL when nobody did or they are gone */
    uint64_t spoken;   /* counter */
};

void peers_init(struct peers *peers);
void peers_free(struct peers *peers);

/* The peer at this address of this server, made when it is new; the UDP peer silent for longest gives way when the
 * table is full. NULL when TCP connections fill it. Marks nothing. */
struct peer *peers_udp(struct peers *peers, struct server *server, const struct net_addr *addr,
                       const struct net_addr *local);

/* A place for a new connection; a silent UDP peer gives way; NULL when 64 connections fill the table. */
struct peer *peers_tcp(struct peers *peers, struct server *server, struct tcp *tcp);

void peers_spoke(struct peers *peers, struct peer *peer, uint64_t now_ns); /* they become the last who spoke */
void peers_forget(struct peers *peers, struct peer *peer);                 /* the next latest becomes the last */
void peers_forget_server(struct peers *peers, const struct server *server);

#endif
