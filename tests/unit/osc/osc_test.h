/* What the tests of src/osc share: byte literals, and copies that end exactly where memory checkers look.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_OSC_OSC_TEST_H
#define NOTEWIRE_TESTS_UNIT_OSC_OSC_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* A string literal as two arguments, bytes and length; a NUL in it counts, its closing one does not. */
#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* A copy whose last byte is the last one of its allocation, so that a read beyond it shows. Returns owned. */
static inline uint8_t *exact_copy(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    return copy;
}

#endif
