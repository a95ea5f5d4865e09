/* SocketServer: what scripts hold of a server.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "lua/class.h"
#include "renoise/socket_object.h"
#include "renoise/socket_server.h"
#include "script/script.h"

#include <errno.h>
#include <string.h>

/* The object. Its user value is a table: the objects of its connections, by their streams. */
struct socket_listener {
    struct socket_server *server; /* a reference */
};

static struct socket_server *self(lua_State *L)
{
    const struct socket_listener *listener = object_check(L, 1, &socket_server_type);

    return listener->server;
}

/* The server, which has to be open. */
static struct socket_server *usable(lua_State *L)
{
    struct socket_server *server = self(L);

    if (server == NULL || server->bound.net == NULL)
        luaL_error(L, "the socket is closed");
    return server;
}

/* ---- properties ---- */

static int get_is_open(lua_State *L)
{
    const struct socket_server *server = self(L);

    lua_pushboolean(L, server != NULL && server->bound.net != NULL);
    return 1;
}

static int get_is_running(lua_State *L)
{
    lua_pushboolean(L, usable(L)->running);
    return 1;
}

static int get_local_address(lua_State *L)
{
    socket_push_address(L, &usable(L)->local);
    return 1;
}

static int get_local_port(lua_State *L)
{
    lua_pushinteger(L, usable(L)->local.port);
    return 1;
}

/* ---- methods ---- */

/* The callbacks of a table are looked at now, so that a mistake is told where it is made. */
static void check_notifier(lua_State *L, int index, bool is_instance)
{
    static const char *const names[] = {"socket_error", "socket_accepted", "socket_message"};

    if (!is_instance && lua_type(L, index) != LUA_TTABLE)
        luaL_typeerror(L, index, "table of functions or class instance");
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !is_instance; i++) {
        int type = lua_getfield(L, index, names[i]);

        if (type != LUA_TNIL && type != LUA_TFUNCTION)
            luaL_error(L, "'%s' of the notifier is a %s, not a function", names[i], lua_typename(L, type));
        lua_pop(L, 1);
    }
}

/* (notifier). What follows the checks either happens as a whole or, without memory, not at all. */
static int server_run(lua_State *L)
{
    struct socket_server *server = usable(L);
    bool is_instance = class_is_instance(L, 2) != 0;
    int notifier_ref;

    check_notifier(L, 2, is_instance);
    if (usable(L)->running)
        return luaL_error(L, "the server is running already");
    lua_pushvalue(L, 2);
    notifier_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    server->notifier_ref = notifier_ref;
    lua_pushvalue(L, 1);
    server->self_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    server->is_instance = is_instance;
    memset(server->disabled, 0, sizeof server->disabled);
    server->running = true;
    server->runs++;
    server->source.script->kept++;
    for (struct stream *stream = server->streams; stream != NULL; stream = stream->next)
        stream->unheard = stream->left;
    source_ready(&server->source);
    return 0;
}

static int server_stop(lua_State *L)
{
    socket_server_stop(L, usable(L));
    return 0;
}

static int server_shut(lua_State *L)
{
    socket_server_close(L, usable(L));
    return 0;
}

static bool is_closed(void *user)
{
    return ((const struct socket_server *)user)->bound.net == NULL;
}

/* (timeout). The object, which is on the stack, holds the server meanwhile. */
static int server_wait(lua_State *L)
{
    struct socket_server *server = usable(L);
    double timeout = socket_check_timeout(L, 2);

    host_wait(server->source.script->host, L, &server->source, is_closed, server, host_deadline(timeout));
    return 0;
}

static int server_gc(lua_State *L)
{
    struct socket_listener *listener = object_check(L, 1, &socket_server_type);

    if (listener->server == NULL)
        return 0;
    socket_server_close(L, listener->server);
    socket_server_release(listener->server);
    listener->server = NULL;
    return 0;
}

static int server_tostring(lua_State *L)
{
    const struct socket_server *server = self(L);
    char text[NET_ADDR_TEXT];

    lua_pushfstring(L, "SocketServer: %s", server != NULL ? net_addr_text(&server->local, text) : "closed");
    return 1;
}

/* ---- creating ---- */

void socket_push_reason(lua_State *L, enum server_protocol protocol, const struct net_addr *bind, int error)
{
    int errno_value = errno;
    const char *name = protocol == SERVER_UDP ? "udp" : "tcp";
    char text[NET_ADDR_TEXT];

    if (error == NW_EBUSY)
        lua_pushfstring(L, "%s port %d is in use", name, (int)bind->port);
    else if (error == NW_EADDRESS)
        lua_pushfstring(L, "%s is no address of this machine", net_addr_host_text(bind, text));
    else if (error == NW_EIO && errno_value != 0)
        lua_pushfstring(L, "%s port %d: %s", name, (int)bind->port, strerror(errno_value));
    else
        lua_pushstring(L, nw_error_text(error));
}

int socket_server_create(lua_State *L, enum server_protocol protocol, const struct net_addr *bind)
{
    struct socket_listener *listener = object_push_new(L, &socket_server_type, sizeof *listener);
    int error;

    lua_newtable(L);
    lua_setiuservalue(L, -2, 1);
    errno = 0;
    listener->server = socket_server_new(script_of(L), protocol, bind, false, &error);
    if (listener->server == NULL && error == NW_EBUSY && bound_has_port(script_of(L), protocol, bind->port)) {
        lua_gc(L, LUA_GCCOLLECT); /* it may be one that the script has stopped and forgotten */
        listener->server = socket_server_new(script_of(L), protocol, bind, false, &error);
    }
    if (listener->server == NULL && error == NW_EBUSY && protocol == SERVER_UDP &&
        socket_client_lend(L, bind->port, true, NULL)) {
        listener->server = socket_server_new(script_of(L), protocol, bind, true, &error);
        socket_client_lend(L, bind->port, false, listener->server);
    }
    if (listener->server != NULL)
        return 1;
    lua_pushnil(L);
    socket_push_reason(L, protocol, bind, error);
    return 2;
}

static const struct object_property properties[] = {{"is_open", get_is_open, NULL},
                                                    {"is_running", get_is_running, NULL},
                                                    {"local_address", get_local_address, NULL},
                                                    {"local_port", get_local_port, NULL},
                                                    {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {
    {"run", server_run}, {"stop", server_stop}, {"close", server_shut}, {"wait", server_wait}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", server_gc}, {"__tostring", server_tostring}, {NULL, NULL}};

const struct object_type socket_server_type = {
    .name = "SocketServer", .properties = properties, .methods = methods, .metamethods = metamethods};
