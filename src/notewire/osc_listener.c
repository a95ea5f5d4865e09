/* notewire.listen: the Listener object, and the sockets behind it.
 * SPDX-License-Identifier: MIT */
#include "notewire/osc_listener.h"

#include "base/error.h"
#include "notewire/notewire.h"
#include "renoise/socket_object.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANY_PORT_TRIES 20 /* for a port that is free for both protocols */

/* What Lua holds. */
struct listener_object {
    struct osc_listener *listener;
};

static const struct object_type listener_type;

/* ---- from the loop ---- */

static void on_message(void *user, struct peer *from, const uint8_t *bytes, size_t length)
{
    struct osc_listener *listener = user;
    struct osc_sender sender;
    unsigned queued;

    memset(&sender, 0, sizeof sender); /* the padding too: it is copied */
    sender.from = from->addr;
    sender.local = from->local;
    sender.connection = from->user;
    queued = osc_receiver_packet(&listener->receiver, &sender, bytes, length);
    if (sender.connection == NULL)
        return;
    sender.connection->references += queued;
    sender.connection->waiting += queued;
}

static void on_malformed(void *user, struct peer *from, int error)
{
    const struct osc_listener *listener = user;

    (void)from;
    bridge_malformed(listener->receiver.source.script->host->bridge, error);
}

static void on_refused(void *user, const struct net_addr *from)
{
    const struct osc_listener *listener = user;
    struct host *host = listener->receiver.source.script->host;

    (void)from;
    host_queued(host);
    host_dropped(host, DROP_REFUSED);
}

static void on_accepted(void *user, struct peer *peer)
{
    if (osc_connection_new(user, peer) == NULL)
        server_disconnect(peer);
}

static void on_closed(void *user, struct peer *peer, int error)
{
    (void)user;
    if (error == NW_OK && peer->user != NULL)
        osc_connection_end(peer->user);
    else
        osc_connection_detach(peer);
}

static void on_kernel_drops(void *user, uint32_t count)
{
    const struct osc_listener *listener = user;

    listener->receiver.source.script->host->bridge->counters.kernel_drops += count;
}

/* Connections rest; datagrams cannot. */
static void pause_reading(struct osc_receiver *receiver, bool paused)
{
    struct server *tcp = ((struct osc_listener *)receiver)->bound[SERVER_TCP].net;

    if (tcp != NULL)
        server_pause(tcp, paused);
}

/* ---- life ---- */

static void free_listener(struct osc_receiver *receiver)
{
    free(receiver);
}

static const struct osc_receiver_ops receiver_ops = {
    .free = free_listener, .pause = pause_reading, .release = osc_connection_left, .push_peer = osc_connection_push};

/* The listener that a socket is of. */
static struct osc_listener *listener_of(struct bound *bound, enum server_protocol protocol)
{
    return (struct osc_listener *)(void *)((char *)(bound - protocol) - offsetof(struct osc_listener, bound));
}

/* What waits came through both sockets: it goes with the first that is taken over. */

static void inherit_udp(struct bound *heir, struct bound *elder)
{
    osc_receiver_inherit(&listener_of(heir, SERVER_UDP)->receiver, &listener_of(elder, SERVER_UDP)->receiver);
}

static void inherit_tcp(struct bound *heir, struct bound *elder)
{
    osc_receiver_inherit(&listener_of(heir, SERVER_TCP)->receiver, &listener_of(elder, SERVER_TCP)->receiver);
}

static int open_server(struct osc_listener *listener, enum server_protocol protocol, const struct net_addr *bind)
{
    struct script *script = listener->receiver.source.script;
    struct server_options options = {.protocol = protocol,
                                     .framing = SERVER_OSC,
                                     .bind = *bind,
                                     .allow = &script->host->bridge->allow,
                                     .peers = &listener->peers,
                                     .half_open = true};
    struct server_callbacks callbacks = {.message = on_message,
                                         .malformed = on_malformed,
                                         .refused = on_refused,
                                         .accepted = on_accepted,
                                         .closed = on_closed,
                                         .kernel_drops = on_kernel_drops,
                                         .user = listener};
    struct bound *bound = &listener->bound[protocol];
    struct net_addr local;
    int error;

    bound->inherit = protocol == SERVER_UDP ? inherit_udp : inherit_tcp;
    error = bound_open(bound, script, &options, &callbacks);
    if (error != NW_OK)
        return error;
    server_local(bound->net, &local);
    listener->port = local.port;
    return NW_OK;
}

static void close_listener(lua_State *L, struct osc_listener *listener)
{
    osc_receiver_stop(L, &listener->receiver);
    for (unsigned i = 0; i < PEERS_MAX; i++)
        if (listener->peers.peer[i].used)
            osc_connection_detach(&listener->peers.peer[i]);
    bound_close(&listener->bound[SERVER_TCP]);
    bound_close(&listener->bound[SERVER_UDP]);
    peers_free(&listener->peers);
}

/* Opens what is wanted, all or nothing. *failed says which did not open. */
static int open_servers(struct osc_listener *listener, const bool wanted[OSC_LISTENER_PROTOCOLS], struct net_addr bind,
                        enum server_protocol *failed)
{
    bool any = bind.port == 0 && wanted[SERVER_UDP] && wanted[SERVER_TCP];
    int error = NW_OK, errno_value;

    for (int left = any ? ANY_PORT_TRIES : 1; left > 0; left--) {
        *failed = SERVER_UDP;
        error = wanted[SERVER_UDP] ? open_server(listener, SERVER_UDP, &bind) : NW_OK;
        if (error != NW_OK || !wanted[SERVER_TCP])
            break;
        *failed = SERVER_TCP;
        if (any)
            bind.port = listener->port;
        error = open_server(listener, SERVER_TCP, &bind);
        if (error == NW_OK)
            break;
        errno_value = errno;
        bound_close(&listener->bound[SERVER_UDP]);
        errno = errno_value;
        if (any && error == NW_EBUSY)
            bind.port = 0;
        else
            break;
    }
    return error;
}

/* ---- the object ---- */

static struct osc_listener *self(lua_State *L)
{
    const struct listener_object *object = object_check(L, 1, &listener_type);

    return object->listener;
}

static bool is_open(const struct osc_listener *listener)
{
    return listener->bound[SERVER_UDP].net != NULL || listener->bound[SERVER_TCP].net != NULL;
}

static int get_is_open(lua_State *L)
{
    lua_pushboolean(L, is_open(self(L)));
    return 1;
}

static int get_local_port(lua_State *L)
{
    lua_pushinteger(L, self(L)->port);
    return 1;
}

static int shut(lua_State *L)
{
    close_listener(L, self(L));
    return 0;
}

static int collect(lua_State *L)
{
    struct listener_object *object = object_check(L, 1, &listener_type);
    struct osc_listener *listener = object->listener;

    object->listener = NULL;
    if (listener == NULL)
        return 0;
    close_listener(L, listener);
    osc_receiver_release(&listener->receiver);
    return 0;
}

static int to_text(lua_State *L)
{
    const struct listener_object *object = object_check(L, 1, &listener_type);

    if (object->listener != NULL && is_open(object->listener))
        lua_pushfstring(L, "Listener: port %d", (int)object->listener->port);
    else
        lua_pushliteral(L, "Listener: closed");
    return 1;
}

static const struct object_property properties[] = {
    {"is_open", get_is_open, NULL}, {"local_port", get_local_port, NULL}, {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {{"close", shut}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", collect}, {"__tostring", to_text}, {NULL, NULL}};

static const struct object_type listener_type = {
    .name = "Listener", .properties = properties, .methods = methods, .metamethods = metamethods};

/* "[udp:|tcp:][HOST:]PORT" at index 1; raises for anything else. */
static void read_where(lua_State *L, bool wanted[OSC_LISTENER_PROTOCOLS], struct net_addr *bind)
{
    const char *text;
    size_t length;
    int whole = 0;
    lua_Integer port = lua_type(L, 1) == LUA_TNUMBER ? lua_tointegerx(L, 1, &whole) : 0;

    if (whole) { /* 9000.0, too */
        lua_pushinteger(L, port);
        lua_replace(L, 1);
    }
    text = luaL_checklstring(L, 1, &length);
    luaL_argcheck(L, strlen(text) == length, 1, "there is a zero byte in it");
    wanted[SERVER_UDP] = strncmp(text, "tcp:", 4) != 0;
    wanted[SERVER_TCP] = strncmp(text, "udp:", 4) != 0;
    if (!wanted[SERVER_UDP] || !wanted[SERVER_TCP])
        text += 4;
    luaL_argcheck(L, net_addr_parse_bind(text, bind) == NW_OK, 1, "[udp:|tcp:][ADDRESS:]PORT was expected");
}

/* (where, function) -> Listener | nil, text */
int osc_listener_create(lua_State *L)
{
    bool wanted[OSC_LISTENER_PROTOCOLS];
    enum server_protocol failed;
    struct listener_object *object;
    struct osc_listener *listener;
    struct net_addr bind;
    int error;

    lua_settop(L, 2);
    if (script_of(L)->unloading)
        return luaL_error(L, "the script is being unloaded");
    read_where(L, wanted, &bind);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    object = object_push_new(L, &listener_type, sizeof *object);
    listener = calloc(1, sizeof *listener);
    if (listener == NULL)
        return luaL_error(L, "not enough memory");
    object->listener = listener; /* from here on the collector frees it */
    peers_init(&listener->peers);
    osc_receiver_init(&listener->receiver, script_of(L), &receiver_ops);
    errno = 0;
    error = open_servers(listener, wanted, bind, &failed);
    if (error != NW_OK) {
        lua_pushnil(L);
        socket_push_reason(L, failed, &bind, error);
        return 2;
    }
    snprintf(listener->receiver.what, sizeof listener->receiver.what, "notewire.listen (port %u)",
             (unsigned)listener->port);
    osc_receiver_start(L, &listener->receiver, 3, 2);
    lua_settop(L, 3);
    return 1;
}
