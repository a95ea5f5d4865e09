/* Script routes: rules of maps whose target is a function. The message waits in the script's inbox, the function gets
 * it between turns, and what it returns is played. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MAP_SCRIPT_ROUTE_H
#define NOTEWIRE_MAP_SCRIPT_ROUTE_H

#include "script/host.h"
#include "script/script.h"

/* Makes a route of the function in field target of the table at the top of the stack. line is where its rule stands.
 * Owned by the script. May raise a Lua error when memory runs out. */
void *route_new(struct script *script, lua_State *L, int line);

/* What bridges call for such a rule (bridge.h), from the first route on. */
bool route_queue(const struct rule *rule, const double values[RULE_VARS_MAX],
                 const struct osc_binding bindings[OSC_PLACES_MAX], const struct osc_view *view, bool counts);

/* Forgets the script's routes; what waits for them is dropped (exit). After it no rule with them may be played. */
void route_free_all(struct script *script);

#endif
