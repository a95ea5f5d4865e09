/* What the files of renoise.Socket share: its two types of objects, and arguments.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_SOCKET_OBJECT_H
#define NOTEWIRE_RENOISE_SOCKET_OBJECT_H

#include "lua/object.h"
#include "renoise/socket_stream.h"

extern const struct object_type socket_client_type;
extern const struct object_type socket_server_type;

struct socket_server;

/* A SocketClient: a stream, or the sender of a datagram to a UDP server, which can only be answered. A reference to
 * either is the object's. Its user value is the SocketServer object that accepted it, or the text of the sender's
 * address. */
struct socket_client {
    struct stream *stream;
    struct socket_server *server;
    struct net_addr peer, local; /* of a sender */
};

/* The bytes to send at index: a string, a Message or a Bundle. Raises for anything else. */
const uint8_t *socket_check_bytes(lua_State *L, int index, size_t *length);

/* A time-out at index, in milliseconds. Raises unless it is a number from 0 on. */
double socket_check_timeout(lua_State *L, int index);

/* Pushes an address as text, without the port. */
void socket_push_address(lua_State *L, const struct net_addr *addr);

/* Lends the UDP clients of the script that have this local port to a server, or ends that: the server, unless it is
 * NULL, then hears what they hear. Returns whether there are any. */
bool socket_client_lend(lua_State *L, uint16_t port, bool lent, struct socket_server *server);

/* Pushes why a server could not be opened: error is what server_open returned, errno as it left it. */
void socket_push_reason(lua_State *L, enum server_protocol protocol, const struct net_addr *bind, int error);

/* The rest of create_server and create_client, when all arguments have been checked. They push the object, or nil and
 * why not; return how many values. */
int socket_server_create(lua_State *L, enum server_protocol protocol, const struct net_addr *bind);
int socket_client_create(lua_State *L, enum server_protocol protocol, const struct net_addr *to, uint64_t deadline_ns);

#endif
