/* TCP listeners and connections on the loop, with a bounded send buffer each.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LOOP_TCP_H
#define NOTEWIRE_LOOP_TCP_H

#include "base/addr.h"
#include "loop/loop.h"

#define TCP_SEND_BUFFER (1024u * 1024u) /* bytes queued for a peer that does not read; beyond it a write is refused */

struct tcp; /* one connection */
struct tcp_listener;

struct tcp_callbacks {
    void (*data)(void *user, const uint8_t *bytes, size_t length); /* borrows until it returns */
    /* The connection ended: error 0 when the peer closed it, else NW_EIO (a peer that has acknowledged nothing for a
     * minute is given up). Called once, never after tcp_close; the
     * connection must still be given to tcp_close (legal here). */
    void (*closed)(void *user, int error);
    /* Half of the send buffer is free again after more than half was full or a write was refused. May be NULL. */
    void (*writable)(void *user);
    /* The peer may end its sending and still be answered: closed comes with 0 as usual, and sending goes on until
     * tcp_close; closed comes once more, with NW_EIO, when that fails. */
    bool half_open;
    void *user;
};

/* Listens with SO_REUSEADDR; bind as in udp_open. accepted takes the connection, and sets its callbacks with tcp_start
 * (or closes it); it may close the listener. When descriptors run out, new connections wait in the kernel's backlog.
 * Returns 0, NW_EBUSY, NW_EADDRESS or NW_EIO. */
int tcp_listen(struct loop *loop, const struct net_addr *bind, void (*accepted)(void *user, struct tcp *connection),
               void *user, struct tcp_listener **out);
/* A second descriptor of elder's socket, for who is to take its place: its backlog is shared, and nothing is accepted
 * here before tcp_listener_take_over. elder may be closed before. 0 or NW_EIO. */
int tcp_listener_adopt(struct tcp_listener *elder, void (*accepted)(void *user, struct tcp *connection), void *user,
                       struct tcp_listener **out);

/* From here on it accepts, and elder does not. Between turns. */
void tcp_listener_take_over(struct tcp_listener *listener);

void tcp_listener_local(const struct tcp_listener *listener, struct net_addr *addr);
/* Calls failed, with an errno, whenever connections cannot be accepted for want of descriptors or memory. */
void tcp_listener_on_failure(struct tcp_listener *listener, void (*failed)(void *user, int errno_value));
void tcp_listener_close(struct tcp_listener *listener); /* accepted connections live on */

/* Connects. connected is called once with 0, or NW_EIO (errno_value tells why); the connection must then still be
 * closed. Never called after tcp_close. *out is returned owned. */
int tcp_connect(struct loop *loop, const struct net_addr *peer,
                void (*connected)(void *user, int error, int errno_value), void *user, struct tcp **out);

/* Sets the callbacks and starts reading. */
void tcp_start(struct tcp *connection, const struct tcp_callbacks *callbacks);

/* Queues all of bytes, or nothing: NW_ETOOBIG when they never fit the send buffer, NW_EFULL when they do not fit it
 * now, NW_ECLOSED when the connection has ended. Sent at the end of the turn. Copies. No allocation once the buffer has
 * grown to its working size. */
int tcp_send(struct tcp *connection, const uint8_t *bytes, size_t length);

/* The same in two steps, for a writer that makes its bytes in place: *room, borrowed until tcp_commit, has size bytes,
 * of which tcp_commit queues the first length. Errors as of tcp_send. */
int tcp_reserve(struct tcp *connection, size_t size, uint8_t **room);
void tcp_commit(struct tcp *connection, size_t length);

void tcp_flush(struct tcp *connection);
void tcp_pause(struct tcp *connection, bool paused); /* stops reading: the peer is slowed down */
size_t tcp_queued(const struct tcp *connection);     /* bytes not yet taken by the kernel */
size_t tcp_untaken(const struct tcp *connection);    /* bytes not yet taken by the peer's machine, those included */
void tcp_local(const struct tcp *connection, struct net_addr *addr);
void tcp_peer(const struct tcp *connection, struct net_addr *addr);

/* Closes and frees; what is queued is tried once. Legal inside its own callbacks. */
void tcp_close(struct tcp *connection);

#endif
