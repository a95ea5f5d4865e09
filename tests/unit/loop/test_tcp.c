/* TCP listeners and connections against plain sockets: echo, stalled readers, vanishing peers, closing anywhere.
 * SPDX-License-Identifier: MIT */
#include "loop/tcp.h"
#include "loop_test.h"

#include <fcntl.h>
#include <sys/resource.h>

/* ---- our end ---- */

struct end {
    struct tcp *tcp;
    struct tcp_listener *listener;
    size_t bytes;
    unsigned closed, writable, accepted;
    int error;
    bool echo, close_on_data, close_on_closed, close_listener;
};

static void on_data(void *user, const uint8_t *bytes, size_t length)
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

static void on_closed(void *user, int error)
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

static void on_writable(void *user)
{
    ((struct end *)user)->writable++;
}

static void start(struct end *end)
{
    struct tcp_callbacks callbacks = {.data = on_data, .closed = on_closed, .writable = on_writable, .user = end};

    tcp_start(end->tcp, &callbacks);
}

static void on_accepted(void *user, struct tcp *connection)
{
    struct end *end = user;

    end->accepted++;
    end->tcp = connection;
    start(end);
    if (end->close_listener) {
        tcp_listener_close(end->listener);
        end->listener = NULL;
    }
}

static uint16_t listen_on(struct end *end, struct loop *loop, const char *ip)
{
    struct net_addr bind = addr_of(ip, 0);

    memset(end, 0, sizeof *end);
    assert_int_equal(tcp_listen(loop, &bind, on_accepted, end, &end->listener), NW_OK);
    tcp_listener_local(end->listener, &bind);
    assert_int_not_equal(bind.port, 0);
    return bind.port;
}

static int accept_one(struct end *end, struct loop *loop, uint16_t port)
{
    int far = far_connect("127.0.0.1", port);

    TURN_UNTIL(loop, end->tcp != NULL);
    return far;
}

static void finish(struct end *end)
{
    tcp_close(end->tcp);
    tcp_listener_close(end->listener);
}

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
    assert_true(turns < 20);
    TURN_UNTIL(*state, end.accepted == 2);
    close(far);
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

/* ---- sending ---- */

/* One peer does not read: its buffer fills and refuses, others are served, and it is told when there is room again. */
static void a_stalled_reader_stalls_nobody(void **state)
{
    static uint8_t bytes[60000];
    struct end slow, quick;
    uint16_t slow_port = listen_on(&slow, *state, NULL), quick_port = listen_on(&quick, *state, NULL);
    int far = accept_one(&slow, *state, slow_port), other = accept_one(&quick, *state, quick_port);
    size_t taken = 0, read_back = 0;
    char back[8];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i % 251);
    while (tcp_send(slow.tcp, bytes, sizeof bytes) == NW_OK) {
        taken += sizeof bytes;
        loop_turn(*state, 0);
        assert_true(taken < 100000000);
    }
    assert_int_equal(tcp_send(slow.tcp, bytes, sizeof bytes), NW_EFULL);
    assert_in_range(tcp_queued(slow.tcp), TCP_SEND_BUFFER - sizeof bytes + 1, TCP_SEND_BUFFER);
    turn_for(*state, 2000000);
    assert_int_equal(slow.writable, 0);
    quick.echo = true;
    assert_int_equal(send(other, "hello", 5, 0), 5);
    TURN_UNTIL(*state, quick.bytes == 5);
    assert_int_equal(recv(other, back, sizeof back, 0), 5);
    /* It reads again: everything comes, in order. */
    while (read_back < taken) {
        static uint8_t chunk[65536];
        ssize_t n = recv(far, chunk, sizeof chunk, MSG_DONTWAIT);

        if (n < 0) {
            loop_turn(*state, clock_mono_ns() + 1000000);
            continue;
        }
        for (ssize_t i = 0; i < n; i++, read_back++)
            if (chunk[i] != bytes[read_back % sizeof bytes])
                fail_msg("byte %zu differs", read_back);
    }
    turn_for(*state, 2000000);
    assert_int_equal(slow.writable, 1);
    assert_int_equal(tcp_queued(slow.tcp), 0);
    assert_int_equal(tcp_send(slow.tcp, bytes, sizeof bytes), NW_OK);
    close(far);
    close(other);
    finish(&slow);
    finish(&quick);
}

static void what_never_fits_is_too_big(void **state)
{
    static uint8_t bytes[TCP_SEND_BUFFER + 1];
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    uint8_t *room;

    assert_int_equal(tcp_send(end.tcp, bytes, sizeof bytes), NW_ETOOBIG);
    assert_int_equal(tcp_send(end.tcp, bytes, sizeof bytes - 1), NW_OK);
    assert_int_equal(tcp_send(end.tcp, bytes, 1), NW_EFULL);
    assert_int_equal(tcp_reserve(end.tcp, 1, &room), NW_EFULL);
    tcp_flush(end.tcp);
    close(far);
    finish(&end);
}

static void made_in_place(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    uint8_t *room;
    char back[8];

    assert_int_equal(tcp_reserve(end.tcp, 100, &room), NW_OK);
    memcpy(room, "abc", 3);
    tcp_commit(end.tcp, 3);
    assert_int_equal(tcp_send(end.tcp, (const uint8_t *)"de", 2), NW_OK);
    assert_int_equal(tcp_queued(end.tcp), 5);
    loop_turn(*state, 0);
    assert_int_equal(recv(far, back, sizeof back, 0), 5);
    assert_memory_equal(back, "abcde", 5);
    close(far);
    finish(&end);
}

/* The far end goes away with a reset while bytes wait for it. */
static void a_peer_that_vanishes_while_we_write(void **state)
{
    static uint8_t bytes[100000];
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    struct linger reset = {.l_onoff = 1};

    end.close_on_closed = true;
    while (tcp_send(end.tcp, bytes, sizeof bytes) == NW_OK)
        loop_turn(*state, 0);
    assert_int_equal(setsockopt(far, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    close(far);
    TURN_UNTIL(*state, end.closed == 1);
    assert_int_equal(end.error, NW_EIO);
    assert_null(end.tcp);
    finish(&end);
}

/* The same when nothing is being read: the write alone has to notice. */
static void a_paused_connection_notices_by_writing(void **state)
{
    struct end end;
    uint16_t port = listen_on(&end, *state, NULL);
    int far = accept_one(&end, *state, port);
    struct linger reset = {.l_onoff = 1};

    tcp_pause(end.tcp, true);
    assert_int_equal(setsockopt(far, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    close(far);
    assert_int_equal(tcp_send(end.tcp, (const uint8_t *)"x", 1), NW_OK);
    TURN_UNTIL(*state, end.closed == 1);
    assert_int_equal(end.error, NW_EIO);
    finish(&end);
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
        LOOP_TEST(no_descriptors_left),
        LOOP_TEST(connects_to_itself),
        LOOP_TEST(a_refused_connection_is_told_once),
        LOOP_TEST(a_stalled_reader_stalls_nobody),
        LOOP_TEST(what_never_fits_is_too_big),
        LOOP_TEST(made_in_place),
        LOOP_TEST(a_peer_that_vanishes_while_we_write),
        LOOP_TEST(a_paused_connection_notices_by_writing),
        LOOP_TEST(a_paused_connection_slows_its_peer_down),
        LOOP_TEST(closing_inside_data),
        LOOP_TEST(closing_inside_closed),
        LOOP_TEST(closing_with_bytes_that_nobody_reads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
