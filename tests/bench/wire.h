/* Numbered messages in each form that the benchmarks send or receive: the number is in channel, note and velocity.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BENCH_WIRE_H
#define NOTEWIRE_BENCH_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIRE_NUMBERS (15U * 128U * 127U) /* numbers wrap here; channel 16 is for what is not counted */
#define WIRE_MAX 64                      /* bytes of a message */

/* Finds the form called name: note, m, osmid, print or raw. */
const struct wire_form *wire_form_find(const char *name);

/* Writes message number (below WIRE_NUMBERS, or any with uncounted) into out[WIRE_MAX]; returns its length. */
size_t wire_write(const struct wire_form *form, uint32_t number, bool uncounted, uint8_t *out);

/* Reads a raw note-on (osc false), or an OSC message that carries one. Returns its number, WIRE_UNCOUNTED, or
 * WIRE_WRONG when it is anything else. */
#define WIRE_UNCOUNTED (-1)
#define WIRE_WRONG (-2)
int64_t wire_read(const uint8_t *bytes, size_t length, bool osc);

#endif
