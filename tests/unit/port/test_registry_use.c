/* Ports that scripts use: out of routing, counted, closed by the last who releases them.
 * SPDX-License-Identifier: MIT */
#include "port_test.h"

static struct port *use(struct fixture *f, const char *name, enum port_direction direction)
{
    struct port *port = NULL;

    assert_int_equal(registry_use(f->registry, name, direction, &port), 0);
    return port;
}

static void is_out_of_routing(void **state)
{
    struct fixture *f = *state;
    struct port *in = use(f, "loopback", PORT_INPUT), *out = use(f, "loopback", PORT_OUTPUT);

    assert_false(in->joined || out->joined);
    assert_int_equal(registry_all(f->registry), 0);
    assert_int_equal(registry_match(f->registry, "*", 1), 0);
    assert_int_equal(registry_match(f->registry, "loopback", 8), 0);
    assert_int_equal(send_to(f, 1u << out->index, 0, "90 3C 64"), 1);
    turns(f, 2);
    heard(f, "90 3C 64");
}

static void is_closed_by_the_last(void **state)
{
    struct fixture *f = *state;
    struct port *in = use(f, "loopback", PORT_INPUT), *out = use(f, "loopback", PORT_OUTPUT);

    assert_ptr_equal(use(f, "loopback", PORT_OUTPUT), out);
    assert_int_equal(out->users, 2);
    registry_release(out);
    assert_int_equal(send_to(f, 1, 0, "F8"), 1);
    registry_release(out);
    assert_int_equal(send_to(f, 1, 0, "F8"), 0);
    assert_int_equal(registry_match(f->registry, "", 0), 0);
    turns(f, 2);
    heard(f, "F8"); /* what was taken is flushed */
    registry_release(in);
    assert_int_equal(registry_count(f->registry, PORT_OUTPUT), 1);
    out = use(f, "print", PORT_OUTPUT);
    assert_int_equal(out->index, 0); /* the place is used again */
    assert_int_equal(registry_count(f->registry, PORT_OUTPUT), 1);
}

/* One that is joined stays, whoever came first. */
static void joined_ports_stay(void **state)
{
    struct fixture *f = *state;
    struct port *in = use(f, "loopback", PORT_INPUT), *out = use(f, "loopback", PORT_OUTPUT);

    assert_ptr_equal(open_port(f, "loopback", PORT_OUTPUT), out);
    assert_ptr_equal(open_port(f, "loopback", PORT_INPUT), in);
    assert_int_equal(registry_all(f->registry), 1);
    registry_release(out);
    registry_release(in);
    assert_int_equal(send_to(f, registry_all(f->registry), 0, "F8"), 1);
    assert_ptr_equal(use(f, "loopback", PORT_OUTPUT), out);
    registry_release(out);
    assert_int_equal(registry_all(f->registry), 1);
    turns(f, 2);
    heard(f, "F8");
}

static void notes_are_released_before_it_closes(void **state)
{
    struct fixture *f = *state;
    struct port *out;

    use(f, "loopback", PORT_INPUT);
    out = use(f, "loopback", PORT_OUTPUT);
    send_to(f, 1, 0, "91 3C 64");
    send_to(f, 1, REGISTRY_SOURCE_SCRIPT, "( F0 01 02");
    send_to(f, 1, 0, "91 3E 64"); /* waits behind the SysEx */
    registry_release(out);
    heard(f, "91 3C 64|F0 01 02~|F7~.|91 3E 64|81 3C 40|81 3E 40");
}

/* Its congestion is its user's alone. */
/* What waits for the cable goes at once; nothing is left to do for a port that is closed. */
static void one_with_a_pace_closes(void **state)
{
    struct fixture *f = *state;
    struct port *out = use(f, "loopback", PORT_OUTPUT);

    use(f, "loopback", PORT_INPUT);
    assert_int_equal(registry_pace(out), 0);
    for (int i = 0; i < 200; i++) /* 0.2 s on a cable */
        send_to(f, 1u << out->index, 0, "90 3C 64");
    registry_release(out);
    turns(f, 2);
    assert_in_range(f->lost, 1, 199); /* what was not on it yet */
}

static void pauses_nobody(void **state)
{
    struct fixture *f = *state;
    struct port *out;

    use(f, "loopback", PORT_INPUT);
    out = use(f, "loopback", PORT_OUTPUT);
    port_congested(out);
    assert_false(f->paused);
    open_port(f, "loopback", PORT_OUTPUT);
    assert_true(f->paused);
    port_writable(out);
    assert_false(f->paused);
}

static void names_are_checked_and_places_end(void **state)
{
    struct fixture *f = *state;
    struct port *port, *first = NULL;
    char name[40];

    assert_int_equal(registry_use(f->registry, "nonsense", PORT_INPUT, &port), NW_ENODEVICES);
    assert_int_equal(registry_use(f->registry, "udp:", PORT_OUTPUT, &port), NW_EADDRESS);
    for (unsigned i = 0; i < REGISTRY_PORTS_MAX; i++) {
        snprintf(name, sizeof name, "udp:127.0.0.1:%u", 30000 + i);
        port = use(f, name, PORT_OUTPUT);
        first = i == 0 ? port : first;
    }
    assert_int_equal(registry_use(f->registry, "print", PORT_OUTPUT, &port), NW_EFULL);
    registry_release(first);
    assert_int_equal(registry_use(f->registry, "print", PORT_OUTPUT, &port), 0);
    assert_int_equal(registry_use(f->registry, "loopback", PORT_OUTPUT, &port), NW_EFULL);
}

/* A listener's port is free again: it is really closed. */
static void what_is_closed_can_be_opened(void **state)
{
    struct fixture *f = *state;
    struct port *port = NULL;
    char name[40];
    int error = NW_EBUSY;

    for (unsigned number = 30100; number < 30200 && error != 0; number++) {
        snprintf(name, sizeof name, "udp:127.0.0.1:%u", number);
        error = registry_use(f->registry, name, PORT_INPUT, &port);
    }
    assert_int_equal(error, 0);
    registry_release(port);
    port = use(f, name, PORT_INPUT);
    assert_string_equal(port->name, name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(is_out_of_routing),
        PORT_TEST(is_closed_by_the_last),
        PORT_TEST(joined_ports_stay),
        PORT_TEST(notes_are_released_before_it_closes),
        PORT_TEST(one_with_a_pace_closes),
        PORT_TEST(pauses_nobody),
        PORT_TEST(names_are_checked_and_places_end),
        PORT_TEST(what_is_closed_can_be_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
