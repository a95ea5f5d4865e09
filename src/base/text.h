/* Text of others, before people or terminals see it.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BASE_TEXT_H
#define NOTEWIRE_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/* The length of the well-formed UTF-8 character at `at` that a terminal may see, or 0: control characters, the C1 ones
 * included, overlong forms and surrogates are none. */
size_t text_printable(const uint8_t *at, size_t length);

/* Puts '?' in the place of each byte that belongs to no such character. */
void text_clean(char *text);

/* The same for a text of several lines: newlines and tabs stay. */
void text_clean_lines(char *text, size_t length);

/* A copy of what fits of a text, with text_clean. Returns out. */
const char *text_clean_copy(const char *text, char *out, size_t size);

#endif
