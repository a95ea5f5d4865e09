/* What the tests of whole scripts share: a host without ports, and scripts from text.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_LIFE_HOST_TEST_H
#define NOTEWIRE_TESTS_UNIT_LIFE_HOST_TEST_H

#include "base/error.h"
#include "base/log.h"
#include "life/life.h"
#include "map/map_compile.h"
#include "script/script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

struct fixture {
    struct loop *loop;
    struct bridge bridge;
    struct host host;
    struct map_wishes wishes;
    char path[32];
    char heard[512]; /* what the test has been told */
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct host_options options = {.limit_ns = 0}; /* a slow machine computes as long as it needs */

    log_set_level(LOG_QUIET);
    strcpy(f->path, "/tmp/notewire-test-XXXXXX");
    close(mkstemp(f->path));
    f->loop = loop_new();
    *state = f;
    return bridge_init(&f->bridge, f->loop, true) != 0 || host_init(&f->host, &f->bridge, &options) != 0 ? -1 : 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    host_close(&f->host);
    bridge_close(&f->bridge);
    loop_free(f->loop);
    map_wishes_free(&f->wishes);
    unlink(f->path);
    free(f);
    return 0;
}

#define HOST_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* Loads a text, in which tool is the script's, that has something which keeps it. */
static struct script *load(struct fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "w");
    struct host_file loaded = {.path = f->path, .wishes = &f->wishes};

    assert_non_null(file);
    fprintf(file, "local tool = renoise.tool()\n%s", text);
    fclose(file);
    assert_int_equal(host_load(&f->host, &loaded), 0);
    assert_non_null(f->host.scripts);
    return f->host.scripts;
}

#endif
