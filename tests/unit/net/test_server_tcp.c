/* TCP servers against plain sockets: how streams are cut, and how connections end.
 * SPDX-License-Identifier: MIT */
#include "server_test.h"

/* ---- TCP: framing ---- */

static size_t frame(enum osc_framing framing, uint8_t *out)
{
    return osc_frame_write(framing, (const uint8_t *)PACKET, PACKET_SIZE, out);
}

static void tcp_tells_framings_apart_and_answers_alike(void **state)
{
    static const enum osc_framing framings[] = {OSC_FRAMING_SIZE, OSC_FRAMING_SLIP};

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    assert_null(server_udp(o.server));
    o.on_message = ACT_ECHO;
    for (size_t i = 0; i < 2; i++) {
        uint8_t bytes[64], back[64];
        size_t length = frame(framings[i], bytes);
        int far = connect_one();

        o.messages = 0;
        far_send(far, bytes, length);
        far_read(far, back, length);
        assert_memory_equal(back, bytes, length);
        assert_int_equal(o.messages, 1);
        assert_memory_equal(o.first, PACKET, PACKET_SIZE);
        assert_ptr_equal(o.peers.last, o.from);
        far_send(far, bytes, length);
        far_read(far, back, length);
        close(far);
        TURN_UNTIL(o.loop, o.closed == i + 1);
    }
    assert_int_equal(o.malformed, 0);
    assert_null(o.peers.last);
}

static void tcp_frames_byte_by_byte(void **state)
{
    uint8_t bytes[64];
    size_t length = frame(OSC_FRAMING_SLIP, bytes);
    int far;

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    far = connect_one();
    for (size_t i = 0; i < length; i++) {
        far_send(far, bytes + i, 1);
        turn_for(o.loop, 200000);
    }
    TURN_UNTIL(o.loop, o.messages == 1);
    assert_int_equal(o.length, PACKET_SIZE);
    close(far);
    far = connect_one();
    length = frame(OSC_FRAMING_SIZE, bytes);
    for (size_t i = 0; i < length; i++) {
        far_send(far, bytes + i, 1);
        turn_for(o.loop, 200000);
    }
    TURN_UNTIL(o.loop, o.messages == 2);
    assert_memory_equal(o.first, PACKET, PACKET_SIZE);
    close(far);
}

static void tcp_speaks_first_with_a_size_prefix(void **state)
{
    uint8_t expected[64], back[64];
    size_t length = frame(OSC_FRAMING_SIZE, expected);
    int far;

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    o.on_accepted = ACT_ECHO;
    far = connect_one();
    far_read(far, back, length);
    assert_memory_equal(back, expected, length);
    close(far);
}

static void tcp_raw_gives_chunks(void **state)
{
    uint8_t back[16];
    int far;

    (void)state;
    open_server(SERVER_TCP, SERVER_RAW);
    o.on_message = ACT_ECHO;
    far = connect_one();
    far_send(far, "\x90\x40\x7f", 3);
    far_read(far, back, 3);
    assert_memory_equal(back, "\x90\x40\x7f", 3);
    assert_int_equal(o.length, 3);
    close(far);
    TURN_UNTIL(o.loop, o.closed == 1);
    assert_int_equal(o.malformed, 0);
    assert_int_equal(o.closed_error, NW_OK);
}

static void note_failure(void *user, const char *text)
{
    (void)user;
    o.malformed += strstr(text, "too many") != NULL;
}

/* Who has ended its sending keeps its place, is answered, and goes when the owner says so, or when answering fails. */
static void a_half_open_peer_stays(void **state)
{
    struct server_options options = {.protocol = SERVER_TCP, .peers = &o.peers, .half_open = true};
    struct server_callbacks callbacks = {
        .message = on_message, .accepted = on_accepted, .closed = on_closed, .failed = note_failure};
    struct peer *peer = &o.peers.peer[0];
    struct net_addr local;
    uint8_t back[4];
    int far, more[SERVER_CLIENTS_MAX];

    (void)state;
    assert_int_equal(server_open(o.loop, &options, &callbacks, &o.server), NW_OK);
    server_local(o.server, &local);
    o.port = local.port;
    for (unsigned i = 1; i <= 2; i++) {
        far = connect_one();
        far_send(far, "hello", 5);
        assert_int_equal(shutdown(far, SHUT_WR), 0);
        TURN_UNTIL(o.loop, o.messages == i && o.closed == i);
        assert_true(peer->used);
        assert_int_equal(server_send(peer, (const uint8_t *)"back", 4), NW_OK);
        far_read(far, back, 4);
        if (i == 1)
            server_disconnect(peer);
        close(far);
    }
    while (peer->used) {
        server_send(peer, (const uint8_t *)"back", 4);
        loop_turn(o.loop, clock_mono_ns() + 1000000);
    }
    assert_int_equal(o.closed, 3);
    assert_int_equal(o.closed_error, NW_EIO);
    for (unsigned i = 0; i < SERVER_CLIENTS_MAX; i++)
        more[i] = connect_one();
    far = far_connect("127.0.0.1", o.port);
    TURN_UNTIL(o.loop, o.malformed == 1); /* failed has been called */
    close(far);
    for (unsigned i = 0; i < SERVER_CLIENTS_MAX; i++)
        close(more[i]);
}

static void what_is_too_big_to_send(void **state)
{
    static uint8_t bytes[OSC_FRAME_MAX + 4];
    int far;

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    far = connect_one();
    assert_int_equal(server_send(&o.peers.peer[0], bytes, sizeof bytes), NW_ETOOBIG);
    assert_int_equal(server_send(&o.peers.peer[0], bytes, 1000000), NW_OK);
    assert_int_equal(server_send(&o.peers.peer[0], bytes, 1000000), NW_EFULL);
    server_disconnect(&o.peers.peer[0]);
    assert_int_equal(server_send(&o.peers.peer[0], bytes, 4), NW_ECLOSED);
    server_disconnect(&o.peers.peer[0]);
    close(far);
}

/* ---- TCP: ends ---- */

static void garbage_is_shown_the_door(void **state)
{
    char text[2048];
    int far, saved, from;

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    from = divert_stderr(&saved);
    far = connect_one();
    far_send(far, "GET / HTTP/1.1\r\n\r\n", 18);
    far_is_closed(far);
    restore_stderr(saved, from, text, sizeof text);
    assert_int_equal(log_lines(text, "E302 tcp peer 127.0.0.1:"), 1);
    assert_int_equal(log_lines(text, "neither a size prefix nor SLIP; closed. Fix: "), 1);
    assert_int_equal(o.malformed, 1);
    assert_int_equal(o.malformed_error, NW_EMALFORMED);
    assert_int_equal(o.closed, 1);
    assert_int_equal(o.messages, 0);
    far = connect_one();
    far_send(far, "\x00\x20\x00\x00", 4); /* 2 MiB */
    far_is_closed(far);
    assert_int_equal(o.malformed, 2);
    assert_int_equal(o.malformed_error, NW_ETOOBIG);
    assert_int_equal(o.closed_error, NW_ETOOBIG);
    /* A good packet, then nonsense in the same chunk. */
    far = connect_one();
    far_send(far, "\0\0\0\x08" PACKET "\xff\xff\xff\xff", 16);
    far_is_closed(far);
    assert_int_equal(o.messages, 1);
    assert_int_equal(o.malformed, 3);
    /* A broken SLIP frame is survived. */
    far = connect_one();
    far_send(far,
             "\xc0"
             "ab\xdb"
             "cd\xc0" PACKET "\xc0",
             16);
    TURN_UNTIL(o.loop, o.messages == 2);
    assert_int_equal(o.malformed, 4);
    assert_int_equal(o.closed, 3);
    close(far);
    TURN_UNTIL(o.loop, o.closed == 4);
}

static void a_peer_that_vanishes_inside_a_frame(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
    } cuts[] = {{"\0\0\0\x08/a", 6}, {"\0", 1}, {"\xc0/a", 3}};

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    for (unsigned i = 0; i < 3; i++) {
        int far = connect_one();
        struct linger reset = {.l_onoff = 1};

        far_send(far, cuts[i].bytes, cuts[i].length);
        turn_for(o.loop, 2000000);
        if (i == 2)
            assert_int_equal(setsockopt(far, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
        close(far);
        TURN_UNTIL(o.loop, o.closed == i + 1);
        assert_int_equal(o.malformed, i + 1);
        assert_int_equal(o.malformed_error, NW_EMALFORMED);
    }
    assert_int_equal(o.messages, 0);
}

/* Each callback closes the connection, or the whole server, under the feet of its caller. */
static void closing_inside_every_callback(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        bool vanish;
    } inputs[] = {
        {"\0\0\0\x08" PACKET "\0\0\0\x08" PACKET "\0\0\0\x08/a", 30, true}, /* messages, then a cut */
        {"\xc0"
         "a\xdbz\xc0" PACKET "\xc0" PACKET "\xc0",
         23, true},
        {"garbage!", 8, false},
    };
    enum act *const places[] = {&o.on_message, &o.on_malformed, &o.on_accepted, &o.on_closed};

    (void)state;
    for (size_t place = 0; place < 4; place++)
        for (int what = ACT_DISCONNECT; what <= ACT_CLOSE; what++)
            for (size_t i = 0; i < 3; i++)
                for (size_t cut = 1; cut <= inputs[i].length; cut += 3) {
                    int far;

                    if (o.server == NULL)
                        open_server(SERVER_TCP, SERVER_OSC);
                    o.on_message = o.on_malformed = o.on_accepted = o.on_closed = ACT_NONE;
                    *places[place] = (enum act)what;
                    o.accepted = 0;
                    far = far_connect("127.0.0.1", o.port);
                    far_send(far, inputs[i].bytes, cut);
                    /* a late end of the connection before may close the server first */
                    TURN_UNTIL(o.loop, o.accepted == 1 || o.server == NULL);
                    send(far, inputs[i].bytes + cut, inputs[i].length - cut, MSG_NOSIGNAL);
                    close(far);
                    turn_for(o.loop, 300000);
                }
}

static void the_65th_connection_is_turned_away(void **state)
{
    int fars[SERVER_CLIENTS_MAX], late, stranger;
    char text[2048], back[8];
    int saved, from;

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    for (unsigned i = 0; i < SERVER_CLIENTS_MAX; i++)
        fars[i] = connect_one();
    from = divert_stderr(&saved);
    for (int i = 0; i < 3; i++) {
        late = far_connect("127.0.0.1", o.port);
        far_is_closed(late);
    }
    restore_stderr(saved, from, text, sizeof text);
    assert_int_equal(log_lines(text, "E304 "), 1);
    assert_int_equal(o.accepted, SERVER_CLIENTS_MAX);
    assert_int_equal(o.closed, 0);
    close(fars[7]);
    TURN_UNTIL(o.loop, o.closed == 1);
    fars[7] = connect_one();
    /* The table is full of connections: a UDP server is heard and answers, though it remembers nobody. */
    {
        struct server *tcp = o.server;

        open_server(SERVER_UDP, SERVER_OSC);
        o.on_message = ACT_ECHO;
        stranger = far_socket(SOCK_DGRAM, "127.0.0.1");
        far_send_to(stranger, "127.0.0.1", o.port, "hello", 5);
        TURN_UNTIL(o.loop, o.messages == 1);
        assert_int_equal(recv(stranger, back, sizeof back, 0), 5);
        assert_null(o.peers.last);
        server_close(o.server);
        o.server = tcp;
    }
    server_close(o.server);
    o.server = NULL;
    for (unsigned i = 0; i < SERVER_CLIENTS_MAX; i++)
        far_is_closed(fars[i]);
    close(stranger);
}

static void tcp_refuses_strangers(void **state)
{
    int far;

    (void)state;
    memset(&o.allow, 0, sizeof o.allow);
    allow_add(&o.allow, "127.0.0.1");
    open_server(SERVER_TCP, SERVER_OSC);
    far = far_connect("127.0.0.9", o.port);
    far_is_closed(far);
    assert_int_equal(o.refused, 1);
    assert_int_equal(o.accepted, 0);
    assert_int_equal(o.refused_from.ip[3], 9);
    close(connect_one());
    o.on_refused = ACT_CLOSE;
    far = far_connect("127.0.0.9", o.port);
    far_is_closed(far);
    assert_null(o.server);
}

/* Accepted when it is already gone: who it was is still known, so nobody is called a stranger. */
static void a_connection_reset_before_it_is_accepted(void **state)
{
    struct linger reset = {.l_onoff = 1};
    int far;

    (void)state;
    open_server(SERVER_TCP, SERVER_OSC);
    far = far_connect("127.0.0.1", o.port);
    assert_int_equal(setsockopt(far, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
    close(far);
    TURN_UNTIL(o.loop, o.closed == 1);
    assert_int_equal(o.accepted, 1);
    assert_int_equal(o.refused, 0);
    assert_int_equal(o.closed_error, NW_EIO);
}

static void a_paused_server_does_not_read(void **state)
{
    int far, late;

    (void)state;
    open_server(SERVER_TCP, SERVER_RAW);
    far = connect_one();
    server_pause(o.server, true);
    late = connect_one();
    far_send(far, "a", 1);
    far_send(late, "b", 1);
    turn_for(o.loop, 5000000);
    assert_int_equal(o.messages, 0);
    server_pause(o.server, false);
    TURN_UNTIL(o.loop, o.messages == 2);
    close(far);
    close(late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SERVER_TEST(tcp_tells_framings_apart_and_answers_alike),
        SERVER_TEST(tcp_frames_byte_by_byte),
        SERVER_TEST(tcp_speaks_first_with_a_size_prefix),
        SERVER_TEST(tcp_raw_gives_chunks),
        SERVER_TEST(a_half_open_peer_stays),
        SERVER_TEST(what_is_too_big_to_send),
        SERVER_TEST(garbage_is_shown_the_door),
        SERVER_TEST(a_peer_that_vanishes_inside_a_frame),
        SERVER_TEST(closing_inside_every_callback),
        SERVER_TEST(the_65th_connection_is_turned_away),
        SERVER_TEST(tcp_refuses_strangers),
        SERVER_TEST(a_connection_reset_before_it_is_accepted),
        SERVER_TEST(a_paused_server_does_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
