/* Big-endian reads and writes.
 * SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "base_test.h"

static void test_get(void **state)
{
    static const uint8_t bytes[] = {0x99, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10};

    (void)state;
    assert_int_equal(bytes_get_u32(bytes + 1), 0xfedcba98); /* at an odd address */
    assert_int_equal(bytes_get_u32(bytes), 0x99fedcba);
    assert_true(bytes_get_u64(bytes + 1) == 0xfedcba9876543210ULL);
}

static void test_put(void **state)
{
    static const uint8_t four[] = {0xaa, 0x01, 0x02, 0x83, 0x04, 0xaa};
    static const uint8_t eight[] = {0xaa, 0xf1, 0x02, 0x03, 0x04, 0x85, 0x06, 0x07, 0x08, 0xaa};
    uint8_t out[10];

    (void)state;
    memset(out, 0xaa, sizeof out);
    bytes_put_u32(out + 1, 0x01028304);
    assert_memory_equal(out, four, sizeof four);
    memset(out, 0xaa, sizeof out);
    bytes_put_u64(out + 1, 0xf102030485060708ULL);
    assert_memory_equal(out, eight, sizeof eight);
}

static void test_round_trip(void **state)
{
    uint8_t out[8];

    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        bytes_put_u64(out, 1ULL << bit);
        assert_true(bytes_get_u64(out) == 1ULL << bit);
        assert_int_equal(out[7 - bit / 8], 1U << bit % 8);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_get),
        cmocka_unit_test(test_put),
        cmocka_unit_test(test_round_trip),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
