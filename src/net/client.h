/* The client end: one UDP or TCP peer by name, reconnected by itself.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_NET_CLIENT_H
#define NOTEWIRE_NET_CLIENT_H

#include "loop/tcp.h"
#include "loop/udp.h"
#include "net/server.h"

struct client;

enum client_state {
    CLIENT_WAITING, /* the first try has not come to an end: its name is looked up, or it is being connected */
    CLIENT_READY,
    CLIENT_MISSING, /* not there, or lost; it is tried again */
};

struct client_callbacks {
    void (*data)(void *user, const uint8_t *bytes, size_t length); /* a datagram or a TCP chunk; may be NULL */
    /* Ready, or lost, or not there at the first try; it is tried again. Logged by the client itself once each way. May
     * be NULL. */
    void (*state)(void *user, enum client_state state);
    void (*writable)(void *user); /* TCP: half of the send buffer is free again; may be NULL */
    void *user;
};

/* Opens. host may be a name: it is looked up without blocking. A TCP client connects, and reconnects after 0.1 s
 * doubling up to 5 s, for ever. label is how messages to people call it (copied). *out is returned owned. 0,
 * NW_EADDRESS or NW_EMEMORY. */
int client_open(struct loop *loop, enum server_protocol protocol, const char *host, uint16_t port, const char *label,
                const struct client_callbacks *callbacks, struct client **out);

/* 0, NW_ECLOSED while it is not ready, NW_EFULL or NW_ETOOBIG. */
int client_send(struct client *client, const uint8_t *bytes, size_t length);

void client_flush(struct client *client);
void client_pause(struct client *client, bool paused); /* TCP: stops reading */
enum client_state client_state(const struct client *client);
void client_peer(const struct client *client, struct net_addr *addr); /* family 0 until its name has been found */
const char *client_reason(const struct client *client); /* why the last try came to nothing, as "connection refused" */
struct udp *client_udp(struct client *client);          /* NULL for TCP or while its name is looked up */
size_t client_queued(const struct client *client);      /* TCP: bytes the kernel has not taken */
bool client_cut(const struct client *client);           /* TCP: whether its last connection ended with such bytes */
void client_close(struct client *client);               /* legal inside its own callbacks */

#endif
