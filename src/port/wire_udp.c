/* The udp: driver: raw MIDI bytes, one datagram a message. "udp:PORT" listens, "udp:HOST:PORT" sends.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "net/client.h"
#include "net/server.h"
#include "port/drivers.h"
#include "port/wire.h"

#include <stdlib.h>
#include <string.h>

#define SYSEX_DATAGRAM 65000u /* a longer SysEx goes on in a further datagram */

struct udp_in {
    struct server *server;
    struct peers peers;
    struct midi_parser parser[PEERS_MAX]; /* one a sender: their SysEx may take several datagrams */
};

struct udp_out {
    struct client *client;
    uint8_t *sysex; /* SYSEX_DATAGRAM bytes, allocated with the port, touched by SysEx alone */
    size_t used;
};

static bool udp_matches(const char *name)
{
    return strncmp(name, "udp:", 4) == 0;
}

static int udp_port_check(const char *name, enum port_direction direction)
{
    char host[PORT_NAME_MAX];
    struct net_addr bind;
    uint16_t number;

    return direction == PORT_INPUT ? net_addr_parse_bind(name + 4, &bind) : wire_parse_peer(name + 4, host, &number);
}

/* One datagram on its way through its sender's parser. */
struct in_feed {
    struct port *port;
    uint16_t sender;
};

static void in_message(void *user, const struct midi_msg *msg)
{
    struct in_feed *feed = user;
    struct midi_msg copy = *msg;

    copy.port = feed->sender;
    port_receive(feed->port, &copy);
}

static void in_malformed(void *user)
{
    struct in_feed *feed = user;

    port_malformed(feed->port, NW_EMALFORMED);
}

/* One datagram. A message must not be cut by its end, except a SysEx, which the sender's next datagram may carry on. */
static void in_datagram(void *user, struct peer *from, const uint8_t *bytes, size_t length)
{
    struct port *port = user;
    struct udp_in *in = port->impl;
    struct in_feed feed = {.port = port, .sender = (uint16_t)(from - in->peers.peer)};
    struct midi_parser *parser = &in->parser[feed.sender];
    struct midi_parser_sink sink = {.message = in_message, .malformed = in_malformed, .user = &feed};

    if (from->user == NULL) { /* a new sender in this place */
        midi_parser_end(parser, &sink);
        port_forgotten(port, feed.sender);
        from->user = parser;
    }
    if (length == 0)
        port_malformed(port, NW_EMALFORMED);
    midi_parser_feed(parser, bytes, length, &sink);
    if (parser->in_sysex)
        port_alive(port, feed.sender);
    else
        midi_parser_end(parser, &sink);
}

static void in_broken(void *user, struct peer *from, int error)
{
    (void)from;
    port_malformed(user, error);
}

static void in_refused(void *user, const struct net_addr *from)
{
    (void)from;
    port_refused(user);
}

static void in_kernel_drops(void *user, uint32_t count)
{
    port_kernel_drops(user, count);
}

static int open_in(struct port *port)
{
    struct server_options options = {.protocol = SERVER_UDP, .framing = SERVER_RAW, .allow = port_allow(port)};
    struct server_callbacks callbacks = {.message = in_datagram,
                                         .malformed = in_broken,
                                         .refused = in_refused,
                                         .kernel_drops = in_kernel_drops,
                                         .user = port};
    struct udp_in *in;
    int error;

    if (net_addr_parse_bind(port->name + 4, &options.bind) != 0)
        return NW_EADDRESS;
    in = calloc(1, sizeof *in);
    if (in == NULL)
        return NW_EMEMORY;
    peers_init(&in->peers);
    options.peers = &in->peers;
    error = server_open(port_loop(port), &options, &callbacks, &in->server);
    if (error != 0) {
        free(in);
        return error;
    }
    port->impl = in;
    return 0;
}

/* The name has been found, or not: what waited for it goes on, and how much the far end can take nobody knows. */
static void out_state(void *user, enum client_state state)
{
    (void)state;
    port_cannot_tell(user);
}

static int open_out(struct port *port)
{
    char host[PORT_NAME_MAX];
    uint16_t number;
    struct client_callbacks callbacks = {.state = out_state, .user = port};
    struct udp_out *out;
    int error;

    if (wire_parse_peer(port->name + 4, host, &number) != 0)
        return NW_EADDRESS;
    out = calloc(1, sizeof *out);
    if (out == NULL || (out->sysex = malloc(SYSEX_DATAGRAM)) == NULL) {
        free(out);
        return NW_EMEMORY;
    }
    error = client_open(port_loop(port), SERVER_UDP, host, number, port->name + 4, &callbacks, &out->client);
    if (error != 0) {
        free(out->sysex);
        free(out);
        return error;
    }
    port->impl = out;
    if (client_state(out->client) == CLIENT_WAITING)
        port_congested(port); /* whoever can wait does until the name is found */
    else
        port_cannot_tell(port);
    return 0;
}

static int udp_port_open(struct port *port)
{
    return port->direction == PORT_INPUT ? open_in(port) : open_out(port);
}

/* Collects a SysEx into as few datagrams as it takes. */
static int send_sysex(struct udp_out *out, const struct midi_msg *msg)
{
    int error = 0;

    if ((msg->flags & MIDI_SYSEX_BEGIN) != 0)
        out->used = 0;
    if (out->used + msg->len > SYSEX_DATAGRAM) {
        error = client_send(out->client, out->sysex, out->used);
        out->used = 0;
    }
    memcpy(out->sysex + out->used, msg->b, msg->len);
    out->used += msg->len;
    if (error == 0 && (msg->flags & MIDI_SYSEX_END) != 0) {
        error = client_send(out->client, out->sysex, out->used);
        out->used = 0;
    }
    return error;
}

static int udp_port_send(struct port *port, const struct midi_msg *msg)
{
    struct udp_out *out = port->impl;

    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        return send_sysex(out, msg);
    return client_send(out->client, msg->b, msg->len);
}

static void udp_port_close(struct port *port)
{
    if (port->direction == PORT_INPUT) {
        struct udp_in *in = port->impl;

        port_abandoned(port, wire_unfinished(in->parser, PEERS_MAX));
        server_close(in->server);
        peers_free(&in->peers);
        free(in);
    } else {
        struct udp_out *out = port->impl;

        client_close(out->client);
        free(out->sysex);
        free(out);
    }
}

const struct port_ops port_udp = {
    .driver = "udp",
    .syntax = "udp:PORT, udp:HOST:PORT",
    .help = "raw MIDI bytes, one datagram a message; -i listens, -o sends to HOST",
    .input = true,
    .output = true,
    .matches = udp_matches,
    .check = udp_port_check,
    .open = udp_port_open,
    .send = udp_port_send,
    .close = udp_port_close,
};
