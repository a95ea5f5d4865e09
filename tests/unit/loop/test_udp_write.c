/* Writing UDP: one call a turn, refusals, full kernels.
 * SPDX-License-Identifier: MIT */
#include "udp_test.h"

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
