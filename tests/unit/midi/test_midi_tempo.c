/* Tests of midi/midi_tempo.h: steady clocks, jitter, changes, gaps.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_tempo.h"
#include "midi_test.h"

#include <math.h>

/* A clock: feeds pulses, writes down what was told. */
static struct {
    struct midi_tempo tempo;
    double time_us, bpm; /* of the next pulse; told last */
    unsigned told;
    uint32_t random;
} clock_;

static void begin(double time_us)
{
    memset(&clock_, 0, sizeof clock_);
    clock_.time_us = time_us;
}

/* Pulses at a tempo, each late by up to jitter_us. */
static void pulses(unsigned count, double bpm, double jitter_us)
{
    for (unsigned i = 0; i < count; i++) {
        double late;

        clock_.random = clock_.random * 1664525u + 1013904223u;
        late = jitter_us * (double)(clock_.random >> 8) / 16777216.0;
        if (midi_tempo_take(&clock_.tempo, (uint32_t)(int64_t)(clock_.time_us + late), &clock_.bpm))
            clock_.told++;
        clock_.time_us += 60e6 / 24 / bpm;
    }
}

static void tells_a_steady_tempo_once(void **state)
{
    static const double tempos[] = {20, 60, 120, 127.83, 300, 999};

    (void)state;
    for (size_t i = 0; i < sizeof tempos / sizeof tempos[0]; i++) {
        begin(4294967295.0 - 3000000); /* the time wraps meanwhile */
        pulses(24, tempos[i], 0);
        assert_int_equal(clock_.told, 0); /* a beat has 24 distances */
        pulses(1, tempos[i], 0);
        assert_int_equal(clock_.told, 1);
        assert_true(fabs(clock_.bpm - tempos[i]) < tempos[i] / 10000);
        pulses(2000, tempos[i], 0);
        assert_int_equal(clock_.told, 1);
    }
}

static void tells_no_jitter(void **state)
{
    (void)state;
    begin(1000);
    pulses(4800, 120, 2000);
    assert_in_range(clock_.told, 1, 3);
    assert_true(fabs(clock_.bpm - 120) < 1);
}

static void tells_changes(void **state)
{
    (void)state;
    begin(1000);
    pulses(100, 120, 0);
    assert_int_equal(clock_.told, 1);
    pulses(100, 120.1, 0);
    assert_in_range(clock_.told, 2, 6); /* on the way there, a sixteenth note apart, and there */
    assert_true(fabs(clock_.bpm - 120.1) < 0.03);
    pulses(100, 60, 300);
    assert_true(fabs(clock_.bpm - 60) < 0.2);
}

static void begins_anew_behind_a_gap(void **state)
{
    (void)state;
    begin(1000);
    pulses(50, 120, 0);
    clock_.time_us += 2e6;
    pulses(24, 90, 0);
    assert_int_equal(clock_.told, 1);
    pulses(1, 90, 0);
    assert_int_equal(clock_.told, 2);
    assert_true(fabs(clock_.bpm - 90) < 0.01);
    clock_.time_us += 2e6;
    pulses(100, 90, 0); /* as before: nothing to tell */
    assert_int_equal(clock_.told, 2);
}

static void survives_pulses_at_once(void **state)
{
    double bpm = 0;

    (void)state;
    begin(1000);
    for (unsigned i = 0; i < 1000; i++)
        assert_false(midi_tempo_take(&clock_.tempo, 5, &bpm));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_a_steady_tempo_once),
        cmocka_unit_test(tells_no_jitter),
        cmocka_unit_test(tells_changes),
        cmocka_unit_test(begins_anew_behind_a_gap),
        cmocka_unit_test(survives_pulses_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
