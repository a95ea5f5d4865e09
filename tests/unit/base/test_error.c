/* Every error number has a text of its own.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base_test.h"

static void test_texts(void **state)
{
    (void)state;
    for (int error = NW_ENOTFOUND; error <= NW_OK; error++) {
        assert_non_null(nw_error_text(error));
        assert_string_not_equal(nw_error_text(error), "");
        assert_string_not_equal(nw_error_text(error), nw_error_text(1));
        for (int other = NW_ENOTFOUND; other < error; other++)
            assert_string_not_equal(nw_error_text(error), nw_error_text(other));
    }
    assert_string_equal(nw_error_text(NW_OK), "ok");
    assert_string_equal(nw_error_text(NW_EFULL), "queue full");
    assert_string_equal(nw_error_text(NW_ENOTFOUND), "not found");
}

static void test_unknown_numbers(void **state)
{
    (void)state;
    assert_string_equal(nw_error_text(1), "unknown error");
    assert_string_equal(nw_error_text(NW_ENOTFOUND - 1000), "unknown error");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_unknown_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
