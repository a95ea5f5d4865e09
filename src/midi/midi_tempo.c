/* The tempo of MIDI clock, averaged over one beat.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_tempo.h"

#include <math.h>

#define PLACES (MIDI_CLOCKS_A_BEAT + 1)
#define GAP_US 500000u     /* between two pulses: the clock stood still (that would be 5 beats a minute) */
#define SHORTEST_US 1000.0 /* a beat: what is faster came at once */
#define MIDDLE (MIDI_CLOCKS_A_BEAT / 2.0)
#define MINUTE_US 60000000.0
#define TELL_AFTER 6 /* pulses between two tempos told: a sixteenth note */
#define FINEST 4096  /* a part of a beat that is no difference, whatever the jitter */

/* The time of the pulse that came index pulses after the oldest of a whole beat. */
static uint32_t pulse_at(const struct midi_tempo *tempo, unsigned index)
{
    return tempo->time_us[(tempo->next + index) % PLACES];
}

/* The straight line through the pulses of a beat that is nearest to them all: *beat_us is what it needs for a beat.
 * Returns how far the pulses are from it, at most. */
static double fit(const struct midi_tempo *tempo, double *beat_us)
{
    double at[PLACES], mean = 0, slope = 0, squares = 0, most = 0;

    for (unsigned i = 0; i < PLACES; i++) {
        at[i] = pulse_at(tempo, i) - pulse_at(tempo, 0);
        mean += at[i] / PLACES;
    }
    for (unsigned i = 0; i < PLACES; i++) {
        double from_middle = (double)i - MIDDLE;

        slope += from_middle * at[i];
        squares += from_middle * from_middle;
    }
    slope /= squares;
    for (unsigned i = 0; i < PLACES; i++)
        most = fmax(most, fabs(at[i] - mean - slope * ((double)i - MIDDLE)));
    *beat_us = slope * MIDI_CLOCKS_A_BEAT;
    return most;
}

bool midi_tempo_take(struct midi_tempo *tempo, uint32_t time_us, double *bpm)
{
    uint32_t last = tempo->time_us[(tempo->next + PLACES - 1u) % PLACES];
    double beat_us, jitter_us;

    if (tempo->count > 0 && time_us - last > GAP_US)
        tempo->count = 0;
    tempo->time_us[tempo->next] = time_us;
    tempo->next = (uint8_t)((tempo->next + 1u) % PLACES);
    tempo->count = (uint8_t)(tempo->count < PLACES ? tempo->count + 1u : PLACES);
    tempo->since = (uint8_t)(tempo->since < TELL_AFTER ? tempo->since + 1u : TELL_AFTER);
    if (tempo->count < PLACES || tempo->since < TELL_AFTER)
        return false;
    jitter_us = fit(tempo, &beat_us);
    if (beat_us < SHORTEST_US ||
        (tempo->told_us > 0 && fabs(beat_us - tempo->told_us) <= 3 * jitter_us + beat_us / FINEST))
        return false;
    tempo->told_us = beat_us;
    tempo->since = 0;
    *bpm = MINUTE_US / beat_us;
    return true;
}
