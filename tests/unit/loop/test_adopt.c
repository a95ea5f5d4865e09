/* Sockets that another descriptor takes over: nothing is lost, nothing told twice.
 * SPDX-License-Identifier: MIT */
#include "loop/tcp.h"
#include "udp_test.h"

#include <fcntl.h>

static void adopt(struct listener *heir, struct listener *elder)
{
    struct udp_callbacks callbacks = callbacks_of(heir);

    memset(heir, 0, sizeof *heir);
    heir->in_order = true;
    assert_int_equal(udp_adopt(elder->udp, &callbacks, &heir->udp), NW_OK);
}

static void send_numbers(int far, uint16_t port, uint32_t first, uint32_t count)
{
    for (uint32_t number = first; number < first + count; number++)
        far_send_to(far, "127.0.0.1", port, &number, sizeof number);
}

static void the_elder_reads_until_it_is_taken_over(void **state)
{
    uint16_t port = listen_on(&a, *state, NULL);
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct net_addr local;

    adopt(&b, &a);
    udp_local(b.udp, &local);
    assert_int_equal(local.port, port);
    send_numbers(far, port, 0, 10);
    TURN_UNTIL(*state, a.count == 10);
    send_numbers(far, port, 10, 10);
    udp_take_over(b.udp);
    b.next = 10;
    TURN_UNTIL(*state, b.count == 10);
    assert_int_equal(b.local.family, 4); /* it asks for the address spoken to, as the elder did */
    udp_close(a.udp);
    send_numbers(far, port, 20, 10);
    TURN_UNTIL(*state, b.count == 20);
    assert_int_equal(a.count, 10);
    assert_true(a.in_order && b.in_order);
    close(far);
    udp_close(b.udp);
}

static void one_that_is_given_up_changes_nothing(void **state)
{
    uint16_t port = listen_on(&a, *state, "127.0.0.1");
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");

    adopt(&b, &a);
    send_numbers(far, port, 0, 5);
    udp_close(b.udp);
    send_numbers(far, port, 5, 5);
    TURN_UNTIL(*state, a.count == 10);
    assert_true(a.in_order);
    close(far);
    udp_close(a.udp);
}

static void an_elder_that_is_closed_leaves_what_waits(void **state)
{
    uint16_t port = listen_on(&a, *state, "127.0.0.1");
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");

    adopt(&b, &a);
    send_numbers(far, port, 0, 5);
    udp_close(a.udp);
    turn_for(*state, 20000000);
    assert_int_equal(b.count, 0);
    udp_take_over(b.udp);
    TURN_UNTIL(*state, b.count == 5);
    assert_true(b.in_order);
    close(far);
    udp_close(b.udp);
}

/* Some are dropped before, some behind the taking over; each is told by one of the two. */
static void kernel_drops_are_told_once(void **state)
{
    static uint8_t bytes[4000];
    uint16_t port = listen_on(&a, *state, "127.0.0.1");
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    const unsigned sent = 8000;

    adopt(&b, &a);
    for (unsigned i = 0; i < sent; i++)
        far_send_to(far, "127.0.0.1", port, bytes, sizeof bytes);
    udp_poll_drops(b.udp);
    assert_int_equal(b.drops, 0);
    udp_take_over(b.udp);
    assert_true(a.drops > 0);
    udp_poll_drops(a.udp);
    udp_close(a.udp);
    TURN_UNTIL(*state, b.count == sent - a.drops);
    udp_poll_drops(b.udp);
    assert_int_equal(b.drops, 0);
    for (unsigned i = 0; i < sent; i++)
        far_send_to(far, "127.0.0.1", port, bytes, sizeof bytes);
    udp_poll_drops(b.udp); /* all have been sent: what is not dropped now waits */
    assert_true(b.drops > 0);
    TURN_UNTIL(*state, b.count + a.drops + b.drops == 2 * sent);
    udp_poll_drops(b.udp);
    assert_int_equal(b.count + a.drops + b.drops, 2 * sent);
    close(far);
    udp_close(b.udp);
}

/* ---- TCP ---- */

static void on_accepted(void *user, struct tcp *connection)
{
    ++*(unsigned *)user;
    tcp_close(connection);
}

static void the_backlog_goes_to_the_heir(void **state)
{
    struct net_addr bind = addr_of("127.0.0.1", 0), local;
    struct tcp_listener *elder, *heir;
    unsigned first = 0, second = 0;
    int far[3];

    assert_int_equal(tcp_listen(*state, &bind, on_accepted, &first, &elder), NW_OK);
    assert_int_equal(tcp_listener_adopt(elder, on_accepted, &second, &heir), NW_OK);
    tcp_listener_local(elder, &bind);
    tcp_listener_local(heir, &local);
    assert_true(net_addr_equal(&bind, &local));
    far[0] = far_connect("127.0.0.1", bind.port);
    TURN_UNTIL(*state, first == 1);
    far[1] = far_connect("127.0.0.1", bind.port); /* nobody has accepted it yet */
    tcp_listener_take_over(heir);
    TURN_UNTIL(*state, second == 1);
    tcp_listener_close(elder);
    far[2] = far_connect("127.0.0.1", bind.port);
    TURN_UNTIL(*state, second == 2);
    assert_int_equal(first, 1);
    for (int i = 0; i < 3; i++)
        close(far[i]);
    tcp_listener_close(heir);
}

static void either_listener_may_go_first(void **state)
{
    struct net_addr bind = addr_of("127.0.0.1", 0);
    struct tcp_listener *elder, *heir;
    unsigned first = 0, second = 0;
    int far;

    assert_int_equal(tcp_listen(*state, &bind, on_accepted, &first, &elder), NW_OK);
    tcp_listener_local(elder, &bind);
    assert_int_equal(tcp_listener_adopt(elder, on_accepted, &second, &heir), NW_OK);
    tcp_listener_close(heir);
    far = far_connect("127.0.0.1", bind.port);
    TURN_UNTIL(*state, first == 1);
    close(far);
    assert_int_equal(tcp_listener_adopt(elder, on_accepted, &second, &heir), NW_OK);
    tcp_listener_close(elder);
    far = far_connect("127.0.0.1", bind.port);
    tcp_listener_take_over(heir);
    TURN_UNTIL(*state, second == 1);
    close(far);
    tcp_listener_close(heir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(the_elder_reads_until_it_is_taken_over),
        LOOP_TEST(one_that_is_given_up_changes_nothing),
        LOOP_TEST(an_elder_that_is_closed_leaves_what_waits),
        LOOP_TEST(kernel_drops_are_told_once),
        LOOP_TEST(the_backlog_goes_to_the_heir),
        LOOP_TEST(either_listener_may_go_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
