/* What was read from the kernel's sequencer and not yet translated: a bounded queue of records of any length, each in
 * one piece. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_ALSA_INBOX_H
#define NOTEWIRE_PORT_ALSA_INBOX_H

#include <stdbool.h>
#include <stddef.h>

#define ALSA_INBOX_BYTES 8388608 /* about 170 000 notes */

/* Zeroed, it is empty and has no memory. */
struct alsa_inbox {
    unsigned char *block; /* ALSA_INBOX_BYTES, of which only what was used is resident */
    size_t first, end;    /* of the records; behind the last one that was put in */
    size_t turn;          /* the records go on at the beginning of the block from here; 0: they do not */
    size_t touched;       /* how far the block was used since it was last empty */
};

/* 0 or NW_EMEMORY. */
int alsa_inbox_init(struct alsa_inbox *inbox);
void alsa_inbox_free(struct alsa_inbox *inbox);

/* Whether a record of this size finds room. */
bool alsa_inbox_room(const struct alsa_inbox *inbox, size_t size);

/* A place for a record, aligned for pointers, behind all others; NULL when there is no room. Records
 * may be put elsewhere by the next call. */
void *alsa_inbox_put(struct alsa_inbox *inbox, size_t size);

/* The oldest record, and the one behind a record; NULL when there is none. */
void *alsa_inbox_first(const struct alsa_inbox *inbox);
void *alsa_inbox_next(const struct alsa_inbox *inbox, const void *record);

/* Drops the oldest. */
void alsa_inbox_drop(struct alsa_inbox *inbox);

#endif
