/* renoise.Socket: servers and clients on UDP and TCP as objects of scripts (docs/api/renoise.Socket.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_SOCKET_H
#define NOTEWIRE_RENOISE_SOCKET_H

#include <lua.h>

/* Pushes the class object renoise.Socket, with its constants, create_server, create_client, SocketServer and
 * SocketClient in it; the same each time. */
void socket_open(lua_State *L);

#endif
