/* The writing half of a UDP socket: up to 32 datagrams a turn wait in an arena for one sendmmsg.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "loop/udp_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static struct udp_out *out_new(void)
{
    struct udp_out *out = calloc(1, sizeof *out);

    if (out == NULL)
        return NULL;
    out->arena = mmap(NULL, UDP_ARENA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (out->arena == MAP_FAILED) {
        free(out);
        return NULL;
    }
    for (unsigned i = 0; i < UDP_BATCH; i++) {
        out->message[i].msg_hdr.msg_iov = &out->piece[i];
        out->message[i].msg_hdr.msg_iovlen = 1;
    }
    return out;
}

void udp_out_free(struct udp_out *out)
{
    if (out == NULL)
        return;
    munmap(out->arena, UDP_ARENA);
    free(out);
}

/* Names the local address that a datagram is to leave from. The length is without padding: what exceeds an unpadded
 * in6_pktinfo Linux allocates memory for, each time (6 % of an echo, measured). */
static void set_source(struct udp *udp, struct msghdr *header, union udp_control *control, const struct net_addr *from)
{
    union udp_name name;
    struct sockaddr_storage sa;
    struct cmsghdr *c = (struct cmsghdr *)(void *)control;

    net_addr_to_sockaddr(from, udp->is_v6, &sa);
    memcpy(&name, &sa, sizeof name);
    memset(control, 0, sizeof *control);
    if (udp->is_v6) {
        struct in6_pktinfo info = {.ipi6_addr = name.in6.sin6_addr, .ipi6_ifindex = from->scope};

        c->cmsg_level = IPPROTO_IPV6;
        c->cmsg_type = IPV6_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = c->cmsg_len;
    } else {
        struct in_pktinfo info = {.ipi_spec_dst = name.in.sin_addr};

        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof info);
        memcpy(CMSG_DATA(c), &info, sizeof info);
        header->msg_controllen = c->cmsg_len;
    }
    header->msg_control = control;
}

int udp_send(struct udp *udp, const struct net_addr *to, const struct net_addr *from, const uint8_t *bytes,
             size_t length)
{
    struct udp_out *out = udp->out;
    struct msghdr *header;
    unsigned i;

    if (length > UDP_SEND_MAX)
        return NW_ETOOBIG;
    if (out == NULL)
        out = udp->out = out_new();
    if (out == NULL || out->count == UDP_BATCH) { /* it was flushed when it became full: the kernel took nothing */
        udp->figures.send_refused++;
        return NW_EFULL;
    }
    i = out->count++;
    header = &out->message[i].msg_hdr;
    memcpy(out->arena + out->used, bytes, length);
    out->piece[i].iov_base = out->arena + out->used;
    out->piece[i].iov_len = length;
    out->used += length;
    header->msg_controllen = 0;
    header->msg_control = NULL;
    if (!udp->connected) {
        struct sockaddr_storage sa;

        header->msg_namelen = net_addr_to_sockaddr(to, udp->is_v6, &sa);
        memcpy(&out->name[i], &sa, sizeof out->name[i]);
        header->msg_name = &out->name[i];
        if (from != NULL && from->family != 0 && udp->any && (udp->is_v6 || from->family == 4))
            set_source(udp, header, &out->control[i], from);
    }
    if (!udp->blocked) {
        if (out->count == UDP_BATCH)
            udp_flush(udp);
        else
            loop_flush_schedule(udp->loop, &udp->flush);
    }
    return NW_OK;
}

/* The datagram at the head was not taken, for a reason of its own or an earlier one's. Returns whether to try it again:
 * an address of ours that cannot be a source (a broadcast was spoken to, or the lease ended) is left to the kernel, and
 * a connected socket reports with this datagram that an earlier one was refused. At most once each for a datagram. */
static bool try_again(struct udp *udp, int error, bool second)
{
    struct msghdr *header = &udp->out->message[udp->out->head].msg_hdr;

    if (header->msg_controllen != 0 && (error == EINVAL || error == EADDRNOTAVAIL || error == ENETUNREACH)) {
        header->msg_control = NULL;
        header->msg_controllen = 0;
        return true;
    }
    udp->figures.send_refused++;
    return udp->connected && error == ECONNREFUSED && !second;
}

/* One system call for the whole turn, as a rule; an error is the first waiting datagram's, and only that one's. */
void udp_flush(struct udp *udp)
{
    struct udp_out *out = udp->out;
    bool blocked = false, second = false;

    if (udp->closed || out == NULL)
        return;
    while (out->head < out->count) {
        int n = sendmmsg(udp->fd, out->message + out->head, out->count - out->head, MSG_DONTWAIT | MSG_NOSIGNAL);

        if (n > 0) {
            udp->figures.sent += (unsigned)n;
            out->head += (unsigned)n;
            second = false;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS || errno == ENOMEM) {
            blocked = true;
            break;
        } else if (errno != EINTR) {
            second = try_again(udp, errno, second);
            if (!second)
                out->head++;
        }
    }
    if (out->head == out->count) {
        out->head = out->count = 0;
        out->used = 0;
    }
    if (blocked != udp->blocked) {
        udp->blocked = blocked;
        udp_rearm(udp);
    }
}

void udp_run_flush(struct loop_flush *flush)
{
    udp_flush(CONTAINER_OF(flush, struct udp, flush));
}
