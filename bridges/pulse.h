/* What goes out at a pace of its own because OSC said how fast: MIDI clock at a tempo, and time code that runs.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_PULSE_H
#define NOTEWIRE_BRIDGES_PULSE_H

#include "loop/loop.h"
#include "midi/midi_time_run.h"
#include "port/registry.h"

#define PULSES 8                /* that run at once */
#define PULSE_TEMPO_MIN 1.0     /* beats a minute; what is slower stands still */
#define PULSE_TEMPO_MAX 999.0   /* as the map language has it */
#define PULSE_LATE_NS 250000000 /* behind its time by more than this, a clock goes on from now */

struct bridge;

/* One clock or time code, for the outputs that its rule named. */
struct pulse {
    enum { PULSE_FREE, PULSE_CLOCK, PULSE_TIME } kind;
    uint32_t outputs;
    uint16_t source;            /* who said so */
    uint64_t last_ns, every_ns; /* clock */
    struct midi_time_run time;  /* time code */
};

/* Zero-initialise. The timer is armed while one of them runs. */
struct pulses {
    struct pulse pulse[PULSES];
    struct loop_timer *timer; /* owned; NULL: no map has a rule for any of it */
};

/* 0 or NW_EMEMORY. */
int pulse_init(struct bridge *bridge);
void pulse_free(struct bridge *bridge);

/* MIDI clock on these outputs from now on; 0 beats a minute: no more. False when too many run already. */
bool pulse_tempo(struct bridge *bridge, uint16_t source, uint32_t outputs, double bpm);

/* The time on these outputs. *jumps: it is to be told as a full frame now. False when too many run already. */
bool pulse_time(struct bridge *bridge, uint16_t source, uint32_t outputs, const struct midi_time *time, bool *jumps);

/* Whether something runs because of a source; and that it has gone: this stops. */
bool pulse_holds(const struct bridge *bridge, uint16_t source);
void pulse_stop(struct bridge *bridge, uint16_t source);

#endif
