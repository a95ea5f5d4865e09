/* The tcp: and tcp-listen: drivers: raw MIDI bytes on a connection. "tcp:HOST:PORT" connects, and reconnects;
 * "tcp-listen:PORT" takes connections. Naming the same text with -i and -o uses the same connections both ways.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "net/client.h"
#include "net/server.h"
#include "port/drivers.h"
#include "port/registry.h"
#include "port/wire.h"

#include <stdlib.h>
#include <string.h>

#define TCP_RESERVE (64u * 1024u) /* bytes of a send buffer that are kept for note-offs */

/* One connection or listener, held by one input, one output, or both. */
struct wire {
    struct port *input, *output;
    struct client *client; /* tcp: */
    struct server *server; /* tcp-listen: */
    struct peers peers;
    struct midi_parser parser[PEERS_MAX]; /* of each peer; the client uses the first */
    bool
        behind[PEERS_MAX]; /* a peer that joined in the middle of a SysEx or missed a piece of it: waits for the next */
    bool missed;           /* a peer missed a piece of the SysEx on its way */
    unsigned connected;
};

static bool is_listener(const char *name)
{
    return strncmp(name, "tcp-listen:", 11) == 0;
}

static bool tcp_matches(const char *name)
{
    return strncmp(name, "tcp:", 4) == 0 || is_listener(name);
}

static int tcp_port_check(const char *name, enum port_direction direction)
{
    char host[PORT_NAME_MAX];
    struct net_addr bind;
    uint16_t number;

    (void)direction;
    return is_listener(name) ? net_addr_parse_bind(name + 11, &bind) : wire_parse_peer(name + 4, host, &number);
}

/* Bytes on their way through the parser of one sender: a place in the peers table, 0 for the client. */
struct feed {
    struct wire *wire;
    uint16_t sender;
};

static void feed_message(void *user, const struct midi_msg *msg)
{
    struct feed *feed = user;
    struct midi_msg copy = *msg;

    copy.port = feed->sender;
    if (feed->wire->input != NULL)
        port_receive(feed->wire->input, &copy);
}

static void feed_malformed(void *user)
{
    struct feed *feed = user;

    if (feed->wire->input != NULL)
        port_malformed(feed->wire->input, NW_EMALFORMED);
}

/* Parses what a sender sent; no bytes: it has gone, and what it left unfinished ends. */
static void feed(struct wire *wire, size_t sender, const uint8_t *bytes, size_t length)
{
    struct feed feed = {.wire = wire, .sender = (uint16_t)sender};
    struct midi_parser_sink sink = {.message = feed_message, .malformed = feed_malformed, .user = &feed};

    if (bytes != NULL)
        midi_parser_feed(&wire->parser[sender], bytes, length, &sink);
    else
        midi_parser_end(&wire->parser[sender], &sink);
    if (wire->parser[sender].in_sysex && wire->input != NULL)
        port_alive(wire->input, (uint16_t)sender);
    if (bytes == NULL && wire->input != NULL)
        port_gone(wire->input, (uint16_t)sender);
}

/* There is room again; or nobody is connected, for whom nobody need wait. */
static void wire_writable(void *user)
{
    struct wire *wire = user;

    if (wire->output != NULL && wire->connected > 0)
        port_writable(wire->output);
    else if (wire->output != NULL)
        port_cannot_tell(wire->output);
}

/* A connection ended with bytes that had been taken for it. How many messages they were its receiver would know: one,
 * for the output to say that it lost some. */
static void tell_cut(struct wire *wire)
{
    if (wire->output != NULL)
        port_missed(wire->output);
}

static void client_data(void *user, const uint8_t *bytes, size_t length)
{
    struct wire *wire = user;

    feed(wire, 0, bytes, length);
}

static void client_changed(void *user, enum client_state state)
{
    struct wire *wire = user;

    wire->connected = state == CLIENT_READY ? 1 : 0;
    if (state != CLIENT_READY)
        feed(wire, 0, NULL, 0);
    if (state == CLIENT_MISSING && client_cut(wire->client))
        tell_cut(wire);
    wire_writable(wire);
    if (wire->output != NULL) /* who connects again does not want the rest of a SysEx */
        port_break_off(wire->output);
}

static void server_data(void *user, struct peer *from, const uint8_t *bytes, size_t length)
{
    struct wire *wire = user;

    feed(wire, (size_t)(from - wire->peers.peer), bytes, length);
}

static void server_accepted(void *user, struct peer *peer)
{
    struct wire *wire = user;

    midi_parser_reset(&wire->parser[peer - wire->peers.peer]);
    wire->behind[peer - wire->peers.peer] = true;
    wire->connected++;
    wire_writable(wire);
}

static void server_closed(void *user, struct peer *peer, int error)
{
    struct wire *wire = user;

    (void)error;
    feed(wire, (size_t)(peer - wire->peers.peer), NULL, 0);
    if (tcp_queued(peer->tcp) > 0)
        tell_cut(wire);
    wire->connected--;
    wire_writable(wire);
    if (wire->output != NULL && wire->connected == 0)
        port_break_off(wire->output);
}

static void server_broken(void *user, struct peer *from, int error)
{
    struct wire *wire = user;

    (void)from;
    if (wire->input != NULL)
        port_malformed(wire->input, error);
}

static void server_refused(void *user, const struct net_addr *from)
{
    struct wire *wire = user;

    (void)from;
    if (wire->input != NULL)
        port_refused(wire->input);
}

static int open_listener(struct port *port, struct wire *wire)
{
    struct server_options options = {
        .protocol = SERVER_TCP, .framing = SERVER_RAW, .allow = port_allow(port), .peers = &wire->peers};
    struct server_callbacks callbacks = {.message = server_data,
                                         .malformed = server_broken,
                                         .refused = server_refused,
                                         .accepted = server_accepted,
                                         .closed = server_closed,
                                         .writable = wire_writable,
                                         .user = wire};

    if (net_addr_parse_bind(port->name + 11, &options.bind) != 0)
        return NW_EADDRESS;
    return server_open(port_loop(port), &options, &callbacks, &wire->server);
}

static int open_connection(struct port *port, struct wire *wire)
{
    char host[PORT_NAME_MAX];
    uint16_t number;
    struct client_callbacks callbacks = {
        .data = client_data, .state = client_changed, .writable = wire_writable, .user = wire};

    if (wire_parse_peer(port->name + 4, host, &number) != 0)
        return NW_EADDRESS;
    return client_open(port_loop(port), SERVER_TCP, host, number, port->name + 4, &callbacks, &wire->client);
}

/* The wire that a port of the other direction already holds under this name. */
static struct wire *find_wire(const struct port *port)
{
    enum port_direction other = port->direction == PORT_INPUT ? PORT_OUTPUT : PORT_INPUT;

    for (unsigned i = 0; i < registry_count(port->registry, other); i++) {
        struct port *far = registry_port(port->registry, other, i);

        if (far->ops == port->ops && strcmp(far->name, port->name) == 0)
            return far->impl;
    }
    return NULL;
}

/* The place in the wire for a port of this direction. */
static struct port **wire_end(struct wire *wire, enum port_direction direction)
{
    return direction == PORT_INPUT ? &wire->input : &wire->output;
}

/* What an output says of itself at first. */
static void say_first(struct port *port, struct wire *wire)
{
    if (port->direction == PORT_INPUT)
        return;
    if (wire->client != NULL && client_state(wire->client) == CLIENT_WAITING)
        port_congested(port); /* whoever can wait does until the first try has come to something */
    else
        wire_writable(wire);
}

static int tcp_port_open(struct port *port)
{
    struct wire *wire = find_wire(port);
    int error;

    if (wire != NULL && *wire_end(wire, port->direction) == NULL) {
        *wire_end(wire, port->direction) = port;
        port->impl = wire;
        say_first(port, wire);
        return 0;
    }
    wire = calloc(1, sizeof *wire);
    if (wire == NULL)
        return NW_EMEMORY;
    peers_init(&wire->peers);
    *wire_end(wire, port->direction) = port;
    port->impl = wire;
    error = is_listener(port->name) ? open_listener(port, wire) : open_connection(port, wire);
    if (error != 0) {
        peers_free(&wire->peers);
        free(wire);
    } else {
        say_first(port, wire);
    }
    return error;
}

/* Whether a message may be queued behind so many bytes: the last of the room is for what ends notes and SysEx. */
static bool has_room(size_t queued, const struct midi_msg *msg)
{
    return queued <= TCP_SEND_BUFFER - TCP_RESERVE || port_is_release(msg) || (msg->flags & MIDI_SYSEX_END) != 0;
}

/* A connection of ours whose other end reads slowly slows our inputs down. */
static int send_to_client(struct port *port, struct wire *wire, const struct midi_msg *msg)
{
    int error;

    if (!has_room(client_queued(wire->client), msg)) /* a script may send a lot in one turn of the loop */
        client_flush(wire->client);
    error = has_room(client_queued(wire->client), msg) ? client_send(wire->client, msg->b, msg->len) : NW_EFULL;
    if (error == NW_EFULL || client_queued(wire->client) > TCP_SEND_BUFFER / 2)
        port_congested(port);
    return error;
}

/* To one who is connected. A SysEx of which a peer misses a piece is ended there, and its rest is kept from it. */
static int send_to_peer(struct wire *wire, size_t index, const struct midi_msg *msg)
{
    static const uint8_t end = MIDI_SYSEX_EOX;
    bool goes_on = (msg->flags & MIDI_SYSEX_PART) != 0 && (msg->flags & MIDI_SYSEX_BEGIN) == 0;
    struct peer *peer = &wire->peers.peer[index];
    int error;

    if (goes_on && wire->behind[index])
        return NW_ECLOSED;
    if (peer->tcp != NULL && !has_room(tcp_queued(peer->tcp), msg))
        tcp_flush(peer->tcp);
    error =
        has_room(peer->tcp == NULL ? 0 : tcp_queued(peer->tcp), msg) ? server_send(peer, msg->b, msg->len) : NW_EFULL;
    if (error != 0)
        wire->missed = true;
    if (error != 0 && goes_on)
        (void)server_send(peer, &end, 1);
    if (!midi_is_realtime(msg->b[0]))
        wire->behind[index] = error != 0;
    return error;
}

/* Tells once a message that some took it and others did not, at the end of a SysEx. */
static void tell_missed(struct port *port, struct wire *wire, const struct midi_msg *msg, bool taken)
{
    bool ends = (msg->flags & MIDI_SYSEX_PART) == 0 || (msg->flags & MIDI_SYSEX_END) != 0;

    if (!ends)
        return;
    if (wire->missed && taken && (msg->flags & MIDI_SYSEX_CUT) == 0)
        port_missed(port);
    wire->missed = false;
}

/* To everybody who is connected; taken when at least one took it. */
static int send_to_all(struct port *port, struct wire *wire, const struct midi_msg *msg)
{
    int refusal = NW_ECLOSED;
    bool taken = false, crowded = wire->connected > 0, sysex_missed = wire->missed;
    bool inside = midi_is_realtime(msg->b[0]); /* of a SysEx, maybe */

    if ((msg->flags & MIDI_SYSEX_PART) == 0 || (msg->flags & MIDI_SYSEX_BEGIN) != 0)
        wire->missed = false;
    for (size_t i = 0; wire->connected > 0 && i < PEERS_MAX; i++) {
        struct peer *peer = &wire->peers.peer[i];
        int error = peer->used ? send_to_peer(wire, i, msg) : NW_ECLOSED;

        taken = taken || error == 0;
        refusal = error != 0 && refusal != NW_EFULL ? error : refusal;
        crowded = crowded && (!peer->used || tcp_queued(peer->tcp) > TCP_SEND_BUFFER / 2);
    }
    tell_missed(port, wire, msg, taken);
    if (inside)
        wire->missed = sysex_missed;
    if (crowded) /* one who reads is enough not to wait for the others */
        port_congested(port);
    return taken ? 0 : refusal;
}

static int tcp_port_send(struct port *port, const struct midi_msg *msg)
{
    struct wire *wire = port->impl;

    return wire->client != NULL ? send_to_client(port, wire, msg) : send_to_all(port, wire, msg);
}

static void tcp_port_pause(struct port *port, bool paused)
{
    struct wire *wire = port->impl;

    if (wire->client != NULL)
        client_pause(wire->client, paused);
    else
        server_pause(wire->server, paused);
}

static void tcp_port_flush(struct port *port)
{
    struct wire *wire = port->impl;

    if (wire->client != NULL)
        client_flush(wire->client);
    for (size_t i = 0; wire->client == NULL && i < PEERS_MAX; i++)
        if (wire->peers.peer[i].used)
            tcp_flush(wire->peers.peer[i].tcp);
}

static bool tcp_port_drained(const struct port *port)
{
    const struct wire *wire = port->impl;

    if (wire->client != NULL)
        return client_state(wire->client) != CLIENT_READY || client_queued(wire->client) == 0;
    for (size_t i = 0; i < PEERS_MAX; i++)
        if (wire->peers.peer[i].used && tcp_queued(wire->peers.peer[i].tcp) > 0)
            return false;
    return true;
}

static void tcp_port_close(struct port *port)
{
    struct wire *wire = port->impl;

    if (port->direction == PORT_INPUT)
        port_abandoned(port, wire_unfinished(wire->parser, PEERS_MAX));
    *wire_end(wire, port->direction) = NULL;
    if (wire->input != NULL || wire->output != NULL)
        return;
    if (wire->client != NULL)
        client_close(wire->client);
    if (wire->server != NULL)
        server_close(wire->server);
    peers_free(&wire->peers);
    free(wire);
}

const struct port_ops port_tcp = {
    .driver = "tcp",
    .syntax = "tcp:HOST:PORT, tcp-listen:PORT",
    .help = "raw MIDI bytes over TCP; the first connects and reconnects, the second listens",
    .input = true,
    .output = true,
    .matches = tcp_matches,
    .check = tcp_port_check,
    .open = tcp_port_open,
    .send = tcp_port_send,
    .flush = tcp_port_flush,
    .pause = tcp_port_pause,
    .drained = tcp_port_drained,
    .close = tcp_port_close,
};
