/* A bounded queue between two threads: one puts in, one takes out, neither waits.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BASE_RING_H
#define NOTEWIRE_BASE_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

/* The two counts go round for ever. */
struct ring {
    unsigned char *items; /* borrowed */
    size_t item_size;
    unsigned capacity;
    atomic_uint taken;
    atomic_uint given;
};

/* storage: capacity (a power of two) items of item_size bytes, borrowed. Before the second thread knows the ring. */
void ring_init(struct ring *ring, void *storage, unsigned capacity, size_t item_size);

/* How many are in it; for either thread. */
unsigned ring_count(struct ring *ring);

/* The giving thread: copies an item in, as long as fewer than room (at most the capacity) are in it. */
bool ring_put(struct ring *ring, const void *item, unsigned room);

/* The taking thread: the oldest item, which stays until ring_drop; NULL when there is none. */
void *ring_peek(struct ring *ring);
void ring_drop(struct ring *ring);

#endif
