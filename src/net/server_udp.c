/* The UDP server: who sent it, may they, and on with it.
 * SPDX-License-Identifier: MIT */
#include "net/server_internal.h"

#include <string.h>

/* The sender's place in the table, or the server's spare one when connections have taken all. */
static struct peer *find_peer(struct server *server, const struct net_addr *from, const struct net_addr *local)
{
    struct peers *peers = server->options.peers;
    struct peer *peer = peers_udp(peers, server, from, local);

    if (peer != NULL) {
        server->recent = peer;
        return peer;
    }
    peer = &server->spare;
    memset(peer, 0, sizeof *peer);
    peer->used = true;
    peer->server = server;
    peer->addr = *from;
    peer->local = *local;
    peer->dialect = -1;
    return peer;
}

/* The same sender as last time costs one compare: who is in the table has been allowed. */
static void on_datagram(void *user, const struct net_addr *from, const struct net_addr *local, const uint8_t *bytes,
                        size_t length)
{
    struct server *server = user;
    struct peer *peer = server->recent;

    if (peer != NULL && peer->used && peer->tcp == NULL && peer->server == server &&
        net_addr_equal(&peer->addr, from)) {
        peer->local = *local;
    } else {
        if (!server_allows(server, from))
            return;
        peer = find_peer(server, from, local);
    }
    if (peer != &server->spare)
        peers_spoke(server->options.peers, peer, loop_now(server->loop));
    server->callbacks.message(server->callbacks.user, peer, bytes, length);
}

static void on_kernel_drops(void *user, uint32_t count)
{
    struct server *server = user;

    if (server->callbacks.kernel_drops != NULL)
        server->callbacks.kernel_drops(server->callbacks.user, count);
}

int server_open_udp(struct server *server)
{
    struct udp_callbacks callbacks = {.datagram = on_datagram, .kernel_drops = on_kernel_drops, .user = server};

    if (server->options.elder != NULL)
        return udp_adopt(server->options.elder->udp, &callbacks, &server->udp);
    if (server->options.shared)
        return udp_open_shared(server->loop, &server->options.bind, &callbacks, &server->udp);
    return udp_open(server->loop, &server->options.bind, &callbacks, &server->udp);
}
