/* Tests of the counters' line and the names of the reasons.
 * SPDX-License-Identifier: MIT */
#include "route/counters.h"
#include "route_test.h"

static const char *text(const struct counters *counters, int with_queued)
{
    static char out[COUNTERS_TEXT];

    assert_ptr_equal(counters_text(counters, with_queued, out), out);
    return out;
}

static void writes_the_fates(void **state)
{
    struct counters counters = {.received = 3, .delivered = 2};

    (void)state;
    assert_string_equal(text(&(struct counters){0}, 0), "received=0 delivered=0 dropped=0");
    assert_string_equal(text(&(struct counters){0}, 1), "received=0 delivered=0 dropped=0 queued=0");
    counters.dropped[DROP_UNMAPPED] = 1;
    assert_string_equal(text(&counters, 0), "received=3 delivered=2 dropped=1 (unmapped=1)");
    counters.dropped[DROP_MALFORMED] = 2;
    counters.queued = 4;
    assert_string_equal(text(&counters, 1), "received=3 delivered=2 dropped=3 (malformed=2 unmapped=1) queued=4");
    counters.late = 5;
    assert_string_equal(text(&counters, 0), "received=3 delivered=2 dropped=3 (malformed=2 unmapped=1); late=5");
    counters.output_lost = 6;
    counters.far = 7;
    counters.kernel_drops = 8;
    counters.overruns = 9;
    assert_string_equal(text(&counters, 1), "received=3 delivered=2 dropped=3 (malformed=2 unmapped=1) queued=4; "
                                            "late=5 far=7 kernel-drops=8 overruns=9 output-lost=6");
}

static void has_room_for_the_largest(void **state)
{
    struct counters counters;
    const char *line;

    (void)state;
    memset(&counters, 0xff, sizeof counters);
    for (int i = 0; i < DROP_REASONS; i++)
        counters.dropped[i] = UINT64_MAX - (i > 0 ? 0 : (uint64_t)DROP_REASONS);
    line = text(&counters, 1);
    assert_true(strlen(line) < COUNTERS_TEXT - 1);
    assert_non_null(strstr(line, "output-lost=18446744073709551615"));
}

static void names_each_reason(void **state)
{
    static const char *const names[DROP_REASONS] = {"malformed",  "too-big", "refused",  "unmapped",
                                                    "range",      "pattern", "no-port",  "no-peer",
                                                    "queue-full", "stalled", "disabled", "exit"};

    (void)state;
    for (int i = 0; i < DROP_REASONS; i++)
        assert_string_equal(drop_reason_name((enum drop_reason)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_the_fates),
        cmocka_unit_test(has_room_for_the_largest),
        cmocka_unit_test(names_each_reason),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
