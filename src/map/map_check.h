/* Whether a rule, as the map language gave it, is one that can be played.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MAP_MAP_CHECK_H
#define NOTEWIRE_MAP_MAP_CHECK_H

#include "route/map.h"

/* Whether everything that the rule refers to is there. lua/maps/rule.lua makes no other rule, but a script may have
 * changed what it is made of. The parts that are numbers by themselves are within their bounds already. */
bool map_check(const struct map_rule *rule);

#endif
