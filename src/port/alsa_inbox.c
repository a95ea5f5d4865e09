/* What was read from the kernel's sequencer and not yet translated: a bounded queue of records of any length, each in
 * one piece. SPDX-License-Identifier: MIT */
#include "port/alsa_inbox.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define KEPT 65536 /* bytes that stay resident when it is empty */

/* In front of each record. */
struct head {
    size_t whole; /* bytes up to the next one */
};

static size_t whole_of(size_t size)
{
    size_t unit = sizeof(struct head);

    return unit + (size + unit - 1) / unit * unit;
}

int alsa_inbox_init(struct alsa_inbox *inbox)
{
    *inbox = (struct alsa_inbox){.block = aligned_alloc(PAGE, ALSA_INBOX_BYTES)};
    return inbox->block != NULL ? 0 : NW_EMEMORY;
}

void alsa_inbox_free(struct alsa_inbox *inbox)
{
    free(inbox->block);
    *inbox = (struct alsa_inbox){0};
}

/* Where a record of this length goes; ALSA_INBOX_BYTES when it finds no room. The end never meets the first from
 * behind: that would be an empty queue. */
static size_t place_of(const struct alsa_inbox *inbox, size_t whole)
{
    if (inbox->turn != 0)
        return inbox->end + whole < inbox->first ? inbox->end : ALSA_INBOX_BYTES;
    if (inbox->end + whole <= ALSA_INBOX_BYTES)
        return inbox->end;
    return whole < inbox->first ? 0 : ALSA_INBOX_BYTES;
}

bool alsa_inbox_room(const struct alsa_inbox *inbox, size_t size)
{
    return size < ALSA_INBOX_BYTES && place_of(inbox, whole_of(size)) != ALSA_INBOX_BYTES;
}

static struct head *head_at(const struct alsa_inbox *inbox, size_t at)
{
    return (struct head *)(void *)(inbox->block + at);
}

/* Puts the few records that there are back to the beginning of the block, when the next would go beyond what stays
 * resident: a queue that is never empty shall not wander through all of it. */
static void go_back(struct alsa_inbox *inbox, size_t whole)
{
    size_t used = inbox->end - inbox->first;

    if (inbox->turn != 0 || inbox->end + whole <= KEPT || used > KEPT / 2 || used > inbox->first)
        return;
    memcpy(inbox->block, inbox->block + inbox->first, used);
    inbox->first = 0;
    inbox->end = used;
}

void *alsa_inbox_put(struct alsa_inbox *inbox, size_t size)
{
    size_t whole = whole_of(size), at;

    go_back(inbox, whole);
    if (!alsa_inbox_room(inbox, size))
        return NULL;
    at = place_of(inbox, whole);
    if (at != inbox->end)
        inbox->turn = inbox->end;
    inbox->end = at + whole;
    if (inbox->end > inbox->touched)
        inbox->touched = inbox->end;
    head_at(inbox, at)->whole = whole;
    return head_at(inbox, at) + 1;
}

/* The record at a place, which may be behind the last. */
static void *record_at(const struct alsa_inbox *inbox, size_t at)
{
    if (inbox->turn != 0 && at == inbox->turn)
        at = 0;
    return at != inbox->end ? head_at(inbox, at) + 1 : NULL;
}

void *alsa_inbox_first(const struct alsa_inbox *inbox)
{
    return record_at(inbox, inbox->first);
}

void *alsa_inbox_next(const struct alsa_inbox *inbox, const void *record)
{
    const struct head *head = (const struct head *)record - 1;

    return record_at(inbox, (size_t)((const unsigned char *)head - inbox->block) + head->whole);
}

void alsa_inbox_drop(struct alsa_inbox *inbox)
{
    inbox->first += head_at(inbox, inbox->first)->whole;
    if (inbox->turn != 0 && inbox->first == inbox->turn)
        inbox->first = inbox->turn = 0;
    if (inbox->first != inbox->end || inbox->turn != 0)
        return;
    inbox->first = inbox->end = 0;
    if (inbox->touched > KEPT) /* a burst is over: its memory goes back */
        madvise(inbox->block + KEPT, ALSA_INBOX_BYTES - KEPT, MADV_DONTNEED);
    inbox->touched = 0;
}
