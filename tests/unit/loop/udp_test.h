/* One who listens on a UDP socket and notes what comes.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UDP_TEST_H
#define NOTEWIRE_TESTS_UDP_TEST_H

#include "loop/udp.h"
#include "loop_test.h"

struct listener {
    struct loop *loop;
    struct udp *udp;
    unsigned count;
    uint32_t next; /* the number expected in the next datagram */
    bool in_order;
    size_t length; /* of the last one */
    uint8_t bytes[UDP_DATAGRAM_MAX];
    struct net_addr from, local;
    uint32_t drops;
    bool echo, close_at_once;
    unsigned pause_after;
};

static inline void on_datagram(void *user, const struct net_addr *from, const struct net_addr *local,
                               const uint8_t *bytes, size_t length)
{
    struct listener *l = user;
    uint32_t number;

    l->count++;
    l->from = *from;
    l->local = *local;
    l->length = length;
    memcpy(l->bytes, bytes, length);
    if (length >= sizeof number) {
        memcpy(&number, bytes, sizeof number);
        l->in_order = l->in_order && number == l->next;
        l->next++;
    }
    if (l->echo)
        assert_int_equal(udp_send(l->udp, from, local, bytes, length), NW_OK);
    if (l->close_at_once)
        udp_close(l->udp);
    if (l->count == l->pause_after)
        udp_pause(l->udp, true);
}

static inline void on_drops(void *user, uint32_t count)
{
    ((struct listener *)user)->drops += count;
}

static inline struct udp_callbacks callbacks_of(struct listener *l)
{
    return (struct udp_callbacks){.datagram = on_datagram, .kernel_drops = on_drops, .user = l};
}

static inline uint16_t listen_on(struct listener *l, struct loop *loop, const char *ip)
{
    struct net_addr bind = addr_of(ip, 0);
    struct udp_callbacks callbacks = callbacks_of(l);

    memset(l, 0, sizeof *l);
    l->loop = loop;
    l->in_order = true;
    assert_int_equal(udp_open(loop, &bind, &callbacks, &l->udp), NW_OK);
    udp_local(l->udp, &bind);
    assert_int_not_equal(bind.port, 0);
    return bind.port;
}

static struct listener a, b; /* too large for the stack */

#endif
