/* What the tests of src/route share: cmocka with what it needs before it.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_ROUTE_ROUTE_TEST_H
#define NOTEWIRE_TESTS_UNIT_ROUTE_ROUTE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#endif
