/* Timers: order, never early, set anew, freed anywhere.
 * SPDX-License-Identifier: MIT */
#include "loop_test.h"

static void count(void *user)
{
    (*(int *)user)++;
}

struct order {
    int seen[8];
    int count;
};

struct mark {
    struct order *order;
    int number;
    struct loop_timer *timer;
    uint64_t due, fired;
};

static void note(void *user)
{
    struct mark *mark = user;

    mark->fired = clock_mono_ns();
    mark->order->seen[mark->order->count++] = mark->number;
}

static void timers_fire_in_order_and_never_early(void **state)
{
    struct loop *loop = *state;
    struct order order = {.count = 0};
    struct mark marks[4];
    static const uint64_t delays[4] = {60, 40, 100, 20};
    uint64_t ms = 500000, now;

    for (int i = 0; i < 4; i++) {
        marks[i] = (struct mark){.order = &order, .number = i};
        marks[i].timer = loop_timer_new(loop, note, &marks[i]);
    }
    do { /* until all are set before the first is due, however slow the machine */
        for (int i = 0; i < 4; i++)
            loop_timer_set(marks[i].timer, 0);
        loop_turn(loop, 0); /* forgets those that were due */
        ms *= 2;
        now = clock_mono_ns();
        for (int i = 0; i < 4; i++) {
            marks[i].due = now + delays[i] * ms;
            loop_timer_set(marks[i].timer, marks[i].due);
        }
    } while (clock_mono_ns() >= now + 20 * ms);
    TURN_UNTIL(loop, order.count == 4);
    assert_int_equal(order.seen[0], 3);
    assert_int_equal(order.seen[1], 1);
    assert_int_equal(order.seen[2], 0);
    assert_int_equal(order.seen[3], 2);
    for (int i = 0; i < 4; i++) {
        assert_true(marks[i].fired >= marks[i].due);
        loop_timer_free(marks[i].timer);
    }
}

static void timers_are_set_anew_and_disarmed(void **state)
{
    struct loop *loop = *state;
    int fired = 0;
    struct loop_timer *timer = loop_timer_new(loop, count, &fired);

    loop_timer_set(timer, 1);
    loop_timer_set(timer, 0);
    turn_for(loop, 5000000);
    assert_int_equal(fired, 0);
    loop_timer_set(timer, 1); /* long past: the next turn */
    loop_turn(loop, UINT64_MAX);
    assert_int_equal(fired, 1);
    loop_timer_set(timer, 1); /* the same again */
    TURN_UNTIL(loop, fired == 2);
    loop_timer_set(timer, UINT64_MAX);
    loop_timer_set(timer, clock_mono_ns() + 1000000);
    TURN_UNTIL(loop, fired == 3);
    turn_for(loop, 5000000);
    assert_int_equal(fired, 3);
    loop_timer_free(timer);
    loop_timer_free(NULL);
}

static struct loop_timer *own_timer;

static void free_own_timer(void *user)
{
    count(user);
    loop_timer_free(own_timer);
}

static void a_timer_may_free_itself(void **state)
{
    struct loop *loop = *state;
    int fired = 0;

    own_timer = loop_timer_new(loop, free_own_timer, &fired);
    loop_timer_set(own_timer, 1);
    TURN_UNTIL(loop, fired == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(timers_fire_in_order_and_never_early),
        LOOP_TEST(timers_are_set_anew_and_disarmed),
        LOOP_TEST(a_timer_may_free_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
