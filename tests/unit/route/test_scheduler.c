/* Tests of the scheduler: order, whole input messages or nothing, and the right time.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/log.h"
#include "route/scheduler.h"
#include "route_test.h"

#define MS 1000000ULL

/* What was played: the notes, with a ';' behind the last message of an input message. */
struct fixture {
    struct loop *loop;
    struct scheduler *scheduler;
    char played[65536];
    size_t used, count;
    uint64_t due_ns, earliest_ns; /* of what waits, and when something was played */
    bool again;                   /* schedules one more from the callback */
};

static void play(void *user, const struct midi_msg *msg, uint32_t outputs, bool last)
{
    struct fixture *f = user;

    assert_int_equal(msg->b[0], 0x90);
    assert_int_equal(outputs, 5);
    assert_true(clock_mono_ns() >= f->due_ns);
    f->count++;
    f->used += (size_t)sprintf(f->played + f->used, "%d%s", msg->b[1], last ? ";" : " ");
    if (f->again) {
        struct midi_msg next = midi_short(0x90, 99, 1);

        f->again = false;
        assert_true(scheduler_add(f->scheduler, clock_mono_ns(), 5, &next));
        assert_true(scheduler_commit(f->scheduler));
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct scheduler_callbacks callbacks = {.play = play, .user = f};

    log_set_level(LOG_QUIET);
    if (f == NULL)
        return -1;
    f->loop = loop_new();
    f->scheduler = scheduler_new(f->loop, &callbacks);
    *state = f;
    return f->scheduler == NULL;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    scheduler_free(f->scheduler);
    loop_free(f->loop);
    free(f);
    clock_replace(NULL, NULL);
    return 0;
}

static bool add(struct fixture *f, uint64_t due_ns, uint8_t note)
{
    struct midi_msg msg = midi_short(0x90, note, 1);

    return scheduler_add(f->scheduler, due_ns, 5, &msg);
}

/* One input message of one MIDI message. */
static void schedule(struct fixture *f, uint64_t due_ns, uint8_t note)
{
    assert_true(add(f, due_ns, note));
    assert_true(scheduler_commit(f->scheduler));
}

static void wait_for(struct fixture *f, size_t count)
{
    uint64_t end = clock_mono_ns() + 20000 * MS;

    while (f->count < count && clock_mono_ns() < end)
        loop_turn(f->loop, clock_mono_ns() + 20 * MS);
    assert_int_equal(f->count, count);
}

static void plays_in_the_order_of_time(void **state)
{
    struct fixture *f = *state;
    uint64_t now = clock_mono_ns();

    f->due_ns = now + 5 * MS;
    schedule(f, now + 30 * MS, 3);
    schedule(f, now + 5 * MS, 1);
    schedule(f, now + 40 * MS, 4);
    schedule(f, now + 10 * MS, 2);
    assert_int_equal(scheduler_count(f->scheduler), 4);
    assert_int_equal(f->count, 0);
    wait_for(f, 4);
    assert_string_equal(f->played, "1;2;3;4;");
    assert_int_equal(scheduler_count(f->scheduler), 0);
}

static void first_come_first_played_at_one_time(void **state)
{
    struct fixture *f = *state;
    uint64_t due = clock_mono_ns() + 20 * MS;
    char expected[4096] = "";

    for (uint8_t i = 0; i < 100; i++)
        schedule(f, i % 2 == 0 ? due : due + MS, i);
    for (int i = 0; i < 100; i += 2)
        sprintf(expected + strlen(expected), "%d;", i);
    for (int i = 1; i < 100; i += 2)
        sprintf(expected + strlen(expected), "%d;", i);
    wait_for(f, 100);
    assert_string_equal(f->played, expected);
}

static void keeps_an_input_message_together(void **state)
{
    struct fixture *f = *state;
    uint64_t due = clock_mono_ns() + 10 * MS;

    assert_true(add(f, due, 1) && add(f, due, 2) && add(f, due, 3));
    assert_int_equal(scheduler_count(f->scheduler), 0); /* not before it is whole */
    assert_true(scheduler_commit(f->scheduler));
    schedule(f, due, 4);
    assert_true(add(f, due, 5) && add(f, due, 6));
    assert_true(scheduler_commit(f->scheduler));
    assert_int_equal(scheduler_count(f->scheduler), 6);
    wait_for(f, 6);
    assert_string_equal(f->played, "1 2 3;4;5 6;");
}

static void an_empty_input_message_is_none(void **state)
{
    struct fixture *f = *state;

    assert_false(scheduler_commit(f->scheduler));
    assert_int_equal(scheduler_count(f->scheduler), 0);
}

static void what_does_not_fit_is_rolled_back_whole(void **state)
{
    struct fixture *f = *state;
    uint64_t due = clock_mono_ns() + 50 * MS;

    for (int i = 0; i < SCHEDULER_SIZE - 2; i++)
        schedule(f, due + 1, 0);
    assert_true(add(f, due, 1));
    assert_true(add(f, due, 2));
    assert_false(add(f, due, 3));
    assert_false(add(f, due, 4));
    assert_false(scheduler_commit(f->scheduler)); /* 1 and 2 are forgotten too */
    assert_int_equal(scheduler_count(f->scheduler), SCHEDULER_SIZE - 2);
    assert_true(add(f, due, 5));
    assert_true(add(f, due, 6));
    assert_true(scheduler_commit(f->scheduler)); /* exactly full */
    assert_int_equal(scheduler_count(f->scheduler), SCHEDULER_SIZE);
    assert_false(add(f, due, 7));
    assert_false(scheduler_commit(f->scheduler));
    wait_for(f, SCHEDULER_SIZE);
    assert_memory_equal(f->played, "5 6;0;0;", 8);
}

static void plays_a_shuffled_heap_in_order(void **state)
{
    struct fixture *f = *state;
    uint64_t base = clock_mono_ns() + 20 * MS;
    const char *at;
    int last = -1;

    for (unsigned i = 0; i < 128; i++)
        schedule(f, base + i * 73 % 128 * 1000, (uint8_t)(i * 73 % 128));
    wait_for(f, 128);
    at = f->played;
    for (int i = 0; i < 128; i++) {
        int note = atoi(at);

        assert_int_equal(note, last + 1);
        last = note;
        at = strchr(at, ';') + 1;
    }
}

static void the_past_plays_in_the_next_turn(void **state)
{
    struct fixture *f = *state;

    schedule(f, 1, 1);
    assert_int_equal(f->count, 0);
    wait_for(f, 1);
}

static void callbacks_may_schedule(void **state)
{
    struct fixture *f = *state;

    f->again = true;
    schedule(f, clock_mono_ns() + MS, 1);
    schedule(f, clock_mono_ns() + 2 * MS, 2);
    wait_for(f, 3);
    assert_non_null(strstr(f->played, "99;"));
}

static uint64_t test_now;

static uint64_t test_clock(void)
{
    return test_now;
}

/* The timer fires by the real clock, what is due is told by ours: nothing plays before its time. */
static void asks_the_clock_what_is_due(void **state)
{
    struct fixture *f = *state;
    uint64_t real = clock_mono_ns();

    clock_replace(test_clock, NULL);
    test_now = 1000;
    f->due_ns = 2000;
    schedule(f, 2000, 1);
    schedule(f, 3000, 2);
    for (int i = 0; i < 3; i++)
        loop_turn(f->loop, 0);
    assert_int_equal(f->count, 0);
    test_now = 2000;
    for (int i = 0; i < 10000 && f->count == 0; i++)
        loop_turn(f->loop, real);
    assert_string_equal(f->played, "1;");
    test_now = 3000;
    for (int i = 0; i < 10000 && f->count == 1; i++)
        loop_turn(f->loop, real);
    assert_string_equal(f->played, "1;2;");
}

static void freeing_forgets(void **state)
{
    struct fixture *f = *state;

    schedule(f, clock_mono_ns() + 1000 * MS, 1);
    assert_true(add(f, 1, 2));
    assert_int_equal(scheduler_count(f->scheduler), 1); /* the teardown frees it so */
    scheduler_free(NULL);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(plays_in_the_order_of_time),
        TEST(first_come_first_played_at_one_time),
        TEST(keeps_an_input_message_together),
        TEST(an_empty_input_message_is_none),
        TEST(what_does_not_fit_is_rolled_back_whole),
        TEST(plays_a_shuffled_heap_in_order),
        TEST(the_past_plays_in_the_next_turn),
        TEST(callbacks_may_schedule),
        TEST(asks_the_clock_what_is_due),
        TEST(freeing_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
