/* Tests of the registry: names, fan-out, one SysEx at a time on each output, notes that are released.
 * SPDX-License-Identifier: MIT */
#include "port_test.h"

#include <time.h>

/* An output whose messages come back at the end of the turn. */
static struct port *open_loopback(struct fixture *f)
{
    open_port(f, "loopback", PORT_INPUT);
    return open_port(f, "loopback", PORT_OUTPUT);
}

/* Neither opens a port nor finds its name right, for the same reason. */
static void refuses(struct fixture *f, const char *name, enum port_direction direction, int error)
{
    struct port *port;

    assert_int_equal(registry_open(f->registry, name, direction, &port), error);
    assert_int_equal(registry_check(name, direction), error);
}

static void knows_drivers_by_name(void **state)
{
    struct fixture *f = *state;
    struct port *port;
    char longest[PORT_NAME_MAX + 1];

    assert_int_equal(registry_check("a synth", PORT_OUTPUT), 0); /* it may be plugged in later */
    assert_int_equal(registry_open(f->registry, "a synth", PORT_OUTPUT, &port), NW_ENODEVICES);
    refuses(f, "print", PORT_INPUT, NW_ENOTFOUND);
    refuses(f, "stdin", PORT_OUTPUT, NW_ENOTFOUND);
    memset(longest, '1', sizeof longest);
    memcpy(longest, "udp:", 4);
    longest[PORT_NAME_MAX] = '\0';
    refuses(f, longest, PORT_INPUT, NW_EADDRESS);
    refuses(f, "", PORT_INPUT, NW_ENOTFOUND);
    refuses(f, "udp:not-a-port", PORT_INPUT, NW_EADDRESS);
    refuses(f, "udp:7000", PORT_OUTPUT, NW_EADDRESS);
    refuses(f, "tcp:7000", PORT_OUTPUT, NW_EADDRESS);
    refuses(f, "tcp-listen:70000", PORT_INPUT, NW_EADDRESS);
    refuses(f, "udp:127.0.0.1:0", PORT_OUTPUT, NW_EADDRESS);
    assert_int_equal(registry_check("tcp:a-name:7000", PORT_OUTPUT), 0);
    assert_int_equal(registry_check("udp:7000", PORT_INPUT), 0);
    assert_int_equal(registry_check("print", PORT_OUTPUT), 0);
    assert_int_equal(registry_check("-", PORT_INPUT), 0);
    assert_int_equal(registry_count(f->registry, PORT_INPUT) + registry_count(f->registry, PORT_OUTPUT), 0);
    assert_int_equal(registry_all(f->registry), 0);
    port = open_loopback(f);
    assert_ptr_equal(registry_port(f->registry, PORT_OUTPUT, 0), port);
    assert_string_equal(port->name, "loopback");
    assert_ptr_equal(open_port(f, "loopback", PORT_OUTPUT), port); /* named twice is meant once */
    assert_int_equal(registry_count(f->registry, PORT_OUTPUT), 1);
    assert_int_equal(registry_all(f->registry), 1);
    for (int i = 0; port_drivers[i] != NULL; i++) {
        assert_non_null(port_drivers[i]->driver);
        assert_non_null(port_drivers[i]->syntax);
        assert_non_null(port_drivers[i]->help);
        assert_true(port_drivers[i]->input || port_drivers[i]->output);
    }
}

static void holds_a_bounded_number_of_ports(void **state)
{
    struct fixture *f = *state;
    struct port *port;
    char name[64];

    for (int i = 0; i < REGISTRY_PORTS_MAX; i++) {
        snprintf(name, sizeof name, "udp:127.0.0.1:%d", 20000 + i);
        assert_int_equal(open_port(f, name, PORT_OUTPUT)->index, i);
    }
    assert_int_equal(registry_all(f->registry), UINT32_MAX);
    assert_int_equal(registry_open(f->registry, "loopback", PORT_OUTPUT, &port), NW_EFULL);
    assert_int_equal(send_to(f, 1u << 31 | 1, 0, "90 3C 64"), 1u << 31 | 1);
}

static void writes_names_as_osc_carries_them(void **state)
{
    char name[PORT_NAME_MAX], osc[PORT_NAME_MAX], out[PORT_NAME_MAX];

    (void)state;
    registry_osc_name("USB MIDI #1 (A*B,C/D?E[F]{G})", out);
    assert_string_equal(out, "usb_midi__1_(a_b_c_d_e_f__g_)");
    registry_osc_name("", out);
    assert_string_equal(out, "");
    memset(name, 'N', sizeof name);
    name[sizeof name - 1] = '\0';
    memset(osc, 'n', sizeof osc);
    osc[sizeof osc - 1] = '\0';
    registry_osc_name(name, out);
    assert_string_equal(out, osc);
}

static uint32_t match(struct fixture *f, const char *pattern)
{
    char *copy = malloc(strlen(pattern) + 1);
    uint32_t found;

    assert_non_null(copy);
    memcpy(copy, pattern, strlen(pattern));
    found = registry_match(f->registry, copy, strlen(pattern));
    free(copy);
    return found;
}

static void finds_outputs_by_name_and_pattern(void **state)
{
    struct fixture *f = *state;
    char hostile[PORT_NAME_MAX + 10];

    open_port(f, "loopback", PORT_OUTPUT);
    open_port(f, "udp:127.0.0.1:20001", PORT_OUTPUT);
    open_port(f, "udp:127.0.0.1:20002", PORT_OUTPUT);
    assert_int_equal(match(f, "loopback"), 1);
    assert_int_equal(match(f, "LoopBack"), 1);
    assert_int_equal(match(f, "loop"), 0);
    assert_int_equal(match(f, "*"), 7);
    assert_int_equal(match(f, "udp*"), 6);
    assert_int_equal(match(f, "udp:127.0.0.1:2000[2-3]"), 4);
    assert_int_equal(match(f, "{loopback,x}"), 1);
    assert_int_equal(match(f, ""), 0);
    assert_int_equal(match(f, "[loop"), 0);
    memset(hostile, '*', sizeof hostile);
    hostile[PORT_NAME_MAX - 1] = '\0';
    assert_int_equal(match(f, hostile), 7);
    hostile[PORT_NAME_MAX - 1] = '*';
    hostile[sizeof hostile - 1] = '\0';
    assert_int_equal(match(f, hostile), 0); /* longer than any name */
}

static void fans_out(void **state)
{
    struct fixture *f = *state;
    open_loopback(f);
    open_port(f, "udp:127.0.0.1:20001", PORT_OUTPUT);

    assert_int_equal(send_to(f, 3, 0, "90 3C 64"), 3);
    assert_int_equal(send_to(f, 1, 0, "80 3C 00"), 1);
    assert_int_equal(send_to(f, 0, 0, "F8"), 0);
    assert_int_equal(send_to(f, 0xfffffffc, 0, "F8"), 0); /* no such outputs */
    heard(f, "");                                         /* at the end of the turn */
    turns(f, 1);
    heard(f, "90 3C 64|80 3C 00");
}

static void refuses_what_goes_nowhere(void **state)
{
    struct fixture *f = *state;
    open_port(f, "loopback", PORT_OUTPUT); /* nobody at its other end */
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 0);
    assert_int_equal(registry_full_outputs(f->registry), 0);
}

static void keeps_two_sysex_apart(void **state)
{
    struct fixture *f = *state;

    open_loopback(f);
    assert_int_equal(send_to(f, 1, 0, "(F0 01"), 1);
    assert_int_equal(send_to(f, 1, 1, "(F0 02"), 1); /* waits */
    assert_int_equal(send_to(f, 1, 2, "90 3C 64"), 1);
    assert_int_equal(send_to(f, 1, 2, "F8"), 1); /* passes */
    assert_int_equal(send_to(f, 1, 1, ")F7"), 1);
    assert_int_equal(send_to(f, 1, REGISTRY_SOURCE_OSC, "()F0 03 F7"), 1);
    assert_int_equal(send_to(f, 1, 0, "~11"), 1);
    assert_int_equal(send_to(f, 1, 0, ")F7"), 1);
    assert_int_equal(send_to(f, 1, 0, "B0 01 02"), 1);
    turns(f, 1);
    /* the note of source 2 came after the beginning of source 1's SysEx: it goes behind that */
    heard(f, "F0 01~|F8|11~|F7~.|F0 02~|F7~.|90 3C 64|F0 03 F7~.|B0 01 02");
}

static void what_waits_for_several_sysex_goes_out_whole(void **state)
{
    struct fixture *f = *state;

    open_loopback(f);
    send_to(f, 1, 0, "(F0 01");
    send_to(f, 1, 1, "()F0 02 00 F7");
    send_to(f, 1, 1, "()F0 02 01 F7");
    send_to(f, 1, 1, "()F0 02 02 F7");
    send_to(f, 1, 2, "90 3C 64");
    send_to(f, 1, 0, ")F7");
    turns(f, 1);
    heard(f, "F0 01~|F7~.|F0 02 00 F7~.|F0 02 01 F7~.|F0 02 02 F7~.|90 3C 64");
    assert_int_equal(f->lost, 0);
}

static void a_note_that_waits_for_two_sysex_begins_before_it_ends(void **state)
{
    struct fixture *f = *state;

    open_loopback(f);
    send_to(f, 1, 0, "(F0 01");
    send_to(f, 1, 1, "(F0 02");
    send_to(f, 1, 2, "90 3C 64");
    send_to(f, 1, 1, ")F7");
    send_to(f, 1, 2, "80 3C 40");
    send_to(f, 1, 0, ")F7");
    turns(f, 1);
    heard(f, "F0 01~|F7~.|F0 02~|F7~.|90 3C 64|80 3C 40");
}

/* One SysEx, and what waits behind it when the output has no more room. */
static void what_waited_in_vain_is_told_once(void **state)
{
    struct fixture *f = *state;

    f->keep_quiet = true;
    open_loopback(f);
    send_to(f, 1, 0, "(F0 01");
    send_to(f, 1, 1, "(F0 02");
    send_to(f, 1, 1, "~03");
    send_to(f, 1, 1, ")F7");
    send_to(f, 1, 2, "90 3C 64");
    send_to(f, 1, 2, "90 3D 64");
    while (send_to(f, 1, 2, "F8") != 0)
        ;
    assert_int_equal(f->lost, 0);
    send_to(f, 1, 0, ")F7"); /* refused itself, which its sender is told */
    assert_int_equal(f->lost, 3);
}

static void waiting_is_bounded_with_room_for_releases(void **state)
{
    struct fixture *f = *state;
    unsigned taken = 0, released = 0;

    open_loopback(f);
    assert_int_equal(send_to(f, 1, 0, "(F0 01"), 1);
    while (taken < 1000 && send_to(f, 1, 1, "90 3C 64") != 0)
        taken++;
    assert_int_equal(taken, REGISTRY_WAITING * 3 / 4);
    assert_int_not_equal(registry_full_outputs(f->registry) & 1, 0); /* for want of room, not of a port */
    while (released < 1000 && send_to(f, 1, 1, "80 3C 00") != 0)
        released++;
    assert_int_equal(released, REGISTRY_WAITING / 4);
    assert_false(f->paused); /* the SysEx must be able to end */
    assert_int_equal(send_to(f, 1, 0, ")F7"), 1);
    assert_int_equal(send_to(f, 1, 1, "90 3D 64"), 1);
    assert_int_equal(registry_full_outputs(f->registry), 0);
    turns(f, 1);
    assert_int_equal(f->messages, 2 + REGISTRY_WAITING + 1);
    assert_int_equal(f->lost, 0);
}

static void a_sysex_without_room_is_refused_whole(void **state)
{
    struct fixture *f = *state;
    unsigned pieces = 0;

    open_loopback(f);
    assert_int_equal(send_to(f, 1, 0, "(F0 01"), 1);
    assert_int_equal(send_to(f, 1, 1, "(F0 02"), 1);
    while (pieces < 1000 && send_to(f, 1, 1, "~11") != 0)
        pieces++;
    assert_in_range(pieces, 100, REGISTRY_WAITING);
    assert_int_equal(send_to(f, 1, 1, "~12"), 0); /* nor does the rest of it come through later */
    assert_int_equal(send_to(f, 1, 0, ")F7"), 1);
    assert_int_equal(send_to(f, 1, 1, "~13"), 0);
    assert_int_equal(send_to(f, 1, 1, ")F7"), 0);
    assert_int_equal(send_to(f, 1, 1, "()F0 03 F7"), 1);
    turns(f, 1);
    heard(f, "F0 01~|F7~.|F0 03 F7~.");
}

static uint64_t skew_ns;

static uint64_t skewed_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 * MS + (uint64_t)t.tv_nsec + skew_ns;
}

static void a_stalled_sysex_is_ended(void **state)
{
    struct fixture *f = *state;

    skew_ns = 0;
    clock_replace(skewed_clock, NULL);
    open_loopback(f);
    assert_int_equal(send_to(f, 1, 0, "(F0 01"), 1);
    assert_int_equal(send_to(f, 1, 1, "90 3C 64"), 1);
    turns(f, 3);
    assert_int_equal(f->stalled, 0);
    heard(f, "F0 01~");
    skew_ns = REGISTRY_STALL_NS; /* the timer goes by the kernel's clock, a second later */
    TURN_UNTIL(f, f->stalled > 0);
    turns(f, 2);
    heard(f, "F7~.|90 3C 64");
    assert_int_equal(f->stalled, 1);
    assert_int_equal(send_to(f, 1, 0, "~02"), 0); /* too late */
    assert_int_equal(send_to(f, 1, 0, ")F7"), 0);
    assert_int_equal(send_to(f, 1, 0, "90 3D 64"), 1);
    turns(f, 1);
    heard(f, "90 3D 64");
}

static void a_sysex_that_goes_on_does_not_stall(void **state)
{
    struct fixture *f = *state;

    skew_ns = 0;
    clock_replace(skewed_clock, NULL);
    open_loopback(f);
    assert_int_equal(send_to(f, 1, 0, "(F0 01"), 1);
    skew_ns = REGISTRY_STALL_NS / 2;
    assert_int_equal(send_to(f, 1, 0, "~02"), 1);
    skew_ns = REGISTRY_STALL_NS - 100 * MS; /* not yet a second behind the last piece */
    turns(f, 3);
    assert_int_equal(f->stalled, 0);
    TURN_UNTIL(f, f->stalled > 0);
    turns(f, 1);
    heard(f, "F0 01~|02~|F7~.");
    assert_int_equal(f->stalled_source, 0);
}

static void releases_notes_on_every_output(void **state)
{
    struct fixture *f = *state;

    open_loopback(f);
    send_to(f, 1, 0, "90 3C 64");
    send_to(f, 1, 0, "95 10 01");
    send_to(f, 1, 0, "B0 40 7F");
    send_to(f, 1, 0, "91 3D 64");
    send_to(f, 1, 0, "81 3D 00");
    turns(f, 1);
    f->used = 0;
    registry_release_notes(f->registry);
    heard(f, "80 3C 40|B0 40 00|85 10 40"); /* flushed at once */
    registry_release_notes(f->registry);
    heard(f, "");
    send_to(f, 1, 0, "90 3C 64");
    turns(f, 1);
    f->used = 0;
    f->text[0] = '\0';
    registry_keep_notes(f->registry);
    registry_release_notes(f->registry);
    heard(f, "");
}

static void releases_notes_behind_an_open_sysex(void **state)
{
    struct fixture *f = *state;

    open_loopback(f);
    send_to(f, 1, 0, "90 3C 64");
    send_to(f, 1, 0, "(F0 01");
    send_to(f, 1, 1, "91 3D 64");
    send_to(f, 1, 1, "(F0 02");
    turns(f, 1);
    heard(f, "90 3C 64|F0 01~");
    registry_release_notes(f->registry);
    heard(f, "F7~.|91 3D 64|F0 02~|F7~.|80 3C 40|81 3D 40");
}

static void loopback_is_bounded_and_tells_room(void **state)
{
    struct fixture *f = *state;
    unsigned taken = 0, released = 0;

    f->keep_quiet = true;
    open_loopback(f);
    while (taken < 100000 && send_to(f, 1, 0, "90 3C 64") != 0)
        taken++;
    while (released < 100000 && send_to(f, 1, 0, "80 3C 00") != 0)
        released++;
    assert_int_equal(taken, 3072);
    assert_int_equal(released, 1024);
    assert_int_equal(registry_full_outputs(f->registry), 1);
    assert_true(f->paused);
    turns(f, 2);
    assert_int_equal(f->messages, 4096);
    assert_false(f->paused);
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 1);
    assert_int_equal(registry_full_outputs(f->registry), 0);
    assert_true(registry_drain(f->registry, clock_mono_ns() + 1000 * MS));
}

static void holds_inputs(void **state)
{
    struct fixture *f = *state;

    registry_hold(f->registry, true);
    assert_true(f->paused);
    registry_hold(f->registry, true);
    registry_hold(f->registry, false);
    assert_false(f->paused);
}

static void tells_what_always_finds_room(void **state)
{
    static const char *const releases[] = {"80 3C 40", "90 3C 00", "B0 78 00", "B0 7B 00",
                                           "B0 7F 00", "B0 40 3F", "B0 42 00", "B0 45 00"};
    static const char *const others[] = {"90 3C 01", "B0 40 40", "B0 43 00", "B0 79 00",
                                         "C0 00",    "E0 00 00", "F8",       "A0 3C 00"};

    (void)state;
    for (size_t i = 0; i < sizeof releases / sizeof releases[0]; i++) {
        struct midi_msg msg = message_of(0, releases[i]);

        assert_true(port_is_release(&msg));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct midi_msg msg = message_of(0, others[i]);

        assert_false(port_is_release(&msg));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(knows_drivers_by_name),
        PORT_TEST(holds_a_bounded_number_of_ports),
        PORT_TEST(writes_names_as_osc_carries_them),
        PORT_TEST(finds_outputs_by_name_and_pattern),
        PORT_TEST(fans_out),
        PORT_TEST(refuses_what_goes_nowhere),
        PORT_TEST(keeps_two_sysex_apart),
        PORT_TEST(what_waits_for_several_sysex_goes_out_whole),
        PORT_TEST(a_note_that_waits_for_two_sysex_begins_before_it_ends),
        PORT_TEST(what_waited_in_vain_is_told_once),
        PORT_TEST(waiting_is_bounded_with_room_for_releases),
        PORT_TEST(a_sysex_without_room_is_refused_whole),
        PORT_TEST(a_stalled_sysex_is_ended),
        PORT_TEST(a_sysex_that_goes_on_does_not_stall),
        PORT_TEST(releases_notes_on_every_output),
        PORT_TEST(releases_notes_behind_an_open_sysex),
        PORT_TEST(loopback_is_bounded_and_tells_room),
        PORT_TEST(holds_inputs),
        PORT_TEST(tells_what_always_finds_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
