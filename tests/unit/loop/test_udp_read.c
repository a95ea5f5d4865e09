/* Reading UDP: order, sizes, addresses, drops.
 * SPDX-License-Identifier: MIT */
#include "udp_test.h"

static void a_thousand_come_in_order(void **state)
{
    uint16_t port = listen_on(&a, *state, NULL);
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");

    for (uint32_t i = 0; i < 1000; i++)
        far_send_to(far, "127.0.0.1", port, &i, sizeof i);
    loop_turn(*state, 0);
    assert_int_equal(a.count, 8 * UDP_BATCH); /* then others have their turn */
    TURN_UNTIL(*state, a.count == 1000);
    assert_true(a.in_order);
    assert_int_equal(udp_figures(a.udp)->received, 1000);
    assert_int_equal(udp_figures(a.udp)->kernel_drops, 0);
    close(far);
    udp_close(a.udp);
}

static void all_sizes_come(void **state)
{
    static const size_t sizes[] = {0, 1, 3, 1472, 1473, 9000, UDP_SEND_MAX};
    static uint8_t bytes[UDP_SEND_MAX];
    uint16_t port = listen_on(&a, *state, "127.0.0.1");
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");

    a.echo = true;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        static uint8_t back[UDP_DATAGRAM_MAX];

        far_send_to(far, "127.0.0.1", port, bytes, sizes[i]);
        TURN_UNTIL(*state, a.count == i + 1);
        assert_int_equal(a.length, sizes[i]);
        assert_memory_equal(a.bytes, bytes, sizes[i]);
        assert_int_equal(recv(far, back, sizeof back, 0), (ssize_t)sizes[i]);
        assert_memory_equal(back, bytes, sizes[i]);
    }
    assert_int_equal(udp_send(a.udp, &a.from, NULL, bytes, UDP_SEND_MAX + 1), NW_ETOOBIG);
    close(far);
    udp_close(a.udp);
}

static void ipv4_on_a_dual_stack_socket_is_ipv4(void **state)
{
    uint16_t port = listen_on(&a, *state, NULL);
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    char text[NET_ADDR_TEXT], expected[NET_ADDR_TEXT];

    far_send_to(far, "127.0.0.1", port, "hi", 2);
    TURN_UNTIL(*state, a.count == 1);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", (unsigned)far_port(far));
    assert_string_equal(net_addr_text(&a.from, text), expected);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", (unsigned)port);
    assert_string_equal(net_addr_text(&a.local, text), expected);
    close(far);
    udp_close(a.udp);
}

static void ipv6_is_heard_on_the_same_socket(void **state)
{
    uint16_t port;
    struct net_addr to;
    char text[NET_ADDR_TEXT];

    if (!have_ipv6())
        skip();
    port = listen_on(&a, *state, NULL);
    listen_on(&b, *state, "::1");
    a.echo = true;
    to = addr_of("::1", port);
    assert_int_equal(udp_send(b.udp, &to, NULL, (const uint8_t *)"six", 3), NW_OK);
    TURN_UNTIL(*state, b.count == 1);
    assert_string_equal(net_addr_host_text(&a.from, text), "::1");
    assert_string_equal(net_addr_host_text(&a.local, text), "::1");
    assert_true(net_addr_equal(&b.from, &to));
    udp_close(a.udp);
    udp_close(b.udp);
}

static void a_reply_leaves_from_the_address_spoken_to(void **state)
{
    static const char *const binds[] = {NULL, "0.0.0.0", "127.0.0.2"};

    for (size_t i = 0; i < 3; i++) {
        uint16_t port = listen_on(&a, *state, binds[i]);
        int far = far_socket(SOCK_DGRAM, "127.0.0.1");
        struct sockaddr_in from;
        socklen_t length = sizeof from;
        char text[NET_ADDR_TEXT], back[8];

        a.echo = true;
        far_send_to(far, "127.0.0.2", port, "hi", 2);
        TURN_UNTIL(*state, a.count == 1);
        assert_string_equal(net_addr_host_text(&a.local, text), "127.0.0.2");
        assert_int_equal(recvfrom(far, back, sizeof back, 0, (struct sockaddr *)&from, &length), 2);
        assert_int_equal(ntohl(from.sin_addr.s_addr), 0x7f000002);
        assert_int_equal(ntohs(from.sin_port), port);
        close(far);
        udp_close(a.udp);
    }
}

/* A broadcast was spoken to: no reply can leave from there, so the kernel chooses. */
static void a_source_that_cannot_be_one_is_left_to_the_kernel(void **state)
{
    struct net_addr to, from = addr_of("127.255.255.255", 1);
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    char back[8];

    for (int v4 = 0; v4 < 2; v4++) {
        listen_on(&a, *state, v4 ? "0.0.0.0" : NULL);
        to = addr_of("127.0.0.1", far_port(far));
        for (int i = 0; i < 3; i++)
            assert_int_equal(udp_send(a.udp, &to, &from, (const uint8_t *)"hi", 2), NW_OK);
        loop_turn(*state, 0);
        for (int i = 0; i < 3; i++)
            assert_int_equal(recv(far, back, sizeof back, 0), 2);
        assert_int_equal(udp_figures(a.udp)->sent, 3);
        assert_int_equal(udp_figures(a.udp)->send_refused, 0);
        udp_close(a.udp);
    }
    close(far);
}

static void a_paused_socket_leaves_the_rest_to_the_kernel(void **state)
{
    uint16_t port = listen_on(&a, *state, NULL);
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");

    a.pause_after = UDP_BATCH + 5;
    for (uint32_t i = 0; i < 200; i++)
        far_send_to(far, "127.0.0.1", port, &i, sizeof i);
    turn_for(*state, 5000000);
    assert_int_equal(a.count, 2 * UDP_BATCH); /* its own batch is still given out */
    udp_pause(a.udp, false);
    TURN_UNTIL(*state, a.count == 200);
    assert_true(a.in_order);
    close(far);
    udp_close(a.udp);
}

static void closing_inside_its_own_batch(void **state)
{
    uint16_t port = listen_on(&a, *state, NULL);
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    char back[8];

    a.echo = a.close_at_once = true;
    for (uint32_t i = 0; i < 100; i++)
        far_send_to(far, "127.0.0.1", port, &i, sizeof i);
    TURN_UNTIL(*state, a.count == 1);
    turn_for(*state, 5000000);
    assert_int_equal(a.count, 1);
    assert_int_equal(recv(far, back, sizeof back, 0), 4); /* what was queued went out first */
    close(far);
}

/* More comes than the kernel holds: what it threw away is known exactly. */
static void kernel_drops_are_counted_exactly(void **state)
{
    static uint8_t bytes[4000];
    uint16_t port = listen_on(&a, *state, "127.0.0.1");
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    const unsigned sent = 8000;
    const struct udp_figures *figures = udp_figures(a.udp);
    unsigned before;

    assert_true(udp_receive_buffer(a.udp) > 0);
    for (unsigned i = 0; i < sent; i++)
        far_send_to(far, "127.0.0.1", port, bytes, sizeof bytes);
    TURN_UNTIL(*state, a.drops > 0); /* noticed without being asked */
    do {
        before = a.count;
        turn_for(*state, 20000000);
    } while (a.count != before);
    udp_poll_drops(a.udp);
    assert_int_equal(figures->received, a.count);
    assert_true(figures->received < sent);
    assert_int_equal(figures->kernel_drops, sent - figures->received);
    assert_int_equal(a.drops, figures->kernel_drops);
    udp_poll_drops(a.udp);
    assert_int_equal(a.drops, figures->kernel_drops);
    close(far);
    udp_close(a.udp);
}

static void a_taken_port_is_busy(void **state)
{
    struct udp_callbacks callbacks = callbacks_of(&b);
    struct net_addr bind = addr_of(NULL, listen_on(&a, *state, NULL)), elsewhere = addr_of("203.0.113.9", 0);

    assert_int_equal(udp_open(*state, &bind, &callbacks, &b.udp), NW_EBUSY);
    bind = addr_of("127.0.0.1", bind.port);
    assert_int_equal(udp_open(*state, &bind, &callbacks, &b.udp), NW_EBUSY);
    assert_int_equal(udp_open(*state, &elsewhere, &callbacks, &b.udp), NW_EADDRESS);
    udp_close(a.udp);
    udp_close(NULL);
}

/* A server may have the port of a client of the same process, while that is lent out; nobody else may, then or later.
 */
static void a_lent_port_is_shared(void **state)
{
    struct net_addr peer = addr_of("127.0.0.1", listen_on(&a, *state, "127.0.0.1")), local;
    struct udp_callbacks callbacks = callbacks_of(&b);
    struct udp *client, *server, *other;
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

    memset(&b, 0, sizeof b);
    assert_int_equal(udp_connect(*state, &peer, &callbacks, &client), NW_OK);
    udp_local(client, &local);
    assert_int_equal(udp_open_shared(*state, &local, &callbacks, &server), NW_EBUSY);
    udp_lend(client, true);
    assert_int_equal(udp_open(*state, &local, &callbacks, &server), NW_EBUSY);
    assert_int_equal(udp_open_shared(*state, &local, &callbacks, &server), NW_OK);
    assert_int_equal(udp_open_shared(*state, &local, &callbacks, &other), NW_EBUSY); /* the server is not lent */
    udp_lend(client, false);
    udp_close(client);
    assert_int_equal(udp_open_shared(*state, &local, &callbacks, &other), NW_EBUSY);
    to.sin_port = htons(local.port);
    assert_int_equal(sendto(far, "x", 1, 0, (struct sockaddr *)&to, sizeof to), 1);
    TURN_UNTIL(*state, b.count == 1);
    udp_close(server);
    udp_close(a.udp);
    close(far);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(a_thousand_come_in_order),
        LOOP_TEST(all_sizes_come),
        LOOP_TEST(ipv4_on_a_dual_stack_socket_is_ipv4),
        LOOP_TEST(ipv6_is_heard_on_the_same_socket),
        LOOP_TEST(a_reply_leaves_from_the_address_spoken_to),
        LOOP_TEST(a_source_that_cannot_be_one_is_left_to_the_kernel),
        LOOP_TEST(a_paused_socket_leaves_the_rest_to_the_kernel),
        LOOP_TEST(closing_inside_its_own_batch),
        LOOP_TEST(kernel_drops_are_counted_exactly),
        LOOP_TEST(a_taken_port_is_busy),
        LOOP_TEST(a_lent_port_is_shared),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
