/* A repeating line: once in five seconds, with the number held back.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/log.h"
#include "base_test.h"

#define S 1000000000ULL

static uint64_t mono_now;

static uint64_t fake_mono(void)
{
    return mono_now;
}

static void test_limit(void **state)
{
    struct log_limit limit = {0};
    uint32_t repeated = 99;

    (void)state;
    clock_replace(fake_mono, NULL);
    mono_now = 100 * S;
    assert_true(log_limit_pass(&limit, &repeated));
    assert_int_equal(repeated, 0);
    for (unsigned i = 0; i < 7; i++)
        assert_false(log_limit_pass(&limit, &repeated));
    mono_now = 105 * S - 1;
    assert_false(log_limit_pass(&limit, &repeated));
    mono_now = 105 * S;
    assert_true(log_limit_pass(&limit, &repeated));
    assert_int_equal(repeated, 8);
    assert_false(log_limit_pass(&limit, &repeated));
    mono_now = 200 * S;
    assert_true(log_limit_pass(&limit, &repeated));
    assert_int_equal(repeated, 1);
    mono_now = 300 * S;
    assert_true(log_limit_pass(&limit, &repeated));
    assert_int_equal(repeated, 0);
    clock_replace(NULL, NULL);
}

/* Two places that repeat do not hold each other back. */
static void test_limits_are_apart(void **state)
{
    struct log_limit one = {0};
    struct log_limit other = {0};
    uint32_t repeated;

    (void)state;
    clock_replace(fake_mono, NULL);
    mono_now = 1;
    assert_true(log_limit_pass(&one, &repeated));
    assert_true(log_limit_pass(&other, &repeated));
    assert_false(log_limit_pass(&one, &repeated));
    clock_replace(NULL, NULL);
}

static void test_level(void **state)
{
    (void)state;
    assert_int_equal(log_level(), LOG_NORMAL);
    log_set_level(LOG_VERBOSE);
    assert_int_equal(log_level(), LOG_VERBOSE);
    log_set_level(LOG_NORMAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_limits_are_apart),
        cmocka_unit_test(test_level),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
