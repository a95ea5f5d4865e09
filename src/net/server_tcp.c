/* The TCP server: connections, their framing, and their end.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "net/server_internal.h"

#include <stdio.h>
#include <string.h>

/* Opens a delivery to peer; it must be ended, whatever the callbacks do. They never nest: callbacks come from the loop
 * alone, which is not turned inside them. */
static void delivery_begin(struct delivery *delivery, struct peer *peer)
{
    *delivery = (struct delivery){.server = peer->server, .peer = peer};
    peer->server->delivery = delivery;
}

/* Whether peer and server are still there. */
static bool delivery_end(struct delivery *delivery)
{
    if (delivery->server != NULL)
        delivery->server->delivery = NULL;
    return delivery->peer != NULL;
}

void server_disconnect(struct peer *peer)
{
    struct server *server = peer->server;

    if (!peer->used || peer->tcp == NULL)
        return;
    if (server->delivery != NULL && server->delivery->peer == peer)
        server->delivery->peer = NULL;
    server->clients--;
    tcp_close(peer->tcp);
    peers_forget(server->options.peers, peer);
}

/* The end of a connection, seen from here: the owner may say farewell, then nobody remembers it. */
static void end(struct peer *peer, int error, bool cut_off)
{
    struct server *server = peer->server;
    struct delivery delivery;

    delivery_begin(&delivery, peer);
    if (cut_off && server->callbacks.malformed != NULL)
        server->callbacks.malformed(server->callbacks.user, peer, error == NW_ETOOBIG ? error : NW_EMALFORMED);
    if (delivery.peer != NULL && server->callbacks.closed != NULL)
        server->callbacks.closed(server->callbacks.user, peer, error);
    if (delivery_end(&delivery) && !(error == NW_OK && server->options.half_open))
        server_disconnect(peer);
}

static void on_closed(void *user, int error)
{
    struct peer *peer = user;

    end(peer, error, peer->server->options.framing == SERVER_OSC && osc_frame_inside(&peer->frame));
}

static void on_packet(void *user, const uint8_t *bytes, size_t length)
{
    struct delivery *delivery = user;
    struct server *server = delivery->server;
    struct peer *peer = delivery->peer;

    if (peer == NULL)
        return; /* closed by an earlier packet of the same chunk */
    peer->frame.framing = delivery->frame.framing;
    peers_spoke(server->options.peers, peer, loop_now(server->loop));
    server->callbacks.message(server->callbacks.user, peer, bytes, length);
}

static void on_malformed(void *user, int error)
{
    struct delivery *delivery = user;

    if (delivery->peer != NULL && delivery->server->callbacks.malformed != NULL)
        delivery->server->callbacks.malformed(delivery->server->callbacks.user, delivery->peer, error);
}

static void report_garbage(struct peer *peer, int error)
{
    char who[NET_ADDR_TEXT];
    uint32_t repeated;

    if (!log_limit_pass(&peer->server->garbage_limit, &repeated))
        return;
    net_addr_text(&peer->addr, who);
    if (error == NW_ETOOBIG)
        log_warning("E302", "tcp peer %s announced a packet of more than 1 MiB; closed. Fix: send it in smaller pieces",
                    who);
    else if (error == NW_EMEMORY)
        log_warning("E302", "tcp peer %s sent more than there is memory for; closed. Fix: end other programs", who);
    else
        log_warning("E302",
                    "tcp peer %s sent bytes that are neither a size prefix nor SLIP; closed. Fix: set the sender to "
                    "OSC 1.0 over TCP (size prefix)",
                    who);
}

/* The reader leaves the peer for the time of feeding: its buffer must outlive a disconnect by its own packet. */
static void feed(struct peer *peer, const uint8_t *bytes, size_t length)
{
    struct delivery delivery;
    struct osc_frame_sink sink = {.packet = on_packet, .malformed = on_malformed, .user = &delivery};
    int error;

    delivery_begin(&delivery, peer);
    delivery.frame = peer->frame;
    peer->frame = (struct osc_frame_reader){.framing = delivery.frame.framing};
    error = osc_frame_feed(&delivery.frame, bytes, length, &sink);
    if (!delivery_end(&delivery)) {
        osc_frame_reader_reset(&delivery.frame);
        return;
    }
    peer->frame = delivery.frame;
    if (error != NW_OK) {
        report_garbage(peer, error);
        end(peer, error, true);
    }
}

static void on_data(void *user, const uint8_t *bytes, size_t length)
{
    struct peer *peer = user;
    struct server *server = peer->server;

    if (server->options.framing == SERVER_OSC) {
        feed(peer, bytes, length);
        return;
    }
    peers_spoke(server->options.peers, peer, loop_now(server->loop));
    server->callbacks.message(server->callbacks.user, peer, bytes, length);
}

static void on_writable(void *user)
{
    struct peer *peer = user;
    struct server *server = peer->server;

    if (server->callbacks.writable != NULL)
        server->callbacks.writable(server->callbacks.user);
}

/* One connection too many: at once, so that its user sees it, and nothing of it stays. */
static void turn_away(struct server *server, struct tcp *connection, const struct net_addr *from)
{
    char who[NET_ADDR_TEXT];
    uint32_t repeated;

    if (log_limit_pass(&server->full_limit, &repeated))
        log_warning("E304", "turned away tcp peer %s: %u connections are open already. Fix: close some of them",
                    net_addr_text(from, who), server->clients);
    tcp_close(connection);
    if (server->callbacks.failed != NULL)
        server->callbacks.failed(server->callbacks.user, "turned a connection away: too many are open already");
}

static void on_accepted(void *user, struct tcp *connection)
{
    struct server *server = user;
    struct tcp_callbacks callbacks = {.data = on_data, .closed = on_closed, .writable = on_writable};
    struct delivery delivery;
    struct net_addr from;
    struct peer *peer = NULL;

    tcp_peer(connection, &from);
    if (!server_allows(server, &from)) {
        tcp_close(connection);
        return;
    }
    if (server->clients < SERVER_CLIENTS_MAX)
        peer = peers_tcp(server->options.peers, server, connection);
    if (peer == NULL) {
        turn_away(server, connection, &from);
        return;
    }
    server->clients++;
    callbacks.half_open = server->options.half_open;
    callbacks.user = peer;
    tcp_pause(connection, server->paused);
    tcp_start(connection, &callbacks);
    if (server->callbacks.accepted == NULL)
        return;
    delivery_begin(&delivery, peer);
    server->callbacks.accepted(server->callbacks.user, peer);
    delivery_end(&delivery);
}

static void on_failed(void *user, int errno_value)
{
    struct server *server = user;
    char text[128];

    snprintf(text, sizeof text, "cannot accept connections: %s", strerror(errno_value));
    server->callbacks.failed(server->callbacks.user, text);
}

int server_open_tcp(struct server *server)
{
    const struct server *elder = server->options.elder;
    int error = elder != NULL ? tcp_listener_adopt(elder->listener, on_accepted, server, &server->listener)
                              : tcp_listen(server->loop, &server->options.bind, on_accepted, server, &server->listener);

    if (error == NW_OK && server->callbacks.failed != NULL)
        tcp_listener_on_failure(server->listener, on_failed);
    return error;
}

/* Frames straight into the send buffer. */
int server_send_tcp(struct peer *peer, const uint8_t *bytes, size_t length)
{
    enum osc_framing framing = peer->frame.framing;
    uint8_t *room;
    int error;

    if (peer->server->options.framing == SERVER_RAW)
        return tcp_send(peer->tcp, bytes, length);
    if (length > OSC_FRAME_MAX)
        return NW_ETOOBIG;
    error = tcp_reserve(peer->tcp, osc_frame_bound(framing, length), &room);
    if (error == NW_OK)
        tcp_commit(peer->tcp, osc_frame_write(framing, bytes, length, room));
    return error;
}

/* Calls back nobody. */
void server_pause_tcp(struct server *server, bool paused)
{
    struct peers *peers = server->options.peers;

    server->paused = paused;
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (peers->peer[i].used && peers->peer[i].server == server && peers->peer[i].tcp != NULL)
            tcp_pause(peers->peer[i].tcp, paused);
}

/* Closes the listener and every connection; a delivery that goes on finds neither peer nor server any more. */
void server_close_tcp(struct server *server)
{
    struct peers *peers = server->options.peers;

    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (peers->peer[i].used && peers->peer[i].server == server)
            server_disconnect(&peers->peer[i]);
    if (server->delivery != NULL)
        server->delivery->server = NULL;
    tcp_listener_close(server->listener);
}
