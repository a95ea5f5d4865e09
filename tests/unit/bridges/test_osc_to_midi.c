/* Tests of osc_to_midi: every message has one fate, now, in time, or too late.
 * SPDX-License-Identifier: MIT */
#include "bridge_test.h"

/* An output that takes everything, and where it goes. */
static int open_taker(struct fixture *f)
{
    char name[64];
    uint16_t port;
    int fd = far_socket(&port);

    snprintf(name, sizeof name, "udp:127.0.0.1:%u", port);
    assert_int_equal(bridge_open_port(&f->bridge, name, PORT_OUTPUT), 0);
    return fd;
}

static void packet(struct fixture *f, const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    osc_to_midi_packet(&f->bridge, &f->from, copy, length);
    free(copy);
    assert_books(f);
}

static void play(struct fixture *f, const char *address, int count, int a, int b)
{
    uint8_t bytes[OSC_ADDRESS_MAX + 16];

    packet(f, bytes, message_of(bytes, address, count, a, b));
}

/* The time tag of a moment so far from now: seconds since 1900, and the rest as a binary fraction. */
static uint64_t timetag_in(int64_t ns)
{
    uint64_t wall = (uint64_t)((int64_t)clock_wall_ns() + ns), second = 1000 * MS;

    return (wall / second + 2208988800ULL) << 32 | ((wall % second) << 32) / second;
}

/* A controller, in a bundle that is due in so many nanoseconds. */
static void play_in(struct fixture *f, const char *address, int64_t ns, int a)
{
    uint8_t message[256], bundle[300];
    size_t length = message_of(message, address, 2, a, 1);

    packet(f, bundle, bundle_of(bundle, timetag_in(ns), message, length));
}

static void counts_every_fate_once(void **state)
{
    struct fixture *f = *state;
    uint8_t bytes[256];
    int fd = open_taker(f);

    add_map(f, "a", false);
    play(f, "/a/cc", 2, 7, 64);
    assert_counters(f, "received=1 delivered=1 dropped=0 queued=0");
    play(f, "/nothing", 1, 7, 64);
    play(f, "/a/cc", 1, 7, 64); /* an argument is missing */
    assert_counters(f, "received=3 delivered=1 dropped=2 (unmapped=2) queued=0");
    play(f, "/a/cc", 2, 128, 64);
    assert_counters(f, "received=4 delivered=1 dropped=3 (unmapped=2 range=1) queued=0");
    packet(f, bytes, text_message_of(bytes, "/a/sysex", "7g"));
    packet(f, (const uint8_t *)"/a", 2);
    packet(f, (const uint8_t *)"", 0);
    assert_counters(f, "received=7 delivered=1 dropped=6 (malformed=3 unmapped=2 range=1) queued=0");
    play(f, "/a/to/nobody", 1, 5, 0);
    play(f, "/a/to/udp:*", 1, 5, 0);
    assert_counters(f, "received=9 delivered=2 dropped=7 (malformed=3 unmapped=2 range=1 no-port=1) queued=0");
    packet(f, bytes, text_message_of(bytes, "/a/sysex", "01 02 03 04 05 06 07 08 09"));
    assert_int_equal(f->bridge.counters.delivered, 3);
    bridge_malformed(&f->bridge, NW_ETOOBIG);
    assert_int_equal(f->bridge.counters.dropped[DROP_TOO_BIG], 1);
    close(fd);
}

static void counts_costly_patterns(void **state)
{
    struct fixture *f = *state;
    char address[OSC_ADDRESS_MAX];
    int fd = open_taker(f);

    add_map(f, "a", false);
    for (size_t i = 0; i < 400; i += 2)
        memcpy(address + i, "/*", 3);
    play(f, address, 1, 1, 0);
    assert_counters(f, "received=1 delivered=0 dropped=1 (pattern=1) queued=0");
    play(f, "/a/{cc,note}", 2, 60, 1); /* two rules, one message */
    assert_counters(f, "received=2 delivered=1 dropped=1 (pattern=1) queued=0");
    close(fd);
}

static void without_outputs_there_is_no_port(void **state)
{
    struct fixture *f = *state;

    add_map(f, "a", false);
    play(f, "/a/cc", 2, 7, 64);
    play_in(f, "/a/cc", 100 * MS, 7);
    assert_counters(f, "received=2 delivered=0 dropped=2 (no-port=2) queued=0");
}

static void a_full_output_is_told_from_none(void **state)
{
    struct fixture *f = *state;
    int fd;

    add_map(f, "a", false);
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_INPUT), 0);
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_OUTPUT), 0);
    for (int i = 0; i < 3072; i++)
        play(f, "/a/cc", 2, 7, 64);
    play(f, "/a/cc", 2, 7, 64);
    assert_counters(f, "received=3073 delivered=3072 dropped=1 (queue-full=1) queued=0");
    fd = open_taker(f);
    play(f, "/a/cc", 2, 7, 64); /* another output takes it */
    assert_counters(f, "received=3074 delivered=3073 dropped=1 (queue-full=1) queued=0; output-lost=1");
    close(fd);
}

static void asks_maps_in_their_order(void **state)
{
    struct fixture *f = *state;
    int fd = open_taker(f);
    char byte[8];

    add_map(f, "a", false);
    add_map(f, "a", false); /* the first that has a rule takes it */
    add_map(f, "d", true);
    play(f, "/a/cc", 2, 7, 64);
    assert_int_equal(f->from.dialect, -1);
    play(f, "/d/cc", 2, 8, 64);
    assert_int_equal(f->from.dialect, 2);
    play(f, "/a/cc", 2, 9, 64); /* the user's maps are no dialects */
    assert_int_equal(f->from.dialect, 2);
    loop_turn(f->loop, 0);
    for (int i = 7; i < 10; i++) {
        assert_int_equal(recv(fd, byte, sizeof byte, 0), 3);
        assert_int_equal(byte[1], i);
    }
    close(fd);
}

static void time_tags_wait_or_do_not(void **state)
{
    struct fixture *f = *state;
    uint8_t message[64], bundle[128];
    char byte[8];
    int fd = open_taker(f);
    size_t length = message_of(message, "/a/cc", 2, 1, 1);

    add_map(f, "a", false);
    packet(f, bundle, bundle_of(bundle, 1, message, length)); /* immediately */
    assert_counters(f, "received=1 delivered=1 dropped=0 queued=0");
    play_in(f, "/a/cc", -1000 * (int64_t)MS, 2); /* late: now */
    assert_counters(f, "received=2 delivered=2 dropped=0 queued=0; late=1");
    play_in(f, "/a/cc", 60000 * (int64_t)MS, 3); /* too far: now */
    assert_counters(f, "received=3 delivered=3 dropped=0 queued=0; late=1 far=1");
    play_in(f, "/a/cc", 2000 * MS, 5);
    play_in(f, "/a/cc", 1000 * MS, 4);
    play_in(f, "/a/nothing", 1000 * MS, 4); /* no rule: no wait */
    assert_counters(f, "received=6 delivered=3 dropped=1 (unmapped=1) queued=2; late=1 far=1");
    TURN_UNTIL(f, f->bridge.counters.queued == 0);
    assert_counters(f, "received=6 delivered=5 dropped=1 (unmapped=1) queued=0; late=1 far=1");
    loop_turn(f->loop, 0);
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(recv(fd, byte, sizeof byte, 0), 3);
        assert_int_equal(byte[1], i);
    }
    close(fd);
}

static void more_than_the_scheduler_holds_plays_now(void **state)
{
    struct fixture *f = *state;
    int fd = open_taker(f);

    add_map(f, "a", false);
    for (int i = 0; i < SCHEDULER_SIZE; i++)
        play_in(f, "/a/cc", 5000 * MS, 1);
    assert_int_equal(f->bridge.counters.queued, SCHEDULER_SIZE);
    play_in(f, "/a/cc", 5000 * MS, 2);
    assert_counters(f, "received=4097 delivered=1 dropped=0 queued=4096; far=1");
    close(fd); /* the teardown closes the bridge: what is queued is dropped as exit */
}

static void a_scheduled_message_has_one_fate_over_all_its_outputs(void **state)
{
    struct fixture *f = *state;
    struct map *map = map_new("m", false);
    uint8_t message[128], bundle[160];
    char address[160];
    int fd = open_taker(f);
    size_t length;

    add_rule(map, "", RULE_PRESSURE, 1); /* any address, to all outputs */
    add_rule(map, "/to/\1", RULE_PROGRAM, 1);
    assert_int_equal(map_build(map), 0);
    assert_int_equal(bridge_add_map(&f->bridge, map), 0);
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_OUTPUT), 0); /* nobody at its other end */
    snprintf(address, sizeof address, "/to/%s", registry_port(f->bridge.registry, PORT_OUTPUT, 0)->osc_name);
    length = message_of(message, address, 1, 5, 0);
    packet(f, message, length);
    assert_counters(f, "received=1 delivered=1 dropped=0 queued=0; output-lost=1");
    packet(f, bundle, bundle_of(bundle, timetag_in(1000 * MS), message, length));
    assert_int_equal(f->bridge.counters.queued, 1);
    TURN_UNTIL(f, f->bridge.counters.queued == 0);
    assert_counters(f, "received=2 delivered=2 dropped=0 queued=0; output-lost=2");
    close(fd);
}

static void closing_drops_what_is_queued(void **state)
{
    struct fixture *f = *state;
    int fd = open_taker(f);

    add_map(f, "a", false);
    play_in(f, "/a/cc", 5000 * MS, 1);
    play_in(f, "/a/cc", 5000 * MS, 1);
    bridge_close(&f->bridge);
    assert_counters(f, "received=2 delivered=0 dropped=2 (exit=2) queued=0");
    assert_int_equal(bridge_init(&f->bridge, f->loop, true), 0);
    close(fd);
}

/* Any mix keeps the books, at every step. */
static void a_long_mix_keeps_the_books(void **state)
{
    struct fixture *f = *state;
    uint64_t random = 12345;
    uint8_t bytes[256];
    int fd = open_taker(f);

    add_map(f, "a", false);
    add_map(f, "d", true);
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_OUTPUT), 0);
    for (int i = 0; i < 5000; i++) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        switch (random >> 33 & 15) {
        case 0: play(f, "/nothing", 0, 0, 0); break;
        case 1: play(f, "/a/cc", 2, (int)(random >> 40 & 255), 1); break;
        case 2: packet(f, bytes, text_message_of(bytes, "/d/sysex", "f0 01 02 f7")); break;
        case 3: packet(f, bytes, random >> 50 & 63); break;
        case 4: play_in(f, "/d/cc", (int64_t)((random >> 40 & 15) * MS), 3); break;
        case 5: play_in(f, "/a/cc", -1000000, 3); break;
        case 6: play_in(f, "/a/cc", 20000 * (int64_t)MS, 3); break;
        case 7: play(f, "/a/to/loopback", 1, 3, 0); break;
        case 8: loop_turn(f->loop, 0); break;
        default: play(f, "/*/note", 2, 60, (int)(random >> 40 & 1)); break;
        }
        assert_books(f);
    }
    TURN_UNTIL(f, f->bridge.counters.queued == 0);
    assert_int_equal(scheduler_count(f->bridge.scheduler), 0);
    assert_books(f);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BRIDGE_TEST(counts_every_fate_once),
        BRIDGE_TEST(counts_costly_patterns),
        BRIDGE_TEST(without_outputs_there_is_no_port),
        BRIDGE_TEST(a_full_output_is_told_from_none),
        BRIDGE_TEST(asks_maps_in_their_order),
        BRIDGE_TEST(time_tags_wait_or_do_not),
        BRIDGE_TEST(more_than_the_scheduler_holds_plays_now),
        BRIDGE_TEST(a_scheduled_message_has_one_fate_over_all_its_outputs),
        BRIDGE_TEST(closing_drops_what_is_queued),
        BRIDGE_TEST(a_long_mix_keeps_the_books),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
