/* Sending over TCP: stalled readers, full buffers, peers that vanish.
 * SPDX-License-Identifier: MIT */
#include "tcp_test.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(a_stalled_reader_stalls_nobody),
        LOOP_TEST(what_never_fits_is_too_big),
        LOOP_TEST(made_in_place),
        LOOP_TEST(a_peer_that_vanishes_while_we_write),
        LOOP_TEST(a_paused_connection_notices_by_writing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
