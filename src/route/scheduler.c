/* MIDI that waits for its time tag: a heap of a fixed size and one precise timer.
 * SPDX-License-Identifier: MIT */
#include "route/scheduler.h"

#include "base/clock.h"

#include <stdlib.h>

struct entry {
    uint64_t due_ns;
    uint64_t order; /* first come, first played, at one due time */
    uint32_t outputs;
    bool last;
    struct midi_msg msg;
};

struct scheduler {
    struct scheduler_callbacks callbacks;
    struct loop_timer *timer;
    uint64_t order;
    unsigned count;  /* entries in the heap */
    unsigned staged; /* entries behind the heap, of the input message being scheduled */
    bool overflow;
    struct entry heap[SCHEDULER_SIZE];
};

static void play_due(void *user);

struct scheduler *scheduler_new(struct loop *loop, const struct scheduler_callbacks *callbacks)
{
    struct scheduler *scheduler = calloc(1, sizeof *scheduler);

    if (scheduler == NULL)
        return NULL;
    scheduler->callbacks = *callbacks;
    scheduler->timer = loop_timer_new(loop, play_due, scheduler);
    if (scheduler->timer == NULL) {
        free(scheduler);
        return NULL;
    }
    return scheduler;
}

void scheduler_free(struct scheduler *scheduler)
{
    if (scheduler == NULL)
        return;
    loop_timer_free(scheduler->timer);
    free(scheduler);
}

bool scheduler_add(struct scheduler *scheduler, uint64_t due_ns, uint32_t outputs, const struct midi_msg *msg)
{
    unsigned at = scheduler->count + scheduler->staged;

    if (scheduler->overflow || at == SCHEDULER_SIZE) {
        scheduler->overflow = true;
        return false;
    }
    scheduler->heap[at] =
        (struct entry){.due_ns = due_ns, .order = scheduler->order++, .outputs = outputs, .last = false, .msg = *msg};
    scheduler->staged++;
    return true;
}

static bool earlier(const struct entry *a, const struct entry *b)
{
    return a->due_ns != b->due_ns ? a->due_ns < b->due_ns : a->order < b->order;
}

/* Moves the entry at index up to its place. */
static void sift_up(struct entry *heap, unsigned index)
{
    while (index > 0) {
        unsigned parent = (index - 1) / 2;
        struct entry entry = heap[index];

        if (!earlier(&entry, &heap[parent]))
            return;
        heap[index] = heap[parent];
        heap[parent] = entry;
        index = parent;
    }
}

/* Moves the entry at the top down to its place. */
static void sift_down(struct entry *heap, unsigned count)
{
    unsigned index = 0;

    for (;;) {
        unsigned child = 2 * index + 1;
        struct entry entry = heap[index];

        if (child >= count)
            return;
        if (child + 1 < count && earlier(&heap[child + 1], &heap[child]))
            child++;
        if (!earlier(&heap[child], &entry))
            return;
        heap[index] = heap[child];
        heap[child] = entry;
        index = child;
    }
}

bool scheduler_commit(struct scheduler *scheduler)
{
    unsigned staged = scheduler->staged;
    bool kept = staged > 0 && !scheduler->overflow;

    scheduler->staged = 0;
    scheduler->overflow = false;
    if (!kept)
        return false;
    scheduler->heap[scheduler->count + staged - 1].last = true;
    while (staged-- > 0)
        sift_up(scheduler->heap, scheduler->count++);
    loop_timer_set(scheduler->timer, scheduler->heap[0].due_ns);
    return true;
}

static void play_due(void *user)
{
    struct scheduler *scheduler = user;
    uint64_t now = clock_mono_ns();

    while (scheduler->count > 0 && scheduler->heap[0].due_ns <= now) {
        struct entry entry = scheduler->heap[0];

        scheduler->heap[0] = scheduler->heap[--scheduler->count];
        sift_down(scheduler->heap, scheduler->count);
        scheduler->callbacks.play(scheduler->callbacks.user, &entry.msg, entry.outputs, entry.last);
    }
    if (scheduler->count > 0)
        loop_timer_set(scheduler->timer, scheduler->heap[0].due_ns);
}

unsigned scheduler_count(const struct scheduler *scheduler)
{
    return scheduler->count;
}
