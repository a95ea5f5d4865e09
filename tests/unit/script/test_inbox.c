/* The inbox: order, bounds, and no byte lost where the ring wraps.
 * SPDX-License-Identifier: MIT */
#include "script/inbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* A record whose bytes follow from its number. */
static int put(struct inbox *inbox, unsigned number, size_t length)
{
    uint8_t *room = inbox_put(inbox, length);

    if (room == NULL)
        return -1;
    for (size_t i = 0; i < length; i++)
        room[i] = (uint8_t)(number * 31 + i);
    return 0;
}

static void check(struct inbox *inbox, unsigned number, size_t length)
{
    size_t got;
    const uint8_t *bytes = inbox_front(inbox, &got);

    assert_non_null(bytes);
    assert_int_equal((uintptr_t)bytes % 8, 0);
    assert_int_equal(got, length);
    for (size_t i = 0; i < length; i++)
        assert_int_equal(bytes[i], (uint8_t)(number * 31 + i));
    inbox_pop(inbox);
}

static size_t length_of(unsigned number)
{
    return number * 7919u % 3001u;
}

static void keeps_order_and_bytes(void **state)
{
    struct inbox inbox = {0};
    unsigned in = 0, out = 0;
    size_t length;

    (void)state;
    assert_null(inbox_front(&inbox, &length));
    inbox_pop(&inbox);
    srand(7);
    while (out < 50000) {
        for (int n = rand() % 20; n > 0; n--)
            if (put(&inbox, in, length_of(in)) == 0)
                in++;
        for (int n = rand() % 20; n > 0 && out < in; n--, out++)
            check(&inbox, out, length_of(out));
        assert_int_equal(inbox.count, in - out);
    }
    for (; out < in; out++)
        check(&inbox, out, length_of(out));
    assert_int_equal(inbox.used, 0);
    inbox_free(&inbox);
}

static void is_bounded(void **state)
{
    struct inbox inbox = {.limit = 8192};
    unsigned count = 0;

    (void)state;
    while (put(&inbox, count, 100) == 0)
        count++;
    assert_true(count >= 8192 / 120 && count <= 8192 / 100);
    inbox_pop(&inbox);
    assert_int_equal(put(&inbox, count, 100), 0);
    for (unsigned i = 1; i <= count; i++)
        check(&inbox, i, 100);
    assert_null(inbox_put(&inbox, 8192));
    assert_null(inbox_put(&inbox, SIZE_MAX));
    assert_non_null(inbox_put(&inbox, 8000));
    inbox_free(&inbox);
    inbox.limit = 0;
    assert_non_null(inbox_put(&inbox, INBOX_MAX - 64));
    assert_null(inbox_put(&inbox, 64));
    inbox_free(&inbox);
    inbox.limit = 2 * INBOX_MAX; /* more than the usual bound also for one record */
    assert_int_equal(put(&inbox, 1, INBOX_MAX + 64), 0);
    assert_int_equal(put(&inbox, 2, INBOX_MAX - 128), 0);
    assert_null(inbox_put(&inbox, 64));
    check(&inbox, 1, INBOX_MAX + 64);
    check(&inbox, 2, INBOX_MAX - 128);
    assert_null(inbox_put(&inbox, 2 * INBOX_MAX));
    inbox_free(&inbox);
}

static void takes_empty_records(void **state)
{
    struct inbox inbox = {0};

    (void)state;
    for (unsigned i = 0; i < 1000; i++)
        assert_int_equal(put(&inbox, i, 0), 0);
    for (unsigned i = 0; i < 1000; i++)
        check(&inbox, i, 0);
    inbox_free(&inbox);
}

/* Records of one size fill the ring to its last byte, also where what was skipped at its end comes first. */
static void is_full_without_overwriting(void **state)
{
    struct inbox inbox = {.limit = 4096};
    unsigned first = 0, next = 0;

    (void)state;
    while (next < 100000) {
        while (put(&inbox, next, 264) == 0)
            next++;
        assert_in_range(inbox.used, 1, inbox.capacity);
        check(&inbox, first++, 264);
    }
    while (first < next)
        check(&inbox, first++, 264);
    assert_int_equal(inbox.used, 0);
    inbox_free(&inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_bytes),
        cmocka_unit_test(is_bounded),
        cmocka_unit_test(takes_empty_records),
        cmocka_unit_test(is_full_without_overwriting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
