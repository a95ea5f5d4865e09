/* Servers against plain sockets: who is heard, how streams are cut, how connections end.
 * SPDX-License-Identifier: MIT */
#include "../loop/loop_test.h"
#include "base/bytes.h"
#include "net/server.h"

#include <fcntl.h>

#define PACKET "/a\0\0,\0\0\0" /* 8 bytes */
#define PACKET_SIZE 8u

/* ---- one who runs a server ---- */

enum act { ACT_NONE, ACT_ECHO, ACT_DISCONNECT, ACT_CLOSE };

static struct owner {
    struct loop *loop;
    struct server *server;
    struct peers peers;
    struct allow allow;
    uint16_t port;
    unsigned messages, malformed, refused, accepted, closed;
    int malformed_error, closed_error;
    size_t bytes, length;
    uint8_t first[64]; /* of the last message */
    struct peer *from;
    struct net_addr refused_from;
    enum act on_message, on_malformed, on_accepted, on_closed, on_refused;
} o;

static void act(enum act what, struct peer *peer, const uint8_t *bytes, size_t length)
{
    if (what == ACT_ECHO)
        assert_int_equal(server_send(peer, bytes, length), NW_OK);
    if (what == ACT_DISCONNECT)
        server_disconnect(peer);
    if (what == ACT_CLOSE) {
        server_close(o.server);
        o.server = NULL;
    }
}

static void on_message(void *user, struct peer *from, const uint8_t *bytes, size_t length)
{
    (void)user;
    assert_true(from->used);
    o.messages++;
    o.bytes += length;
    o.length = length;
    o.from = from;
    memcpy(o.first, bytes, length < sizeof o.first ? length : sizeof o.first);
    act(o.on_message, from, bytes, length);
}

static void on_malformed(void *user, struct peer *from, int error)
{
    (void)user;
    o.malformed++;
    o.malformed_error = error;
    act(o.on_malformed, from, NULL, 0);
}

static void on_refused(void *user, const struct net_addr *from)
{
    (void)user;
    o.refused++;
    o.refused_from = *from;
    act(o.on_refused, NULL, NULL, 0);
}

static void on_accepted(void *user, struct peer *peer)
{
    (void)user;
    o.accepted++;
    act(o.on_accepted, peer, (const uint8_t *)PACKET, PACKET_SIZE);
}

static void on_closed(void *user, struct peer *peer, int error)
{
    (void)user;
    assert_true(peer->used);
    o.closed++;
    o.closed_error = error;
    act(o.on_closed, peer, NULL, 0);
}

static int server_setup(void **state)
{
    memset(&o, 0, sizeof o);
    peers_init(&o.peers);
    allow_init(&o.allow, false);
    o.loop = loop_new();
    log_set_level(LOG_QUIET);
    *state = o.loop;
    return o.loop == NULL;
}

static int server_teardown(void **state)
{
    (void)state;
    server_close(o.server);
    peers_free(&o.peers);
    loop_free(o.loop);
    return 0;
}

#define SERVER_TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

static void open_server(enum server_protocol protocol, enum server_framing framing)
{
    struct server_options options = {.protocol = protocol, .framing = framing, .allow = &o.allow, .peers = &o.peers};
    struct server_callbacks callbacks = {.message = on_message,
                                         .malformed = on_malformed,
                                         .refused = on_refused,
                                         .accepted = on_accepted,
                                         .closed = on_closed};
    struct net_addr local;

    assert_int_equal(server_open(o.loop, &options, &callbacks, &o.server), NW_OK);
    server_local(o.server, &local);
    o.port = local.port;
    assert_int_equal(server_protocol(o.server), protocol);
}

static int connect_one(void)
{
    unsigned before = o.accepted;
    int far = far_connect("127.0.0.1", o.port);

    TURN_UNTIL(o.loop, o.accepted == before + 1);
    return far;
}

static void far_send(int far, const void *bytes, size_t length)
{
    assert_int_equal(send(far, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* Reads exactly length bytes while the loop turns. */
static void far_read(int far, uint8_t *bytes, size_t length)
{
    size_t got = 0;

    while (got < length) {
        ssize_t n = recv(far, bytes + got, length - got, MSG_DONTWAIT);

        assert_int_not_equal(n, 0);
        if (n > 0)
            got += (size_t)n;
        else
            loop_turn(o.loop, clock_mono_ns() + 1000000);
    }
}

/* The far end sees that its connection is gone. */
static void far_is_closed(int far)
{
    char byte;
    ssize_t n;

    while ((n = recv(far, &byte, 1, MSG_DONTWAIT)) != 0) {
        if (n < 0 && errno == ECONNRESET)
            break;
        loop_turn(o.loop, clock_mono_ns() + 1000000);
    }
    close(far);
}

/* ---- UDP ---- */

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

static unsigned log_lines(const char *text, const char *needle)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, needle)) != NULL; at++)
        count++;
    return count;
}

/* What goes to standard error while it is diverted into a pipe. */
static int divert_stderr(int *saved)
{
    int ends[2];

    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    *saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    log_set_level(LOG_NORMAL);
    return ends[0];
}

static void restore_stderr(int saved, int from, char *text, size_t size)
{
    ssize_t n;

    dup2(saved, STDERR_FILENO);
    close(saved);
    log_set_level(LOG_QUIET);
    n = read(from, text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    close(from);
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
                    TURN_UNTIL(o.loop, o.accepted == 1);
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
        SERVER_TEST(tcp_tells_framings_apart_and_answers_alike),
        SERVER_TEST(tcp_frames_byte_by_byte),
        SERVER_TEST(tcp_speaks_first_with_a_size_prefix),
        SERVER_TEST(tcp_raw_gives_chunks),
        SERVER_TEST(what_is_too_big_to_send),
        SERVER_TEST(garbage_is_shown_the_door),
        SERVER_TEST(a_peer_that_vanishes_inside_a_frame),
        SERVER_TEST(closing_inside_every_callback),
        SERVER_TEST(the_65th_connection_is_turned_away),
        SERVER_TEST(tcp_refuses_strangers),
        SERVER_TEST(a_paused_server_does_not_read),
        SERVER_TEST(a_busy_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
