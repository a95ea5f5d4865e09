/* The tempo of MIDI clock, 24 pulses a beat, averaged over one beat (MIDI 1.0, "MIDI Clock").
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_TEMPO_H
#define NOTEWIRE_MIDI_MIDI_TEMPO_H

#include <stdbool.h>
#include <stdint.h>

#define MIDI_CLOCKS_A_BEAT 24

/* Of one sender. Zero-initialise. Fixed size, owns nothing. */
struct midi_tempo {
    uint32_t time_us[MIDI_CLOCKS_A_BEAT + 1]; /* of the last pulses, a ring */
    uint8_t next, count;                      /* in it */
    uint8_t since;                            /* pulses since a tempo was told, up to a few */
    double told_us;                           /* a beat of it; 0: none */
};

/* Takes a pulse in. True when its beat is another than what was told last: *bpm gets the tempo. A difference that the
 * jitter of the pulses explains is none. */
bool midi_tempo_take(struct midi_tempo *tempo, uint32_t time_us, double *bpm);

#endif
