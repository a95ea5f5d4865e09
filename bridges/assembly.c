/* What the controllers, quarter frames and clocks of each sender are on their way to be. Nothing is allocated but the
 * timer. SPDX-License-Identifier: MIT */
#include "bridges/assembly.h"

#include "base/clock.h"
#include "base/error.h"

#include <string.h>

static void tell_waiting(struct assembly *assembly, struct assembly_source *place)
{
    struct midi_parameter_set late;

    midi_parameters_flush(&place->parameters, &late);
    if (late.count > 0)
        assembly->late(assembly->user, place->source, &late);
}

/* Tells what is due by now; the timer is set to the next. */
static void tell_due(struct assembly *assembly, uint64_t now_ns)
{
    uint64_t next_ns = UINT64_MAX;

    for (int i = 0; i < ASSEMBLY_SOURCES; i++) {
        struct assembly_source *place = &assembly->place[i];

        if (place->parameters.waiting.count == 0)
            continue;
        if (place->due_ns <= now_ns)
            tell_waiting(assembly, place);
        else if (place->due_ns < next_ns)
            next_ns = place->due_ns;
    }
    assembly->armed = next_ns != UINT64_MAX;
    if (assembly->armed)
        loop_timer_set(assembly->timer, next_ns);
}

static void on_timer(void *user)
{
    tell_due(user, clock_mono_ns());
}

int assembly_init(struct assembly *assembly, struct loop *loop, assembly_late *late, void *user)
{
    memset(assembly, 0, sizeof *assembly);
    assembly->late = late;
    assembly->user = user;
    assembly->timer = loop_timer_new(loop, on_timer, assembly);
    return assembly->timer != NULL ? 0 : NW_EMEMORY;
}

void assembly_free(struct assembly *assembly)
{
    loop_timer_free(assembly->timer);
    assembly->timer = NULL;
}

void assembly_flush(struct assembly *assembly)
{
    for (int i = 0; i < ASSEMBLY_SOURCES; i++)
        tell_waiting(assembly, &assembly->place[i]);
}

void assembly_forget(struct assembly *assembly, uint16_t source, uint16_t mask)
{
    for (int i = 0; i < ASSEMBLY_SOURCES; i++) {
        struct assembly_source *place = &assembly->place[i];

        if (place->used == 0 || (place->source & mask) != source)
            continue;
        tell_waiting(assembly, place);
        place->used = 0;
    }
}

/* The place of a sender: its own, a free one, or that of who was quiet longest. */
static struct assembly_source *find_place(struct assembly *assembly, uint16_t source)
{
    struct assembly_source *oldest = &assembly->place[0];

    assembly->messages++;
    for (int i = 0; i < ASSEMBLY_SOURCES; i++) {
        struct assembly_source *place = &assembly->place[i];

        if (place->used > 0 && place->source == source) {
            place->used = assembly->messages;
            return place;
        }
        if (place->used < oldest->used)
            oldest = place;
    }
    tell_waiting(assembly, oldest);
    *oldest = (struct assembly_source){.source = source, .used = assembly->messages};
    return oldest;
}

void assembly_controller(struct assembly *assembly, const struct midi_msg *msg, struct midi_parameter_set *now)
{
    struct assembly_source *place = find_place(assembly, msg->port);
    struct midi_parameter_set late;

    midi_parameters_take(&place->parameters, msg, &late, now);
    if (place->parameters.waiting.count > 0) {
        place->due_ns = clock_mono_ns() + ASSEMBLY_WAIT_NS;
        if (!assembly->armed)
            loop_timer_set(assembly->timer, place->due_ns);
        assembly->armed = true;
    }
    if (late.count > 0)
        assembly->late(assembly->user, place->source, &late);
}

enum midi_time_result assembly_quarter_frame(struct assembly *assembly, const struct midi_msg *msg,
                                             uint8_t full_frame[MIDI_FULL_FRAME])
{
    return midi_time_code_take(&find_place(assembly, msg->port)->code, msg->b[1], full_frame);
}

/* Drivers that know when a message came say so. */
bool assembly_clock(struct assembly *assembly, const struct midi_msg *msg, double *bpm)
{
    uint32_t time_us = msg->time_us != 0 ? msg->time_us : (uint32_t)(clock_mono_ns() / 1000);

    return midi_tempo_take(&find_place(assembly, msg->port)->tempo, time_us, bpm);
}
