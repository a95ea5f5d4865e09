/* What udp.c, udp_read.c and udp_write.c share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LOOP_UDP_INTERNAL_H
#define NOTEWIRE_LOOP_UDP_INTERNAL_H

#include "loop/loop_internal.h"
#include "loop/udp.h"

#include <netinet/in.h>

union udp_name {
    struct sockaddr sa;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
};

/* Room for one IP_PKTINFO or IPV6_PKTINFO. */
union udp_control {
    size_t align;
    uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* The datagrams waiting for this turn's sendmmsg. Their bytes lie one behind the other in the arena, so that many small
 * ones touch few pages. */
struct udp_out {
    unsigned head, count; /* datagrams head to count wait; the arena is rewound when none does */
    size_t used;          /* bytes of the arena */
    uint8_t *arena;       /* of UDP_ARENA bytes, untouched pages cost nothing */
    struct mmsghdr message[UDP_BATCH];
    struct iovec piece[UDP_BATCH];
    union udp_name name[UDP_BATCH];
    union udp_control control[UDP_BATCH];
};

#define UDP_ARENA (UDP_BATCH * (size_t)UDP_DATAGRAM_MAX)

struct udp {
    struct loop *loop;
    uv_poll_t poll;
    int fd;
    bool is_v6, connected;
    bool any;     /* bound to every address: each datagram tells which one was spoken to */
    bool paused;  /* not reading */
    bool blocked; /* the kernel takes no more for now: waiting until it does */
    bool closed;
    bool mute;                /* another descriptor of its socket reads, and counts what the kernel drops */
    struct udp *elder, *heir; /* the one whose place it is to take, and the one that is to take its own */
    struct udp_callbacks callbacks;
    struct udp_figures figures;
    struct net_addr local;
    struct net_addr peer; /* when connected */
    int receive_buffer;
    uint32_t kernel_drops; /* the kernel's own count when last asked; wraps */
    uint64_t asked_ms;     /* when that was, in the loop's milliseconds */
    bool loaded;           /* full batches were read since then */
    struct loop_flush flush;
    struct udp_out *out; /* owned; made with the first datagram sent */
};

/* The slab of the loop, made when first asked for; NULL when there is no memory. */
struct udp_slab *udp_slab_of(struct loop *loop);

/* Reads what has come, a bounded number of batches. The socket may be closed when it returns (never freed). */
void udp_read(struct udp *udp);

/* Counts an error of the socket itself: word from afar that an earlier datagram was refused. */
void udp_clear_error(struct udp *udp);

void udp_run_flush(struct loop_flush *flush);
void udp_out_free(struct udp_out *out);

/* Watches for what is of interest now. */
void udp_rearm(struct udp *udp);

#endif
