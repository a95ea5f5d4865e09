/* OSC address patterns: ? * [ ] { } of OSC 1.0 ("OSC Message Dispatching and Pattern Matching") and // of OSC 1.1.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_MATCH_H
#define NOTEWIRE_OSC_OSC_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether an address holds pattern characters ("?*[]{}" or "//"). */
bool osc_is_pattern(const char *address, size_t length);

/* Whether pattern matches the whole of address. '?', '*', "[...]" and "{...}" stay within one address part; "//" stands
 * for any number of parts, none included: "/a//b" matches "/a/b" and "/a/x/y/b", and "/a//" matches "/a" and all below.
 * [!...] negates; ranges as in [a-f], in either order. What is in braces or brackets is plain text; a pattern with
 * one that is not closed, or in another, matches nothing. Every step takes one from *budget; when it runs out the
 * answer is false and *budget is 0 (so the caller can count it). For any input the steps are at most (pattern_len + 1)
 * * (address_len + 1), alternatives of braces included. An address longer than OSC_ADDRESS_MAX matches nothing. Neither
 * needs a NUL. */
bool osc_match(const char *pattern, size_t pattern_len, const char *address, size_t address_len, uint32_t *budget);

/* The same for one address part without '/' in either. */
bool osc_match_part(const char *pattern, size_t pattern_len, const char *part, size_t part_len, uint32_t *budget);

#endif
