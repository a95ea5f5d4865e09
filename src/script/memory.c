/* Blocks of one size in slabs, whose place in a slab is found from their address.
 * SPDX-License-Identifier: MIT */
#include "script/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Address sanitizers see what is wrong with a block only when each is one of malloc's. */
#if defined(__SANITIZE_ADDRESS__)
#define SMALL 0u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SMALL 0u
#endif
#endif
#ifndef SMALL
#define SMALL MEMORY_SMALL
#endif

#define MALLOC_HEADER 16u /* left to malloc, so that the next slab lies right behind */

struct memory_slab {
    struct memory_slab *next, *prev; /* among the open ones */
    void *freed;                     /* blocks that were in use: each holds the address of the next */
    uint32_t fresh;                  /* where those begin that never were, in bytes; none: END */
    uint32_t size, used;             /* of a block, in bytes; blocks in use */
    uint64_t blocks[];
};

#define BEGIN ((uint32_t)((sizeof(struct memory_slab) + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP))
#define END (MEMORY_SLAB - MALLOC_HEADER)

static struct memory_slab **list_of(struct memory *memory, size_t size)
{
    return &memory->open[(size - 1) / MEMORY_STEP];
}

static bool is_full(const struct memory_slab *slab)
{
    return slab->freed == NULL && slab->fresh + slab->size > END;
}

static void link_slab(struct memory_slab **list, struct memory_slab *slab)
{
    slab->prev = NULL;
    slab->next = *list;
    if (*list != NULL)
        (*list)->prev = slab;
    *list = slab;
}

static void unlink_slab(struct memory_slab **list, struct memory_slab *slab)
{
    if (slab->prev != NULL)
        slab->prev->next = slab->next;
    else
        *list = slab->next;
    if (slab->next != NULL)
        slab->next->prev = slab->prev;
}

static struct memory_slab *open_slab(struct memory_slab **list, size_t size)
{
    struct memory_slab *slab = aligned_alloc(MEMORY_SLAB, END);

    if (slab == NULL)
        return NULL;
    slab->freed = NULL;
    slab->fresh = BEGIN;
    slab->size = (uint32_t)((size + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP);
    slab->used = 0;
    link_slab(list, slab);
    return slab;
}

/* A block of an open slab. */
static inline void *take(struct memory_slab **list, struct memory_slab *slab)
{
    void *block = slab->freed;

    if (block != NULL) {
        memcpy(&slab->freed, block, sizeof slab->freed);
    } else {
        block = (uint8_t *)slab + slab->fresh;
        slab->fresh += slab->size;
    }
    slab->used++;
    if (is_full(slab))
        unlink_slab(list, slab);
    return block;
}

static void *new_block(struct memory *memory, size_t size)
{
    struct memory_slab **list, *slab;

    if (size > SMALL)
        return malloc(size);
    list = list_of(memory, size);
    slab = *list != NULL ? *list : open_slab(list, size);
    return slab != NULL ? take(list, slab) : NULL;
}

/* The last open slab of a size stays, so that a block that comes and goes does not open one each time. */
static void give_back(struct memory *memory, void *block, size_t size)
{
    struct memory_slab **list = list_of(memory, size);
    struct memory_slab *slab = (void *)((uint8_t *)block - ((uintptr_t)block & (MEMORY_SLAB - 1)));
    bool was_full = is_full(slab);

    memcpy(block, &slab->freed, sizeof slab->freed);
    slab->freed = block;
    slab->used--;
    if (was_full)
        link_slab(list, slab);
    if (slab->used == 0 && (slab->next != NULL || slab->prev != NULL)) {
        unlink_slab(list, slab);
        free(slab);
    }
}

static void release(struct memory *memory, void *block, size_t size)
{
    if (size > SMALL)
        free(block);
    else
        give_back(memory, block, size);
}

static bool lacks_room(const struct memory *memory, size_t more)
{
    return memory->limit != 0 && memory->held + more > memory->limit;
}

static void *refuse(const struct memory *memory)
{
    if (memory->refused != NULL)
        memory->refused(memory->user);
    return NULL;
}

/* These two are not part of memory_resize, so that what is asked for most takes few steps. */
static __attribute__((noinline)) void *make(struct memory *memory, size_t size)
{
    void *block;

    if (lacks_room(memory, size))
        return refuse(memory);
    block = new_block(memory, size);
    if (block != NULL)
        memory->held += size;
    return block;
}

static __attribute__((noinline)) void *move(struct memory *memory, void *old, size_t old_size, size_t size)
{
    void *block;

    if (size > old_size && lacks_room(memory, size - old_size))
        return refuse(memory);
    if (size > SMALL && old_size > SMALL) {
        block = realloc(old, size);
    } else if (size <= SMALL && old_size <= SMALL && list_of(memory, old_size) == list_of(memory, size)) {
        block = old;
    } else {
        block = new_block(memory, size);
        if (block != NULL) {
            memcpy(block, old, old_size < size ? old_size : size);
            release(memory, old, old_size);
        }
    }
    if (block != NULL)
        memory->held += size - old_size;
    return block;
}

void *memory_resize(void *user, void *old, size_t old_size, size_t size)
{
    struct memory *memory = user;
    struct memory_slab **list;

    if (size == 0) {
        if (old == NULL)
            return NULL;
        memory->held -= old_size;
        release(memory, old, old_size);
        return NULL;
    }
    if (old != NULL)
        return move(memory, old, old_size, size);
    if (size > SMALL || lacks_room(memory, size))
        return make(memory, size);
    list = list_of(memory, size);
    if (*list == NULL)
        return make(memory, size);
    memory->held += size;
    return take(list, *list);
}

void memory_free(struct memory *memory)
{
    for (size_t i = 0; i < sizeof memory->open / sizeof memory->open[0]; i++)
        while (memory->open[i] != NULL) {
            struct memory_slab *slab = memory->open[i];

            memory->open[i] = slab->next;
            free(slab);
        }
}
