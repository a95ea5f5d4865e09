/* What people are told about dropped OSC messages: at most one line of a kind in five seconds, with what to do.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_HINT_H
#define NOTEWIRE_BRIDGES_HINT_H

#include "base/addr.h"
#include "base/log.h"
#include "osc/osc_view.h"
#include "port/devices.h"
#include "route/map.h"

/* Zero-initialise. One a bridge. */
struct hints {
    struct log_limit unmapped, refused, untaken, malformed;
};

/* E110: no rule knows the message. */
void hint_unmapped(struct hints *hints, const struct net_addr *from, const struct osc_view *view);

/* E112: a rule (at this line of the map; 0 when no single one is meant) is for it, but the message does not fit. */
void hint_refused(struct hints *hints, const struct net_addr *from, const struct osc_view *view, const struct map *map,
                  int line, const char *why);

/* E113: it has been played, and no output took it. output: the first that was to; NULL when there is none of that name.
 */
void hint_untaken(struct hints *hints, const struct net_addr *from, const struct osc_view *view,
                  const struct port *output);

/* E114: a packet, or something in it, is no message that can be read. why: "is no OSC", for instance. */
void hint_malformed(struct hints *hints, const struct net_addr *from, const uint8_t *bytes, size_t length,
                    const char *why);

#endif
