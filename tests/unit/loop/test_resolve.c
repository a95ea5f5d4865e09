/* Host names: found, not found, cancelled, and never waited for.
 * SPDX-License-Identifier: MIT */
#include "loop_test.h"

struct answer {
    int calls, error;
    struct net_addr addr;
};

static void take_answer(void *user, int error, const struct net_addr *addr)
{
    struct answer *answer = user;

    answer->calls++;
    answer->error = error;
    if (addr != NULL)
        answer->addr = *addr;
}

static void localhost_is_found(void **state)
{
    struct loop *loop = *state;
    struct answer answer = {0};

    assert_non_null(loop_resolve(loop, "localhost", 7777, take_answer, &answer));
    assert_int_equal(answer.calls, 0);
    TURN_UNTIL(loop, answer.calls == 1);
    assert_int_equal(answer.error, NW_OK);
    assert_int_equal(answer.addr.family, 4);
    assert_int_equal(answer.addr.ip[0], 127);
    assert_int_equal(answer.addr.port, 7777);
}

static void many_names_at_once(void **state)
{
    struct loop *loop = *state;
    struct answer answers[20] = {0};
    int done;

    for (int i = 0; i < 20; i++)
        assert_non_null(loop_resolve(loop, "127.0.0.1", (uint16_t)(i + 1), take_answer, &answers[i]));
    do {
        loop_turn(loop, clock_mono_ns() + TEST_STEP_NS);
        done = 0;
        for (int i = 0; i < 20; i++)
            done += answers[i].calls;
    } while (done < 20);
    for (int i = 0; i < 20; i++)
        assert_int_equal(answers[i].addr.port, i + 1);
}

static void a_name_that_is_none_is_told(void **state)
{
    struct loop *loop = *state;
    struct answer answer = {0}, longer = {0};
    char name[2000];

    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    loop_resolve(loop, "a..b", 1, take_answer, &answer);
    loop_resolve(loop, name, 1, take_answer, &longer);
    TURN_UNTIL(loop, answer.calls == 1 && longer.calls == 1);
    assert_int_equal(answer.error, NW_EADDRESS);
    assert_int_equal(longer.error, NW_EADDRESS);
}

static void a_cancelled_lookup_is_silent(void **state)
{
    struct loop *loop = *state;
    struct answer answers[12] = {0}, last = {0};
    struct loop_resolve *running[12];

    /* Waiting, running and finished ones. */
    for (int i = 0; i < 12; i++)
        running[i] = loop_resolve(loop, "localhost", 1, take_answer, &answers[i]);
    for (int i = 0; i < 6; i++)
        loop_resolve_cancel(running[i]);
    usleep(20000);
    for (int i = 6; i < 12; i++)
        loop_resolve_cancel(running[i]);
    loop_resolve_cancel(NULL);
    loop_resolve(loop, "localhost", 1, take_answer, &last);
    TURN_UNTIL(loop, last.calls == 1);
    for (int i = 0; i < 12; i++)
        assert_int_equal(answers[i].calls, 0);
}

/* The loop ends while lookups wait and run: nothing is heard of them, and nothing waits for them. */
static void the_loop_does_not_wait_for_names(void **state)
{
    struct answer answer = {0};
    struct loop *loop = loop_new();

    (void)state;
    for (int i = 0; i < 8; i++)
        loop_resolve(loop, "localhost", 1, take_answer, &answer);
    loop_free(loop);
    usleep(50000); /* the threads free what is theirs, for the leak checkers to see */
    assert_int_equal(answer.calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(localhost_is_found),
        LOOP_TEST(many_names_at_once),
        LOOP_TEST(a_name_that_is_none_is_told),
        LOOP_TEST(a_cancelled_lookup_is_silent),
        LOOP_TEST(the_loop_does_not_wait_for_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
