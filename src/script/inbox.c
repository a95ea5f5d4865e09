/* A bounded queue of records in a ring of bytes.
 * SPDX-License-Identifier: MIT */
#include "script/inbox.h"

#include <stdlib.h>
#include <string.h>

#define INBOX_FIRST 4096u /* bytes that the first record allocates, at least */

/* In front of every record. A record never wraps: what is left at the end of the ring is skipped by a header alone. */
struct header {
    uint32_t length; /* of the record */
    uint32_t size;   /* from this header to the next; without a record: SKIPPED as length */
};

#define SKIPPED UINT32_MAX

static uint32_t limit_of(const struct inbox *inbox)
{
    return inbox->limit != 0 ? inbox->limit : INBOX_MAX;
}

static uint32_t padded(size_t length)
{
    return (uint32_t)((length + sizeof(struct header) + 7) & ~(size_t)7);
}

static struct header *header_at(const struct inbox *inbox, uint32_t at)
{
    return (struct header *)(void *)(inbox->bytes + at);
}

void inbox_free(struct inbox *inbox)
{
    free(inbox->bytes);
    inbox->bytes = NULL;
    inbox->capacity = inbox->head = inbox->used = inbox->count = 0;
}

/* Copies the records, in their order, to a ring in which size more bytes have a place. */
static int grow(struct inbox *inbox, uint32_t size)
{
    uint32_t capacity = inbox->capacity != 0 ? inbox->capacity : INBOX_FIRST, used = 0;
    uint8_t *bytes;

    do {
        if (inbox->capacity != 0 || capacity < size)
            capacity *= 2;
        if (capacity > limit_of(inbox))
            return -1;
    } while (capacity - inbox->used < size);
    bytes = malloc(capacity);
    if (bytes == NULL)
        return -1;
    for (uint32_t left = inbox->used, at = inbox->head; left > 0;) {
        const struct header *header = header_at(inbox, at);

        if (header->length != SKIPPED) {
            memcpy(bytes + used, header, header->size);
            used += header->size;
        }
        left -= header->size;
        at = (at + header->size) & (inbox->capacity - 1);
    }
    free(inbox->bytes);
    inbox->bytes = bytes;
    inbox->capacity = capacity;
    inbox->head = 0;
    inbox->used = used;
    return 0;
}

void *inbox_put(struct inbox *inbox, size_t length)
{
    uint32_t size, tail, to_end;
    struct header *header;

    if (length > limit_of(inbox))
        return NULL;
    size = padded(length);
    if (inbox->used == 0)
        inbox->head = 0;
    tail = inbox->capacity != 0 ? (inbox->head + inbox->used) & (inbox->capacity - 1) : 0;
    to_end = inbox->capacity - tail;
    if (inbox->capacity - inbox->used >= size && to_end >= size) {
        ;
    } else if (to_end < size && inbox->capacity - inbox->used >= to_end + size) {
        header = header_at(inbox, tail); /* the rest of the ring is too short: go on at its beginning */
        header->length = SKIPPED;
        header->size = to_end;
        inbox->used += to_end;
        tail = 0;
    } else {
        if (grow(inbox, size) != 0)
            return NULL;
        tail = inbox->used;
    }
    header = header_at(inbox, tail);
    header->length = (uint32_t)length;
    header->size = size;
    inbox->used += size;
    inbox->count++;
    return header + 1;
}

/* Where the oldest record is, beyond what was skipped. */
static uint32_t front(const struct inbox *inbox)
{
    return header_at(inbox, inbox->head)->length == SKIPPED ? 0 : inbox->head;
}

const void *inbox_front(const struct inbox *inbox, size_t *length)
{
    const struct header *header;

    if (inbox->count == 0)
        return NULL;
    header = header_at(inbox, front(inbox));
    *length = header->length;
    return header + 1;
}

void inbox_pop(struct inbox *inbox)
{
    uint32_t at;

    if (inbox->count == 0)
        return;
    at = front(inbox);
    if (at != inbox->head)
        inbox->used -= header_at(inbox, inbox->head)->size;
    inbox->used -= header_at(inbox, at)->size;
    inbox->head = (at + header_at(inbox, at)->size) & (inbox->capacity - 1);
    inbox->count--;
}
