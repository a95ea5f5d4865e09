/* Memory of scripts: blocks keep their bytes, lie apart, and can all be given back.
 * SPDX-License-Identifier: MIT */
#include "script/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define BLOCKS 3000

struct block {
    uint8_t *bytes;
    size_t size;
    uint8_t mark;
};

static uint32_t dice(uint32_t sides)
{
    static uint32_t state = 1;

    state = state * 1664525u + 1013904223u;
    return (state >> 8) % sides;
}

static void check(const struct block *block, size_t size)
{
    for (size_t i = 0; i < size && i < block->size; i++)
        assert_int_equal(block->bytes[i], block->mark);
}

static void resize(struct memory *memory, struct block *block, size_t size)
{
    uint8_t *bytes = memory_resize(memory, block->bytes, block->size, size);

    if (size == 0) {
        assert_null(bytes);
    } else {
        assert_non_null(bytes);
        assert_int_equal((uintptr_t)bytes % 16, 0);
    }
    block->bytes = bytes;
    check(block, size);
    if (size > 0)
        memset(bytes, block->mark, size);
    block->size = size;
}

/* Every block has bytes of its own, so that one written into another shows. */
static void keeps_bytes_apart(void **state)
{
    static struct block blocks[BLOCKS];
    struct memory memory = {0};

    (void)state;
    for (unsigned i = 0; i < BLOCKS; i++)
        blocks[i].mark = (uint8_t)(i * 7);
    for (unsigned turn = 0; turn < 100000; turn++) {
        struct block *block = &blocks[dice(BLOCKS)];

        check(block, block->size);
        resize(&memory, block, dice(4) == 0 ? 0 : dice(2) == 0 ? dice(80) : dice(2 * MEMORY_SMALL));
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        resize(&memory, &blocks[i], 0);
    memory_free(&memory);
}

/* Frees in the order in which they were made, and against it: slabs close in the middle of their list. */
static void closes_in_any_order(void **state)
{
    static void *blocks[BLOCKS];
    struct memory memory = {0};

    (void)state;
    for (int way = 0; way < 2; way++) {
        for (unsigned i = 0; i < BLOCKS; i++)
            assert_non_null(blocks[i] = memory_resize(&memory, NULL, 0, MEMORY_SMALL));
        for (unsigned i = 0; i < BLOCKS; i++)
            memory_resize(&memory, blocks[way == 0 ? i : BLOCKS - 1 - i], MEMORY_SMALL, 0);
    }
    memory_free(&memory);
}

static void frees_nothing(void **state)
{
    struct memory memory = {0};

    (void)state;
    assert_null(memory_resize(&memory, NULL, 0, 0));
    memory_free(&memory);
}

static void count_refusal(void *user)
{
    ++*(int *)user;
}

/* What is beyond the limit is refused and told, small and large, new and grown; what was there stays. */
static void refuses_beyond_its_limit(void **state)
{
    int refusals = 0;
    struct memory memory = {.limit = 1000, .refused = count_refusal, .user = &refusals};
    uint8_t *small = memory_resize(&memory, NULL, 0, 100);

    (void)state;
    assert_non_null(small);
    memset(small, 7, 100);
    assert_null(memory_resize(&memory, NULL, 0, 901));
    assert_null(memory_resize(&memory, small, 100, 1001));
    assert_int_equal(refusals, 2);
    assert_int_equal(memory.held, 100);
    small = memory_resize(&memory, small, 100, 1000);
    assert_non_null(small);
    assert_int_equal(small[99], 7);
    assert_null(memory_resize(&memory, NULL, 0, 1));
    assert_int_equal(refusals, 3);
    small = memory_resize(&memory, small, 1000, 50); /* less is always granted */
    assert_non_null(small);
    assert_int_equal(memory.held, 50);
    memory_resize(&memory, small, 50, 0);
    assert_int_equal(memory.held, 0);
    assert_int_equal(refusals, 3);
    memory_free(&memory);
}

/* A lua_Alloc is told what a new block is for in the place of its old size. */
static void takes_no_size_of_what_is_new(void **state)
{
    struct memory memory = {0};
    void *block = memory_resize(&memory, NULL, 5, 32);

    (void)state;
    assert_int_equal(memory.held, 32);
    assert_null(memory_resize(&memory, NULL, 5, 0));
    assert_int_equal(memory.held, 32);
    memory_resize(&memory, block, 32, 0);
    assert_int_equal(memory.held, 0);
    memory_free(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_bytes_apart),
        cmocka_unit_test(closes_in_any_order),
        cmocka_unit_test(frees_nothing),
        cmocka_unit_test(refuses_beyond_its_limit),
        cmocka_unit_test(takes_no_size_of_what_is_new),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
