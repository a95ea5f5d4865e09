/* Composes OSC messages through liblo: for the command line, scripts, and the byte templates of maps. Allocates; never
 * on the message path. The only file that includes <lo/lo.h> is its source. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_COMPOSE_H
#define NOTEWIRE_OSC_OSC_COMPOSE_H

#include "osc/osc_view.h"

#define OSC_COMPOSE_MAX (128u * 1024u) /* bytes of arguments, each counted with 8 more */

/* A message being composed. Owned by the caller, freed with osc_compose_free. */
struct osc_compose;

struct osc_compose *osc_compose_new(void); /* returns owned; NULL without memory */
void osc_compose_free(struct osc_compose *compose);

/* Adds one argument, all tags of osc_view.h but brackets; text and blob are copied. Returns 0, NW_EMEMORY,
 * NW_ETOOBIG beyond OSC_COMPOSE_MAX, or NW_EINVALID: another tag, a NUL inside a text, more than OSC_ARGS_MAX
 * arguments. */
int osc_compose_add(struct osc_compose *compose, const struct osc_arg *arg);

/* Adds one argument from a word: with a tag, the word must fit it (i 60, f 0.5, s text, b 0102ff as hex, m 00903c64 as
 * hex, c A, t immediate or 8 hex bytes, r as #rrggbbaa or number, T F N I take no word: pass NULL); with tag 0, the tag
 * is inferred: i for an integer that fits, h for a larger one, f for another number (d when it is too large for f),
 * else s. Returns 0, NW_EINVALID, NW_ETOOBIG or NW_EMEMORY. */
int osc_compose_add_word(struct osc_compose *compose, char tag, const char *word);

/* The whole message. *bytes is returned owned (free()), *length its size. Returns 0, NW_EINVALID (the address does not
 * start with '/', has control characters or is longer than OSC_ADDRESS_MAX) or NW_EMEMORY. */
int osc_compose_message(const struct osc_compose *compose, const char *address, uint8_t **bytes, size_t *length);

#endif
