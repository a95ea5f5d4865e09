/* What server.c, server_udp.c and server_tcp.c share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NET_SERVER_INTERNAL_H
#define NOTEWIRE_NET_SERVER_INTERNAL_H

#include "base/log.h"
#include "net/server.h"

#define REFUSED_MAX 32 /* refused sources that are told by name */

/* A delivery that is going on: callbacks may disconnect the peer, or close the server, under its feet. */
struct delivery {
    struct server *server; /* NULL once it is closed */
    struct peer *peer;     /* NULL once it is disconnected */
    struct osc_frame_reader frame;
};

struct server {
    struct loop *loop;
    struct server_options options;
    struct server_callbacks callbacks;
    struct udp *udp;               /* owned; SERVER_UDP */
    struct tcp_listener *listener; /* owned; SERVER_TCP */
    unsigned clients;              /* connections; owned through their peers */
    bool paused;
    struct delivery *delivery; /* borrowed; NULL when none goes on */
    struct peer *recent;       /* UDP: who spoke last here; to be compared before it is believed */
    struct peer spare;         /* UDP: the sender for whom the table has no place */
    struct net_addr refused[REFUSED_MAX];
    unsigned refused_count;
    struct log_limit refused_limit, garbage_limit, full_limit;
};

/* Whether this source may speak. When not, it is reported and the owner told; the server may be closed by that. */
bool server_allows(struct server *server, const struct net_addr *from);

int server_open_udp(struct server *server);
int server_open_tcp(struct server *server);
int server_send_tcp(struct peer *peer, const uint8_t *bytes, size_t length);
void server_pause_tcp(struct server *server, bool paused);
void server_close_tcp(struct server *server);

#endif
