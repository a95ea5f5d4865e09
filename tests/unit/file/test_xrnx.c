/* Tests of xrnx: names of files in archives. Whole archives are in tests/process/test_package.
 * SPDX-License-Identifier: MIT */
#include "file/xrnx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* Whether a name is safe; out gets what becomes of it. */
static bool is_safe(const char *name, char out[XRNX_NAME_MAX + 8])
{
    snprintf(out, XRNX_NAME_MAX + 8, "%s", name);
    return xrnx_name_is_safe(out);
}

static void takes_names_of_tools(void **state)
{
    static const char *const names[][2] = {
        {"main.lua", "main.lua"},
        {"a/b/c.lua", "a/b/c.lua"},
        {"a/", "a/"},
        {"Res\\icon.bmp", "Res/icon.bmp"},
        {"..a/b..", "..a/b.."},
        {"a/...", "a/..."},
        {".hidden", ".hidden"},
        {"with space (2).lua", "with space (2).lua"},
        {"./main.lua", "main.lua"},
        {"a/./b//c.lua", "a/b/c.lua"},
        {"a\\.\\.unpacked", "a/.unpacked"},
        {"a//", "a/"},
        {"./", ""},
        {".", ""},
        {"a/.", "a/"},
        {"\xc3\xa4.lua", "\xc3\xa4.lua"},
    };
    char out[XRNX_NAME_MAX + 8];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_true(is_safe(names[i][0], out));
        assert_string_equal(out, names[i][1]);
    }
}

static void refuses_names_that_lead_elsewhere(void **state)
{
    static const char *const names[] = {"",      "/",      "/etc/passwd", "\\windows", "..",         "../a",
                                        "a/..",  "a/../b", "a\\..\\b",    "c:\\a",     "c:a",        "a\nb",
                                        "a\x01", "..\\a",  "a/b/../..",   "//a",       "a/..\\..\\b"};
    char out[XRNX_NAME_MAX + 8];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (is_safe(names[i], out))
            fail_msg("\"%s\" is taken for safe", names[i]);
}

static void refuses_names_that_are_too_long(void **state)
{
    char name[XRNX_NAME_MAX + 8];

    (void)state;
    memset(name, 'a', sizeof name);
    name[XRNX_NAME_MAX] = '\0';
    assert_true(xrnx_name_is_safe(name));
    name[XRNX_NAME_MAX] = 'a';
    name[XRNX_NAME_MAX + 1] = '\0';
    assert_false(xrnx_name_is_safe(name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_names_of_tools),
        cmocka_unit_test(refuses_names_that_lead_elsewhere),
        cmocka_unit_test(refuses_names_that_are_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
