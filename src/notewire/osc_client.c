/* notewire.connect: a Peer that is called, and called again when it is lost; a function hears its answers.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "net/client.h"
#include "notewire/notewire.h"
#include "notewire/osc_peer.h"
#include "notewire/osc_receiver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX 256

/* Counted by references: the object's, and those of calls in progress. */
struct osc_client {
    struct osc_receiver receiver; /* first: its callbacks cast it back */
    struct osc_peer peer;
    struct client *net; /* NULL once closed */
    enum server_protocol protocol;
    enum osc_framing framing;       /* of what goes out over TCP */
    struct osc_frame_reader reader; /* of what comes, in either framing */
    bool deaf;                      /* what comes is no OSC: not heard until it is connected anew */
    struct log_limit deaf_limit;
    struct net_addr addr; /* once closed */
};

static struct osc_client *client_of(const struct osc_peer *peer)
{
    return (struct osc_client *)(void *)((const char *)peer - offsetof(struct osc_client, peer));
}

/* ---- from the loop ---- */

static void on_packet(void *user, const uint8_t *bytes, size_t length)
{
    struct osc_client *client = user;
    struct osc_sender sender;

    memset(&sender, 0, sizeof sender);
    client_peer(client->net, &sender.from);
    osc_receiver_packet(&client->receiver, &sender, bytes, length);
}

static void on_malformed(void *user, int error)
{
    const struct osc_client *client = user;

    bridge_malformed(client->receiver.source.script->host->bridge, error);
}

static void turn_deaf(struct osc_client *client, int error)
{
    const char *why = error == NW_ETOOBIG   ? "a packet of more than 1 MiB"
                      : error == NW_EMEMORY ? "more than there is memory for"
                                            : "bytes that are neither a size prefix nor SLIP";
    uint32_t repeated;

    client->deaf = true;
    on_malformed(client, error);
    if (log_limit_pass(&client->deaf_limit, &repeated))
        log_warning(
            "E302",
            "%s: the answer is %s; not heard until it is connected anew (and %u like it). Fix: check that OSC is "
            "spoken there",
            client->receiver.what, why, repeated);
}

static void on_data(void *user, const uint8_t *bytes, size_t length)
{
    struct osc_client *client = user;
    struct osc_frame_sink sink = {.packet = on_packet, .malformed = on_malformed, .user = client};
    int error;

    if (client->protocol == SERVER_UDP) {
        on_packet(client, bytes, length);
        return;
    }
    error = client->deaf ? NW_OK : osc_frame_feed(&client->reader, bytes, length, &sink);
    if (error != NW_OK)
        turn_deaf(client, error);
}

/* A packet that the old connection had begun will not be finished on the new one. */
static void forget_stream(struct osc_client *client)
{
    if (!client->deaf && osc_frame_inside(&client->reader))
        on_malformed(client, NW_EMALFORMED);
    osc_frame_reader_reset(&client->reader);
    client->deaf = false;
}

static void on_state(void *user, enum client_state state)
{
    (void)state;
    forget_stream(user);
}

/* ---- what the object does ---- */

static int client_send_peer(struct osc_peer *peer, const uint8_t *bytes, size_t length)
{
    const struct osc_client *client = client_of(peer);
    uint8_t *frame;
    int error;

    if (client->net == NULL)
        return NW_ECLOSED;
    if (client->protocol == SERVER_UDP || client_state(client->net) != CLIENT_READY)
        return client_send(client->net, bytes, length);
    if (length > OSC_FRAME_MAX)
        return NW_ETOOBIG;
    frame = malloc(osc_frame_bound(client->framing, length));
    if (frame == NULL)
        return NW_EMEMORY;
    error = client_send(client->net, frame, osc_frame_write(client->framing, bytes, length, frame));
    free(frame);
    return error;
}

static bool client_is_ready(const struct osc_peer *peer)
{
    const struct osc_client *client = client_of(peer);

    return client->net != NULL && client_state(client->net) == CLIENT_READY;
}

static void client_address(const struct osc_peer *peer, struct net_addr *addr)
{
    const struct osc_client *client = client_of(peer);

    *addr = client->addr;
    if (client->net != NULL)
        client_peer(client->net, addr);
}

static void client_shut(lua_State *L, struct osc_peer *peer)
{
    struct osc_client *client = client_of(peer);

    if (client->net == NULL)
        return;
    osc_receiver_stop(L, &client->receiver);
    forget_stream(client);
    client_peer(client->net, &client->addr);
    client_close(client->net);
    client->net = NULL;
}

static void client_collect(lua_State *L, struct osc_peer *peer)
{
    client_shut(L, peer);
    osc_receiver_release(&client_of(peer)->receiver);
}

static const struct osc_peer_ops peer_ops = {.send = client_send_peer,
                                             .is_ready = client_is_ready,
                                             .address = client_address,
                                             .close = client_shut,
                                             .collect = client_collect};

/* ---- what the receiver asks for ---- */

static void client_free(struct osc_receiver *receiver)
{
    free(receiver);
}

static void client_rest(struct osc_receiver *receiver, bool paused)
{
    struct osc_client *client = (struct osc_client *)receiver;

    if (client->net != NULL)
        client_pause(client->net, paused);
}

/* Answers come from the one who is called. */
static void push_self(lua_State *L, struct osc_receiver *receiver, const struct osc_sender *from)
{
    (void)receiver;
    (void)from;
    lua_pushvalue(L, OSC_RECEIVER_OBJECT);
}

static const struct osc_receiver_ops receiver_ops = {.free = client_free, .pause = client_rest, .push_peer = push_self};

/* ---- notewire.connect ---- */

/* Where to, out of "[udp:|tcp:|slip:]HOST:PORT". */
struct where {
    enum server_protocol protocol;
    enum osc_framing framing;
    char host[HOST_MAX];
    uint16_t port;
};

static bool read_where(const char *text, struct where *where)
{
    static const struct {
        const char *prefix;
        enum server_protocol protocol;
        enum osc_framing framing;
    } ways[] = {{"udp:", SERVER_UDP, OSC_FRAMING_UNKNOWN},
                {"tcp:", SERVER_TCP, OSC_FRAMING_SIZE},
                {"slip:", SERVER_TCP, OSC_FRAMING_SLIP},
                {"", SERVER_UDP, OSC_FRAMING_UNKNOWN}};
    size_t i = 0;

    while (strncmp(text, ways[i].prefix, strlen(ways[i].prefix)) != 0)
        i++;
    where->protocol = ways[i].protocol;
    where->framing = ways[i].framing;
    return net_addr_split(text + strlen(ways[i].prefix), where->host, sizeof where->host, &where->port) == NW_OK &&
           where->host[0] != '\0' && where->port != 0;
}

static int open_client(struct osc_client *client, const struct where *where)
{
    struct client_callbacks callbacks = {.data = on_data, .state = on_state, .user = client};
    struct host *host = client->receiver.source.script->host;
    const char *name = strcmp(where->host, "localhost") == 0 ? "127.0.0.1" : where->host;
    char label[HOST_MAX + 16];

    snprintf(label, sizeof label, strchr(name, ':') != NULL ? "[%s]:%u" : "%s:%u", name, (unsigned)where->port);
    client->protocol = where->protocol;
    client->framing = where->framing;
    return client_open(host->loop, where->protocol, name, where->port, label, &callbacks, &client->net);
}

/* (where [, function]) -> Peer */
int osc_client_create(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    struct osc_peer **object;
    struct osc_client *client;
    struct where where;

    lua_settop(L, 2);
    if (script_of(L)->unloading)
        return luaL_error(L, "the script is being unloaded");
    luaL_argcheck(L, strlen(text) == length, 1, "there is a zero byte in it");
    luaL_argcheck(L, read_where(text, &where), 1, "[udp:|tcp:|slip:]HOST:PORT was expected");
    if (!lua_isnil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    osc_peer_push(L, &object);
    client = calloc(1, sizeof *client);
    if (client == NULL)
        return luaL_error(L, "not enough memory");
    client->peer.ops = &peer_ops;
    *object = &client->peer; /* from here on the collector frees it */
    osc_receiver_init(&client->receiver, script_of(L), &receiver_ops);
    snprintf(client->receiver.what, sizeof client->receiver.what, "notewire.connect (%s)", text);
    if (open_client(client, &where) != NW_OK)
        return luaL_error(L, "the system refuses memory or another open file");
    if (!lua_isnil(L, 2))
        osc_receiver_start(L, &client->receiver, 3, 2);
    return 1;
}
