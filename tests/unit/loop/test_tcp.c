/* Connecting, listening and closing TCP.
 * SPDX-License-Identifier: MIT */
#include "tcp_test.h"

#include <sys/resource.h>

/* ---- listening ---- */

static void echoes(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    struct net_addr addr;
    char back[8], text[NET_ADDR_TEXT], expected[NET_ADDR_TEXT];

    end.echo = true;
    assert_int_equal(send(far, "hello", 5, 0), 5);
    TURN_UNTIL(*state, end.bytes == 5);
    assert_int_equal(recv(far, back, sizeof back, 0), 5);
    assert_memory_equal(back, "hello", 5);
    tcp_peer(end.tcp, &addr);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", (unsigned)far_port(far));
    assert_string_equal(net_addr_text(&addr, text), expected);
    tcp_local(end.tcp, &addr);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", (unsigned)port);
    assert_string_equal(net_addr_text(&addr, text), expected);
    assert_int_equal(tcp_queued(end.tcp), 0);
    close(far);
    TURN_UNTIL(*state, end.closed == 1);
    assert_int_equal(end.error, NW_OK);
    turn_for(*state, 2000000);
    assert_int_equal(end.closed, 1);
    finish(&end);
}

static void a_taken_port_is_busy_at_once(void **state)
{
    struct end end, second = {0};
    struct net_addr bind = addr_of(NULL, listen_on(&end, *state, NULL)), elsewhere = addr_of("203.0.113.9", 0);

    assert_int_equal(tcp_listen(*state, &bind, on_accepted, &second, &second.listener), NW_EBUSY);
    assert_int_equal(tcp_listen(*state, &elsewhere, on_accepted, &second, &second.listener), NW_EADDRESS);
    finish(&end);
    turn_for(*state, 2000000);
    /* and free again at once, in spite of old connections (SO_REUSEADDR) */
    assert_int_equal(tcp_listen(*state, &bind, on_accepted, &second, &second.listener), NW_OK);
    finish(&second);
    tcp_listener_close(NULL);
    tcp_close(NULL);
}

static void ipv6_on_the_same_listener(void **state)
{
    struct end end;
    uint16_t port;
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct net_addr addr;
    char text[NET_ADDR_TEXT];
    int far;

    if (!have_ipv6())
        skip();
    port = listen_on(&end, *state, NULL);
    in6.sin6_port = htons(port);
    far = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(far, (struct sockaddr *)&in6, sizeof in6), 0);
    TURN_UNTIL(*state, end.tcp != NULL);
    tcp_peer(end.tcp, &addr);
    assert_string_equal(net_addr_host_text(&addr, text), "::1");
    close(far);
    finish(&end);
}

static void accepted_connections_outlive_their_listener(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far, second = far_connect("127.0.0.1", port);
    char back[8];

    end.close_listener = true;
    far = accept_one(&end, *state, port);
    TURN_UNTIL(*state, end.listener == NULL);
    turn_for(*state, 2000000);
    assert_int_equal(end.accepted, 1); /* closed inside accepted: the second one waits in vain */
    assert_int_equal(tcp_send(end.tcp, (const uint8_t *)"hi", 2), NW_OK);
    turn_for(*state, 2000000);
    assert_int_equal(recv(second, back, sizeof back, 0), 2);
    close(far);
    close(second);
    finish(&end);
}

static void half_closed(void *user, int error)
{
    struct end *end = user;

    end->closed++;
    end->error = error;
}

/* netcat ends its sending with its input, and still waits for the answer. */
static void a_peer_that_has_ended_its_sending_is_answered(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    struct tcp_callbacks callbacks = {.data = on_data, .closed = half_closed, .half_open = true, .user = &end};
    char back[8];

    tcp_start(end.tcp, &callbacks);
    assert_int_equal(send(far, "hello", 5, 0), 5);
    assert_int_equal(shutdown(far, SHUT_WR), 0);
    TURN_UNTIL(*state, end.closed == 1);
    assert_int_equal(end.error, NW_OK);
    assert_int_equal(end.bytes, 5);
    tcp_pause(end.tcp, true);
    tcp_pause(end.tcp, false); /* there is nothing to read any more */
    assert_int_equal(tcp_send(end.tcp, (const uint8_t *)"back", 4), NW_OK);
    turn_for(*state, 2000000);
    assert_int_equal(recv(far, back, sizeof back, MSG_DONTWAIT), 4);
    close(far);
    for (int i = 0; i < 3; i++) { /* the first one is answered with a reset */
        tcp_send(end.tcp, (const uint8_t *)"back", 4);
        turn_for(*state, 2000000);
    }
    assert_int_equal(end.closed, 2);
    assert_int_equal(end.error, NW_EIO);
    assert_int_equal(tcp_send(end.tcp, (const uint8_t *)"x", 1), NW_ECLOSED);
    finish(&end);
}

static void note_failure(void *user, int errno_value)
{
    ((struct end *)user)->error = errno_value;
}

/* Without descriptors the loop neither spins nor gives up. */
static void no_descriptors_left(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = far_connect("127.0.0.1", port), full;
    struct rlimit before, limit;
    uint64_t turns = 0, end_ns;

    loop_turn(*state, clock_mono_ns() + 1); /* what the loop needs for waiting is there */
    TURN_UNTIL(*state, end.accepted == 1);
    tcp_close(end.tcp);
    end.tcp = NULL;
    close(far);
    turn_for(*state, 2000000);
    far = far_connect("127.0.0.1", port);
    tcp_listener_on_failure(end.listener, note_failure);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    full = dup(far);
    limit = before;
    limit.rlim_cur = (rlim_t)full;
    close(full);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    end_ns = clock_mono_ns() + 300000000;
    for (; clock_mono_ns() < end_ns; turns++)
        loop_turn(*state, end_ns);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(end.accepted, 1);
    assert_int_equal(end.error, EMFILE);
    assert_true(turns < 20);
    full = far_connect("127.0.0.1", port); /* valgrind has swallowed the first one */
    TURN_UNTIL(*state, end.accepted >= 2);
    close(far);
    close(full);
    finish(&end);
}

/* ---- connecting ---- */

struct outcome {
    int calls, error, errno_value;
};

static void on_connected(void *user, int error, int errno_value)
{
    struct outcome *outcome = user;

    outcome->calls++;
    outcome->error = error;
    outcome->errno_value = errno_value;
}

static void connects_to_itself(void **state)
{
    struct end near, end;
    struct outcome outcome = {0};
    struct net_addr peer = addr_of("127.0.0.1", listen_on(&end, *state, NULL));

    memset(&near, 0, sizeof near);
    assert_int_equal(tcp_connect(*state, &peer, on_connected, &outcome, &near.tcp), NW_OK);
    assert_int_equal(outcome.calls, 0);
    TURN_UNTIL(*state, outcome.calls == 1 && end.tcp != NULL);
    assert_int_equal(outcome.error, NW_OK);
    start(&near);
    end.echo = true;
    assert_int_equal(tcp_send(near.tcp, (const uint8_t *)"ping", 4), NW_OK);
    assert_int_equal(tcp_send(near.tcp, (const uint8_t *)"", 0), NW_OK);
    TURN_UNTIL(*state, near.bytes == 4);
    tcp_close(near.tcp);
    TURN_UNTIL(*state, end.closed == 1);
    finish(&end);
}

static void a_refused_connection_is_told_once(void **state)
{
    int far = far_socket(SOCK_STREAM, "127.0.0.1");
    struct net_addr peer = addr_of("127.0.0.1", far_port(far)); /* bound, but nobody listens */
    struct outcome outcome = {0};
    struct tcp *tcp;

    assert_int_equal(tcp_connect(*state, &peer, on_connected, &outcome, &tcp), NW_OK);
    TURN_UNTIL(*state, outcome.calls == 1);
    assert_int_equal(outcome.error, NW_EIO);
    assert_int_equal(outcome.errno_value, ECONNREFUSED);
    assert_int_equal(tcp_send(tcp, (const uint8_t *)"x", 1), NW_ECLOSED);
    tcp_close(tcp);
    assert_int_equal(tcp_connect(*state, &peer, on_connected, &outcome, &tcp), NW_OK);
    tcp_close(tcp);
    turn_for(*state, 5000000);
    assert_int_equal(outcome.calls, 1);
    close(far);
}

/* ---- reading and closing ---- */

static void a_paused_connection_slows_its_peer_down(void **state)
{
    static uint8_t bytes[65536];
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    size_t sent = 0, before;
    ssize_t n;

    tcp_pause(end.tcp, true);
    tcp_pause(end.tcp, true);
    while ((n = send(far, bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
        sent += (size_t)n;
        loop_turn(*state, 0);
    }
    turn_for(*state, 2000000);
    before = end.bytes;
    assert_int_equal(before, 0);
    tcp_pause(end.tcp, false);
    TURN_UNTIL(*state, end.bytes == sent);
    close(far);
    finish(&end);
}

static void closing_inside_data(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    char back[8];

    end.echo = end.close_on_data = true;
    assert_int_equal(send(far, "hello", 5, 0), 5);
    TURN_UNTIL(*state, end.tcp == NULL);
    assert_int_equal(recv(far, back, sizeof back, 0), 5); /* tried once before it closed */
    assert_int_equal(recv(far, back, sizeof back, 0), 0);
    assert_int_equal(end.closed, 0);
    close(far);
    finish(&end);
}

static void closing_inside_closed(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);

    end.close_on_closed = true;
    close(far);
    TURN_UNTIL(*state, end.closed == 1);
    assert_null(end.tcp);
    finish(&end);
}

static void closing_with_bytes_that_nobody_reads(void **state)
{
    static uint8_t bytes[100000];
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);

    while (tcp_send(end.tcp, bytes, sizeof bytes) == NW_OK)
        loop_turn(*state, 0);
    finish(&end);
    turn_for(*state, 2000000);
    assert_int_equal(end.closed, 0);
    close(far);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(echoes),
        LOOP_TEST(a_taken_port_is_busy_at_once),
        LOOP_TEST(ipv6_on_the_same_listener),
        LOOP_TEST(accepted_connections_outlive_their_listener),
        LOOP_TEST(a_peer_that_has_ended_its_sending_is_answered),
        LOOP_TEST(no_descriptors_left),
        LOOP_TEST(connects_to_itself),
        LOOP_TEST(a_refused_connection_is_told_once),
        LOOP_TEST(a_paused_connection_slows_its_peer_down),
        LOOP_TEST(closing_inside_data),
        LOOP_TEST(closing_inside_closed),
        LOOP_TEST(closing_with_bytes_that_nobody_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
