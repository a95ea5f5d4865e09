/* Where the values of a script live: small blocks of one size side by side, large ones from malloc.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_MEMORY_H
#define NOTEWIRE_SCRIPT_MEMORY_H

#include <stddef.h>

/* Why not malloc alone: what a collector frees waits in its lists until it sorts through all of them at once, which
 * takes 10 ms and more when a script holds 64 MiB. And it takes twice as long for each block. */

#define MEMORY_STEP 16u         /* sizes are rounded up to multiples of it */
#define MEMORY_SMALL 512u       /* the largest block that lies side by side with others */
#define MEMORY_SLAB (16u << 10) /* bytes of one piece that is cut into blocks, and its alignment */

/* Zeroed it is empty and has no limit. */
struct memory {
    size_t held, limit;          /* bytes in blocks, and how many they may be; limit 0: none */
    void (*refused)(void *user); /* called when the limit is the reason for a NULL; may be NULL */
    void *user;
    struct memory_slab *open[MEMORY_SMALL / MEMORY_STEP]; /* those of each size with room, and no full ones */
};

/* A lua_Alloc, whose user is a struct memory: as realloc, but the caller knows how large the block was; old NULL: a new
 * one. size 0 frees it and returns NULL. NULL without memory, and beyond the limit; then old stays as it was. */
void *memory_resize(void *user, void *old, size_t old_size, size_t size);

/* Gives back what is kept for further blocks; all blocks must have been freed. */
void memory_free(struct memory *memory);

#endif
