/* A compiled map: its rules, found by address one way and by MIDI status the other.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_MAP_H
#define NOTEWIRE_ROUTE_MAP_H

#include "osc/osc_table.h"
#include "route/rule.h"

#include <limits.h>

#define MAP_RULES_MAX 4096 /* rules of one map */
#define MAP_STATUSES 24    /* kinds of MIDI messages: eight channel kinds (one unused), sixteen system bytes */

/* Owned by whoever compiled it; map_free. Immutable once built, so that routes only read. */
struct map;

/* One rule as the compiler hands it over. Texts and bytes in it must come from map_keep. */
struct map_rule {
    struct osc_template address; /* length 0: any address */
    struct rule rule;
};

struct map *map_new(const char *name, bool dialect); /* returns owned; NULL without memory */
void map_free(struct map *map);

/* Copies bytes into the map's own memory; returns them, NULL without memory. A NUL is put behind them. */
const void *map_keep(struct map *map, const void *bytes, size_t length);

/* Adds a rule at the end (copied). 0, NW_EFULL or NW_EMEMORY. */
int map_add(struct map *map, const struct map_rule *rule);

/* Builds the tables; call once, after the last rule. 0 or NW_EMEMORY. */
int map_build(struct map *map);

const char *map_name(const struct map *map);
bool map_is_dialect(const struct map *map); /* answers in the words of whoever speaks it */
unsigned map_rules(const struct map *map);
bool map_has_reverse(const struct map *map);
bool map_assembles(const struct map *map); /* some rule makes one OSC message of several MIDI messages */

/* Whether some rule makes MIDI that goes out at a pace of its own. */
bool map_paces(const struct map *map);

enum map_result {
    MAP_NONE,     /* no rule for this message */
    MAP_PLAYED,   /* at least one rule gave MIDI out */
    MAP_RANGE,    /* a rule fits, but names something that does not exist */
    MAP_BAD_DATA, /* a rule fits, but its data is no MIDI */
    MAP_COSTLY,   /* the address pattern ran out of steps */
};

/* Plays all rules that fit an OSC message. *line gets the line of the rule behind RANGE and BAD_DATA, else 0. */
enum map_result map_forward(const struct map *map, const struct osc_view *view, const struct rule_sink *sink,
                            int *line);

/* Gives out the OSC message of each rule that fits a MIDI message, composed in out of size bytes, or NULL when it is
 * larger; returns how many, or MAP_KEPT: none now, but a rule will tell the value that it is part of, or has told the
 * message when it came. What such a rule wants is not told by rules for its single messages, too. */
#define MAP_KEPT UINT_MAX
unsigned map_reverse(const struct map *map, const struct rule_midi *midi, uint8_t *out, size_t size,
                     void (*send)(void *user, const uint8_t *bytes, size_t length), void *user);

#endif
