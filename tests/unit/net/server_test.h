/* One who runs a server, and notes what it tells; each callback can be made to act.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_SERVER_TEST_H
#define NOTEWIRE_TESTS_SERVER_TEST_H

#include "../loop/loop_test.h"
#include "net/server.h"

#include <fcntl.h>

#define PACKET "/a\0\0,\0\0\0" /* 8 bytes */
#define PACKET_SIZE 8u

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

static inline void act(enum act what, struct peer *peer, const uint8_t *bytes, size_t length)
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

static inline void on_message(void *user, struct peer *from, const uint8_t *bytes, size_t length)
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

static inline void on_malformed(void *user, struct peer *from, int error)
{
    (void)user;
    o.malformed++;
    o.malformed_error = error;
    act(o.on_malformed, from, NULL, 0);
}

static inline void on_refused(void *user, const struct net_addr *from)
{
    (void)user;
    o.refused++;
    o.refused_from = *from;
    act(o.on_refused, NULL, NULL, 0);
}

static inline void on_accepted(void *user, struct peer *peer)
{
    (void)user;
    o.accepted++;
    act(o.on_accepted, peer, (const uint8_t *)PACKET, PACKET_SIZE);
}

static inline void on_closed(void *user, struct peer *peer, int error)
{
    (void)user;
    assert_true(peer->used);
    o.closed++;
    o.closed_error = error;
    act(o.on_closed, peer, NULL, 0);
}

static inline int server_setup(void **state)
{
    memset(&o, 0, sizeof o);
    peers_init(&o.peers);
    allow_init(&o.allow, false);
    o.loop = loop_new();
    log_set_level(LOG_QUIET);
    *state = o.loop;
    return o.loop == NULL;
}

static inline int server_teardown(void **state)
{
    (void)state;
    server_close(o.server);
    peers_free(&o.peers);
    loop_free(o.loop);
    return 0;
}

#define SERVER_TEST(f) cmocka_unit_test_setup_teardown(f, server_setup, server_teardown)

static inline void open_server(enum server_protocol protocol, enum server_framing framing)
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

static inline int connect_one(void)
{
    unsigned before = o.accepted;
    int far = far_connect("127.0.0.1", o.port);

    TURN_UNTIL(o.loop, o.accepted == before + 1);
    return far;
}

static inline void far_send(int far, const void *bytes, size_t length)
{
    assert_int_equal(send(far, bytes, length, MSG_NOSIGNAL), (ssize_t)length);
}

/* Reads exactly length bytes while the loop turns. */
static inline void far_read(int far, uint8_t *bytes, size_t length)
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
static inline void far_is_closed(int far)
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

static inline unsigned log_lines(const char *text, const char *needle)
{
    unsigned count = 0;

    for (const char *at = text; (at = strstr(at, needle)) != NULL; at++)
        count++;
    return count;
}

/* What goes to standard error while it is diverted into a pipe. */
static inline int divert_stderr(int *saved)
{
    int ends[2];

    assert_int_equal(pipe2(ends, O_NONBLOCK | O_CLOEXEC), 0);
    *saved = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    log_set_level(LOG_NORMAL);
    return ends[0];
}

static inline void restore_stderr(int saved, int from, char *text, size_t size)
{
    ssize_t n;

    dup2(saved, STDERR_FILENO);
    close(saved);
    log_set_level(LOG_QUIET);
    n = read(from, text, size - 1);
    text[n > 0 ? n : 0] = '\0';
    close(from);
}

#endif
