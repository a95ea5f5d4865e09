/* Who spoke, when and from where: a table of 64.
 * SPDX-License-Identifier: MIT */
#include "net/peer.h"

#include "loop/tcp.h"

#include <string.h>

void peers_init(struct peers *peers)
{
    memset(peers, 0, sizeof *peers);
}

static void clear(struct peer *peer)
{
    osc_frame_reader_reset(&peer->frame);
    memset(peer, 0, sizeof *peer);
}

/* Frees what the frame readers hold; the connections are their servers'. */
void peers_free(struct peers *peers)
{
    for (unsigned i = 0; i < PEERS_MAX; i++)
        clear(&peers->peer[i]);
    peers->last = NULL;
}

/* A free place, or the one of the UDP peer silent for longest; NULL when connections have them all. */
static struct peer *take_place(struct peers *peers)
{
    struct peer *oldest = NULL;

    for (unsigned i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = &peers->peer[i];

        if (!peer->used)
            return peer;
        if (peer->tcp == NULL && (oldest == NULL || peer->spoken < oldest->spoken))
            oldest = peer;
    }
    if (oldest != NULL)
        peers_forget(peers, oldest);
    return oldest;
}

struct peer *peers_udp(struct peers *peers, struct server *server, const struct net_addr *addr,
                       const struct net_addr *local)
{
    struct peer *peer = NULL;

    for (unsigned i = 0; i < PEERS_MAX && peer == NULL; i++) {
        struct peer *at = &peers->peer[i];

        if (at->used && at->tcp == NULL && at->server == server && net_addr_equal(&at->addr, addr))
            peer = at;
    }
    if (peer == NULL) {
        peer = take_place(peers);
        if (peer == NULL)
            return NULL;
        peer->used = true;
        peer->server = server;
        peer->addr = *addr;
        peer->dialect = -1;
    }
    peer->local = *local;
    return peer;
}

struct peer *peers_tcp(struct peers *peers, struct server *server, struct tcp *tcp)
{
    struct peer *peer = take_place(peers);

    if (peer == NULL)
        return NULL;
    peer->used = true;
    peer->server = server;
    peer->tcp = tcp;
    peer->dialect = -1;
    tcp_peer(tcp, &peer->addr);
    tcp_local(tcp, &peer->local);
    return peer;
}

void peers_spoke(struct peers *peers, struct peer *peer, uint64_t now_ns)
{
    peer->last_ns = now_ns;
    peer->spoken = ++peers->spoken;
    peers->last = peer;
}

/* The one who spoke last of those who are left. */
static struct peer *find_last(struct peers *peers)
{
    struct peer *last = NULL;

    for (unsigned i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = &peers->peer[i];

        if (peer->used && peer->spoken != 0 && (last == NULL || peer->spoken > last->spoken))
            last = peer;
    }
    return last;
}

void peers_forget(struct peers *peers, struct peer *peer)
{
    clear(peer);
    if (peers->last == peer)
        peers->last = find_last(peers);
}

void peers_forget_server(struct peers *peers, const struct server *server)
{
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (peers->peer[i].used && peers->peer[i].server == server)
            peers_forget(peers, &peers->peer[i]);
}
