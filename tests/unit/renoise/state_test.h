/* What the tests of parts of renoise share: a script of which nothing runs, in a host without ports.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_RENOISE_STATE_TEST_H
#define NOTEWIRE_TESTS_UNIT_RENOISE_STATE_TEST_H

#include "base/log.h"
#include "life/life.h"
#include "life/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

struct fixture {
    struct loop *loop;
    struct bridge bridge;
    struct host host;
    struct script *script;
    const char *text; /* what the test gives to a function that runs protected */
    char got[512];    /* and what that gives back */
};

/* memory_limit in bytes; 0: none. */
static int setup_with(void **state, size_t memory_limit)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct host_options options = {.limit_ns = 0}; /* a slow machine computes as long as it needs */
    struct package package;

    log_set_level(LOG_QUIET);
    if (f == NULL || (f->loop = loop_new()) == NULL || bridge_init(&f->bridge, f->loop, true) != 0 ||
        host_init(&f->host, &f->bridge, &options) != 0)
        return -1;
    if (package_open(&package, "test.lua") != 0)
        return -1;
    f->script = script_new(&f->host, &package, memory_limit, true);
    f->host.scripts = f->script;
    *state = f;
    return f->script == NULL;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    host_close(&f->host);
    bridge_close(&f->bridge);
    loop_free(f->loop);
    free(f);
    return 0;
}

#endif
