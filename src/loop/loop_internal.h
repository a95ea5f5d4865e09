/* What the files of this folder share: the loop's inside, and the slabs that all sockets read into.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LOOP_LOOP_INTERNAL_H
#define NOTEWIRE_LOOP_LOOP_INTERNAL_H

#include "loop/loop.h"

#include <stddef.h>
#include <uv.h>

#define CONTAINER_OF(pointer, type, member) ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#define TCP_READ_SLAB 65536u /* bytes read from a connection at once */

struct udp_slab;
struct resolver;

struct loop {
    uv_loop_t uv;
    uv_prepare_t prepare; /* before the loop sleeps: what was queued between turns */
    uv_check_t check;     /* after the events of a turn: what they queued */
    struct loop_flush *first, **last;
    unsigned scheduled;          /* how many wait in that list */
    struct loop_timer *deadline; /* loop_turn's alarm; made when first needed */
    uint64_t now_ns;             /* loop_now's answer for this turn; 0 not asked yet */
    struct udp_slab *udp_slab;   /* owned; made with the first UDP socket */
    uint8_t *tcp_slab;           /* owned; made with the first connection */
    struct resolver *resolver;   /* shared with its threads; made with the first lookup */
    bool turning, stop;
};

/* A socket bound to every address when bind is any (dual-stack where IPv6 is there), non-blocking and close-on-exec.
 * type is SOCK_DGRAM or SOCK_STREAM. reuse sets SO_REUSEADDR. Returns a descriptor, the caller's, or a negative enum
 * nw_error with errno set. *is_v6 tells the family. */
int socket_bound(int type, const struct net_addr *bind, bool reuse, bool *is_v6);

/* Sets or clears SO_REUSEADDR. 0, or -1 with errno set. */
int socket_reuse(int fd, bool reuse);

/* The local address of a socket, unmapped; family 0 when the kernel does not tell. */
void socket_local(int fd, struct net_addr *addr);

/* The enum nw_error for an errno of socket, bind or connect. */
int socket_error(int errno_value);

void udp_slab_free(struct udp_slab *slab);

/* Lets go of the lookups: running ones end by themselves, unheard. */
void resolver_close(struct loop *loop);

#endif
