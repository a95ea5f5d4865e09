/* Our end of a TCP connection, which notes what happens to it.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_TCP_TEST_H
#define NOTEWIRE_TESTS_TCP_TEST_H

#include "loop/tcp.h"
#include "loop_test.h"

struct end {
    struct tcp *tcp;
    struct tcp_listener *listener;
    size_t bytes;
    unsigned closed, writable, accepted;
    int error;
    bool echo, close_on_data, close_on_closed, close_listener;
};

static inline void on_data(void *user, const uint8_t *bytes, size_t length)
{
    struct end *end = user;

    end->bytes += length;
    if (end->echo)
        assert_int_equal(tcp_send(end->tcp, bytes, length), NW_OK);
    if (end->close_on_data) {
        tcp_close(end->tcp);
        end->tcp = NULL;
    }
}

static inline void on_closed(void *user, int error)
{
    struct end *end = user;

    end->closed++;
    end->error = error;
    assert_int_equal(tcp_send(end->tcp, (const uint8_t *)"x", 1), NW_ECLOSED);
    if (end->close_on_closed) {
        tcp_close(end->tcp);
        end->tcp = NULL;
    }
}

static inline void on_writable(void *user)
{
    ((struct end *)user)->writable++;
}

static inline void start(struct end *end)
{
    struct tcp_callbacks callbacks = {.data = on_data, .closed = on_closed, .writable = on_writable, .user = end};

    tcp_start(end->tcp, &callbacks);
}

static inline void on_accepted(void *user, struct tcp *connection)
{
    struct end *end = user;

    end->accepted++;
    tcp_close(end->tcp); /* the latest one counts */
    end->tcp = connection;
    start(end);
    if (end->close_listener) {
        tcp_listener_close(end->listener);
        end->listener = NULL;
    }
}

static inline uint16_t listen_on(struct end *end, struct loop *loop, const char *ip)
{
    struct net_addr bind = addr_of(ip, 0);

    memset(end, 0, sizeof *end);
    assert_int_equal(tcp_listen(loop, &bind, on_accepted, end, &end->listener), NW_OK);
    tcp_listener_local(end->listener, &bind);
    assert_int_not_equal(bind.port, 0);
    return bind.port;
}

static inline int accept_one(struct end *end, struct loop *loop, uint16_t port)
{
    int far = far_connect("127.0.0.1", port);

    TURN_UNTIL(loop, end->tcp != NULL);
    return far;
}

static inline void finish(struct end *end)
{
    tcp_close(end->tcp);
    tcp_listener_close(end->listener);
}

#endif
