/* Tests of port/alsa_inbox.h: records stay whole and in order, whatever their lengths.
 * SPDX-License-Identifier: MIT */
#include "port/alsa_inbox.h"
#include "port_test.h"

/* What every record begins with. */
struct record {
    uint32_t number;
    uint32_t size;
};

/* The length of the record of a number: mostly a note's, now and then a SysEx's. */
static size_t size_of(uint32_t number)
{
    return number % 97 == 0 ? 20000 + number % 5000 : sizeof(struct record) + number % 40;
}

static bool put(struct alsa_inbox *inbox, uint32_t number)
{
    size_t size = size_of(number);
    struct record *record = alsa_inbox_put(inbox, size);

    if (record == NULL)
        return false;
    assert_int_equal((uintptr_t)record % sizeof(void *), 0);
    memset(record, (int)(number & 0xff), size);
    *record = (struct record){.number = number, .size = (uint32_t)size};
    return true;
}

static void check(const struct record *record, uint32_t number)
{
    const unsigned char *bytes = (const unsigned char *)record;

    assert_non_null(record);
    assert_int_equal(record->number, number);
    assert_int_equal(record->size, size_of(number));
    for (size_t i = sizeof *record; i < record->size; i++)
        assert_int_equal(bytes[i], number & 0xff);
}

static void take(struct alsa_inbox *inbox, uint32_t number)
{
    check(alsa_inbox_first(inbox), number);
    alsa_inbox_drop(inbox);
}

static void keeps_order_and_bytes(void **state)
{
    struct alsa_inbox inbox;
    uint32_t in = 0, out = 0;

    (void)state;
    assert_int_equal(alsa_inbox_init(&inbox), 0);
    assert_null(alsa_inbox_first(&inbox));
    for (int round = 0; round < 12; round++) { /* several times round the block, each time from full to nearly empty */
        while (put(&inbox, in))
            in++;
        assert_false(alsa_inbox_room(&inbox, size_of(in)));
        for (uint32_t left = (uint32_t)round * 7; in - out > left;)
            take(&inbox, out++);
    }
    assert_true(in > 12 * ALSA_INBOX_BYTES / 1000);
    while (out < in)
        take(&inbox, out++);
    assert_null(alsa_inbox_first(&inbox));
    alsa_inbox_free(&inbox);
}

static void walks(void **state)
{
    struct alsa_inbox inbox;
    uint32_t in = 0, out = 0, at;

    (void)state;
    assert_int_equal(alsa_inbox_init(&inbox), 0);
    while (put(&inbox, in))
        in++;
    while (out < in / 2)
        take(&inbox, out++);
    for (uint32_t more = 0; more < 1000; more++) /* it goes on at the beginning of the block */
        assert_true(put(&inbox, in++));
    at = out;
    for (const struct record *record = alsa_inbox_first(&inbox); record != NULL;
         record = alsa_inbox_next(&inbox, record))
        check(record, at++);
    assert_int_equal(at, in);
    alsa_inbox_free(&inbox);
}

/* A few that are there at any time need little memory, however many pass. */
static void stays_small(void **state)
{
    struct alsa_inbox inbox;
    uint32_t in = 0, out = 0;

    (void)state;
    assert_int_equal(alsa_inbox_init(&inbox), 0);
    while (in < 200000) {
        assert_true(put(&inbox, in++));
        if (in - out > 20)
            take(&inbox, out++);
    }
    assert_in_range(inbox.touched, 1, 131072);
    while (out < in)
        take(&inbox, out++);
    while (put(&inbox, in)) /* and all of it is there for more */
        in++;
    assert_true(inbox.touched > ALSA_INBOX_BYTES - 30000);
    alsa_inbox_free(&inbox);
}

static void holds_many_notes(void **state)
{
    struct alsa_inbox inbox;
    unsigned count = 0;

    (void)state;
    assert_int_equal(alsa_inbox_init(&inbox), 0);
    while (alsa_inbox_put(&inbox, 8 + 28) != NULL) /* an event and when it came */
        count++;
    assert_in_range(count, 170000, 233000);
    assert_false(alsa_inbox_room(&inbox, ALSA_INBOX_BYTES));
    assert_false(alsa_inbox_room(&inbox, SIZE_MAX));
    alsa_inbox_free(&inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_order_and_bytes),
        cmocka_unit_test(walks),
        cmocka_unit_test(stays_small),
        cmocka_unit_test(holds_many_notes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
