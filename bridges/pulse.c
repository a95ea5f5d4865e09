/* What goes out at a pace of its own because OSC said how fast: MIDI clock at a tempo, and time code that runs. Nothing
 * is allocated but the timer. SPDX-License-Identifier: MIT */
#include "bridges/pulse.h"

#include "base/clock.h"
#include "base/error.h"
#include "bridges/bridge.h"
#include "route/rule_time.h"

#include <string.h>

/* To all its outputs. One that has no room has lost it; one that nobody hears misses nothing. */
static void send_paced(struct bridge *bridge, const struct pulse *pulse, struct midi_msg msg)
{
    uint32_t taken, full;

    msg.port = pulse->source;
    taken = registry_send(bridge->registry, pulse->outputs, &msg);
    full = pulse->outputs & ~taken & registry_full_outputs(bridge->registry);
    bridge->counters.output_lost += (uint64_t)__builtin_popcount(full);
}

/* Where the time stands now that it does not run any more. */
static void send_full_frame(struct bridge *bridge, const struct pulse *pulse)
{
    const struct midi_time *time = &pulse->time.told;
    const int32_t value[RULE_TIME_VALUES] = {time->hours, time->minutes, time->seconds, time->frames, time->rate};
    uint8_t frame[MIDI_FULL_FRAME];
    struct midi_msg begin = {.len = 8, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_BEGIN};
    struct midi_msg end = {.len = sizeof frame - 8, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END};

    rule_time_make(value, frame);
    memcpy(begin.b, frame, begin.len);
    memcpy(end.b, frame + begin.len, end.len);
    send_paced(bridge, pulse, begin);
    send_paced(bridge, pulse, end);
}

/* When a pulse has something to do next; 0: it rests. */
static uint64_t due_of(const struct pulse *pulse)
{
    if (pulse->kind == PULSE_CLOCK)
        return pulse->last_ns + pulse->every_ns;
    return pulse->kind == PULSE_TIME ? midi_time_run_due(&pulse->time) : 0;
}

static void arm(struct bridge *bridge)
{
    uint64_t next = 0;

    for (unsigned i = 0; i < PULSES; i++) {
        uint64_t due = due_of(&bridge->pulses.pulse[i]);

        if (due != 0 && (next == 0 || due < next))
            next = due;
    }
    loop_timer_set(bridge->pulses.timer, next);
}

/* Sends what is due of one. */
static void run(struct bridge *bridge, struct pulse *pulse, uint64_t now_ns)
{
    if (pulse->kind == PULSE_CLOCK) {
        send_paced(bridge, pulse, midi_short(MIDI_CLOCK, 0, 0));
        pulse->last_ns += pulse->every_ns;
        if (now_ns - pulse->last_ns > PULSE_LATE_NS)
            pulse->last_ns = now_ns; /* the machine slept */
    } else if (midi_time_run_ended(&pulse->time, now_ns)) {
        send_full_frame(bridge, pulse);
    } else {
        send_paced(bridge, pulse, midi_short(MIDI_TIME_CODE, midi_time_run_piece(&pulse->time), 0));
    }
}

static void on_timer(void *user)
{
    struct bridge *bridge = user;
    uint64_t now = clock_mono_ns();

    for (unsigned i = 0; i < PULSES; i++) {
        struct pulse *pulse = &bridge->pulses.pulse[i];
        uint64_t due;

        while ((due = due_of(pulse)) != 0 && due <= now)
            run(bridge, pulse, now);
    }
    arm(bridge);
}

int pulse_init(struct bridge *bridge)
{
    bridge->pulses.timer = loop_timer_new(bridge->loop, on_timer, bridge);
    return bridge->pulses.timer != NULL ? 0 : NW_EMEMORY;
}

void pulse_free(struct bridge *bridge)
{
    loop_timer_free(bridge->pulses.timer);
    bridge->pulses = (struct pulses){0};
}

/* The pulse of a kind for exactly these outputs; another that had some of them goes on without. NULL: none is free. */
static struct pulse *find(struct bridge *bridge, int kind, uint32_t outputs)
{
    struct pulse *place = NULL;

    for (unsigned i = 0; i < PULSES; i++) {
        struct pulse *pulse = &bridge->pulses.pulse[i];

        if ((int)pulse->kind == kind && pulse->outputs == outputs)
            return pulse;
        if ((int)pulse->kind == kind)
            pulse->outputs &= ~outputs;
        if (pulse->outputs == 0)
            *pulse = (struct pulse){.kind = PULSE_FREE};
        if (pulse->kind == PULSE_FREE && place == NULL)
            place = pulse;
    }
    return place;
}

bool pulse_tempo(struct bridge *bridge, uint16_t source, uint32_t outputs, double bpm)
{
    struct pulse *pulse = find(bridge, PULSE_CLOCK, outputs);
    uint64_t now = clock_mono_ns();

    if (bpm < PULSE_TEMPO_MIN) {
        if (pulse != NULL)
            *pulse = (struct pulse){.kind = PULSE_FREE};
        arm(bridge);
        return true;
    }
    if (pulse == NULL)
        return false;
    if (pulse->kind == PULSE_FREE)
        *pulse = (struct pulse){.kind = PULSE_CLOCK, .outputs = outputs};
    pulse->source = source;
    pulse->every_ns = (uint64_t)(60e9 / 24 / bpm);
    if (pulse->last_ns + pulse->every_ns < now)
        pulse->last_ns = now - pulse->every_ns; /* it begins, or is faster from now on: at once */
    arm(bridge);
    return true;
}

bool pulse_time(struct bridge *bridge, uint16_t source, uint32_t outputs, const struct midi_time *time, bool *jumps)
{
    struct pulse *pulse = find(bridge, PULSE_TIME, outputs);

    if (pulse == NULL)
        return false;
    if (pulse->kind == PULSE_FREE)
        *pulse = (struct pulse){.kind = PULSE_TIME, .outputs = outputs};
    pulse->source = source;
    *jumps = midi_time_run_take(&pulse->time, time, clock_mono_ns());
    arm(bridge);
    return true;
}

bool pulse_holds(const struct bridge *bridge, uint16_t source)
{
    for (unsigned i = 0; i < PULSES; i++)
        if (due_of(&bridge->pulses.pulse[i]) != 0 && bridge->pulses.pulse[i].source == source)
            return true;
    return false;
}

void pulse_stop(struct bridge *bridge, uint16_t source)
{
    if (bridge->pulses.timer == NULL)
        return;
    for (unsigned i = 0; i < PULSES; i++) {
        struct pulse *pulse = &bridge->pulses.pulse[i];

        if (pulse->source == source)
            *pulse = (struct pulse){.kind = PULSE_FREE};
    }
    arm(bridge);
}
