/* The Peer object: its properties, and send, which makes messages out of what a script says.
 * SPDX-License-Identifier: MIT */
#include "notewire/osc_peer.h"

#include "base/error.h"
#include "osc/osc_compose.h"
#include "renoise/osc.h"

#include <stdlib.h>
#include <string.h>

static const struct object_type peer_type;

static struct osc_peer *self(lua_State *L)
{
    struct osc_peer **object = object_check(L, 1, &peer_type);

    if (*object == NULL)
        luaL_error(L, "the peer is gone");
    return *object;
}

/* ---- send ---- */

/* The argument at index, as the tag that its type means. A text borrows the string, which stays on the stack. */
static void read_argument(lua_State *L, int index, struct osc_arg *arg)
{
    lua_Integer integer;

    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (!lua_isinteger(L, index)) {
            arg->tag = 'f';
            arg->v.f = (float)lua_tonumber(L, index);
            break;
        }
        integer = lua_tointeger(L, index);
        arg->tag = integer >= INT32_MIN && integer <= INT32_MAX ? 'i' : 'h';
        if (arg->tag == 'i')
            arg->v.i = (int32_t)integer;
        else
            arg->v.h = integer;
        break;
    case LUA_TSTRING:
        arg->tag = 's';
        arg->v.s.bytes = (const uint8_t *)lua_tolstring(L, index, &arg->v.s.length);
        luaL_argcheck(L, memchr(arg->v.s.bytes, '\0', arg->v.s.length) == NULL, index,
                      "a text must not hold zero bytes: renoise.Osc.Message makes blobs");
        break;
    case LUA_TBOOLEAN: arg->tag = lua_toboolean(L, index) ? 'T' : 'F'; break;
    case LUA_TNIL: arg->tag = 'N'; break;
    default: luaL_typeerror(L, index, "number, string, boolean or nil");
    }
}

/* Composes and sends, without a call to Lua, so that no error can jump over what is allocated meanwhile. */
static int send_composed(struct osc_peer *peer, const char *address, const struct osc_arg *args, int count)
{
    struct osc_compose *compose = osc_compose_new();
    uint8_t *bytes = NULL;
    size_t length;
    int error = compose != NULL ? NW_OK : NW_EMEMORY;

    for (int i = 0; i < count && error == NW_OK; i++)
        error = osc_compose_add(compose, &args[i]);
    if (error == NW_OK)
        error = osc_compose_message(compose, address, &bytes, &length);
    if (error == NW_OK)
        error = peer->ops->send(peer, bytes, length);
    free(bytes);
    osc_compose_free(compose);
    return error;
}

/* The words of a message: an address at index 2, its arguments behind it. */
static int send_words(lua_State *L, struct osc_peer *peer)
{
    int count = lua_gettop(L) - 2, error;
    size_t length;
    const char *address = lua_tolstring(L, 2, &length);
    struct osc_arg *args;

    luaL_argcheck(L, address[0] == '/' && memchr(address, '\0', length) == NULL, 2, "an OSC address begins with '/'");
    luaL_argcheck(L, count <= OSC_ARGS_MAX, 2, "more than 1024 arguments");
    args = lua_newuserdatauv(L, (size_t)count * sizeof *args, 0);
    for (int i = 0; i < count; i++)
        read_argument(L, i + 3, &args[i]);
    error = send_composed(peer, address, args, count);
    if (error == NW_EINVALID)
        luaL_argerror(L, 2, "the address has control characters, or more than 512 bytes");
    return error;
}

/* (Message | Bundle) or (address, ...) -> true | false, text */
static int send_osc(lua_State *L)
{
    struct osc_peer *peer = self(L);
    const uint8_t *bytes;
    size_t length;
    int error;

    if (lua_type(L, 2) == LUA_TSTRING) {
        error = send_words(L, peer);
    } else {
        bytes = osc_bytes(L, 2, &length);
        if (bytes == NULL)
            luaL_typeerror(L, 2, "Message, Bundle or address");
        error = peer->ops->send(peer, bytes, length);
    }
    lua_pushboolean(L, error == NW_OK);
    if (error == NW_OK)
        lua_pushnil(L);
    else
        lua_pushstring(L, error == NW_ECLOSED ? "not connected" : nw_error_text(error));
    return 2;
}

/* ---- the rest ---- */

static int get_address(lua_State *L)
{
    const struct osc_peer *peer = self(L);
    char text[NET_ADDR_TEXT];
    struct net_addr addr;

    peer->ops->address(peer, &addr);
    lua_pushstring(L, addr.family != 0 ? net_addr_host_text(&addr, text) : NULL);
    return 1;
}

static int get_port(lua_State *L)
{
    const struct osc_peer *peer = self(L);
    struct net_addr addr;

    peer->ops->address(peer, &addr);
    lua_pushinteger(L, addr.port);
    return 1;
}

static int get_is_ready(lua_State *L)
{
    const struct osc_peer *peer = self(L);

    lua_pushboolean(L, peer->ops->is_ready(peer));
    return 1;
}

static int shut(lua_State *L)
{
    struct osc_peer *peer = self(L);

    peer->ops->close(L, peer);
    return 0;
}

static int collect(lua_State *L)
{
    struct osc_peer **object = object_check(L, 1, &peer_type), *peer = *object;

    *object = NULL;
    if (peer != NULL)
        peer->ops->collect(L, peer);
    return 0;
}

static int to_text(lua_State *L)
{
    struct osc_peer *const *object = object_check(L, 1, &peer_type);
    char text[NET_ADDR_TEXT];
    struct net_addr addr = {0};

    if (*object != NULL)
        (*object)->ops->address(*object, &addr);
    lua_pushfstring(L, "Peer: %s", addr.family != 0 ? net_addr_text(&addr, text) : "not found yet");
    return 1;
}

static const struct object_property properties[] = {
    {"address", get_address, NULL}, {"port", get_port, NULL}, {"is_ready", get_is_ready, NULL}, {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {{"send", send_osc}, {"close", shut}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", collect}, {"__tostring", to_text}, {NULL, NULL}};

static const struct object_type peer_type = {
    .name = "Peer", .properties = properties, .methods = methods, .metamethods = metamethods};

void osc_peer_push(lua_State *L, struct osc_peer ***object)
{
    *object = object_push_new(L, &peer_type, sizeof(void *));
}
