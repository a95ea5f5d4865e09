/* The two clocks and OSC time tags; values from OSC 1.0 "Time Tags" and RFC 5905 section 6.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base_test.h"

#include <unistd.h>

#define S 1000000000ULL

static uint64_t fake_mono(void)
{
    return 42;
}

static uint64_t fake_wall(void)
{
    return 1700000000 * S + 5;
}

static void test_replace(void **state)
{
    uint64_t before;

    (void)state;
    clock_replace(fake_mono, fake_wall);
    assert_int_equal(clock_mono_ns(), 42);
    assert_int_equal(clock_wall_ns(), 1700000000 * S + 5);
    clock_replace(fake_mono, NULL);
    assert_int_equal(clock_mono_ns(), 42);
    assert_int_not_equal(clock_wall_ns(), 1700000000 * S + 5);
    clock_replace(NULL, fake_wall);
    assert_int_not_equal(clock_mono_ns(), 42);
    assert_int_equal(clock_wall_ns(), 1700000000 * S + 5);
    clock_replace(NULL, NULL);
    before = clock_mono_ns();
    assert_true(clock_mono_ns() >= before);
    assert_true(clock_wall_ns() > 1700000000 * S); /* after November 2023 */
}

static void test_immediately(void **state)
{
    (void)state;
    assert_int_equal(clock_from_timetag(1, 10 * S, 1700000000 * S), 0);
}

static void test_from_timetag(void **state)
{
    uint64_t wall = 1000 * S;
    uint64_t mono = 50 * S;
    uint64_t now = (2208988800ULL + 1000) << 32;

    (void)state;
    assert_int_equal(clock_from_timetag(now, mono, wall), mono);
    assert_int_equal(clock_from_timetag(now + (1ULL << 32), mono, wall), mono + S);
    assert_int_equal(clock_from_timetag(now | 0x80000000U, mono, wall), mono + S / 2);
    assert_int_equal(clock_from_timetag(now - (1ULL << 32), mono, wall), mono - S);
    assert_int_equal(clock_from_timetag(now - (49ULL << 32), mono, wall), S);
    assert_int_equal(clock_from_timetag(now - (50ULL << 32), mono, wall), 1); /* before the monotonic clock began */
    assert_int_equal(clock_from_timetag(now - (51ULL << 32), mono, wall), 1);
    assert_int_equal(clock_from_timetag(0xbc17c20000000000ULL, 0, 0),
                     946684800 * S); /* RFC 5905 figure 4: 2000 is 3155673600 */
    assert_int_equal(clock_from_timetag(0, mono, wall), 1);
    assert_int_equal(clock_from_timetag(2, mono, wall), 1);
    assert_int_equal(clock_from_timetag(0x83aa7e7fffffffffULL, mono, wall), 1); /* just before 1970 */
}

/* The last second of NTP era 0 is in 2036, and does not overflow nanoseconds. */
static void test_end_of_era(void **state)
{
    (void)state;
    assert_int_equal(clock_from_timetag(0xffffffffffffffffULL, 0, 0), 2085978495 * S + 999999999);
}

static void test_cpu(void **state)
{
    uint64_t cpu = clock_cpu_ns(), mono = clock_mono_ns();

    (void)state;
    usleep(100000);
    assert_true(clock_cpu_ns() - cpu < clock_mono_ns() - mono);
    cpu = clock_cpu_ns();
    while (clock_cpu_ns() == cpu)
        continue; /* which it does not for ever */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replace),    cmocka_unit_test(test_immediately), cmocka_unit_test(test_from_timetag),
        cmocka_unit_test(test_end_of_era), cmocka_unit_test(test_cpu),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
