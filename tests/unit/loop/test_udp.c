/* UDP sockets against plain ones: order, batches, addresses, refusals, drops.
 * SPDX-License-Identifier: MIT */
#include "loop/udp.h"
#include "loop_test.h"

#include <sys/syscall.h>

/* ---- the kernel's sendmmsg, which a test may count, and make refuse ---- */

static int send_calls, send_errno, send_at_most;

int sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
    send_calls++;
    if (send_errno != 0) {
        errno = send_errno;
        return -1;
    }
    if (send_at_most != 0 && count > (unsigned)send_at_most)
        count = (unsigned)send_at_most;
    return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

static int udp_setup(void **state)
{
    send_calls = send_errno = send_at_most = 0;
    return loop_setup(state);
}

#define UDP_TEST(f) cmocka_unit_test_setup_teardown(f, udp_setup, loop_teardown)

/* ---- one who listens ---- */

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

static void on_datagram(void *user, const struct net_addr *from, const struct net_addr *local, const uint8_t *bytes,
                        size_t length)
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

static void on_drops(void *user, uint32_t count)
{
    ((struct listener *)user)->drops += count;
}

static struct udp_callbacks callbacks_of(struct listener *l)
{
    return (struct udp_callbacks){.datagram = on_datagram, .kernel_drops = on_drops, .user = l};
}

static uint16_t listen_on(struct listener *l, struct loop *loop, const char *ip)
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

/* ---- reading ---- */

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

/* ---- opening ---- */

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

/* ---- writing ---- */

static void one_call_a_turn(void **state)
{
    struct net_addr to;
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    uint32_t back;

    listen_on(&a, *state, NULL);
    to = addr_of("127.0.0.1", far_port(far));
    for (uint32_t i = 0; i < 20; i++)
        assert_int_equal(udp_send(a.udp, &to, NULL, (const uint8_t *)&i, sizeof i), NW_OK);
    assert_int_equal(send_calls, 0);
    loop_turn(*state, 0);
    assert_int_equal(send_calls, 1);
    for (uint32_t i = 0; i < 70; i++)
        assert_int_equal(udp_send(a.udp, &to, NULL, (const uint8_t *)&i, sizeof i), NW_OK);
    assert_int_equal(send_calls, 3); /* two full batches went at once */
    loop_turn(*state, 0);
    assert_int_equal(send_calls, 4);
    loop_turn(*state, 0);
    assert_int_equal(send_calls, 4);
    for (uint32_t i = 0; i < 90; i++) {
        assert_int_equal(recv(far, &back, sizeof back, 0), 4);
        assert_int_equal(back, i < 20 ? i : i - 20);
    }
    assert_int_equal(udp_figures(a.udp)->sent, 90);
    close(far);
    udp_close(a.udp);
}

static void a_part_taken_is_gone_on_with(void **state)
{
    struct net_addr to;
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    uint32_t back;

    listen_on(&a, *state, NULL);
    to = addr_of("127.0.0.1", far_port(far));
    send_at_most = 3;
    for (uint32_t i = 0; i < 31; i++)
        udp_send(a.udp, &to, NULL, (const uint8_t *)&i, sizeof i);
    loop_turn(*state, 0);
    for (uint32_t i = 0; i < 31; i++) {
        assert_int_equal(recv(far, &back, sizeof back, 0), 4);
        assert_int_equal(back, i);
    }
    close(far);
    udp_close(a.udp);
}

static void a_full_kernel_keeps_the_queue_and_refuses_the_rest(void **state)
{
    static const int errors[] = {EAGAIN, ENOBUFS};

    for (size_t e = 0; e < 2; e++) {
        int far = far_socket(SOCK_DGRAM, "127.0.0.1");
        struct net_addr to = addr_of("127.0.0.1", far_port(far));
        uint32_t back;

        listen_on(&a, *state, NULL);
        send_errno = errors[e];
        for (uint32_t i = 0; i < 40; i++)
            assert_int_equal(udp_send(a.udp, &to, NULL, (const uint8_t *)&i, sizeof i),
                             i < UDP_BATCH ? NW_OK : NW_EFULL);
        loop_turn(*state, 0);
        assert_int_equal(udp_figures(a.udp)->send_refused, 8);
        send_errno = 0;
        TURN_UNTIL(*state, udp_figures(a.udp)->sent == UDP_BATCH);
        for (uint32_t i = 0; i < UDP_BATCH; i++) {
            assert_int_equal(recv(far, &back, sizeof back, 0), 4);
            assert_int_equal(back, i);
        }
        assert_int_equal(udp_send(a.udp, &to, NULL, (const uint8_t *)&back, sizeof back), NW_OK);
        send_calls = 0;
        loop_turn(*state, 0);
        turn_for(*state, 2000000);
        assert_int_equal(send_calls, 1);
        assert_int_equal(udp_figures(a.udp)->sent, UDP_BATCH + 1);
        close(far);
        udp_close(a.udp);
    }
}

static void one_bad_datagram_does_not_stop_the_others(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct net_addr to = addr_of("127.0.0.1", far_port(far)), bad = addr_of("127.0.0.1", 0);
    uint32_t back;

    listen_on(&a, *state, NULL);
    for (uint32_t i = 0; i < 10; i++)
        udp_send(a.udp, i % 3 == 1 ? &bad : &to, NULL, (const uint8_t *)&i, sizeof i);
    loop_turn(*state, 0);
    for (uint32_t i = 0; i < 10; i++) {
        if (i % 3 == 1)
            continue;
        assert_int_equal(recv(far, &back, sizeof back, 0), 4);
        assert_int_equal(back, i);
    }
    assert_int_equal(udp_figures(a.udp)->sent, 7);
    assert_int_equal(udp_figures(a.udp)->send_refused, 3);
    close(far);
    udp_close(a.udp);
}

static void a_family_the_socket_has_not_is_refused(void **state)
{
    struct net_addr to = addr_of("::1", 9);

    listen_on(&a, *state, "127.0.0.1");
    assert_int_equal(udp_send(a.udp, &to, NULL, (const uint8_t *)"hi", 2), NW_OK);
    loop_turn(*state, 0);
    assert_int_equal(udp_figures(a.udp)->send_refused, 1);
    udp_close(a.udp);
}

/* The first datagram meets a closed port; later ones are taken, and arrive once somebody listens. */
static void a_closed_port_is_counted_and_sending_goes_on(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct net_addr peer = addr_of("127.0.0.1", far_port(far));
    struct sockaddr_in in = sockaddr_of("127.0.0.1", peer.port);
    struct udp_callbacks callbacks = callbacks_of(&a);
    char back[8];

    memset(&a, 0, sizeof a);
    close(far);
    assert_int_equal(udp_connect(*state, &peer, &callbacks, &a.udp), NW_OK);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(udp_send(a.udp, NULL, NULL, (const uint8_t *)"lost", 4), NW_OK);
        turn_for(*state, 2000000);
    }
    assert_int_equal(udp_figures(a.udp)->sent, 5);
    assert_int_equal(udp_figures(a.udp)->send_refused, 5);
    /* And several in one turn: the kernel may fold their refusals into one. */
    for (int i = 0; i < 5; i++)
        assert_int_equal(udp_send(a.udp, NULL, NULL, (const uint8_t *)"lost", 4), NW_OK);
    turn_for(*state, 2000000);
    assert_int_equal(udp_figures(a.udp)->sent, 10);
    assert_in_range(udp_figures(a.udp)->send_refused, 6, 10);
    far = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(far, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(udp_send(a.udp, NULL, NULL, (const uint8_t *)"found", 5), NW_OK);
    turn_for(*state, 2000000);
    assert_int_equal(recv(far, back, sizeof back, 0), 5);
    /* It still listens to its peer, and to nobody else. */
    udp_local(a.udp, &peer);
    b.udp = NULL;
    listen_on(&b, *state, "127.0.0.1");
    udp_send(b.udp, &peer, NULL, (const uint8_t *)"stranger", 8);
    loop_turn(*state, 0);
    far_send_to(far, "127.0.0.1", peer.port, "friend", 6);
    TURN_UNTIL(*state, a.count == 1);
    assert_memory_equal(a.bytes, "friend", 6);
    udp_close(b.udp);
    udp_close(a.udp);
    close(far);
}

static void closing_sends_what_is_queued(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct net_addr to = addr_of("127.0.0.1", far_port(far));
    char back[8];

    listen_on(&a, *state, NULL);
    udp_send(a.udp, &to, NULL, (const uint8_t *)"bye", 3);
    udp_close(a.udp);
    assert_int_equal(recv(far, back, sizeof back, 0), 3);
    close(far);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        UDP_TEST(a_thousand_come_in_order),
        UDP_TEST(all_sizes_come),
        UDP_TEST(ipv4_on_a_dual_stack_socket_is_ipv4),
        UDP_TEST(ipv6_is_heard_on_the_same_socket),
        UDP_TEST(a_reply_leaves_from_the_address_spoken_to),
        UDP_TEST(a_source_that_cannot_be_one_is_left_to_the_kernel),
        UDP_TEST(a_paused_socket_leaves_the_rest_to_the_kernel),
        UDP_TEST(closing_inside_its_own_batch),
        UDP_TEST(kernel_drops_are_counted_exactly),
        UDP_TEST(a_taken_port_is_busy),
        UDP_TEST(one_call_a_turn),
        UDP_TEST(a_part_taken_is_gone_on_with),
        UDP_TEST(a_full_kernel_keeps_the_queue_and_refuses_the_rest),
        UDP_TEST(one_bad_datagram_does_not_stop_the_others),
        UDP_TEST(a_family_the_socket_has_not_is_refused),
        UDP_TEST(a_closed_port_is_counted_and_sending_goes_on),
        UDP_TEST(closing_sends_what_is_queued),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
