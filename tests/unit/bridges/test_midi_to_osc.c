/* Tests of raw and midi_to_osc: MIDI passes on, and is told in the words of who spoke last, SysEx too.
 * SPDX-License-Identifier: MIT */
#include "bridge_test.h"

static struct net_addr local_any(void)
{
    struct net_addr addr = {.ip = {127, 0, 0, 1}, .family = 4};

    return addr;
}

/* A server for OSC and a far end connected to it. */
static int open_far_end(struct fixture *f, uint16_t *port)
{
    struct net_addr bind = local_any(), bound;
    struct sockaddr_in in = {.sin_family = AF_INET};
    int fd = far_socket(port);

    if (f->bridge.server_count == 0)
        assert_int_equal(bridge_listen(&f->bridge, SERVER_UDP, &bind), 0);
    server_local(f->bridge.servers[0], &bound);
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    in.sin_port = htons(bound.port);
    assert_int_equal(connect(fd, (struct sockaddr *)&in, sizeof in), 0);
    return fd;
}

/* An input to hand MIDI to: its messages come from raw(). */
static struct port *open_input(struct fixture *f)
{
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_INPUT), 0);
    return registry_port(f->bridge.registry, PORT_INPUT, registry_count(f->bridge.registry, PORT_INPUT) - 1);
}

static void raw(struct fixture *f, struct port *from, uint8_t flags, const void *bytes, size_t length)
{
    struct midi_msg msg = {.len = (uint8_t)length, .flags = flags};

    memcpy(msg.b, bytes, length);
    port_receive(from, &msg);
    loop_turn(f->loop, 0); /* sends what it made */
    assert_books(f);
}

#define RAW(f, from, text) raw(f, from, 0, text, sizeof(text) - 1)
#define BEGIN (MIDI_SYSEX_PART | MIDI_SYSEX_BEGIN)
#define END (MIDI_SYSEX_PART | MIDI_SYSEX_END)

static void hears(int fd, const void *bytes, size_t length)
{
    uint8_t got[70000];

    assert_int_equal(recv(fd, got, sizeof got, 0), (ssize_t)length);
    assert_memory_equal(got, bytes, length);
}

#define HEARS(fd, text) hears(fd, text, sizeof(text) - 1)

/* The far end speaks, so that it is answered. */
static void speak(struct fixture *f, int fd, const char *address)
{
    uint8_t bytes[64];
    size_t length = message_of(bytes, address, 2, 60, 1);
    uint64_t before = f->bridge.counters.received;

    assert_int_equal(send(fd, bytes, length, 0), (ssize_t)length);
    TURN_UNTIL(f, f->bridge.counters.received > before);
}

static void nobody_has_spoken(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);

    add_map(f, "a", true);
    f->bridge.learn = true;
    RAW(f, in, "\x90\x3c\x64");
    assert_counters(f, "received=1 delivered=0 dropped=1 (no-peer=1) queued=0");
}

static void answers_in_the_dialect_last_spoken(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    uint16_t port;
    int one = open_far_end(f, &port), two = open_far_end(f, &port);

    add_map(f, "aa", true);
    add_map(f, "bb", true);
    f->bridge.learn = true;
    speak(f, one, "/bb/cc");
    RAW(f, in, "\x90\x3c\x64");
    HEARS(one, "/bb/note\0\0\0\0,ii\0\0\0\0\x3c\0\0\0\x64");
    speak(f, one, "/aa/cc");
    RAW(f, in, "\x80\x3c\x40");
    HEARS(one, "/aa/note\0\0\0\0,ii\0\0\0\0\x3c\0\0\0\0");
    speak(f, one, "/nothing"); /* no dialect: the last one stays */
    RAW(f, in, "\xb0\x07\x01");
    HEARS(one, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x01");
    speak(f, two, "/bb/cc"); /* somebody else is the last now, and has words of his own */
    RAW(f, in, "\xb0\x07\x02");
    HEARS(two, "/bb/cc\0\0,ii\0\0\0\0\x07\0\0\0\x02");
    speak(f, one, "/nothing");
    RAW(f, in, "\xb0\x07\x03");
    HEARS(one, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x03");
    RAW(f, in, "\xe0\x00\x40"); /* no rule for it */
    assert_int_equal(f->bridge.counters.dropped[DROP_UNMAPPED], 3);
    assert_int_equal(f->bridge.counters.delivered, 5);
    close(one);
    close(two);
}

static void who_speaks_no_dialect_hears_the_first(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    uint16_t port;
    int fd = open_far_end(f, &port);

    add_map(f, "aa", true);
    add_map(f, "bb", true);
    f->bridge.learn = true;
    speak(f, fd, "/nothing");
    RAW(f, in, "\xb0\x07\x01");
    HEARS(fd, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x01");
    close(fd);
}

static void maps_of_the_user_go_first(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    struct map *map = map_new("mine", false);
    uint16_t port;
    int fd = open_far_end(f, &port);

    add_rule(map, "/mine", RULE_CONTROL, 2);
    assert_int_equal(map_build(map), 0);
    add_map(f, "aa", true);
    assert_int_equal(bridge_add_map(&f->bridge, map), 0);
    f->bridge.learn = true;
    speak(f, fd, "/aa/cc");
    RAW(f, in, "\xb0\x07\x01");
    HEARS(fd, "/mine\0\0\0,ii\0\0\0\0\x07\0\0\0\x01");
    RAW(f, in, "\x90\x3c\x64"); /* not in it: the dialect */
    HEARS(fd, "/aa/note\0\0\0\0,ii\0\0\0\0\x3c\0\0\0\x64");
    close(fd);
}

static void answers_fixed_addresses_and_ports(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    uint16_t reply, learn, own;
    int fixed = far_socket(&reply), fd = open_far_end(f, &own), learned = far_socket(&learn);

    add_map(f, "aa", true);
    assert_int_equal(bridge_reply_to(&f->bridge, "127.0.0.1", reply), 0);
    RAW(f, in, "\xb0\x07\x01");
    HEARS(fixed, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x01");
    f->bridge.learn = true;
    f->bridge.learn_port = learn; /* answers go to another port of who spoke */
    speak(f, fd, "/aa/cc");
    RAW(f, in, "\xb0\x07\x02");
    HEARS(fixed, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x02");
    HEARS(learned, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x02");
    assert_int_equal(f->bridge.counters.delivered, 2);
    close(fixed);
    close(fd);
    close(learned);
}

static void tells_sysex_whole(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    uint16_t port;
    int fd = open_far_end(f, &port);

    add_map(f, "aa", true);
    f->bridge.learn = true;
    speak(f, fd, "/nothing");
    raw(f, in, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07", 8);
    RAW(f, in, "\xb0\x07\x01"); /* told before it */
    raw(f, in, END, "\x08\xf7", 2);
    HEARS(fd, "/aa/cc\0\0,ii\0\0\0\0\x07\0\0\0\x01");
    HEARS(fd, "/aa/sysex\0\0\0,s\0\0f0 01 02 03 04 05 06 07 08 f7\0\0\0");
    raw(f, in, BEGIN | MIDI_SYSEX_END, "\xf0\xf7", 2);
    HEARS(fd, "/aa/sysex\0\0\0,s\0\0f0 f7\0\0\0");
    raw(f, in, BEGIN, "\xf0\x01", 2); /* cut off: whoever found that out counts it */
    raw(f, in, END | MIDI_SYSEX_CUT, "\xf7", 1);
    port_malformed(in, NW_EMALFORMED);
    assert_counters(f, "received=5 delivered=3 dropped=2 (malformed=1 unmapped=1) queued=0");
    close(fd);
}

/* A SysEx of size bytes and an F7; size is a multiple of 8. */
static void raw_sysex(struct fixture *f, struct port *in, unsigned size)
{
    raw(f, in, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07", 8);
    for (unsigned i = 8; i < size; i += 8)
        raw(f, in, MIDI_SYSEX_PART, "\x01\x01\x02\x03\x04\x05\x06\x07", 8);
    raw(f, in, END, "\xf7", 1);
}

static void a_sysex_beyond_a_datagram_is_too_big(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    uint16_t port;
    int fd = open_far_end(f, &port);

    add_map(f, "aa", true);
    f->bridge.learn = true;
    speak(f, fd, "/nothing");
    raw_sysex(f, in, 30000);         /* as text */
    raw_sysex(f, in, SYSEX_MAX + 8); /* as itself */
    assert_counters(f, "received=3 delivered=0 dropped=3 (too-big=2 unmapped=1) queued=0");
    close(fd);
}

static void what_a_listener_misses_is_lost(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);
    uint16_t own, wire;
    int fd = open_far_end(f, &own), out = far_socket(&wire);
    char name[64];

    add_map(f, "aa", true);
    f->bridge.learn = true;
    speak(f, fd, "/nothing");
    snprintf(name, sizeof name, "udp:127.0.0.1:%u", wire);
    assert_int_equal(bridge_open_port(&f->bridge, name, PORT_OUTPUT), 0);
    raw_sysex(f, in, 30000); /* the output takes what is too big for the listener */
    assert_counters(f, "received=2 delivered=1 dropped=1 (unmapped=1) queued=0; output-lost=1");
    close(fd);
    close(out);
}

static void raw_midi_passes_on(void **state)
{
    struct fixture *f = *state;
    uint16_t port;
    int fd = far_socket(&port);
    char name[64];
    struct port *in = open_input(f);

    snprintf(name, sizeof name, "udp:127.0.0.1:%u", port);
    assert_int_equal(bridge_open_port(&f->bridge, name, PORT_OUTPUT), 0);
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_OUTPUT), 0); /* a device, as its input: no circle */
    RAW(f, in, "\x90\x3c\x64");
    raw(f, in, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07", 8);
    RAW(f, in, "\xf8"); /* a fate of its own */
    raw(f, in, END, "\xf7", 1);
    loop_turn(f->loop, 0);
    HEARS(fd, "\x90\x3c\x64");
    HEARS(fd, "\xf8");
    HEARS(fd, "\xf0\x01\x02\x03\x04\x05\x06\x07\xf7");
    assert_counters(f, "received=3 delivered=3 dropped=0 queued=0");
    port_ended(in);
    assert_int_equal(f->ended, 1);
    close(fd);
}

static void refused_and_lost_messages_are_counted(void **state)
{
    struct fixture *f = *state;
    struct port *in = open_input(f);

    port_refused(in);
    port_kernel_drops(in, 5);
    port_malformed(in, NW_ETOOBIG);
    assert_counters(f, "received=2 delivered=0 dropped=2 (too-big=1 refused=1) queued=0; kernel-drops=5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BRIDGE_TEST(nobody_has_spoken),
        BRIDGE_TEST(answers_in_the_dialect_last_spoken),
        BRIDGE_TEST(who_speaks_no_dialect_hears_the_first),
        BRIDGE_TEST(maps_of_the_user_go_first),
        BRIDGE_TEST(answers_fixed_addresses_and_ports),
        BRIDGE_TEST(tells_sysex_whole),
        BRIDGE_TEST(a_sysex_beyond_a_datagram_is_too_big),
        BRIDGE_TEST(what_a_listener_misses_is_lost),
        BRIDGE_TEST(raw_midi_passes_on),
        BRIDGE_TEST(refused_and_lost_messages_are_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
