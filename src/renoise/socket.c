/* renoise.Socket: the constants, create_server and create_client.
 * SPDX-License-Identifier: MIT */
#include "renoise/socket.h"

#include "base/clock.h"
#include "base/error.h"
#include "renoise/osc.h"
#include "renoise/socket_object.h"
#include "script/host.h"
#include "script/script.h"

#include <string.h>

#define PROTOCOL_TCP 1
#define PROTOCOL_UDP 2
#define CONNECT_TIMEOUT_MS 1000.0
#define NAME_TIMEOUT_MS 5000.0 /* for the name in create_server, which has no time-out of its own */
#define TIMEOUT_MAX_MS 1e10    /* beyond, it is the same as for ever */

/* ---- arguments ---- */

const uint8_t *socket_check_bytes(lua_State *L, int index, size_t *length)
{
    const uint8_t *bytes;

    if (lua_type(L, index) == LUA_TSTRING)
        return (const uint8_t *)lua_tolstring(L, index, length);
    bytes = osc_bytes(L, index, length);
    if (bytes == NULL)
        luaL_typeerror(L, index, "string, Message or Bundle");
    return bytes;
}

double socket_check_timeout(lua_State *L, int index)
{
    double milliseconds = lua_type(L, index) == LUA_TNUMBER ? lua_tonumber(L, index) : -1;

    luaL_argcheck(L, milliseconds >= 0, index, "invalid timeout: a number of milliseconds from 0 on was expected");
    return milliseconds < TIMEOUT_MAX_MS ? milliseconds : TIMEOUT_MAX_MS;
}

void socket_push_address(lua_State *L, const struct net_addr *addr)
{
    char text[NET_ADDR_TEXT];

    /* A socket of both families is bound to "::", which scripts know as 0.0.0.0. */
    lua_pushstring(L, net_addr_is_any(addr) ? "0.0.0.0" : net_addr_host_text(addr, text));
}

/* A port number may be a float, but not a string. */
static uint16_t check_port(lua_State *L, int index, lua_Integer least)
{
    int whole = 0;
    lua_Integer port = lua_type(L, index) == LUA_TNUMBER ? lua_tointegerx(L, index, &whole) : 0;

    if (lua_type(L, index) != LUA_TNUMBER)
        luaL_typeerror(L, index, "number");
    if (!whole || port < least || port > UINT16_MAX)
        luaL_argerror(L, index, "invalid port: a whole number up to 65535 was expected");
    return (uint16_t)port;
}

static enum server_protocol check_protocol(lua_State *L, int index)
{
    lua_Number protocol;

    if (lua_isnoneornil(L, index))
        return SERVER_TCP;
    protocol = lua_type(L, index) == LUA_TNUMBER ? lua_tonumber(L, index) : 0;
    if (protocol == PROTOCOL_UDP)
        return SERVER_UDP;
    luaL_argcheck(L, protocol == PROTOCOL_TCP, index,
                  "invalid protocol: renoise.Socket.PROTOCOL_TCP or PROTOCOL_UDP was expected");
    return SERVER_TCP;
}

static const char *check_host(lua_State *L, int index)
{
    size_t length;
    const char *name;

    if (lua_type(L, index) != LUA_TSTRING)
        luaL_typeerror(L, index, "string");
    name = lua_tolstring(L, index, &length);
    luaL_argcheck(L, strlen(name) == length, index, "invalid address: it contains a zero byte");
    return name;
}

/* ---- names ---- */

struct lookup {
    bool done;
    int error;
    struct net_addr *addr;
};

static void on_resolved(void *user, int error, const struct net_addr *addr)
{
    struct lookup *lookup = user;

    lookup->done = true;
    lookup->error = error;
    if (error == NW_OK)
        *lookup->addr = *addr;
}

static bool is_resolved(void *user)
{
    return ((const struct lookup *)user)->done;
}

enum found { HOST_FOUND, HOST_UNKNOWN, HOST_TIMEOUT };

/* The address of a host, which may take a while. Never raises. */
static enum found find_host(lua_State *L, const char *name, uint16_t port, uint64_t deadline_ns, struct net_addr *addr)
{
    struct host *host = script_of(L)->host;
    struct lookup lookup = {.addr = addr};
    struct loop_resolve *resolve = NULL;
    bool found = strcmp(name, "localhost") == 0 ? net_addr_parse_ip("127.0.0.1", addr) == NW_OK
                                                : net_addr_parse_ip(name, addr) == NW_OK;

    if (!found && name[0] != '\0') {
        resolve = loop_resolve(host->loop, name, port, on_resolved, &lookup);
        if (resolve != NULL && !host_wait(host, L, NULL, is_resolved, &lookup, deadline_ns))
            loop_resolve_cancel(resolve);
        found = lookup.done && lookup.error == NW_OK;
    }
    addr->port = port;
    if (found)
        return HOST_FOUND;
    return resolve != NULL && !lookup.done ? HOST_TIMEOUT : HOST_UNKNOWN;
}

static int not_found(lua_State *L, const char *name, enum found why)
{
    lua_pushnil(L);
    if (why == HOST_TIMEOUT)
        lua_pushliteral(L, "timeout");
    else
        lua_pushfstring(L, "there is no host named '%s'", name);
    return 2;
}

/* Pushes nil and why. What a finalizer makes while the state is closed would never be finalized itself. */
static int refuse(lua_State *L)
{
    lua_pushnil(L);
    lua_pushliteral(L, "the script is being unloaded");
    return 2;
}

/* ---- the functions ---- */

/* ([address,] port [, protocol]) -> server | nil, text */
static int create_server(lua_State *L)
{
    struct net_addr bind = {0};
    const char *name = lua_type(L, 1) == LUA_TNUMBER ? NULL : check_host(L, 1);
    int index = name != NULL ? 2 : 1;
    uint16_t port = check_port(L, index, 0);
    enum server_protocol protocol = check_protocol(L, index + 1);
    enum found found = HOST_FOUND;

    if (script_of(L)->unloading)
        return refuse(L);
    bind.port = port;
    if (name != NULL)
        found = find_host(L, name, port, host_deadline(NAME_TIMEOUT_MS), &bind);
    if (found != HOST_FOUND)
        return not_found(L, name, found);
    return socket_server_create(L, protocol, &bind);
}

/* (address, port [, protocol] [, timeout]) -> client | nil, text */
static int create_client(lua_State *L)
{
    struct net_addr to = {0};
    const char *name = check_host(L, 1);
    uint16_t port = check_port(L, 2, 1);
    enum server_protocol protocol = check_protocol(L, 3);
    double timeout = lua_isnoneornil(L, 4) ? CONNECT_TIMEOUT_MS : socket_check_timeout(L, 4);
    uint64_t deadline_ns = host_deadline(timeout);
    enum found found;

    if (script_of(L)->unloading)
        return refuse(L);
    found = find_host(L, name, port, deadline_ns, &to);
    if (found != HOST_FOUND)
        return not_found(L, name, found);
    return socket_client_create(L, protocol, &to, deadline_ns);
}

static const luaL_Reg statics[] = {{"create_server", create_server}, {"create_client", create_client}, {NULL, NULL}};

static const struct object_type socket_type = {.name = "Socket", .statics = statics};

void socket_open(lua_State *L)
{
    object_push_class(L, &socket_type);
    lua_pushinteger(L, PROTOCOL_TCP);
    lua_setfield(L, -2, "PROTOCOL_TCP");
    lua_pushinteger(L, PROTOCOL_UDP);
    lua_setfield(L, -2, "PROTOCOL_UDP");
    object_push_class(L, &socket_client_type);
    lua_setfield(L, -2, "SocketClient");
    object_push_class(L, &socket_server_type);
    lua_setfield(L, -2, "SocketServer");
}
