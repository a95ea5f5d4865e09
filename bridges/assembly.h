/* What the controllers, quarter frames and clocks of each sender are on their way to be: one value, time or tempo.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_ASSEMBLY_H
#define NOTEWIRE_BRIDGES_ASSEMBLY_H

#include "loop/loop.h"
#include "midi/midi_parameters.h"
#include "midi/midi_tempo.h"
#include "midi/midi_time_code.h"

#define ASSEMBLY_SOURCES 32       /* senders that are remembered; the one that was quiet longest makes room */
#define ASSEMBLY_WAIT_NS 10000000 /* how long an MSB waits for its LSB: ten times what two controllers take on DIN */

/* What waits is told with this: source is its midi_msg.port. */
typedef void assembly_late(void *user, uint16_t source, const struct midi_parameter_set *value);

struct assembly_source {
    uint16_t source;
    uint64_t used;   /* when, counted in messages; 0: free */
    uint64_t due_ns; /* of what waits */
    struct midi_parameters parameters;
    struct midi_time_code code;
    struct midi_tempo tempo;
};

struct assembly {
    struct assembly_source place[ASSEMBLY_SOURCES];
    uint64_t messages;
    struct loop_timer *timer; /* owned */
    bool armed;               /* something waits, or did when it was set */
    assembly_late *late;
    void *user;
};

/* 0 or NW_EMEMORY. loop is borrowed until assembly_free. */
int assembly_init(struct assembly *assembly, struct loop *loop, assembly_late *late, void *user);
void assembly_free(struct assembly *assembly);

/* Takes a controller in; *now gets what it is part of. What has waited before it is told first. */
void assembly_controller(struct assembly *assembly, const struct midi_msg *msg, struct midi_parameter_set *now);

/* Takes a quarter frame in. */
enum midi_time_result assembly_quarter_frame(struct assembly *assembly, const struct midi_msg *msg,
                                             uint8_t full_frame[MIDI_FULL_FRAME]);

/* Takes a clock in. True when it shows a new tempo. */
bool assembly_clock(struct assembly *assembly, const struct midi_msg *msg, double *bpm);

/* Senders that are source in the bits of mask have gone: what waits of them is told, and another begins anew. */
void assembly_forget(struct assembly *assembly, uint16_t source, uint16_t mask);

/* Tells all that waits. */
void assembly_flush(struct assembly *assembly);

#endif
