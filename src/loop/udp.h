/* A UDP socket of our own on the loop: batched reads (recvmmsg) and writes (sendmmsg), the address spoken to, kernel
 * drop figures. Why not uv_udp: docs/architecture.md. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LOOP_UDP_H
#define NOTEWIRE_LOOP_UDP_H

#include "base/addr.h"
#include "loop/loop.h"

#define UDP_DATAGRAM_MAX 65536u /* bytes read at most; nothing larger exists */
#define UDP_SEND_MAX 65507u     /* bytes sent at most in one datagram over IPv4 */
#define UDP_BATCH 32            /* datagrams a system call, in and out */

struct udp;

struct udp_callbacks {
    /* One datagram; bytes are borrowed until it returns. local is the address it was sent to (family 0 when unknown).
     */
    void (*datagram)(void *user, const struct net_addr *from, const struct net_addr *local, const uint8_t *bytes,
                     size_t length);
    /* Datagrams that the kernel threw away since the last call because the receive buffer was full; told while reading
     * under load and by udp_poll_drops. May be NULL. */
    void (*kernel_drops)(void *user, uint32_t count);
    void *user;
};

/* Figures since the socket was opened. */
struct udp_figures {
    uint64_t received;     /* datagrams */
    uint64_t sent;         /* datagrams the kernel took */
    uint64_t send_refused; /* datagrams the kernel or the far end refused, or for which there was no room: lost */
    uint64_t kernel_drops;
};

/* Opens a bound socket. bind with family 0 binds every address, dual-stack where IPv6 is there; port 0 takes any free
 * port. Never SO_REUSEADDR. Asks for a 4 MiB receive buffer. *out is returned owned. Returns 0, NW_EBUSY, NW_EADDRESS
 * or NW_EIO (errno tells). */
int udp_open(struct loop *loop, const struct net_addr *bind, const struct udp_callbacks *callbacks, struct udp **out);

/* The same on a port that may belong to sockets of this process that are lent out meanwhile. A connected socket goes on
 * getting what its peer sends, this one gets the rest. */
int udp_open_shared(struct loop *loop, const struct net_addr *bind, const struct udp_callbacks *callbacks,
                    struct udp **out);
void udp_lend(struct udp *udp, bool lent);

/* Opens a second descriptor of a bound socket, elder's, for who is to take its place: it shares all that the socket is,
 * what waits in the kernel too, and reads nothing before udp_take_over. elder may be closed before. 0 or NW_EIO. */
int udp_adopt(struct udp *elder, const struct udp_callbacks *callbacks, struct udp **out);

/* From here on it reads, and counts what the kernel drops; elder only sends. Between turns. */
void udp_take_over(struct udp *udp);

/* Opens an unbound socket connected to peer: datagrams come from it alone; udp_send's to is ignored. */
int udp_connect(struct loop *loop, const struct net_addr *peer, const struct udp_callbacks *callbacks,
                struct udp **out);

/* Queues one datagram, sent at the end of this turn, or at once when UDP_BATCH are queued. from, when given with family
 * not 0, is the local address it leaves from. bytes are copied. Returns 0, NW_ETOOBIG, or NW_EFULL when the kernel
 * takes no more (counted). */
int udp_send(struct udp *udp, const struct net_addr *to, const struct net_addr *from, const uint8_t *bytes,
             size_t length);

void udp_flush(struct udp *udp); /* sends what is queued now */

/* Stops and goes on reading; the kernel's buffer fills meanwhile. The rest of a batch that has been read is still given
 * out. */
void udp_pause(struct udp *udp, bool paused);

void udp_local(const struct udp *udp, struct net_addr *addr);
int udp_receive_buffer(const struct udp *udp); /* bytes granted, read back, in the unit of net.core.rmem_max */
void udp_poll_drops(struct udp *udp);          /* asks the kernel for its drop figure now */
const struct udp_figures *udp_figures(const struct udp *udp);

/* Flushes, closes and frees. Legal inside its own datagram callback: the rest of the batch is then not given out. */
void udp_close(struct udp *udp);

#endif
