/* What people are told about dropped OSC messages.
 * SPDX-License-Identifier: MIT */
#include "bridges/hint.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define BYTES_SHOWN 64 /* of a packet that cannot be read */

/* One line to be: who sent what, and how many lines were held back since the last. */
struct hint {
    char from[NET_ADDR_TEXT], text[300];
    uint32_t repeated;
};

/* Fills the hint in; false when nobody wants to read it now. */
static bool prepare(struct hint *hint, struct log_limit *limit, const struct net_addr *from,
                    const struct osc_view *view)
{
    if (log_level() < LOG_NORMAL || !log_limit_pass(limit, &hint->repeated))
        return false;
    osc_view_text(view, hint->text, sizeof hint->text);
    net_addr_text(from, hint->from);
    return true;
}

void hint_unmapped(struct hints *hints, const struct net_addr *from, const struct osc_view *view)
{
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;
    struct hint hint;
    double number;

    if (!prepare(&hint, &hints->unmapped, from, view))
        return;
    if (osc_args_next(&args, &arg) && osc_arg_number(&arg, &number))
        log_warning(
            "E110",
            "%s from %s is not mapped (and %u like it). Fix: put a rule for it in a map, such as: %s x:0-1 <-> cc 1 x",
            hint.text, hint.from, hint.repeated, view->address);
    else
        log_warning("E110",
                    "%s from %s is not mapped (and %u like it). Fix: put a rule for it in a map: see docs/maps.md",
                    hint.text, hint.from, hint.repeated);
}

void hint_refused(struct hints *hints, const struct net_addr *from, const struct osc_view *view, const struct map *map,
                  int line, const char *why)
{
    struct hint hint;
    char place[16] = "";

    if (line > 0)
        snprintf(place, sizeof place, ":%d", line);
    if (prepare(&hint, &hints->refused, from, view))
        log_warning("E112", "%s from %s: %s (%s%s, and %u like it). Fix: see docs/maps.md for what fits", hint.text,
                    hint.from, why, map_name(map), place, hint.repeated);
}

void hint_untaken(struct hints *hints, const struct net_addr *from, const struct osc_view *view,
                  const struct port *output)
{
    struct hint hint;

    if (!prepare(&hint, &hints->untaken, from, view))
        return;
    if (output == NULL)
        log_warning("E113", "%s from %s: there is no output of that name (and %u like it). Fix: name one with -o",
                    hint.text, hint.from, hint.repeated);
    else if (strncmp(output->name, DEVICE_VIRTUAL, strlen(DEVICE_VIRTUAL)) == 0)
        log_warning(
            "E113",
            "%s from %s: no program is connected to %s (and %u like it). Fix: choose \"%s\" as a MIDI input there",
            hint.text, hint.from, output->name, hint.repeated, output->name + strlen(DEVICE_VIRTUAL));
    else
        log_warning("E113", "%s from %s: %s does not take it now (and %u like it). Fix: check who should read there",
                    hint.text, hint.from, output->name, hint.repeated);
}

/* What a packet that cannot be read begins with; a NUL, of which OSC has many, is a point. */
static void first_bytes(const uint8_t *bytes, size_t length, char out[BYTES_SHOWN + 1])
{
    if (length > BYTES_SHOWN)
        length = BYTES_SHOWN;
    for (size_t i = 0; i < length; i++)
        out[i] = bytes[i] != 0 ? (char)bytes[i] : '.';
    out[length] = '\0';
    text_clean(out);
}

void hint_malformed(struct hints *hints, const struct net_addr *from, const uint8_t *bytes, size_t length,
                    const char *why)
{
    char who[NET_ADDR_TEXT], text[BYTES_SHOWN + 1];
    uint32_t repeated;

    if (log_level() < LOG_NORMAL || !log_limit_pass(&hints->malformed, &repeated))
        return;
    net_addr_text(from, who);
    first_bytes(bytes, length, text);
    log_warning("E114", "a packet of %zu bytes, \"%s\"%s, from %s %s (and %u like it). Fix: check what is sent there",
                length, text, length > BYTES_SHOWN ? "..." : "", who, why, repeated);
}
