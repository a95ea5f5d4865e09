/* Tests of what scripts are offered: whole messages of inputs that they use, and who books their fate.
 * SPDX-License-Identifier: MIT */
#include "bridge_test.h"

/* What a script was offered, and what it answers. */
struct ear {
    struct bridge *bridge;
    int answer;
    unsigned count, taken;
    size_t sysex; /* bytes of the last one */
    bool lost;
};

static int hear(void *user, const struct port *from, const struct midi_msg *msg, const struct sysex *sysex, bool taken)
{
    struct ear *ear = user;

    assert_string_equal(from->name, "loopback");
    assert_true((msg->flags & MIDI_SYSEX_PART) == 0 || sysex != NULL);
    ear->count++;
    ear->taken += taken;
    if (sysex != NULL) {
        ear->sysex = sysex->used;
        ear->lost = sysex->lost;
    }
    if (ear->answer == BRIDGE_HEARD && !taken) {
        ear->bridge->counters.received++;
        ear->bridge->counters.queued++;
    }
    return ear->answer;
}

static struct port *use_input(struct fixture *f, struct ear *ear, int answer)
{
    struct port *port;

    memset(ear, 0, sizeof *ear);
    ear->bridge = &f->bridge;
    ear->answer = answer;
    f->bridge.hear = hear;
    f->bridge.hear_user = ear;
    assert_int_equal(registry_use(f->bridge.registry, "loopback", PORT_INPUT, &port), 0);
    return port;
}

static void receive(struct fixture *f, struct port *from, uint8_t flags, const char *text)
{
    struct midi_msg msg = {.len = (uint8_t)strlen(text), .flags = flags};

    memcpy(msg.b, text, msg.len);
    port_receive(from, &msg);
    assert_books(f);
}

#define BEGIN (MIDI_SYSEX_PART | MIDI_SYSEX_BEGIN)
#define END (MIDI_SYSEX_PART | MIDI_SYSEX_END)

static void scripts_alone_hear(void **state)
{
    struct fixture *f = *state;
    struct ear ear;
    struct port *from = use_input(f, &ear, BRIDGE_HEARD);
    char name[32];
    uint16_t port;
    int fd = far_socket(&port);

    snprintf(name, sizeof name, "udp:127.0.0.1:%u", port);
    assert_int_equal(bridge_open_port(&f->bridge, name, PORT_OUTPUT), 0); /* gets nothing of it */
    f->bridge.learn = true;
    receive(f, from, 0, "\x90\x3c\x64");
    loop_turn(f->loop, 0);
    assert_int_equal(recv(fd, name, sizeof name, MSG_DONTWAIT), -1);
    assert_int_equal(ear.count, 1);
    assert_int_equal(ear.taken, 0);
    assert_counters(f, "received=1 delivered=0 dropped=0 queued=1");
    close(fd);
}

static void sysex_is_whole(void **state)
{
    struct fixture *f = *state;
    struct ear ear;
    struct port *from = use_input(f, &ear, BRIDGE_HEARD);

    receive(f, from, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07");
    receive(f, from, 0, "\xf8");
    assert_int_equal(ear.count, 1);
    receive(f, from, MIDI_SYSEX_PART, "\x01\x02\x03\x04\x05\x06\x07\x08");
    assert_int_equal(ear.count, 1);
    receive(f, from, END, "\x09\xf7");
    assert_int_equal(ear.count, 2);
    assert_int_equal(ear.sysex, 18);
    assert_false(ear.lost);
    receive(f, from, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07");
    receive(f, from, END | MIDI_SYSEX_CUT, "\xf7");
    assert_int_equal(ear.count, 2);
    assert_counters(f, "received=2 delivered=0 dropped=0 queued=2");
}

static void too_long_a_sysex_is_lost(void **state)
{
    struct fixture *f = *state;
    struct ear ear;
    struct port *from = use_input(f, &ear, DROP_TOO_BIG);

    receive(f, from, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07");
    for (unsigned i = 0; i < SYSEX_MAX / 8; i++)
        receive(f, from, MIDI_SYSEX_PART, "\x01\x02\x03\x04\x05\x06\x07\x08");
    receive(f, from, END, "\xf7");
    assert_true(ear.lost);
    assert_counters(f, "received=1 delivered=0 dropped=1 (too-big=1) queued=0");
}

static void what_no_script_takes_has_a_reason(void **state)
{
    struct fixture *f = *state;
    struct ear ear;
    struct port *from = use_input(f, &ear, BRIDGE_UNHEARD);

    receive(f, from, 0, "\xfe");
    assert_counters(f, "received=1 delivered=0 dropped=1 (unmapped=1) queued=0");
    ear.answer = DROP_QUEUE;
    receive(f, from, 0, "\xf8");
    ear.answer = DROP_DISABLED;
    receive(f, from, 0, "\xf8");
    f->bridge.hear = NULL;
    receive(f, from, 0, "\xf8");
    assert_counters(f, "received=4 delivered=0 dropped=4 (unmapped=2 queue-full=1 disabled=1) queued=0");
}

/* What a port took is delivered, and scripts hear it besides. */
static void native_routes_come_first(void **state)
{
    struct fixture *f = *state;
    struct ear ear;
    struct port *from;
    char name[32];
    uint16_t port;
    int fd = far_socket(&port);

    snprintf(name, sizeof name, "udp:127.0.0.1:%u", port);
    assert_int_equal(bridge_open_port(&f->bridge, name, PORT_OUTPUT), 0);
    assert_int_equal(bridge_open_port(&f->bridge, "loopback", PORT_INPUT), 0);
    from = use_input(f, &ear, BRIDGE_HEARD);
    receive(f, from, 0, "\x90\x3c\x64");
    loop_turn(f->loop, 0);
    assert_int_equal(recv(fd, name, sizeof name, 0), 3);
    assert_int_equal(ear.count, 1);
    assert_int_equal(ear.taken, 1);
    assert_counters(f, "received=1 delivered=1 dropped=0 queued=0");
    bridge_release_port(&f->bridge, from);
    receive(f, from, 0, "\x90\x3c\x64");
    assert_int_equal(ear.count, 1); /* nobody uses it any more, and it is joined still */
    assert_counters(f, "received=2 delivered=2 dropped=0 queued=0");
    close(fd);
}

/* A SysEx that is open when its input is closed does not vanish from the books, nor spoil the next. */
static void a_closed_input_leaves_no_sysex(void **state)
{
    struct fixture *f = *state;
    struct ear ear;
    struct port *from = use_input(f, &ear, BRIDGE_HEARD);

    receive(f, from, BEGIN, "\xf0\x01\x02\x03\x04\x05\x06\x07");
    bridge_release_port(&f->bridge, from);
    assert_counters(f, "received=1 delivered=0 dropped=1 (exit=1) queued=0");
    assert_int_equal(sysex_count(&f->bridge.sysex), 0);
    from = use_input(f, &ear, BRIDGE_HEARD);
    receive(f, from, BEGIN | END, "\xf0\x01\xf7");
    assert_int_equal(ear.sysex, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BRIDGE_TEST(scripts_alone_hear),       BRIDGE_TEST(sysex_is_whole),
        BRIDGE_TEST(too_long_a_sysex_is_lost), BRIDGE_TEST(what_no_script_takes_has_a_reason),
        BRIDGE_TEST(native_routes_come_first), BRIDGE_TEST(a_closed_input_leaves_no_sysex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
