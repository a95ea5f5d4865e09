/* The reading half of a UDP socket: batches into the loop's slab, no copy, no allocation.
 * SPDX-License-Identifier: MIT */
#include "loop/udp_internal.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define READ_BATCHES 8      /* then the others get their turn */
#define DROPS_LOADED_MS 100 /* between two questions about drops while more comes than is read */
#define DROPS_RELIEF_MS 10  /* and when the heap has been read off */

/* A datagram's place: 64 KiB and five cache lines, so that the heads of 32 datagrams do not share the same cache set.
 */
#define SLOT (UDP_DATAGRAM_MAX + 320u)

/* One for all sockets of a loop: only one of them is being read at any time. */
struct udp_slab {
    struct mmsghdr message[UDP_BATCH];
    struct iovec piece[UDP_BATCH];
    union udp_name name[UDP_BATCH];
    union udp_control control[UDP_BATCH];
    uint8_t *bytes; /* mapped; only pages that datagrams touch become memory */
};

/* The kernel overwrites the lengths with what it filled; before the next call they are capacities again. */
static void slab_reset(struct udp_slab *slab, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        slab->message[i].msg_hdr.msg_namelen = sizeof slab->name[i];
        slab->message[i].msg_hdr.msg_controllen = sizeof slab->control[i];
    }
}

struct udp_slab *udp_slab_of(struct loop *loop)
{
    struct udp_slab *slab = loop->udp_slab;

    if (slab != NULL)
        return slab;
    slab = calloc(1, sizeof *slab);
    if (slab == NULL)
        return NULL;
    slab->bytes = mmap(NULL, (size_t)UDP_BATCH * SLOT, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (slab->bytes == MAP_FAILED) {
        free(slab);
        return NULL;
    }
    for (unsigned i = 0; i < UDP_BATCH; i++) {
        struct msghdr *header = &slab->message[i].msg_hdr;

        slab->piece[i].iov_base = slab->bytes + (size_t)i * SLOT;
        slab->piece[i].iov_len = UDP_DATAGRAM_MAX;
        header->msg_iov = &slab->piece[i];
        header->msg_iovlen = 1;
        header->msg_name = &slab->name[i];
        header->msg_control = &slab->control[i];
    }
    slab_reset(slab, UDP_BATCH);
    loop->udp_slab = slab;
    return slab;
}

void udp_slab_free(struct udp_slab *slab)
{
    if (slab == NULL)
        return;
    munmap(slab->bytes, (size_t)UDP_BATCH * SLOT);
    free(slab);
}

/* The address of ours that a datagram was sent to, out of its control data; family 0 when there is none. */
static void local_of(struct udp *udp, struct msghdr *header, struct net_addr *local)
{
    union udp_name name;
    uint32_t interface = 0;

    local->family = 0;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c != NULL; c = CMSG_NXTHDR(header, c)) {
        if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof info);
            name.in6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_addr = info.ipi6_addr};
            interface = info.ipi6_ifindex;
        } else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;

            memcpy(&info, CMSG_DATA(c), sizeof info);
            name.in = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = info.ipi_addr};
        } else {
            continue;
        }
        net_addr_from_sockaddr(local, &name.sa);
        local->port = udp->local.port;
        if (local->family == 6 && local->ip[0] == 0xfe && (local->ip[1] & 0xc0) == 0x80)
            local->scope = interface; /* link-local: the same address may live on every link */
        return;
    }
}

static void give_out(struct udp *udp, struct udp_slab *slab, unsigned count)
{
    struct net_addr from, local;

    udp->figures.received += count;
    if (!udp->any)
        local = udp->local;
    for (unsigned i = 0; i < count && !udp->closed; i++) {
        if (udp->any)
            local_of(udp, &slab->message[i].msg_hdr, &local);
        if (net_addr_from_sockaddr(&from, &slab->name[i].sa))
            udp->callbacks.datagram(udp->callbacks.user, &from, &local, slab->piece[i].iov_base,
                                    slab->message[i].msg_len);
    }
}

/* The kernel's count of datagrams for which the receive buffer had no room. Asked for here and now and then, instead of
 * as SO_RXQ_OVFL control data with every datagram: that costs each datagram, and tells nothing about the last ones. */
void udp_poll_drops(struct udp *udp)
{
    uint32_t info[SK_MEMINFO_VARS] = {0}, count;
    socklen_t length = sizeof info;

    udp->loaded = false;
    udp->asked_ms = uv_now(&udp->loop->uv);
    if (udp->mute)
        return;
    if (getsockopt(udp->fd, SOL_SOCKET, SO_MEMINFO, info, &length) != 0)
        return;
    count = info[SK_MEMINFO_DROPS] - udp->kernel_drops;
    if (count == 0)
        return;
    udp->kernel_drops = info[SK_MEMINFO_DROPS];
    if (udp->heir != NULL)
        udp->heir->kernel_drops = udp->kernel_drops;
    udp->figures.kernel_drops += count;
    if (udp->callbacks.kernel_drops != NULL)
        udp->callbacks.kernel_drops(udp->callbacks.user, count);
}

/* Only full batches hint at a full buffer, so an ordinary socket never asks. */
static void consider_drops(struct udp *udp, bool full)
{
    uint64_t interval = full ? DROPS_LOADED_MS : DROPS_RELIEF_MS;

    udp->loaded |= full;
    if (udp->loaded && uv_now(&udp->loop->uv) - udp->asked_ms >= interval)
        udp_poll_drops(udp);
}

void udp_clear_error(struct udp *udp)
{
    int error = 0;
    socklen_t length = sizeof error;

    if (getsockopt(udp->fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0 && error != 0)
        udp->figures.send_refused++;
}

void udp_read(struct udp *udp)
{
    struct udp_slab *slab = udp->loop->udp_slab;

    for (int batch = 0; batch < READ_BATCHES && !udp->closed && !udp->paused; batch++) {
        int count = recvmmsg(udp->fd, slab->message, UDP_BATCH, MSG_DONTWAIT, NULL);

        if (count < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK)
                return;
            if (errno != EINTR)
                udp->figures.send_refused++; /* a connected peer's answer to an earlier datagram: nobody listens */
            continue;
        }
        give_out(udp, slab, (unsigned)count);
        slab_reset(slab, (unsigned)count);
        if (udp->closed)
            return;
        consider_drops(udp, count == UDP_BATCH);
        if (count < UDP_BATCH)
            return; /* the rest, if any came meanwhile, is told by the next turn: no call just to hear EAGAIN */
    }
}
