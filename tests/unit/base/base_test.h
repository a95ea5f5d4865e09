/* What the tests of src/base share: cmocka with what it needs before it.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_BASE_BASE_TEST_H
#define NOTEWIRE_TESTS_UNIT_BASE_BASE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#endif
