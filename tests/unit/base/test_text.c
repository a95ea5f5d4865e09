/* What of the text of others is printable.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base_test.h"

#include <stdio.h>

static void assert_clean(const char *text, const char *expected)
{
    char copy[64];

    snprintf(copy, sizeof copy, "%s", text);
    text_clean(copy);
    assert_string_equal(copy, expected);
}

static void keeps_what_is_printable(void **state)
{
    (void)state;
    assert_clean("", "");
    assert_clean("UM-ONE:UM-ONE MIDI 1", "UM-ONE:UM-ONE MIDI 1");
    assert_clean("Fl\xc3\xb6te \xe2\x82\xac \xf0\x9d\x84\x9e", "Fl\xc3\xb6te \xe2\x82\xac \xf0\x9d\x84\x9e");
}

static void replaces_control_characters(void **state)
{
    (void)state;
    assert_clean("a\nb\x1b[2Jc\x7f", "a?b?[2Jc?");
    assert_clean("a\xc2\x9b.", "a??."); /* C1 */
}

static void replaces_broken_utf_8(void **state)
{
    (void)state;
    assert_clean("cut \xe2\x82", "cut ??"); /* names of the sequencer end after 63 bytes, wherever that is */
    assert_clean("\x80.", "?.");
    assert_clean("\xc0\xaf", "??");           /* overlong */
    assert_clean("\xed\xa0\x80", "???");      /* a surrogate */
    assert_clean("\xf4\x90\x80\x80", "????"); /* behind the last character */
}

static void keeps_lines(void **state)
{
    char text[] = "a\n\tb\x1b\xc2\x9b\xff\xc3\xb6 cut \xc3\xb6";

    (void)state;
    text_clean_lines(text, sizeof text - 2);
    assert_string_equal(text, "a\n\tb????\xc3\xb6 cut ?\xb6");
}

static void copies_what_fits(void **state)
{
    char out[8];

    (void)state;
    assert_ptr_equal(text_clean_copy("a\x1b\xc3\xb6", out, sizeof out), out);
    assert_string_equal(out, "a?\xc3\xb6");
    assert_string_equal(text_clean_copy("123456\xc3\xb6", out, sizeof out), "123456?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_is_printable), cmocka_unit_test(replaces_control_characters),
        cmocka_unit_test(replaces_broken_utf_8), cmocka_unit_test(keeps_lines), cmocka_unit_test(copies_what_fits)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
