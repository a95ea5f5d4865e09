/* Tests of sources: their numbers, and what is released when one goes.
 * SPDX-License-Identifier: MIT */
#include "port/registry_internal.h"
#include "port_test.h"

#include <time.h>

static struct port *open_loopback(struct fixture *f)
{
    open_port(f, "loopback", PORT_INPUT);
    return open_port(f, "loopback", PORT_OUTPUT);
}

static uint16_t new_source(struct fixture *f)
{
    return registry_source_new(f->registry, REGISTRY_SOURCE_OSC);
}

static void numbers_are_given_and_taken_back(void **state)
{
    struct fixture *f = *state;
    uint16_t first = new_source(f), second = new_source(f), script;

    assert_int_not_equal(first, second);
    assert_int_equal(first & 0xff, 0xff); /* no input's */
    script = registry_source_new(f->registry, REGISTRY_SOURCE_SCRIPT);
    assert_int_equal(script & 0xff, 0xfe);
    registry_source_free(f->registry, first);
    assert_int_equal(new_source(f), first);
    for (int i = 0; i < 253; i++)
        assert_int_not_equal(new_source(f), REGISTRY_SOURCE_OSC);
    assert_int_equal(new_source(f), REGISTRY_SOURCE_OSC); /* the rest share one */
    registry_source_free(f->registry, REGISTRY_SOURCE_OSC);
    assert_int_equal(new_source(f), REGISTRY_SOURCE_OSC);
    assert_int_not_equal(registry_source_new(f->registry, REGISTRY_SOURCE_SCRIPT), REGISTRY_SOURCE_SCRIPT);
}

static void releases_what_a_source_held(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f), other = new_source(f);

    open_loopback(f);
    send_to(f, 1, one, "90 3C 64");
    send_to(f, 1, one, "90 3D 64");
    send_to(f, 1, other, "90 3D 64");
    assert_true(registry_source_holds(f->registry, one));
    registry_source_free(f->registry, one);
    assert_false(registry_source_holds(f->registry, one));
    turns(f, 2);
    heard(f, "90 3C 64|90 3D 64|90 3D 64|80 3C 40");
    registry_source_release(f->registry, other);
    turns(f, 2);
    heard(f, "80 3D 40");
}

static void what_is_shared_stays(void **state)
{
    struct fixture *f = *state;
    uint16_t source = new_source(f);

    open_loopback(f);
    send_to(f, 1, REGISTRY_SOURCE_OSC, "90 3C 64");
    registry_source_free(f->registry, REGISTRY_SOURCE_OSC);
    send_to(f, 1, source, "90 3D 64");
    registry_source_forget(f->registry, source);
    assert_int_equal(new_source(f), source); /* another one now */
    registry_source_free(f->registry, source);
    turns(f, 2);
    heard(f, "90 3C 64|90 3D 64");
    registry_release_notes(f->registry);
    turns(f, 2);
    heard(f, "80 3C 40|80 3D 40");
}

static void an_input_goes_with_its_senders(void **state)
{
    struct fixture *f = *state;
    struct port *input;

    open_loopback(f);
    input = registry_port(f->registry, PORT_INPUT, 0);
    send_to(f, 1, 0x0000, "90 3C 64");
    send_to(f, 1, 0x0100, "90 3D 64");
    send_to(f, 1, 0x0200, "90 3E 64");
    port_gone(input, 1);
    port_forgotten(input, 2);
    port_gone(input, 2);
    turns(f, 2);
    heard(f, "90 3C 64|90 3D 64|90 3E 64|80 3D 40");
    port_ended(input);
    turns(f, 2);
    heard(f, "80 3C 40|80 3E 40");
    assert_int_equal(f->ended, 1);
}

/* A source that goes while another's SysEx is open: what it sent before waits there, and is released behind that. */
static void releases_behind_what_waits(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f), other = new_source(f);

    open_loopback(f);
    send_to(f, 1, one, "90 3C 64");
    send_to(f, 1, other, "( F0 01 02");
    send_to(f, 1, one, "90 3D 64");
    registry_source_free(f->registry, one);
    send_to(f, 1, other, ") 03 F7");
    turns(f, 2);
    heard(f, "90 3C 64|F0 01 02~|03 F7~.|90 3D 64|80 3C 40|80 3D 40");
}

/* Its own SysEx is ended first. */
static void ends_the_sysex_of_who_goes(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f);

    open_loopback(f);
    send_to(f, 1, one, "90 3C 64");
    send_to(f, 1, one, "( F0 01 02");
    registry_source_free(f->registry, one);
    turns(f, 2);
    heard(f, "90 3C 64|F0 01 02~|F7~.|80 3C 40");
}

/* With no room behind a SysEx of somebody else, that one is ended: a note for ever is worse. */
static void releases_though_the_queue_is_full(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f), other = new_source(f);

    f->keep_quiet = true;
    open_loopback(f);
    send_to(f, 1, one, "90 3C 64");
    send_to(f, 1, other, "( F0 01 02");
    for (int i = 0; i < REGISTRY_WAITING; i++)
        assert_int_equal(send_to(f, 1, one, "80 3D 40"), 1);
    assert_int_equal(send_to(f, 1, one, "80 3D 40"), 0);
    turns(f, 2);
    f->keep_quiet = false;
    registry_source_free(f->registry, one);
    turns(f, 2);
    assert_int_equal(strncmp(f->text, "F7~.|80 3D 40|", 14), 0);
    assert_string_equal(f->text + f->used - 17, "80 3D 40|80 3C 40");
}

/* Several senders of one input that goes are in the middle of a SysEx: the one that waits behind the other's ends too.
 */
static void ends_the_sysex_of_all_who_go(void **state)
{
    struct fixture *f = *state;
    struct port *input;

    open_loopback(f);
    input = registry_port(f->registry, PORT_INPUT, 0);
    send_to(f, 1, 0x0000, "( F0 01");
    send_to(f, 1, 0x0100, "( F0 02");
    send_to(f, 1, 0x0100, "90 3C 64");
    port_ended(input);
    turns(f, 2);
    heard(f, "F0 01~|F7~.|F0 02~|F7~.|90 3C 64|80 3C 40");
}

/* What waits behind a SysEx will sound: its source holds it, until it is known to be released behind it. */
static void what_waits_is_held(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f), other = new_source(f);

    open_loopback(f);
    send_to(f, 1, one, "90 3C 64");
    send_to(f, 1, other, "( F0 01");
    assert_false(registry_source_holds(f->registry, other));
    send_to(f, 1, other, "90 3D 64");
    assert_true(registry_source_holds(f->registry, other));
    registry_source_release(f->registry, one);
    assert_false(registry_source_holds(f->registry, one));
    send_to(f, 1, one, "90 3E 64");
    assert_true(registry_source_holds(f->registry, one));
    send_to(f, 1, other, ") F7");
    assert_true(registry_source_holds(f->registry, one));
    turns(f, 2);
    heard(f, "90 3C 64|F0 01~|F7~.|90 3D 64|80 3C 40|90 3E 64");
}

/* A driver that takes so many messages more, and what it took, or the last of it. */
static int room, refusal = NW_EFULL;
static char scarce[4096];

static bool scarce_matches(const char *name)
{
    (void)name;
    return false;
}

static int scarce_send(struct port *port, const struct midi_msg *msg)
{
    char *end = scarce + strlen(scarce);

    (void)port;
    if (room == 0)
        return refusal;
    room--;
    if (end - scarce > 4000) { /* the last ones are enough */
        memmove(scarce, end - 100, 101);
        end = scarce + 100;
    }
    sprintf(end, "%s%02X %02X", end > scarce ? "|" : "", msg->b[0], msg->b[1]);
    return 0;
}

static void scarce_close(struct port *port)
{
    (void)port;
}

static const struct port_ops scarce_ops = {
    .driver = "scarce", .output = true, .matches = scarce_matches, .send = scarce_send, .close = scarce_close};

/* What finds no room in the driver is released as soon as there is room, in order, unless somebody plays it again. */
static void what_finds_no_room_is_owed(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f), other = new_source(f);
    struct port *port = open_loopback(f);
    const struct port_ops *loopback = port->ops;

    port->ops = &scarce_ops;
    scarce[0] = '\0';
    room = 5;
    for (uint8_t note = 60; note < 64; note++) {
        char text[16];

        sprintf(text, "90 %02X 64", note);
        send_to(f, 1, one, text);
    }
    registry_source_free(f->registry, one);
    assert_string_equal(scarce, "90 3C|90 3D|90 3E|90 3F|80 3C");
    assert_int_equal(send_to(f, 1, other, "90 3E 64"), 0);
    room = 2;
    assert_int_equal(send_to(f, 1, other, "90 3E 64"), 1);
    room = 9;
    port_writable(port);
    assert_string_equal(scarce, "90 3C|90 3D|90 3E|90 3F|80 3C|90 3E|80 3D|80 3F");
    registry_source_free(f->registry, other);
    assert_string_equal(scarce, "90 3C|90 3D|90 3E|90 3F|80 3C|90 3E|80 3D|80 3F|80 3E");
    port->ops = loopback;
}

/* The same for a connection that is not there just now: the instrument behind it may still sound. */
static void what_finds_nobody_is_owed(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f);
    struct port *port = open_loopback(f);
    const struct port_ops *loopback = port->ops;

    port->ops = &scarce_ops;
    scarce[0] = '\0';
    room = 1;
    refusal = NW_ECLOSED;
    send_to(f, 1, one, "90 3C 64");
    registry_source_free(f->registry, one);
    room = 9;
    port_writable(port);
    refusal = NW_EFULL;
    assert_string_equal(scarce, "90 3C|80 3C");
    port->ops = loopback;
}

/* A clock by which a cable is free whenever somebody looks. */
static uint64_t fast_ns(void)
{
    static uint64_t passed_ns;
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    passed_ns += PACE_BYTE_NS * 4ULL;
    return (uint64_t)now.tv_sec * 1000 * MS + (uint64_t)now.tv_nsec + passed_ns;
}

/* The same when it is the queue of a paced output that has no room: nothing else need be sent there. */
static void what_a_pace_has_no_room_for_is_owed(void **state)
{
    struct fixture *f = *state;
    uint16_t one = new_source(f);
    struct port *port = open_loopback(f);
    const struct port_ops *loopback = port->ops;

    assert_int_equal(registry_pace(port), 0);
    port->ops = &scarce_ops;
    scarce[0] = '\0';
    room = 1;
    stop_clock(); /* the cable does not get free, however long the queue takes to fill */
    send_to(f, 1, one, "90 3C 64");
    while (send_to(f, 1, one, "80 3D 40") == 1)
        ;
    registry_source_free(f->registry, one);
    room = 2 * PACE_QUEUE;
    clock_replace(fast_ns, NULL);
    TURN_UNTIL(f, pace_empty(port->pace));
    clock_replace(NULL, NULL);
    assert_string_equal(scarce + strlen(scarce) - 12, "|80 3D|80 3C");
    port->ops = loopback;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(numbers_are_given_and_taken_back),
        PORT_TEST(releases_what_a_source_held),
        PORT_TEST(what_is_shared_stays),
        PORT_TEST(an_input_goes_with_its_senders),
        PORT_TEST(releases_behind_what_waits),
        PORT_TEST(ends_the_sysex_of_who_goes),
        PORT_TEST(ends_the_sysex_of_all_who_go),
        PORT_TEST(what_waits_is_held),
        PORT_TEST(releases_though_the_queue_is_full),
        PORT_TEST(what_finds_no_room_is_owed),
        PORT_TEST(what_finds_nobody_is_owed),
        PORT_TEST(what_a_pace_has_no_room_for_is_owed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
