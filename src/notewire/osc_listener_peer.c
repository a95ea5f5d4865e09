/* Peers of a Listener: connections, and the senders of datagrams, who are one object as long as the script holds it.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "notewire/osc_listener.h"

#include <stdlib.h>
#include <string.h>

static struct osc_connection *connection_of(struct osc_peer *peer)
{
    return (struct osc_connection *)peer;
}

static void release(struct osc_connection *connection)
{
    if (--connection->references > 0)
        return;
    osc_receiver_release(&connection->listener->receiver);
    free(connection);
}

/* Hangs up. Legal in callbacks of the server. */
static void disconnect(struct osc_connection *connection)
{
    struct peer *peer = connection->tcp;

    connection->closed = true;
    if (peer == NULL)
        return;
    connection->references++;
    osc_connection_detach(peer);
    server_disconnect(peer);
    release(connection);
}

/* ---- what the object does ---- */

static int peer_send(struct osc_peer *peer, const uint8_t *bytes, size_t length)
{
    struct osc_connection *connection = connection_of(peer);
    struct server *udp = connection->listener->bound[SERVER_UDP].net;

    if (connection->tcp != NULL)
        return server_send(connection->tcp, bytes, length);
    if (connection->closed || udp == NULL)
        return NW_ECLOSED;
    return udp_send(server_udp(udp), &connection->addr, &connection->local, bytes, length);
}

static bool peer_is_ready(const struct osc_peer *peer)
{
    const struct osc_connection *connection = (const struct osc_connection *)peer;

    return connection->tcp != NULL || (!connection->closed && connection->listener->bound[SERVER_UDP].net != NULL);
}

static void peer_address(const struct osc_peer *peer, struct net_addr *addr)
{
    *addr = ((const struct osc_connection *)peer)->addr;
}

static void peer_close(lua_State *L, struct osc_peer *peer)
{
    (void)L;
    disconnect(connection_of(peer));
}

static void peer_collect(lua_State *L, struct osc_peer *peer)
{
    (void)L;
    release(connection_of(peer));
}

static const struct osc_peer_ops ops = {.send = peer_send,
                                        .is_ready = peer_is_ready,
                                        .address = peer_address,
                                        .close = peer_close,
                                        .collect = peer_collect};

/* ---- connections ---- */

/* One reference; NULL without memory. */
static struct osc_connection *new_connection(struct osc_listener *listener)
{
    struct osc_connection *connection = calloc(1, sizeof *connection);

    if (connection == NULL)
        return NULL;
    connection->peer.ops = &ops;
    connection->references = 1;
    connection->listener = listener;
    listener->receiver.references++;
    return connection;
}

struct osc_connection *osc_connection_new(struct osc_listener *listener, struct peer *peer)
{
    struct osc_connection *connection = new_connection(listener);

    if (connection == NULL)
        return NULL;
    connection->tcp = peer;
    connection->addr = peer->addr;
    connection->local = peer->local;
    peer->user = connection;
    return connection;
}

void osc_connection_detach(struct peer *peer)
{
    struct osc_connection *connection = peer->user;

    if (connection == NULL)
        return;
    peer->user = NULL;
    connection->tcp = NULL;
    connection->closed = true;
    release(connection);
}

void osc_connection_end(struct osc_connection *connection)
{
    connection->ended = true;
    if (connection->waiting == 0)
        disconnect(connection);
}

void osc_connection_left(struct osc_receiver *receiver, struct osc_sender *from)
{
    struct osc_connection *connection = from->connection;

    (void)receiver;
    if (connection == NULL)
        return;
    connection->waiting--;
    if (connection->waiting == 0 && connection->ended && connection->tcp != NULL) {
        connection->references--; /* that of what waited; the connection has its own */
        disconnect(connection);
    } else {
        release(connection);
    }
}

/* ---- their objects ---- */

/* Pushes what is at the key at the top of the stack, which it pops, of the table of Peers: an object, or nil. */
static struct osc_connection *get_known(lua_State *L)
{
    lua_rawget(L, OSC_RECEIVER_PEERS);
    return lua_isnil(L, -1) ? NULL : (struct osc_connection *)*(struct osc_peer **)lua_touserdata(L, -1);
}

/* Pushes the address as a key. */
static void push_key(lua_State *L, const struct net_addr *addr)
{
    char key[sizeof addr->ip + sizeof addr->scope + sizeof addr->port + sizeof addr->family], *at = key;

    memcpy(at, addr->ip, sizeof addr->ip);
    at += sizeof addr->ip;
    memcpy(at, &addr->scope, sizeof addr->scope);
    at += sizeof addr->scope;
    memcpy(at, &addr->port, sizeof addr->port);
    at += sizeof addr->port;
    memcpy(at, &addr->family, sizeof addr->family);
    lua_pushlstring(L, key, sizeof key);
}

/* Replaces the key at the top of the stack by the Peer that is known under it; false: it stays. */
static bool replace_by_known(lua_State *L, const struct osc_sender *from)
{
    struct osc_connection *known;

    lua_pushvalue(L, -1);
    known = get_known(L);
    if (known == NULL || (from->connection == NULL && known->closed)) {
        lua_pop(L, 1);
        return false;
    }
    lua_remove(L, -2);
    if (from->connection == NULL)
        known->local = from->local;
    return true;
}

void osc_connection_push(lua_State *L, struct osc_receiver *receiver, const struct osc_sender *from)
{
    struct osc_connection *connection = from->connection;
    struct osc_peer **object;

    if (connection != NULL)
        lua_pushlightuserdata(L, connection);
    else
        push_key(L, &from->from);
    if (replace_by_known(L, from))
        return;
    osc_peer_push(L, &object);
    lua_pushvalue(L, -2);
    if (replace_by_known(L, from)) { /* a finalizer has waited, and so heard the same sender */
        lua_replace(L, -3);
        lua_pop(L, 1);
        return;
    }
    lua_pop(L, 1);
    if (connection != NULL) {
        connection->references++;
    } else {
        connection = new_connection((struct osc_listener *)receiver);
        if (connection == NULL)
            luaL_error(L, "not enough memory");
        connection->addr = from->from;
        connection->local = from->local;
    }
    *object = &connection->peer;
    lua_insert(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, OSC_RECEIVER_PEERS);
}
