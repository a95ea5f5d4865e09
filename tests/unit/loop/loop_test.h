/* What the tests of loop and net share: bounded waiting, and plain blocking sockets as the far end.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_LOOP_TEST_H
#define NOTEWIRE_TESTS_LOOP_TEST_H

#include "base/addr.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "loop/loop.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define TEST_WAIT_NS 20000000000ULL
#define TEST_STEP_NS 20000000ULL

/* Turns the loop until condition holds, at most 20 s. */
#define TURN_UNTIL(loop, condition)                                                                                    \
    do {                                                                                                               \
        uint64_t turn_end_ns = clock_mono_ns() + TEST_WAIT_NS;                                                         \
        while (!(condition) && clock_mono_ns() < turn_end_ns)                                                          \
            loop_turn(loop, clock_mono_ns() + TEST_STEP_NS);                                                           \
        assert_true(condition);                                                                                        \
    } while (0)

/* Turns the loop for a while, for what must not happen. */
static inline void turn_for(struct loop *loop, uint64_t ns)
{
    uint64_t turn_end_ns = clock_mono_ns() + ns;

    do
        loop_turn(loop, turn_end_ns);
    while (clock_mono_ns() < turn_end_ns);
}

static inline struct net_addr addr_of(const char *ip, uint16_t port)
{
    struct net_addr addr = {.family = 0};

    if (ip != NULL)
        assert_int_equal(net_addr_parse_ip(ip, &addr), NW_OK);
    addr.port = port;
    return addr;
}

static inline struct sockaddr_in sockaddr_of(const char *ip, uint16_t port)
{
    struct net_addr addr = addr_of(ip, port);
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(port)};

    memcpy(&in.sin_addr, addr.ip, 4);
    return in;
}

/* A blocking IPv4 socket of the far end, bound to ip and any port; reads give up after 10 s. */
static inline int far_socket(int type, const char *ip)
{
    struct sockaddr_in in = sockaddr_of(ip, 0);
    struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

static inline uint16_t far_port(int fd)
{
    struct sockaddr_in in;
    socklen_t length = sizeof in;

    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    return ntohs(in.sin_port);
}

static inline void far_send_to(int fd, const char *ip, uint16_t port, const void *bytes, size_t length)
{
    struct sockaddr_in in = sockaddr_of(ip, port);

    assert_int_equal(sendto(fd, bytes, length, 0, (struct sockaddr *)&in, sizeof in), (ssize_t)length);
}

/* A TCP connection of the far end; the kernel's backlog completes it without our loop. */
static inline int far_connect(const char *from, uint16_t port)
{
    struct sockaddr_in in = sockaddr_of("127.0.0.1", port);
    int fd = far_socket(SOCK_STREAM, from);

    assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

static inline bool have_ipv6(void)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&in6, sizeof in6) == 0;

    if (fd >= 0)
        close(fd);
    return bound;
}

/* A loop for each test. */
static inline int loop_setup(void **state)
{
    log_set_level(LOG_QUIET);
    *state = loop_new();
    return *state == NULL;
}

static inline int loop_teardown(void **state)
{
    loop_free(*state);
    return 0;
}

#define LOOP_TEST(f) cmocka_unit_test_setup_teardown(f, loop_setup, loop_teardown)

#endif
