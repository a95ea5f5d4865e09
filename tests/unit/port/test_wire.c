/* Tests of the udp: and tcp: ports over loopback: bytes as they are, peers kept apart, both ways.
 * SPDX-License-Identifier: MIT */
#include "wire_test.h"

#include <time.h>

static void udp_reads_a_message_a_datagram(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_listener(f, "udp", PORT_INPUT);
    int fd = connect_to(SOCK_DGRAM, number), other = connect_to(SOCK_DGRAM, number);

    PUT(fd, "\x90\x3c\x64");
    TURN_UNTIL(f, f->messages == 1);
    PUT(fd, "\x90\x3c\x64\x3c\x00\xf8"); /* running status within a datagram */
    TURN_UNTIL(f, f->messages == 4);
    heard(f, "90 3C 64|90 3C 64|90 3C 00|F8");
    PUT(fd, "\x90\x3c"); /* cut off by its end */
    PUT(fd, "\x64");     /* and not carried on */
    PUT(fd, "");
    TURN_UNTIL(f, f->malformed == 3);
    PUT(fd, "\xf0\x01\x02\x03\x04\x05\x06\x07\x08"); /* a SysEx may take several */
    PUT(other, "\xf0\x11\xf7");                      /* another sender's does not disturb it */
    PUT(fd, "\x09\xf7");
    TURN_UNTIL(f, f->messages == 7);
    heard(f, "F0 01 02 03 04 05 06 07~|F0 11 F7~.|08 09 F7~.");
    assert_int_equal(f->malformed, 3);
    close(fd);
    close(other);
}

static void udp_sends_a_message_a_datagram(void **state)
{
    struct fixture *f = *state;
    char name[64], bytes[256];
    uint16_t number;
    int fd = far_socket(SOCK_DGRAM, &number);

    snprintf(name, sizeof name, "udp:127.0.0.1:%u", number);
    open_port(f, name, PORT_OUTPUT);
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 1);
    assert_int_equal(send_to(f, 1, 0, "(F0 01 02 03 04 05 06 07"), 1);
    assert_int_equal(send_to(f, 1, 0, "F8"), 1);
    assert_int_equal(send_to(f, 1, 0, ")08 F7"), 1);
    turns(f, 2);
    assert_int_equal(recv(fd, bytes, sizeof bytes, 0), 3);
    assert_memory_equal(bytes, "\x90\x3c\x64", 3);
    assert_int_equal(recv(fd, bytes, sizeof bytes, 0), 1);
    assert_memory_equal(bytes, "\xf8", 1);
    assert_int_equal(recv(fd, bytes, sizeof bytes, 0), 10);
    assert_memory_equal(bytes, "\xf0\x01\x02\x03\x04\x05\x06\x07\x08\xf7", 10);
    close(fd);
}

static void a_taken_address_is_busy(void **state)
{
    struct fixture *f = *state;
    struct port *port;
    char name[64];
    uint16_t number;
    int fd = far_socket(SOCK_DGRAM, &number);

    snprintf(name, sizeof name, "udp:127.0.0.1:%u", number);
    assert_int_equal(registry_open(f->registry, name, PORT_INPUT, &port), NW_EBUSY);
    close(fd);
    fd = far_socket(SOCK_STREAM, &number);
    assert_int_equal(listen(fd, 1), 0);
    snprintf(name, sizeof name, "tcp-listen:127.0.0.1:%u", number);
    assert_int_equal(registry_open(f->registry, name, PORT_INPUT, &port), NW_EBUSY);
    assert_int_equal(registry_count(f->registry, PORT_INPUT), 0);
    close(fd);
}

static void tcp_listens_and_keeps_peers_apart(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_listener(f, "tcp-listen", PORT_INPUT);
    int one = connect_to(SOCK_STREAM, number), two = connect_to(SOCK_STREAM, number);

    PUT(one, "\x90\x3c");
    turns(f, 5);
    PUT(two, "\xb0\x07\x01");
    TURN_UNTIL(f, f->messages == 1);
    PUT(one, "\x64\x3c\x00"); /* a message may be cut anywhere */
    TURN_UNTIL(f, f->messages == 3);
    heard(f, "B0 07 01|90 3C 64|90 3C 00");
    PUT(one, "\xf0\x01\x02\x03\x04\x05\x06\x07\x08");
    TURN_UNTIL(f, f->messages == 4);
    close(one); /* in the middle of a SysEx */
    TURN_UNTIL(f, f->malformed == 1);
    heard(f, "F0 01 02 03 04 05 06 07~|F7~.");
    PUT(two, "\x02\x05");
    TURN_UNTIL(f, f->messages == 6);
    heard(f, "B0 02 05");
    close(two);
}

static void tcp_listens_both_ways(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_listener(f, "tcp-listen", PORT_INPUT);
    struct port *input = registry_port(f->registry, PORT_INPUT, 0);
    char bytes[16];
    int one, two;

    open_port(f, input->name, PORT_OUTPUT);
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 0); /* nobody there */
    one = connect_to(SOCK_STREAM, number);
    two = connect_to(SOCK_STREAM, number);
    PUT(one, "\xf8");
    PUT(two, "\xf8");
    TURN_UNTIL(f, f->messages == 2);
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 1);
    turns(f, 2);
    assert_int_equal(recv(one, bytes, sizeof bytes, 0), 3);
    assert_int_equal(recv(two, bytes, sizeof bytes, 0), 3);
    assert_memory_equal(bytes, "\x90\x3c\x64", 3);
    assert_true(registry_drain(f->registry, clock_mono_ns() + 1000 * MS));
    close(one);
    close(two);
}

/* What its input played when the connection went is ended first, when it is back. */
static void tcp_connects_and_reconnects(void **state)
{
    static const uint8_t after[] = {0x80, 0x3c, 0x40, 0x90, 0x3c, 0x64};
    struct fixture *f = *state;
    char name[64], bytes[16];
    uint16_t number;
    int listener = far_socket(SOCK_STREAM, &number), fd;

    assert_int_equal(listen(listener, 4), 0);
    snprintf(name, sizeof name, "tcp:127.0.0.1:%u", number);
    open_port(f, name, PORT_INPUT);
    open_port(f, name, PORT_OUTPUT);
    assert_int_equal(send_to(f, 1, 0, "F8"), 0); /* not yet */
    for (int round = 0; round < 2; round++) {
        uint32_t sent = 0;

        TURN_UNTIL(f, sent != 0 || (sent = send_to(f, 1, 0, "90 3C 64")) != 0);
        turns(f, 2);
        fd = accept(listener, NULL, NULL);
        assert_true(fd >= 0);
        assert_int_equal(recv(fd, bytes, sizeof bytes, 0), round == 0 ? 3 : 6);
        assert_memory_equal(bytes, round == 0 ? after + 3 : after, round == 0 ? 3 : 6);
        PUT(fd, "\xb0\x07\x01\xb0");
        TURN_UNTIL(f, f->messages == (unsigned)round + 1);
        close(fd);
        TURN_UNTIL(f, f->malformed == (unsigned)round + 1); /* what was cut off */
    }
    heard(f, "B0 07 01|B0 07 01");
    close(listener);
}

static void tells_refused_sources(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_listener(f, "udp", PORT_INPUT);
    int fd = connect_to(SOCK_DGRAM, number);

    f->allow.count = 0; /* nobody */
    PUT(fd, "\xf8");
    TURN_UNTIL(f, f->refused == 1);
    assert_int_equal(f->messages, 0);
    close(fd);
}

static uint64_t skew_ns;

static uint64_t skewed_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec + skew_ns;
}

/* A SysEx that comes byte by byte goes on, though the parser holds the bytes back for a full piece. */
static void trickles(struct fixture *f, int fd)
{
    skew_ns = 0;
    clock_replace(skewed_clock, NULL);
    PUT(fd, "\xf0\x01\x02\x03\x04\x05\x06\x07");
    TURN_UNTIL(f, f->messages == 1);
    open_port(f, "udp:127.0.0.1:20001", PORT_OUTPUT);
    assert_int_equal(send_to(f, 1, 0, "(F0 01 02 03 04 05 06 07"), 1);
    for (unsigned i = 0; i < 7; i++) {
        skew_ns += REGISTRY_STALL_NS / 2;
        PUT(fd, "\x08\xf8");
        TURN_UNTIL(f, f->messages == 2 + i); /* the clock */
        turns(f, 1);
        nanosleep(&(struct timespec){.tv_nsec = 200 * MS}, NULL);
        turns(f, 1);
        assert_int_equal(f->stalled, 0);
    }
    skew_ns += REGISTRY_STALL_NS;
    TURN_UNTIL(f, f->stalled == 1);
    close(fd);
}

static void a_tcp_sysex_that_trickles_does_not_stall(void **state)
{
    struct fixture *f = *state;

    trickles(f, connect_to(SOCK_STREAM, open_listener(f, "tcp-listen", PORT_INPUT)));
}

static void a_udp_sysex_that_trickles_does_not_stall(void **state)
{
    struct fixture *f = *state;

    trickles(f, connect_to(SOCK_DGRAM, open_listener(f, "udp", PORT_INPUT)));
}

/* Ends everything; returns what inputs had not finished. */
static unsigned end_all(struct fixture *f)
{
    registry_free(f->registry);
    f->registry = NULL;
    return f->abandoned;
}

static void udp_counts_what_is_unfinished_at_the_end(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_listener(f, "udp", PORT_INPUT);
    int one = connect_to(SOCK_DGRAM, number), two = connect_to(SOCK_DGRAM, number);

    PUT(one, "\xf0\x01\x02");
    PUT(two, "\xf0\x01\x02\x03\x04\x05\x06\x07\x08"); /* whoever got its beginning counts this one */
    TURN_UNTIL(f, f->messages == 1);
    assert_int_equal(end_all(f), 1);
    close(one);
    close(two);
}

static void tcp_counts_what_is_unfinished_at_the_end(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_listener(f, "tcp-listen", PORT_INPUT);
    int fd[5];

    for (int i = 0; i < 5; i++)
        fd[i] = connect_to(SOCK_STREAM, number);
    PUT(fd[0], "\xf8\xf0\x01");
    PUT(fd[1], "\xf8\x90");
    PUT(fd[2], "\x90\x3c\x64\x3c");
    PUT(fd[3], "\x90\x3c\x64\xf2\x01");
    PUT(fd[4], "\x90\x3c\x64"); /* nothing open */
    TURN_UNTIL(f, f->messages == 5);
    assert_int_equal(end_all(f), 4);
    for (int i = 0; i < 5; i++)
        close(fd[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(udp_reads_a_message_a_datagram),
        PORT_TEST(udp_sends_a_message_a_datagram),
        PORT_TEST(a_taken_address_is_busy),
        PORT_TEST(tcp_listens_and_keeps_peers_apart),
        PORT_TEST(tcp_listens_both_ways),
        PORT_TEST(tcp_connects_and_reconnects),
        PORT_TEST(tells_refused_sources),
        PORT_TEST(a_tcp_sysex_that_trickles_does_not_stall),
        PORT_TEST(a_udp_sysex_that_trickles_does_not_stall),
        PORT_TEST(udp_counts_what_is_unfinished_at_the_end),
        PORT_TEST(tcp_counts_what_is_unfinished_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
