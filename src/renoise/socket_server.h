/* What is behind a SocketServer: the socket, what has come and waits, and the script's callbacks.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_SOCKET_SERVER_H
#define NOTEWIRE_RENOISE_SOCKET_SERVER_H

#include "renoise/socket_stream.h"
#include "script/bound.h"
#include "script/host.h"

#define SOCKET_ERRORS_MAX 4096u /* bytes of texts that wait for socket_error */

enum socket_callback { CALLBACK_ERROR, CALLBACK_ACCEPTED, CALLBACK_MESSAGE, CALLBACKS };

/* In front of each datagram that waits. */
struct socket_datagram {
    struct net_addr from, local;
};

/* Counted by references: the Lua object's, those of senders that a script keeps, and those of calls in progress. */
struct socket_server {
    struct source source;
    unsigned references;
    struct bound bound;
    struct peers peers;
    enum server_protocol protocol;
    struct net_addr local;
    bool running;
    int self_ref, notifier_ref; /* in the registry while it runs: what keeps the objects */
    bool is_instance;           /* the notifier is an instance of a class: its callbacks are methods */
    unsigned runs;              /* run and stop count up: what was begun in another run is void */
    unsigned turns;             /* how many have left the two queues */
    bool disabled[CALLBACKS];   /* it failed; until run is called again */
    struct inbox datagrams;     /* struct socket_datagram and the bytes */
    struct inbox errors;
    struct stream *streams; /* connections, each with a reference of ours; the first is looked at first */
    unsigned stream_count;
    int sender_ref; /* the object of who sent the last datagram, in the registry; LUA_NOREF without one */
    struct socket_datagram sender;
    char what[CALLBACKS][64]; /* how messages to people call the callbacks */
};

/* Opens the socket, shared as udp_open_shared says; it does not run yet. Returns one reference, or NULL: *error tells
 * (enum nw_error), and errno. */
struct socket_server *socket_server_new(struct script *script, enum server_protocol protocol,
                                        const struct net_addr *bind, bool shared, int *error);
void socket_server_release(struct socket_server *server); /* the last one frees; it must have been closed by then */

/* Ends all callbacks; the socket stays. Its objects may be collected now. */
void socket_server_stop(lua_State *L, struct socket_server *server);

/* Stops it, and closes the socket and its connections. Not from a callback of the loop. */
void socket_server_close(lua_State *L, struct socket_server *server);

/* deliver of its source (host.h). */
bool socket_server_deliver(struct source *source);

/* Takes a connection out of the server's list, if it is there, and the server's reference from it. */
void socket_server_forget(struct socket_server *server, struct stream *stream);

/* A datagram has come: it waits for socket_message, or is booked as dropped. */
void socket_server_hear(struct socket_server *server, const struct net_addr *from, const struct net_addr *local,
                        const uint8_t *bytes, size_t length);

/* Tells the host when something waits for the callbacks. */
void socket_server_wake(struct socket_server *server);

#endif
