/* A bounded queue of records of any size, in the order they came: what has been heard and waits for its script.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_INBOX_H
#define NOTEWIRE_SCRIPT_INBOX_H

#include <stddef.h>
#include <stdint.h>

#define INBOX_MAX (1024u * 1024u) /* bytes of one inbox that sets no limit */

/* A ring of bytes that grows from nothing to its limit by doubling. Zeroed it is empty and holds INBOX_MAX bytes. */
struct inbox {
    uint8_t *bytes;
    uint32_t capacity, limit; /* limit 0: INBOX_MAX; else a power of two */
    uint32_t head, used;      /* where the oldest record starts; bytes in use with what was skipped at the end */
    uint32_t count;           /* records */
};

void inbox_free(struct inbox *inbox); /* and leaves it empty, to be used again */

/* Room for a record of length bytes, borrowed until the next call, to be filled before that; NULL when it does not fit
 * or memory is out. It is aligned as a uint64_t. */
void *inbox_put(struct inbox *inbox, size_t length);

/* The oldest record, borrowed until the next call; NULL when there is none. */
const void *inbox_front(const struct inbox *inbox, size_t *length);

void inbox_pop(struct inbox *inbox); /* forgets the oldest record, if there is one */

#endif
