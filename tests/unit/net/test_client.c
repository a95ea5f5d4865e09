/* The client end: names, refusals, peers that go and come back.
 * SPDX-License-Identifier: MIT */
#include "../loop/loop_test.h"
#include "net/client.h"

#include <fcntl.h>

static struct owner {
    struct client *client;
    unsigned ready, waiting, data, writable;
    uint8_t bytes[64];
    size_t length;
    bool close_on_data, close_on_ready, close_on_waiting;
} o;

static void close_it(void)
{
    client_close(o.client);
    o.client = NULL;
}

static void on_data(void *user, const uint8_t *bytes, size_t length)
{
    (void)user;
    o.data++;
    o.length = length < sizeof o.bytes ? length : sizeof o.bytes;
    memcpy(o.bytes, bytes, o.length);
    if (o.close_on_data)
        close_it();
}

static void on_state(void *user, enum client_state state)
{
    (void)user;
    if (state == CLIENT_READY)
        o.ready++;
    else
        o.waiting++;
    assert_int_equal(client_state(o.client), state);
    if (state == CLIENT_READY ? o.close_on_ready : o.close_on_waiting)
        close_it();
}

static void on_writable(void *user)
{
    (void)user;
    o.writable++;
}

static int client_setup(void **state)
{
    memset(&o, 0, sizeof o);
    return loop_setup(state);
}

static int client_teardown(void **state)
{
    client_close(o.client);
    return loop_teardown(state);
}

#define CLIENT_TEST(f) cmocka_unit_test_setup_teardown(f, client_setup, client_teardown)

static void open_client(struct loop *loop, enum server_protocol protocol, const char *host, uint16_t port)
{
    struct client_callbacks callbacks = {.data = on_data, .state = on_state, .writable = on_writable};
    char label[80];

    snprintf(label, sizeof label, "%s:%u", host, (unsigned)port);
    assert_int_equal(client_open(loop, protocol, host, port, label, &callbacks, &o.client), NW_OK);
}

/* A listener of the far end on a port that may have been used before. */
static int far_listen(uint16_t port)
{
    struct sockaddr_in in = sockaddr_of("127.0.0.1", port);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(listen(fd, 5), 0);
    return fd;
}

static void udp_is_ready_at_once(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    struct net_addr local;
    char back[16];

    open_client(*state, SERVER_UDP, "127.0.0.1", far_port(far));
    assert_int_equal(client_state(o.client), CLIENT_READY);
    assert_int_equal(o.ready, 0); /* no callback inside client_open */
    assert_int_equal(client_send(o.client, (const uint8_t *)"hello", 5), NW_OK);
    client_flush(o.client);
    assert_int_equal(recv(far, back, sizeof back, 0), 5);
    udp_local(client_udp(o.client), &local);
    far_send_to(far, "127.0.0.1", local.port, "back", 4);
    TURN_UNTIL(*state, o.data == 1);
    assert_memory_equal(o.bytes, "back", 4);
    assert_int_equal(client_queued(o.client), 0);
    client_pause(o.client, true); /* UDP: nothing */
    far_send_to(far, "127.0.0.1", local.port, "back", 4);
    TURN_UNTIL(*state, o.data == 2);
    close(far);
}

static void udp_by_name(void **state)
{
    int far = far_socket(SOCK_DGRAM, "127.0.0.1");
    char back[16];

    open_client(*state, SERVER_UDP, "localhost", far_port(far));
    assert_int_equal(client_state(o.client), CLIENT_WAITING);
    assert_null(client_udp(o.client));
    assert_int_equal(client_send(o.client, (const uint8_t *)"hello", 5), NW_ECLOSED);
    client_flush(o.client);
    TURN_UNTIL(*state, o.ready == 1);
    assert_int_equal(client_send(o.client, (const uint8_t *)"hello", 5), NW_OK);
    loop_turn(*state, 0);
    assert_int_equal(recv(far, back, sizeof back, 0), 5);
    close(far);
}

static void what_cannot_be_a_peer(void **state)
{
    struct client_callbacks callbacks = {.data = on_data};
    char host[300];

    memset(host, 'x', sizeof host);
    host[sizeof host - 1] = '\0';
    assert_int_equal(client_open(*state, SERVER_UDP, "", 1, "x", &callbacks, &o.client), NW_EADDRESS);
    assert_int_equal(client_open(*state, SERVER_UDP, "127.0.0.1", 0, "x", &callbacks, &o.client), NW_EADDRESS);
    assert_int_equal(client_open(*state, SERVER_UDP, host, 1, "x", &callbacks, &o.client), NW_EADDRESS);
    assert_null(o.client);
    client_close(NULL);
}

static void a_name_that_is_none_is_tried_again(void **state)
{
    open_client(*state, SERVER_TCP, "a..b", 1);
    TURN_UNTIL(*state, o.waiting == 1);
    turn_for(*state, 250000000);
    assert_int_equal(client_state(o.client), CLIENT_MISSING);
    assert_int_equal(o.waiting, 1); /* told once that it is not there */
}

static void closing_while_a_name_is_looked_up(void **state)
{
    open_client(*state, SERVER_TCP, "localhost", 1);
    close_it();
    turn_for(*state, 20000000);
    assert_int_equal(o.ready + o.waiting, 0);
}

static void tcp_goes_and_comes_back(void **state)
{
    int listener = far_listen(0), far, saved, ends[2];
    uint16_t port = far_port(listener);
    char text[4096], line[200], back[16], *back_after;
    ssize_t n;

    close(listener);
    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    log_set_level(LOG_NORMAL);
    open_client(*state, SERVER_TCP, "127.0.0.1", port);
    TURN_UNTIL(*state, o.waiting == 1);
    turn_for(*state, 350000000); /* three attempts, one line */
    assert_int_equal(client_state(o.client), CLIENT_MISSING);
    listener = far_listen(port);
    TURN_UNTIL(*state, o.ready == 1);
    far = accept(listener, NULL, NULL);
    assert_int_equal(client_send(o.client, (const uint8_t *)"hello", 5), NW_OK);
    loop_turn(*state, 0);
    assert_int_equal(recv(far, back, sizeof back, 0), 5);
    assert_int_equal(send(far, "data", 4, 0), 4);
    TURN_UNTIL(*state, o.data == 1);
    /* Lost, and found again without anybody's help. */
    close(far);
    TURN_UNTIL(*state, o.waiting == 2);
    assert_int_equal(client_send(o.client, (const uint8_t *)"lost", 4), NW_ECLOSED);
    TURN_UNTIL(*state, o.ready == 2);
    log_set_level(LOG_QUIET);
    dup2(saved, STDERR_FILENO);
    n = read(ends[0], text, sizeof text - 1);
    text[n > 0 ? n : 0] = '\0';
    snprintf(line, sizeof line, "E305 tcp 127.0.0.1:%u is not there (connection refused); trying again\n",
             (unsigned)port);
    assert_memory_equal(text, line, strlen(line));
    snprintf(line, sizeof line, "\n127.0.0.1:%u is back after ", (unsigned)port);
    assert_non_null(back_after = strstr(text, line));
    assert_true(strtod(back_after + strlen(line), NULL) >= 0.3); /* a slow machine needs longer */
    snprintf(line, sizeof line, "\nE305 tcp 127.0.0.1:%u is not there (it closed the connection); trying again\n",
             (unsigned)port);
    assert_non_null(strstr(text, line));
    n = 0;
    for (const char *at = text; *at != '\0'; at++)
        n += *at == '\n';
    assert_int_equal(n, 4);
    close(ends[0]);
    close(ends[1]);
    close(saved);
    close(listener);
}

static void tcp_peer_that_does_not_read(void **state)
{
    static uint8_t bytes[60000];
    int listener = far_listen(0), far;
    size_t sent = 0, got = 0;

    open_client(*state, SERVER_TCP, "localhost", far_port(listener));
    TURN_UNTIL(*state, o.ready == 1);
    far = accept(listener, NULL, NULL);
    while (client_send(o.client, bytes, sizeof bytes) == NW_OK) {
        sent += sizeof bytes;
        loop_turn(*state, 0);
    }
    assert_int_equal(client_send(o.client, bytes, sizeof bytes), NW_EFULL);
    assert_true(client_queued(o.client) > TCP_SEND_BUFFER / 2);
    assert_int_equal(o.writable, 0);
    while (got < sent) {
        static uint8_t chunk[65536];
        ssize_t n = recv(far, chunk, sizeof chunk, MSG_DONTWAIT);

        if (n > 0)
            got += (size_t)n;
        else
            loop_turn(*state, clock_mono_ns() + 1000000);
    }
    TURN_UNTIL(*state, o.writable == 1);
    close(far);
    close(listener);
}

static void a_paused_client_does_not_read(void **state)
{
    int listener = far_listen(0), far;

    open_client(*state, SERVER_TCP, "127.0.0.1", far_port(listener));
    client_pause(o.client, true); /* before it is connected */
    TURN_UNTIL(*state, o.ready == 1);
    far = accept(listener, NULL, NULL);
    assert_int_equal(send(far, "data", 4, 0), 4);
    turn_for(*state, 5000000);
    assert_int_equal(o.data, 0);
    client_pause(o.client, false);
    TURN_UNTIL(*state, o.data == 1);
    close(far);
    close(listener);
}

static void closing_inside_each_callback(void **state)
{
    for (int where = 0; where < 3; where++) {
        int listener = far_listen(0), far;

        memset(&o, 0, sizeof o);
        o.close_on_ready = where == 0;
        o.close_on_data = where == 1;
        o.close_on_waiting = where == 2;
        open_client(*state, SERVER_TCP, "localhost", far_port(listener));
        if (where != 0) {
            TURN_UNTIL(*state, o.ready == 1);
            far = accept(listener, NULL, NULL);
            if (where == 1)
                assert_int_equal(send(far, "data", 4, 0), 4);
            close(far);
        }
        TURN_UNTIL(*state, o.client == NULL);
        turn_for(*state, 2000000);
        close(listener);
    }
    /* UDP: data, and ready when the name is found. */
    for (int where = 0; where < 2; where++) {
        int far = far_socket(SOCK_DGRAM, "127.0.0.1");
        struct net_addr local;

        memset(&o, 0, sizeof o);
        o.close_on_ready = where == 0;
        o.close_on_data = where == 1;
        open_client(*state, SERVER_UDP, "localhost", far_port(far));
        TURN_UNTIL(*state, o.ready == 1);
        if (where == 1) {
            udp_local(client_udp(o.client), &local);
            far_send_to(far, "127.0.0.1", local.port, "data", 4);
        }
        TURN_UNTIL(*state, o.client == NULL);
        close(far);
    }
}

static void closing_while_connecting(void **state)
{
    int listener = far_listen(0);

    open_client(*state, SERVER_TCP, "127.0.0.1", far_port(listener));
    close_it();
    turn_for(*state, 5000000);
    assert_int_equal(o.ready, 0);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CLIENT_TEST(udp_is_ready_at_once),
        CLIENT_TEST(udp_by_name),
        CLIENT_TEST(what_cannot_be_a_peer),
        CLIENT_TEST(a_name_that_is_none_is_tried_again),
        CLIENT_TEST(closing_while_a_name_is_looked_up),
        CLIENT_TEST(tcp_goes_and_comes_back),
        CLIENT_TEST(tcp_peer_that_does_not_read),
        CLIENT_TEST(a_paused_client_does_not_read),
        CLIENT_TEST(closing_inside_each_callback),
        CLIENT_TEST(closing_while_connecting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
