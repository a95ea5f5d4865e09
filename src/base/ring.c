/* A bounded queue between two threads (ring.h).
 * SPDX-License-Identifier: MIT */
#include "base/ring.h"

#include <string.h>

void ring_init(struct ring *ring, void *storage, unsigned capacity, size_t item_size)
{
    ring->items = storage;
    ring->item_size = item_size;
    ring->capacity = capacity;
    atomic_init(&ring->taken, 0);
    atomic_init(&ring->given, 0);
}

static void *slot(struct ring *ring, unsigned number)
{
    return ring->items + (number & (ring->capacity - 1)) * ring->item_size;
}

unsigned ring_count(struct ring *ring)
{
    unsigned taken = atomic_load_explicit(&ring->taken, memory_order_acquire);

    return atomic_load_explicit(&ring->given, memory_order_acquire) - taken;
}

bool ring_put(struct ring *ring, const void *item, unsigned room)
{
    unsigned given = atomic_load_explicit(&ring->given, memory_order_relaxed);

    if (given - atomic_load_explicit(&ring->taken, memory_order_acquire) >= room)
        return false;
    memcpy(slot(ring, given), item, ring->item_size);
    atomic_store_explicit(&ring->given, given + 1, memory_order_release);
    return true;
}

void *ring_peek(struct ring *ring)
{
    unsigned taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);

    return atomic_load_explicit(&ring->given, memory_order_acquire) == taken ? NULL : slot(ring, taken);
}

void ring_drop(struct ring *ring)
{
    unsigned taken = atomic_load_explicit(&ring->taken, memory_order_relaxed);

    atomic_store_explicit(&ring->taken, taken + 1, memory_order_release);
}
