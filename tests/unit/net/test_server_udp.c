/* UDP servers against plain sockets: who is heard, remembered, answered, refused.
 * SPDX-License-Identifier: MIT */
#include "server_test.h"

static void udp_hears_remembers_and_answers(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1"), other = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct net_addr to = addr_of("127.0.0.1", far_port(other));
    struct peer *first;
    char back[16];

    (void)state;
    open_server(SERVER_UDP, SERVER_OSC);
    assert_non_null(server_udp(o.server));
    o.on_message = ACT_ECHO;
    for (unsigned i = 1; i <= 3; i++) {
        far_send_to(far, "127.0.0.1", o.port, "hello", 5);
        TURN_UNTIL(o.loop, o.messages == i);
        assert_int_equal(recv(far, back, sizeof back, 0), 5);
    }
    first = o.from;
    assert_ptr_equal(o.peers.last, first);
    assert_int_equal(first->addr.port, far_port(far));
    assert_int_equal(first->spoken, 3);
    assert_true(first->last_ns != 0);
    far_send_to(other, "127.0.0.1", o.port, "", 0);
    TURN_UNTIL(o.loop, o.messages == 4);
    assert_int_equal(o.length, 0);
    assert_ptr_not_equal(o.peers.last, first);
    assert_int_equal(recv(other, back, sizeof back, 0), 0);
    assert_int_equal(server_send_to(o.server, &to, (const uint8_t *)"you", 3), NW_OK);
    loop_turn(o.loop, 0);
    assert_int_equal(recv(other, back, sizeof back, 0), 3);
    server_pause(o.server, true); /* UDP: nothing */
    far_send_to(far, "127.0.0.1", o.port, "hello", 5);
    TURN_UNTIL(o.loop, o.messages == 5);
    assert_ptr_equal(o.from, first);
    close(far);
    close(other);
}

static void udp_answers_from_the_address_spoken_to(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    char back[16];

    (void)state;
    open_server(SERVER_UDP, SERVER_OSC);
    o.on_message = ACT_ECHO;
    for (uint32_t last = 1; last <= 3; last++) { /* the same sender speaks to one address after the other */
        char ip[16];

        snprintf(ip, sizeof ip, "127.0.0.%u", (unsigned)last);
        far_send_to(far, ip, o.port, "hello", 5);
        TURN_UNTIL(o.loop, o.messages == last);
        assert_int_equal(recvfrom(far, back, sizeof back, 0, (struct sockaddr *)&from, &length), 5);
        assert_int_equal(ntohl(from.sin_addr.s_addr), 0x7f000000 + last);
    }
    close(far);
}

static void udp_refuses_strangers(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1"), stranger = far_socket(SOCK_DGRAM, "127.0.0.9");

    (void)state;
    memset(&o.allow, 0, sizeof o.allow);
    allow_add(&o.allow, "127.0.0.1");
    open_server(SERVER_UDP, SERVER_OSC);
    for (int i = 0; i < 5; i++) {
        far_send_to(stranger, "127.0.0.1", o.port, "hello", 5);
        far_send_to(far, "127.0.0.1", o.port, "hello", 5);
    }
    TURN_UNTIL(o.loop, o.messages == 5 && o.refused == 5);
    assert_int_equal(o.refused_from.ip[3], 9);
    assert_int_equal(o.refused_from.port, far_port(stranger));
    assert_ptr_equal(o.peers.last, o.from);
    o.on_refused = ACT_CLOSE;
    far_send_to(stranger, "127.0.0.1", o.port, "hello", 5);
    far_send_to(stranger, "127.0.0.1", o.port, "hello", 5);
    TURN_UNTIL(o.loop, o.server == NULL);
    assert_int_equal(o.refused, 6);
    close(far);
    close(stranger);
}

static void a_refused_source_is_told_once(void **state)
{
    char text[16384], expected[200];
    int stranger = far_socket(SOCK_DGRAM, "127.0.0.9"), saved, from;

    (void)state;
    memset(&o.allow, 0, sizeof o.allow);
    open_server(SERVER_UDP, SERVER_OSC);
    from = divert_stderr(&saved);
    for (int i = 0; i < 5; i++)
        far_send_to(stranger, "127.0.0.1", o.port, "hello", 5);
    TURN_UNTIL(o.loop, o.refused == 5);
    for (unsigned i = 10; i < 110; i++) {
        char ip[16];
        int another;

        snprintf(ip, sizeof ip, "127.0.0.%u", i);
        another = far_socket(SOCK_DGRAM, ip);
        far_send_to(another, "127.0.0.1", o.port, "hello", 5);
        close(another);
    }
    TURN_UNTIL(o.loop, o.refused == 105);
    restore_stderr(saved, from, text, sizeof text);
    snprintf(expected, sizeof expected,
             "E103 refused 127.0.0.9:%u/udp on port %u: not a local network. Fix: notewire --allow 127.0.0.9\n",
             (unsigned)far_port(stranger), (unsigned)o.port);
    assert_int_equal(log_lines(text, expected), 1);
    assert_in_range(log_lines(text, "E103"), 32, 34); /* a flood of sources is not a flood of lines */
    close(stranger);
}

static void udp_closes_inside_a_message(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");

    (void)state;
    open_server(SERVER_UDP, SERVER_OSC);
    o.on_message = ACT_CLOSE;
    for (int i = 0; i < 10; i++)
        far_send_to(far, "127.0.0.1", o.port, "hello", 5);
    TURN_UNTIL(o.loop, o.server == NULL);
    assert_int_equal(o.messages, 1);
    assert_null(o.peers.last);
    close(far);
}

static void more_senders_than_places(void **state)
{
    int fars[100];
    char back[8];

    (void)state;
    open_server(SERVER_UDP, SERVER_OSC);
    o.on_message = ACT_ECHO;
    for (unsigned round = 1; round <= 2; round++) {
        for (unsigned i = 0; i < 100; i++) {
            if (round == 1)
                fars[i] = far_socket(SOCK_DGRAM, "127.0.0.1");
            far_send_to(fars[i], "127.0.0.1", o.port, "hello", 5);
        }
        TURN_UNTIL(o.loop, o.messages == round * 100);
        for (unsigned i = 0; i < 100; i++)
            assert_int_equal(recv(fars[i], back, sizeof back, 0), 5);
    }
    for (unsigned i = 0; i < 100; i++)
        close(fars[i]);
}

static void a_busy_port(void **state)
{
    struct server_options options = {.protocol = SERVER_UDP, .peers = &o.peers};
    struct server_callbacks callbacks = {.message = on_message};
    struct server *second;

    (void)state;
    for (int i = 0; i < 2; i++) {
        options.protocol = i == 0 ? SERVER_UDP : SERVER_TCP;
        open_server(options.protocol, SERVER_OSC);
        options.bind.port = o.port;
        assert_int_equal(server_open(o.loop, &options, &callbacks, &second), NW_EBUSY);
        server_close(o.server);
        o.server = NULL;
    }
    server_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(udp_hears_remembers_and_answers),
        SERVER_TEST(udp_answers_from_the_address_spoken_to),
        SERVER_TEST(udp_refuses_strangers),
        SERVER_TEST(a_refused_source_is_told_once),
        SERVER_TEST(udp_closes_inside_a_message),
        SERVER_TEST(more_senders_than_places),
        SERVER_TEST(a_busy_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
