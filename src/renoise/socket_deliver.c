/* What a SocketServer gives to its script: one event at a time, through the gate.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"
#include "renoise/socket_object.h"
#include "renoise/socket_server.h"
#include "script/script.h"

#include <string.h>

#define LEFT_MAX (SERVER_CLIENTS_MAX / 2) /* connections whose peer has ended, and that wait for receive */

/* One call of a callback, for the protected part of it. */
struct delivery {
    struct socket_server *server;
    struct stream *stream; /* of a connection */
    unsigned runs;         /* the run that this belongs to: finalizers may end it at any allocation */
    unsigned turns;        /* of the queue or the stream: where they have gone on, the item is gone */
    bool found;            /* the notifier has the callback */
    bool taken;            /* what waited is out of its queue */
};

/* ---- protected ---- */

/* Pushes a callback of the notifier, and the notifier when that is an instance. Returns how many values; 0 without
 * such a callback. It is looked up anew each time, so that a script may replace it. */
static int push_callback(lua_State *L, struct delivery *delivery, const char *name)
{
    struct socket_server *server = delivery->server;

    lua_rawgeti(L, LUA_REGISTRYINDEX, server->notifier_ref);
    if (lua_getfield(L, -1, name) == LUA_TNIL)
        return 0;
    delivery->found = true;
    if (server->is_instance) {
        lua_insert(L, -2);
        return 2;
    }
    lua_remove(L, -2);
    return 1;
}

/* Whether the run still goes on that the delivery belongs to. */
static bool holds(const struct delivery *delivery)
{
    return delivery->server->running && delivery->server->runs == delivery->runs;
}

/* Whether what is to be delivered still waits: a getter or a finalizer that waits has had it delivered meanwhile. */
static bool is_waiting(const struct delivery *delivery)
{
    const struct stream *stream = delivery->stream;

    if (!holds(delivery))
        return false;
    if (stream != NULL)
        return stream->server == delivery->server && stream->turns == delivery->turns;
    return delivery->server->turns == delivery->turns;
}

/* Forgets the oldest error or datagram. */
static void pop(struct delivery *delivery, struct inbox *inbox)
{
    inbox_pop(inbox);
    delivery->server->turns++;
    delivery->taken = true;
}

/* Pushes the object of a connection: the same each time, kept in the server object as long as the connection is. */
static void push_connection(lua_State *L, struct socket_server *server, struct stream *stream)
{
    struct socket_client *client;

    lua_rawgeti(L, LUA_REGISTRYINDEX, server->self_ref);
    lua_getiuservalue(L, -1, 1);
    if (lua_rawgetp(L, -1, stream) == LUA_TNIL) {
        lua_pop(L, 1);
        client = object_push_new(L, &socket_client_type, sizeof *client);
        client->stream = stream;
        stream->owned = true;
        stream_hold(stream);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, -3, stream);
        lua_pushvalue(L, -3); /* while the connection is used, the server is not collected */
        lua_setiuservalue(L, -2, 1);
    }
    lua_replace(L, -3);
    lua_pop(L, 1);
}

/* Pushes the object of a datagram's sender. Most come from the sender of the one before. */
static void push_sender(lua_State *L, struct socket_server *server, const struct socket_datagram *datagram)
{
    struct socket_client *client;

    if (server->sender_ref != LUA_NOREF && net_addr_equal(&server->sender.from, &datagram->from) &&
        net_addr_equal(&server->sender.local, &datagram->local)) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, server->sender_ref);
        return;
    }
    client = object_push_new(L, &socket_client_type, sizeof *client);
    client->server = server;
    server->references++;
    client->peer = datagram->from;
    client->local = datagram->local.family != 0 ? datagram->local : server->local;
    if (!server->running)
        return;
    luaL_unref(L, LUA_REGISTRYINDEX, server->sender_ref);
    server->sender_ref = LUA_NOREF;
    server->sender = *datagram;
    lua_pushvalue(L, -1);
    server->sender_ref = luaL_ref(L, LUA_REGISTRYINDEX);
}

static int call_datagram(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    struct socket_server *server = delivery->server;
    struct socket_datagram datagram;
    size_t length;
    const uint8_t *record;
    int pushed = push_callback(L, delivery, "socket_message");

    if (pushed == 0 || !is_waiting(delivery))
        return 0;
    memcpy(&datagram, inbox_front(&server->datagrams, &length), sizeof datagram);
    push_sender(L, server, &datagram);
    if (!is_waiting(delivery))
        return 0;
    record = inbox_front(&server->datagrams, &length);
    lua_pushlstring(L, (const char *)record + sizeof datagram, length - sizeof datagram);
    if (!is_waiting(delivery))
        return 0;
    pop(delivery, &server->datagrams);
    lua_call(L, pushed + 1, 0);
    return 0;
}

static int call_accepted(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    int pushed = push_callback(L, delivery, "socket_accepted");

    if (pushed == 0 || !holds(delivery) || delivery->stream->server == NULL)
        return 0;
    push_connection(L, delivery->server, delivery->stream);
    lua_call(L, pushed, 0);
    return 0;
}

static int call_chunk(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    struct stream *stream = delivery->stream;
    size_t length;
    int pushed = push_callback(L, delivery, "socket_message");

    if (pushed == 0 || !is_waiting(delivery))
        return 0;
    push_connection(L, delivery->server, stream);
    if (!is_waiting(delivery))
        return 0;
    length = stream->received.used;
    lua_pushlstring(L, (const char *)socket_buffer_bytes(&stream->received), length);
    if (!is_waiting(delivery))
        return 0;
    stream_taken(stream, length);
    delivery->taken = true;
    lua_call(L, pushed + 1, 0);
    return 0;
}

static int call_error(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    struct inbox *errors = &delivery->server->errors;
    size_t length;
    const char *text;
    int pushed = push_callback(L, delivery, "socket_error");

    if (pushed == 0 || !is_waiting(delivery))
        return 0;
    text = inbox_front(errors, &length);
    lua_pushlstring(L, text, length);
    if (!is_waiting(delivery))
        return 0;
    pop(delivery, errors);
    lua_call(L, pushed, 0);
    return 0;
}

/* Forgets the object of a connection: from now on it is the script's alone. */
static int forget_connection(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);

    lua_rawgeti(L, LUA_REGISTRYINDEX, delivery->server->self_ref);
    lua_getiuservalue(L, -1, 1);
    lua_pushnil(L);
    lua_rawsetp(L, -2, delivery->stream);
    return 0;
}

/* ---- between the turns ---- */

/* Calls one callback; when it fails, it is not called again in this run. */
static void call(struct delivery *delivery, lua_CFunction body, enum socket_callback which)
{
    struct socket_server *server = delivery->server;

    if (!script_call(server->source.script, body, delivery, server->what[which]) && holds(delivery))
        server->disabled[which] = true;
}

static void deliver_error(struct delivery *delivery)
{
    struct socket_server *server = delivery->server;

    if (!server->disabled[CALLBACK_ERROR])
        call(delivery, call_error, CALLBACK_ERROR);
    if (!delivery->taken && is_waiting(delivery))
        pop(delivery, &server->errors);
}

static void deliver_datagram(struct delivery *delivery)
{
    struct socket_server *server = delivery->server;
    struct host *host = server->source.script->host;

    if (!server->disabled[CALLBACK_MESSAGE])
        call(delivery, call_datagram, CALLBACK_MESSAGE);
    if (delivery->taken) {
        host_delivered(host);
    } else if (is_waiting(delivery)) {
        pop(delivery, &server->datagrams);
        host_dropped(host, server->disabled[CALLBACK_MESSAGE] ? DROP_DISABLED : DROP_UNMAPPED);
    }
}

/* Its end is not told while its last words are: they may be answered. */
static bool has_something(const struct stream *stream)
{
    if (stream->left)
        return stream->received.used == 0 || stream->broken || stream->closed;
    return !stream->told || ((stream->ended || stream->closed) && stream->busy == 0) ||
           (stream->received.used > 0 && !stream->unheard);
}

/* The connection that is due, or NULL; it goes to the end of the list, so that the others have their turn. */
static struct stream *next_stream(struct socket_server *server)
{
    struct stream **link = &server->streams, *stream;

    while (*link != NULL && !has_something(*link))
        link = &(*link)->next;
    stream = *link;
    if (stream == NULL || stream->next == NULL)
        return stream;
    *link = stream->next;
    stream->next = NULL;
    while (*link != NULL)
        link = &(*link)->next;
    *link = stream;
    return stream;
}

/* Leaves what is unheard to the object of a connection, which may be answered meanwhile. Scripts may forget such
 * objects, and their peers shall not fill the server: beyond some, the oldest can only be received from. */
static void leave(struct socket_server *server, struct stream *stream)
{
    struct stream *oldest = NULL;
    unsigned count = 0;

    for (struct stream *other = server->streams; other != NULL; other = other->next) {
        if (other->left && oldest == NULL)
            oldest = other;
        count += other->left;
    }
    if (count >= LEFT_MAX) {
        stream_disconnect(oldest);
        socket_server_forget(server, oldest);
    }
    stream->left = true;
}

/* The end of a connection that has told everything: what it leaves is for receive. Who has only ended its sending may
 * be answered until that is taken, or the script lets go of the object. */
static void forget(struct delivery *delivery)
{
    struct socket_server *server = delivery->server;
    struct stream *stream = delivery->stream;

    script_call(server->source.script, forget_connection, delivery, "forgetting a connection");
    if (!stream->left && stream->owned && stream->received.used > 0 && !stream->broken && !stream->closed) {
        leave(server, stream);
        return;
    }
    stream_disconnect(delivery->stream);
    socket_server_forget(server, delivery->stream);
}

static void deliver_chunk(struct delivery *delivery)
{
    struct stream *stream = delivery->stream;

    if (delivery->server->disabled[CALLBACK_MESSAGE]) {
        stream_discard(stream, DROP_DISABLED);
        return;
    }
    stream->busy++;
    call(delivery, call_chunk, CALLBACK_MESSAGE);
    stream->busy--;
    if (delivery->taken || !is_waiting(delivery))
        return;
    if (delivery->found || delivery->server->disabled[CALLBACK_MESSAGE]) {
        stream_discard(stream, DROP_DISABLED);
    } else {
        stream->unheard = true;
        stream->unwanted = DROP_UNMAPPED;
    }
}

static void deliver_stream(struct delivery *delivery)
{
    struct stream *stream = delivery->stream;

    delivery->turns = stream->turns;
    stream_hold(stream);
    if (!stream->told && !stream->closed) {
        stream->told = true;
        if (!delivery->server->disabled[CALLBACK_ACCEPTED])
            call(delivery, call_accepted, CALLBACK_ACCEPTED);
    } else if (stream->received.used > 0 && !stream->unheard) {
        deliver_chunk(delivery);
    } else {
        forget(delivery);
    }
    stream_release(stream);
}

static bool is_due(const struct socket_server *server)
{
    const struct stream *stream = server->streams;

    while (stream != NULL && !has_something(stream))
        stream = stream->next;
    return server->running && (server->errors.count > 0 || server->datagrams.count > 0 || stream != NULL);
}

/* The server is held meanwhile: its own callback may close it and have it collected. */
bool socket_server_deliver(struct source *source)
{
    struct socket_server *server = (struct socket_server *)source; /* its first member */
    struct delivery delivery = {.server = server, .runs = server->runs, .turns = server->turns};
    bool more;

    if (!server->running || source->script->unloading)
        return false;
    server->references++;
    if (server->errors.count > 0)
        deliver_error(&delivery);
    else if (server->datagrams.count > 0)
        deliver_datagram(&delivery);
    else if ((delivery.stream = next_stream(server)) != NULL)
        deliver_stream(&delivery);
    more = is_due(server);
    socket_server_release(server);
    return more;
}
