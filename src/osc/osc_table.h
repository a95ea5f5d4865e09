/* The route table: from an address to the templates that it fits. Plain addresses and those with numbers are found by
 * one hash; only templates with text in their last part are tried one by one. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_TABLE_H
#define NOTEWIRE_OSC_OSC_TABLE_H

#include "osc/osc_template.h"

/* Steps that all patterns of one packet may take (osc_match.h), each hit counted as OSC_HIT_STEPS: about a millisecond,
 * and at most 2730 hits. */
#define OSC_TABLE_BUDGET 65536u

/* One template in a table; storage is the caller's, as is the order: entries are asked by index. */
struct osc_table_entry {
    struct osc_template address; /* length 0: any address */
    uint32_t hash;
    int32_t next; /* of the same hash bucket; -1 at the end */
};

/* Borrows entries and buckets from the caller. bucket_count is a power of two. */
struct osc_table {
    struct osc_table_entry *entries;
    int32_t count;
    int32_t *buckets;
    uint32_t bucket_count;
    int32_t scan; /* first entry of the list that no hash finds; -1 */
};

/* Buckets for count entries: a power of two. */
uint32_t osc_table_buckets(int32_t count);

/* Indexes the entries, whose addresses are filled in. */
void osc_table_index(struct osc_table *table);

/* Called for each entry that fits, in the order of the entries. Returns whether it took the message. */
typedef bool (*osc_table_hit)(void *user, int32_t entry, const struct osc_binding bindings[OSC_PLACES_MAX]);

enum osc_table_result {
    OSC_TABLE_NONE,  /* no entry fits, or none took it */
    OSC_TABLE_TAKEN, /* at least one took it */
    OSC_TABLE_COSTLY /* the pattern ran out of steps; what it had matched until then has been given out */
};

/* Finds the entries for an address or an address pattern. The steps of a pattern are taken from *budget, which a caller
 * fills with OSC_TABLE_BUDGET once for all messages of a packet. */
enum osc_table_result osc_table_find(const struct osc_table *table, const char *address, size_t length,
                                     uint32_t *budget, osc_table_hit hit, void *user);

#endif
