/* SocketClient: what scripts hold of a conversation with one peer.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "renoise/socket_object.h"
#include "renoise/socket_server.h"
#include "script/script.h"

#include <string.h>

#define RECEIVE_MAX (64 * 1024 * 1024) /* bytes asked for at once */

static struct socket_client *self(lua_State *L)
{
    return object_check(L, 1, &socket_client_type);
}

/* The client, which has to be open. The sender of a datagram is never is_open, but good for what it can do. */
static struct socket_client *usable(lua_State *L)
{
    struct socket_client *client = self(L);

    if (client->stream != NULL ? client->stream->closed : client->server == NULL || client->server->bound.net == NULL)
        luaL_error(L, "the socket is closed");
    return client;
}

/* The stream of a client that has one. */
static struct stream *usable_stream(lua_State *L)
{
    struct stream *stream = usable(L)->stream;

    if (stream == NULL)
        luaL_error(L, "the sender of a datagram can be answered with send, and nothing else");
    return stream;
}

/* ---- properties ---- */

static int get_is_open(lua_State *L)
{
    const struct socket_client *client = self(L);

    lua_pushboolean(L, client->stream != NULL && stream_is_open(client->stream));
    return 1;
}

static const struct net_addr *local_of(const struct socket_client *client)
{
    return client->stream != NULL ? &client->stream->local_addr : &client->local;
}

static const struct net_addr *peer_of(const struct socket_client *client)
{
    return client->stream != NULL ? &client->stream->peer_addr : &client->peer;
}

static int get_local_address(lua_State *L)
{
    socket_push_address(L, local_of(usable(L)));
    return 1;
}

static int get_local_port(lua_State *L)
{
    lua_pushinteger(L, local_of(usable(L))->port);
    return 1;
}

/* Scripts that tell senders apart ask with every datagram: its text is made once. */
static int get_peer_address(lua_State *L)
{
    const struct socket_client *client = usable(L);

    if (client->stream == NULL && lua_getiuservalue(L, 1, 1) == LUA_TSTRING)
        return 1;
    socket_push_address(L, peer_of(client));
    if (client->stream == NULL) {
        lua_pushvalue(L, -1);
        lua_setiuservalue(L, 1, 1);
    }
    return 1;
}

static int get_peer_port(lua_State *L)
{
    lua_pushinteger(L, peer_of(usable(L))->port);
    return 1;
}

/* ---- send ---- */

/* (string | Message | Bundle) -> true | false, text */
static int client_send(lua_State *L)
{
    struct socket_client *client = usable(L);
    size_t length;
    const uint8_t *bytes = socket_check_bytes(L, 2, &length);
    const char *error = client->stream != NULL ? stream_send(L, client->stream, bytes, length)
                                               : stream_send_datagram(L, server_udp(client->server->bound.net),
                                                                      &client->peer, &client->local, bytes, length);

    lua_pushboolean(L, error == NULL);
    lua_pushstring(L, error); /* nil without one */
    return 2;
}

/* ---- receive ---- */

enum mode { MODE_LINE, MODE_ALL, MODE_COUNT };

struct want {
    struct stream *stream;
    enum mode mode;
    size_t count;  /* MODE_COUNT */
    size_t length; /* what is to be given */
    size_t with;   /* what is to be taken for that: with the line end */
};

static void check_mode(lua_State *L, int index, struct want *want)
{
    const char *mode = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
    lua_Number count = lua_type(L, index) == LUA_TNUMBER ? lua_tonumber(L, index) : 0;

    if (strcmp(mode, "*line") == 0 || strcmp(mode, "*l") == 0) {
        want->mode = MODE_LINE;
    } else if (strcmp(mode, "*all") == 0 || strcmp(mode, "*a") == 0) {
        want->mode = MODE_ALL;
    } else {
        luaL_argcheck(L, count >= 1 && count <= RECEIVE_MAX && count == (lua_Number)(size_t)count, index,
                      "invalid mode: \"*line\", \"*all\" or a number of bytes was expected");
        want->mode = MODE_COUNT;
        want->count = (size_t)count;
    }
}

/* Whether what is wanted is there. A datagram is a whole: "*all" gives one at a time, and lines and counts pass over
 * empty ones, which would fill the queue for them. */
static bool is_there(struct want *want)
{
    struct socket_buffer *received = &want->stream->received;

    if (want->mode != MODE_ALL)
        stream_take_empty(want->stream);
    switch (want->mode) {
    case MODE_LINE: return socket_buffer_line(received, &want->length, &want->with);
    case MODE_ALL:
        want->length = want->with = want->stream->udp != NULL ? socket_buffer_front(received) : received->used;
        return socket_buffer_count(received) > 0;
    default: want->length = want->with = want->count; return received->used >= want->count;
    }
}

/* Whether waiting on is in vain. */
static bool is_over(const struct want *want)
{
    const struct stream *stream = want->stream;

    return stream->ended || stream->closed || (want->mode == MODE_LINE && stream->received.used >= stream->limit);
}

static bool is_settled(void *user)
{
    return is_there(user) || is_over(user);
}

/* A connection whose peer has ended may have been kept for what waited alone: its server has to look. */
static void wake(const struct stream *stream)
{
    if (stream->server != NULL && (stream->ended || stream->closed))
        socket_server_wake(stream->server);
}

/* Pushes what is there and takes it, unless a finalizer, which any allocation may run, has had it meanwhile. */
static bool give(lua_State *L, const struct want *want)
{
    struct stream *stream = want->stream;
    unsigned turns = stream->turns;
    const uint8_t *bytes = socket_buffer_bytes(&stream->received);
    bool bare = want->mode == MODE_LINE && want->with == want->length + 1 && bytes[want->length] == '\r';

    lua_pushlstring(L, want->length > 0 ? (const char *)bytes : "", want->length);
    if (stream->turns != turns) {
        lua_pop(L, 1);
        return false;
    }
    stream_taken(stream, want->with);
    stream->swallow_newline = bare && stream->received.used == 0;
    wake(stream);
    return true;
}

/* Why nothing is given. Only a time-out leaves the socket open. */
static int give_up(lua_State *L, const struct want *want)
{
    const char *text = "timeout";

    if (is_over(want)) {
        text = want->stream->ended ? "disconnected" : "the line is too long";
        stream_close(want->stream);
        wake(want->stream);
    }
    lua_pushnil(L);
    lua_pushstring(L, text);
    return 2;
}

/* (mode, timeout) -> string | nil, text. The object, which is on the stack, holds the stream meanwhile. */
static int client_receive(lua_State *L)
{
    struct stream *stream = usable_stream(L);
    struct want want = {.stream = stream};
    double timeout;

    check_mode(L, 2, &want);
    timeout = socket_check_timeout(L, 3);
    if (want.mode == MODE_COUNT && want.count > stream->limit)
        stream_limit(stream, want.count);
    if (want.mode == MODE_ALL && stream->udp == NULL && stream->received.used > 0)
        host_wait(stream->host, L, NULL, NULL, NULL, 0); /* what else has come */
    if (!is_settled(&want)) {
        stream->waits++;
        host_wait(stream->host, L, NULL, is_settled, &want, host_deadline(timeout));
        stream->waits--;
    }
    stream_limit(stream, SOCKET_BUFFER_MAX);
    while (is_there(&want))
        if (give(L, &want))
            return 1;
    return give_up(L, &want);
}

/* ---- the end ---- */

static int client_close(lua_State *L)
{
    struct stream *stream = usable(L)->stream;

    if (stream == NULL) /* the sender of a datagram has nothing to close */
        return 0;
    stream_close(stream);
    wake(stream);
    return 0;
}

static int client_gc(lua_State *L)
{
    struct socket_client *client = self(L);
    struct stream *stream = client->stream;

    if (stream != NULL && stream->server != NULL) { /* nobody can take what was left to this object */
        stream_close(stream);
        socket_server_forget(stream->server, stream);
    }
    stream_release(stream);
    socket_server_release(client->server);
    client->stream = NULL;
    client->server = NULL;
    return 0;
}

static int client_tostring(lua_State *L)
{
    const struct socket_client *client = self(L);
    char text[NET_ADDR_TEXT];

    lua_pushfstring(L, "SocketClient: %s", net_addr_text(peer_of(client), text));
    return 1;
}

/* ---- creating ---- */

static const char udp_clients; /* its address is the key, in the registry, of a table with weak keys: the UDP clients */

bool socket_client_lend(lua_State *L, uint16_t port, bool lent, struct socket_server *server)
{
    bool found = false;

    object_push_weak(L, &udp_clients);
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        const struct socket_client *client = object_check(L, -2, &socket_client_type);
        struct stream *stream = client->stream;

        if (stream == NULL || stream->udp == NULL || stream->local_addr.port != port)
            continue;
        udp_lend(stream->udp, lent);
        if (server != NULL)
            stream_share(stream, server);
        found = true;
    }
    lua_pop(L, 1);
    return found;
}

int socket_client_create(lua_State *L, enum server_protocol protocol, const struct net_addr *to, uint64_t deadline_ns)
{
    struct socket_client *client = object_push_new(L, &socket_client_type, sizeof *client);
    const char *error = nw_error_text(NW_EMEMORY);

    if (protocol == SERVER_UDP) {
        object_push_weak(L, &udp_clients);
        lua_pushvalue(L, -2);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
        lua_pop(L, 1);
    }
    client->stream = stream_new(script_of(L)->host);
    if (client->stream != NULL)
        error = protocol == SERVER_UDP ? stream_connect_udp(client->stream, to)
                                       : stream_connect_tcp(L, client->stream, to, deadline_ns);
    if (error == NULL)
        return 1;
    lua_pushnil(L);
    lua_pushstring(L, error);
    return 2;
}

static const struct object_property properties[] = {
    {"is_open", get_is_open, NULL},       {"local_address", get_local_address, NULL},
    {"local_port", get_local_port, NULL}, {"peer_address", get_peer_address, NULL},
    {"peer_port", get_peer_port, NULL},   {"address", get_peer_address, NULL},
    {"port", get_peer_port, NULL},        {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {
    {"send", client_send}, {"receive", client_receive}, {"close", client_close}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", client_gc}, {"__tostring", client_tostring}, {NULL, NULL}};

const struct object_type socket_client_type = {
    .name = "SocketClient", .properties = properties, .methods = methods, .metamethods = metamethods};
