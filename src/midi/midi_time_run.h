/* A time that somebody tells now and then, as MIDI Time Code that runs: a full frame when it jumps, quarter frames
 * while it goes on (MIDI 1.0, "MIDI Time Code"). SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_TIME_RUN_H
#define NOTEWIRE_MIDI_MIDI_TIME_RUN_H

#include <stdbool.h>
#include <stdint.h>

/* A time of day, and its rate: 0 to 3 for 24, 25, 29.97 (which leaves numbers out) and 30 frames a second. */
struct midi_time {
    uint8_t hours, minutes, seconds, frames, rate;
};

/* Zero-initialise. Fixed size, owns nothing. Times are nanoseconds of a clock of the caller's. */
struct midi_time_run {
    struct midi_time told; /* last */
    int64_t told_frames;   /* since midnight */
    uint64_t told_ns;      /* when; 0: never */
    uint64_t between_ns;   /* the last two */
    bool running;
    double base_ns; /* when it was base_frames */
    int64_t base_frames;
    int64_t set_frames; /* the time that the eight pieces on their way say */
    uint8_t piece;      /* the next of them */
};

/* Takes a time in. True when it is to be told as a full frame, at once: it is not where the one before led to, or it
 * stands still now. From the second of two that fit together on quarter frames run. */
bool midi_time_run_take(struct midi_time_run *run, const struct midi_time *time, uint64_t now_ns);

/* When the next quarter frame is due; 0: it does not run. */
uint64_t midi_time_run_due(const struct midi_time_run *run);

/* The data byte of that quarter frame; then the one behind it is the next. */
uint8_t midi_time_run_piece(struct midi_time_run *run);

/* Whether nobody has told a time for so long that it has stopped where it was told last: then it does not run any
 * more. */
bool midi_time_run_ended(struct midi_time_run *run, uint64_t now_ns);

#endif
