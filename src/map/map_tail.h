/* What a rule that is read backwards sends behind its address, composed once.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MAP_MAP_TAIL_H
#define NOTEWIRE_MAP_MAP_TAIL_H

#include "route/map.h"

/* Composes the type tags and arguments of what the rule sends, once and for all, into the map's own memory. The data
 * name, whose size changes, is left out. 0, NW_EMEMORY, or another error of osc_compose. */
int map_compose_tail(struct map *map, struct rule *rule);

#endif
