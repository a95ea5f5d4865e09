/* The queue between two threads: bounds, order, and two threads at once.
 * SPDX-License-Identifier: MIT */
#include "base/ring.h"
#include "base_test.h"

#include <pthread.h>
#include <stdint.h>

#define MANY 1000000u

static void keeps_order_and_bounds(void **state)
{
    uint32_t storage[4], value;
    struct ring ring;

    (void)state;
    ring_init(&ring, storage, 4, sizeof *storage);
    assert_null(ring_peek(&ring));
    for (unsigned round = 0; round < 10; round++) { /* past the end of the storage */
        for (value = 0; value < 3; value++)
            assert_true(ring_put(&ring, &value, 3));
        assert_false(ring_put(&ring, &value, 3));
        assert_true(ring_put(&ring, &value, 4)); /* room that was kept */
        assert_false(ring_put(&ring, &value, 4));
        assert_int_equal(ring_count(&ring), 4);
        for (value = 0; value < 4; value++) {
            assert_non_null(ring_peek(&ring));
            assert_int_equal(*(uint32_t *)ring_peek(&ring), value);
            ring_drop(&ring);
        }
        assert_null(ring_peek(&ring));
        assert_int_equal(ring_count(&ring), 0);
    }
}

static void *give(void *user)
{
    for (uint32_t value = 0; value < MANY;)
        if (ring_put(user, &value, 64))
            value++;
        else
            sched_yield();
    return NULL;
}

static void two_threads(void **state)
{
    uint32_t storage[64];
    struct ring ring;
    pthread_t thread;

    (void)state;
    ring_init(&ring, storage, 64, sizeof *storage);
    assert_int_equal(pthread_create(&thread, NULL, give, &ring), 0);
    for (uint32_t next = 0; next < MANY;) {
        uint32_t *value = ring_peek(&ring);

        if (value == NULL) {
            sched_yield();
            continue;
        }
        assert_int_equal(*value, next);
        ring_drop(&ring);
        next++;
    }
    pthread_join(thread, NULL);
    assert_null(ring_peek(&ring));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(keeps_order_and_bounds), cmocka_unit_test(two_threads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
