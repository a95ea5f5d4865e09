/* One end of a conversation with one peer: an outgoing TCP or UDP socket, or a connection that a server accepted. What
 * comes waits in a bounded buffer, whether anybody asks for it or not. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_SOCKET_STREAM_H
#define NOTEWIRE_RENOISE_SOCKET_STREAM_H

#include "loop/tcp.h"
#include "loop/udp.h"
#include "net/peer.h"
#include "renoise/socket_buffer.h"
#include "script/host.h"

#define SOCKET_BUFFER_MAX (256u * 1024u) /* bytes that wait; beyond, TCP stops reading and UDP drops */

struct socket_server;

/* Counted by references: the Lua object's, the server's, and those of calls in progress. It is never freed from inside
 * a callback of the loop, which borrows it. */
struct stream {
    struct host *host; /* borrowed */
    unsigned references;
    struct tcp *tcp;   /* owned, or accepted: its peer's; NULL once gone */
    struct udp *udp;   /* owned */
    struct peer *peer; /* accepted: its place in the server's table; NULL once gone */
    struct net_addr local_addr, peer_addr;
    struct socket_buffer received;
    size_t limit;              /* bytes that may wait */
    enum drop_reason unwanted; /* why what still waits at its end will have been dropped */
    bool paused;               /* TCP: not reading */
    bool swallow_newline;      /* a line has ended in \r, and nothing has come since */
    bool ended;                /* the peer sends no more */
    bool broken;               /* and takes no more */
    bool closed;               /* by the script, or because the peer is gone and the script knows */
    bool accepted;
    unsigned turns;               /* how often something has left what waits */
    struct socket_server *server; /* that accepted it and has it in its list; else NULL */
    struct stream *next;          /* of the server that accepted it */
    struct socket_server *sharer; /* UDP: the server on the same port, with a reference of ours; NULL without one */
    unsigned waits;               /* how many calls of receive wait */
    bool told;                    /* socket_accepted has had its turn */
    bool unheard;                 /* there is no socket_message: what waits is for receive */
    bool owned;                   /* accepted: it has an object */
    bool left;     /* its peer has ended, and what is unheard is left to that object, which is the script's alone */
    unsigned busy; /* how many of its socket_message run */
};

struct stream *stream_new(struct host *host); /* returns one reference; NULL without memory */
void stream_hold(struct stream *stream);
void stream_release(struct stream *stream); /* the last one closes and frees */

/* Ends it from this side; what waits is dropped. Not from a callback of the loop. */
void stream_close(struct stream *stream);

/* Lets go of the connection, but not of what it has brought. */
void stream_disconnect(struct stream *stream);

/* What is_open says: it may be used, and the peer has not gone without leaving anything. */
bool stream_is_open(const struct stream *stream);

/* What came: from callbacks of the loop. */
void stream_received(struct stream *stream, const uint8_t *bytes, size_t length);
void stream_ended(struct stream *stream, int error);

/* The script has taken the oldest length bytes: books it, and goes on reading when there is room. */
void stream_taken(struct stream *stream, size_t length);

/* Books the empty datagrams that wait, for who asks for bytes. */
void stream_take_empty(struct stream *stream);

/* How many bytes may wait from now on. */
void stream_limit(struct stream *stream, size_t limit);

/* The same for what the script will not take. */
void stream_discard(struct stream *stream, enum drop_reason reason);

/* What comes over UDP while no receive waits for it is given to this server, on the same port, from now on. */
void stream_share(struct stream *stream, struct socket_server *server);

/* Connects a TCP or UDP socket; L is the coroutine of the call. NULL, or why it did not come about (static or borrowed
 * until the next call). Never raises. */
const char *stream_connect_tcp(lua_State *L, struct stream *stream, const struct net_addr *to, uint64_t deadline_ns);
const char *stream_connect_udp(struct stream *stream, const struct net_addr *to);

/* Sends everything, waiting for the peer to take it. NULL, or why not. Never raises. A TCP connection on which it
 * failed is closed, for a part may be on its way. */
const char *stream_send(lua_State *L, struct stream *stream, const uint8_t *bytes, size_t length);

/* Sends one datagram, as udp_send does, and waits a moment when the kernel has no room. NULL, or why not. */
const char *stream_send_datagram(lua_State *L, struct udp *udp, const struct net_addr *to, const struct net_addr *from,
                                 const uint8_t *bytes, size_t length);

#endif
