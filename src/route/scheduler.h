/* MIDI that waits for its time tag: a heap of a fixed size and one precise timer.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_SCHEDULER_H
#define NOTEWIRE_ROUTE_SCHEDULER_H

#include "loop/loop.h"
#include "midi/midi_msg.h"

#define SCHEDULER_SIZE 4096                 /* MIDI messages and SysEx pieces held at most */
#define SCHEDULER_HORIZON_NS 10000000000ULL /* how far ahead a time tag may lie */

struct scheduler;

struct scheduler_callbacks {
    /* Time to play one message or piece. last marks the last one of an input message. */
    void (*play)(void *user, const struct midi_msg *msg, uint32_t outputs, bool last);
    void *user;
};

/* Returns owned; NULL without memory or timer. */
struct scheduler *scheduler_new(struct loop *loop, const struct scheduler_callbacks *callbacks);
void scheduler_free(struct scheduler *scheduler);

/* Adds to the input message being scheduled; false when there is no room: then nothing of it will be kept.
 * Messages of one input message share due_ns (monotonic). */
bool scheduler_add(struct scheduler *scheduler, uint64_t due_ns, uint32_t outputs, const struct midi_msg *msg);

/* Ends an input message: all that was added since the last commit is scheduled, in its order. False, with nothing kept,
 * when something found no room or nothing was added. */
bool scheduler_commit(struct scheduler *scheduler);

unsigned scheduler_count(const struct scheduler *scheduler); /* messages and pieces held */

#endif
