/* Tests of midi/midi_time_run.h: when a time runs, what its quarter frames say, and when it jumps.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_time_code.h"
#include "midi/midi_time_run.h"
#include "midi_test.h"

#include <math.h>

#define MS 1000000ULL
#define BEGIN (1000 * MS)

static struct midi_time at(unsigned hours, unsigned minutes, unsigned seconds, unsigned frames, unsigned rate)
{
    return (struct midi_time){.hours = (uint8_t)hours,
                              .minutes = (uint8_t)minutes,
                              .seconds = (uint8_t)seconds,
                              .frames = (uint8_t)frames,
                              .rate = (uint8_t)rate};
}

static bool take(struct midi_time_run *run, struct midi_time time, uint64_t now_ns)
{
    return midi_time_run_take(run, &time, now_ns);
}

/* The full frame that the next eight pieces make, read as the receiver reads them. */
static void next_time(struct midi_time_run *run, struct midi_time *time, uint64_t *first_ns)
{
    struct midi_time_code code = {0};
    uint8_t frame[MIDI_FULL_FRAME];

    *first_ns = midi_time_run_due(run);
    for (unsigned piece = 0; piece < 8; piece++) {
        uint8_t data = midi_time_run_piece(run);
        enum midi_time_result result = midi_time_code_take(&code, data, frame);

        assert_int_equal(data >> 4, piece);
        assert_int_equal(result, piece == 7 ? MIDI_TIME_WHOLE : MIDI_TIME_PART);
    }
    *time = at(frame[5] & 31, frame[6], frame[7], frame[8], frame[5] >> 5);
}

static void assert_time(const struct midi_time *time, struct midi_time expected)
{
    assert_memory_equal(time, &expected, sizeof expected);
}

static void runs_from_the_second_on(void **state)
{
    struct midi_time_run run = {0};
    struct midi_time time;
    uint64_t first;

    (void)state;
    assert_true(take(&run, at(1, 2, 3, 4, 1), BEGIN)); /* where it is, nobody knew */
    assert_int_equal(midi_time_run_due(&run), 0);
    assert_false(take(&run, at(1, 2, 3, 6, 1), BEGIN + 80 * MS)); /* two frames of 40 ms */
    next_time(&run, &time, &first);
    assert_int_equal(first, BEGIN + 80 * MS);
    assert_time(&time, at(1, 2, 3, 6, 1));
    next_time(&run, &time, &first);
    assert_int_equal(first, BEGIN + 160 * MS);
    assert_time(&time, at(1, 2, 3, 8, 1));
    assert_int_equal(midi_time_run_due(&run), BEGIN + 240 * MS);
    (void)midi_time_run_piece(&run);
    assert_int_equal(midi_time_run_due(&run), BEGIN + 250 * MS); /* four a frame */
}

static void begins_at_an_even_frame(void **state)
{
    struct midi_time_run run = {0};
    struct midi_time time;
    uint64_t first;

    (void)state;
    take(&run, at(0, 0, 0, 22, 0), BEGIN);
    assert_false(take(&run, at(0, 0, 0, 23, 0), BEGIN + 42 * MS));
    next_time(&run, &time, &first);
    assert_true(fabs((double)first - (double)(BEGIN + 42 * MS) - 1e9 / 24) < 2);
    assert_time(&time, at(0, 0, 1, 0, 0));
}

/* Every rate over ten minutes, compared with a count that leaves out the numbers that drop frame leaves out. */
static void counts_each_rate(void **state)
{
    static const unsigned numbers[] = {24, 25, 30, 30};

    (void)state;
    for (unsigned rate = 0; rate < 4; rate++) {
        struct midi_time_run run = {0};
        unsigned minutes = 8, seconds = 59, frames = 0;
        struct midi_time time;
        uint64_t first = 0;

        take(&run, at(23, minutes, seconds, 0, rate), BEGIN);
        assert_false(take(&run, at(23, minutes, seconds, 2, rate), BEGIN + 80 * MS));
        frames = 2;
        for (unsigned i = 0; i < 12 * 60 * 12; i++) {
            next_time(&run, &time, &first);
            assert_time(&time, at(23, minutes, seconds, frames, rate));
            for (unsigned step = 0; step < 2; step++) {
                if (++frames < numbers[rate])
                    continue;
                frames = 0;
                if (++seconds == 60) {
                    seconds = 0;
                    minutes++;
                    frames = rate == 2 && minutes % 10 != 0 ? 2 : 0;
                }
            }
        }
    }
}

/* 29.97 frames a second: 17982 frames take ten minutes and 0.6 ms less. */
static void keeps_the_speed_of_each_rate(void **state)
{
    static const double frame_ns[] = {1e9 / 24, 1e9 / 25, 1001e9 / 30000, 1e9 / 30};

    (void)state;
    for (unsigned rate = 0; rate < 4; rate++) {
        struct midi_time_run run = {0};
        struct midi_time time;
        uint64_t first, last = 0;

        take(&run, at(0, 1, 0, 10, rate), BEGIN);
        take(&run, at(0, 1, 0, 12, rate), BEGIN + 80 * MS);
        next_time(&run, &time, &first);
        for (unsigned i = 0; i < 5000; i++)
            next_time(&run, &time, &last);
        assert_true(fabs((double)(last - first) - 10000 * frame_ns[rate]) < 100);
    }
}

static void follows_a_source_that_jitters(void **state)
{
    struct midi_time_run run = {0};
    uint64_t last = 0, shortest = UINT64_MAX, longest = 0;
    uint32_t random = 7;

    (void)state;
    take(&run, at(0, 0, 0, 0, 1), BEGIN);
    for (unsigned frame = 1; frame < 1000; frame++) { /* each frame told up to 30 ms late, and 1 % too slow */
        uint64_t now = BEGIN + (uint64_t)(frame * 40.4 * MS), late;

        random = random * 1664525u + 1013904223u;
        late = (random >> 8) % 30 * MS;
        assert_false(take(&run, at(0, 0, frame / 25, frame % 25, 1), now + late));
        while (midi_time_run_due(&run) <= now + late) {
            uint64_t due = midi_time_run_due(&run);

            if (last != 0 && frame > 100) {
                shortest = due - last < shortest ? due - last : shortest;
                longest = due - last > longest ? due - last : longest;
            }
            last = due;
            (void)midi_time_run_piece(&run);
        }
    }
    assert_in_range(shortest, 7 * MS, 11 * MS);
    assert_in_range(longest, 9 * MS, 13 * MS);
}

static void tells_jumps(void **state)
{
    struct midi_time_run run = {0};

    (void)state;
    take(&run, at(0, 0, 0, 0, 1), BEGIN);
    take(&run, at(0, 0, 0, 5, 1), BEGIN + 200 * MS);
    assert_true(take(&run, at(0, 1, 0, 0, 1), BEGIN + 400 * MS));
    assert_int_equal(midi_time_run_due(&run), 0);
    assert_true(take(&run, at(0, 0, 59, 20, 1), BEGIN + 600 * MS)); /* backwards */
    assert_true(take(&run, at(0, 2, 0, 0, 1), BEGIN + 800 * MS));
    assert_false(take(&run, at(0, 2, 0, 5, 1), BEGIN + 1000 * MS)); /* and on */
    assert_int_not_equal(midi_time_run_due(&run), 0);
    assert_true(take(&run, at(0, 2, 0, 5, 2), BEGIN + 1010 * MS)); /* another rate */
    assert_int_equal(midi_time_run_due(&run), 0);
}

static void stands_still(void **state)
{
    struct midi_time_run run = {0};

    (void)state;
    take(&run, at(0, 0, 0, 0, 1), BEGIN);
    take(&run, at(0, 0, 0, 1, 1), BEGIN + 40 * MS);
    assert_false(take(&run, at(0, 0, 0, 1, 1), BEGIN + 60 * MS)); /* told faster than its frames */
    assert_false(take(&run, at(0, 0, 0, 1, 1), BEGIN + 120 * MS));
    assert_int_not_equal(midi_time_run_due(&run), 0);
    assert_true(take(&run, at(0, 0, 0, 1, 1), BEGIN + 160 * MS));
    assert_int_equal(midi_time_run_due(&run), 0);
    assert_false(take(&run, at(0, 0, 0, 1, 1), BEGIN + 200 * MS)); /* told once */
    assert_false(midi_time_run_ended(&run, BEGIN + 100000 * MS));  /* it had ended before */
}

static void ends_when_nobody_tells(void **state)
{
    struct midi_time_run run = {0};

    (void)state;
    take(&run, at(0, 0, 0, 0, 1), BEGIN);
    take(&run, at(0, 0, 1, 0, 1), BEGIN + 1000 * MS);
    assert_false(midi_time_run_ended(&run, BEGIN + 3090 * MS));
    assert_true(midi_time_run_ended(&run, BEGIN + 3110 * MS));
    assert_int_equal(midi_time_run_due(&run), 0);
    assert_false(midi_time_run_ended(&run, BEGIN + 3120 * MS));
    assert_true(take(&run, at(0, 0, 2, 0, 1), BEGIN + 9000 * MS)); /* too late to be one movement */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_from_the_second_on),
        cmocka_unit_test(begins_at_an_even_frame),
        cmocka_unit_test(counts_each_rate),
        cmocka_unit_test(keeps_the_speed_of_each_rate),
        cmocka_unit_test(follows_a_source_that_jitters),
        cmocka_unit_test(tells_jumps),
        cmocka_unit_test(stands_still),
        cmocka_unit_test(ends_when_nobody_tells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
