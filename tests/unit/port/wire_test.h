/* What the tests of the udp: and tcp: ports share: sockets of the far end.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_PORT_WIRE_TEST_H
#define NOTEWIRE_TESTS_UNIT_PORT_WIRE_TEST_H

#include "port_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

static inline struct sockaddr_in local_addr(uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return in;
}

/* A socket of the far end on any port of 127.0.0.1. */
static inline int far_socket(int type, uint16_t *port)
{
    struct sockaddr_in in = local_addr(0);
    struct timeval patience = {.tv_sec = 10};
    socklen_t length = sizeof in;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

/* Opens a listening port on a number that is free: tries until one is. */
static inline uint16_t open_listener(struct fixture *f, const char *driver, enum port_direction direction)
{
    struct port *port;
    char name[64];

    for (int tries = 0; tries < 50; tries++) {
        uint16_t number;
        int fd = far_socket(strcmp(driver, "udp") == 0 ? SOCK_DGRAM : SOCK_STREAM, &number);

        close(fd);
        snprintf(name, sizeof name, "%s:127.0.0.1:%u", driver, number);
        if (registry_open(f->registry, name, direction, &port) == 0)
            return number;
    }
    fail_msg("no free port");
    return 0;
}

static inline void put(int fd, const void *bytes, size_t length)
{
    assert_int_equal(send(fd, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

#define PUT(fd, text) put(fd, text, sizeof(text) - 1)

static inline int connect_to(int type, uint16_t port)
{
    struct sockaddr_in in = local_addr(port);
    uint16_t own;
    int fd = far_socket(type, &own);

    assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

#endif
