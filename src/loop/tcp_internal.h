/* What tcp.c, tcp_send.c and tcp_listen.c share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LOOP_TCP_INTERNAL_H
#define NOTEWIRE_LOOP_TCP_INTERNAL_H

#include "loop/loop_internal.h"
#include "loop/tcp.h"

struct tcp_buffer {
    uint8_t *bytes; /* owned */
    size_t used, capacity;
};

struct tcp {
    struct loop *loop;
    uv_tcp_t stream;
    uv_connect_t connecting;
    uv_write_t write;
    struct tcp_callbacks callbacks;
    void (*connected)(void *user, int error, int errno_value);
    void *connected_user;
    struct tcp_buffer filling; /* what tcp_send appends to */
    struct tcp_buffer writing; /* what libuv holds on to while the peer does not read */
    bool write_busy;
    bool crowded; /* half full, or a write was refused; writable has not been called since */
    bool started, paused;
    bool read_ended; /* half_open: the peer has ended its sending */
    bool ended;      /* closed has been called or must not be any more */
    bool closed;
    struct loop_flush flush;
    struct net_addr local, peer;
};

/* A connection without a socket yet; NULL when there is no memory. Freed by tcp_close. */
struct tcp *tcp_new(struct loop *loop);

/* Sets a connection up that has come about: small messages go at once, silence is noticed, the local address is known.
 */
void tcp_established(struct tcp *tcp);

/* The connection is over: tells its owner, once. */
void tcp_end(struct tcp *tcp, int error);

void tcp_run_flush(struct loop_flush *flush);

#endif
