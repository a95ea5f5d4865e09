/* Tests of who waits for whom: inputs rest when every output that can tell how full it is says so.
 * SPDX-License-Identifier: MIT */
#include "port_test.h"

#include <signal.h>

/* Standard output becomes the writing end of a pipe; returns the reading end. */
static int open_print(struct fixture *f)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    f->saved_out = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    open_port(f, "print", PORT_OUTPUT);
    return ends[0];
}

/* Sends until inputs are to rest or nothing is taken; whether they are. */
static bool fill(struct fixture *f)
{
    for (unsigned i = 0; i < 100000 && !f->paused; i++) {
        send_to(f, registry_all(f->registry), 0, "F8");
        if (i % 100 == 0)
            turns(f, 1);
    }
    return f->paused;
}

static void waits_beside_outputs_that_cannot_tell(void **state)
{
    struct fixture *f = *state;
    int fd;

    open_port(f, "udp:127.0.0.1:20001", PORT_OUTPUT);
    open_port(f, "tcp-listen:127.0.0.1:0", PORT_OUTPUT); /* nobody there */
    assert_false(fill(f));                               /* alone, they keep nobody waiting */
    fd = open_print(f);
    assert_true(fill(f));
    close(fd); /* its reader goes: now there is nobody to wait for */
    TURN_UNTIL(f, !f->paused);
    assert_false(fill(f));
}

static void does_not_wait_for_a_connection_that_is_not_there(void **state)
{
    struct fixture *f = *state;
    int fd;

    open_port(f, "tcp:127.0.0.1:1", PORT_OUTPUT);
    assert_true(f->paused); /* the first try is on its way */
    TURN_UNTIL(f, !f->paused);
    fd = open_print(f);
    assert_true(fill(f));
    close(fd);
    TURN_UNTIL(f, !f->paused);
}

static void one_that_reads_is_enough(void **state)
{
    struct fixture *f = *state;
    int fd;

    open_port(f, "loopback", PORT_INPUT);
    open_port(f, "loopback", PORT_OUTPUT);
    f->keep_quiet = true;
    fd = open_print(f);
    assert_false(fill(f));
    close(fd);
}

static void who_is_held_up_does_not_stall(void **state)
{
    struct fixture *f = *state;
    int fd = open_print(f);
    uint64_t until = clock_mono_ns() + 2200 * MS;

    assert_int_equal(send_to(f, 1, 0, "(F0 01"), 1);
    registry_hold(f->registry, true);
    while (clock_mono_ns() < until)
        loop_turn(f->loop, until);
    registry_hold(f->registry, false);
    until = clock_mono_ns() + 500 * MS; /* time to go on */
    while (clock_mono_ns() < until)
        loop_turn(f->loop, until);
    assert_int_equal(f->stalled, 0);
    TURN_UNTIL(f, f->stalled == 1); /* who is not held up any more does */
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(waits_beside_outputs_that_cannot_tell),
        PORT_TEST(does_not_wait_for_a_connection_that_is_not_there),
        PORT_TEST(one_that_reads_is_enough),
        PORT_TEST(who_is_held_up_does_not_stall),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
