/* Tests of osc_view_text: one line, nothing in it that a terminal would obey, cut where it must be.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_view.h"
#include "osc_test.h"

/* The text of a message, which must be valid; kept until the next call. */
static const char *text_of(const uint8_t *bytes, size_t length)
{
    static char text[1024];
    struct osc_view view;
    size_t written;

    assert_int_equal(osc_view_parse(&view, bytes, length), NW_OK);
    written = osc_view_text(&view, text, sizeof text);
    assert_int_equal(written, strlen(text));
    return text;
}

static void prints_every_tag(void **state)
{
    (void)state;
    assert_string_equal(text_of(BYTES("/note\0\0\0,iii\0\0\0\0\0\0\0\1\0\0\0\x3c\0\0\0\x64")), "/note iii 1 60 100");
    assert_string_equal(text_of(BYTES("/a\0\0,fd\0\x3f\0\0\0\xc0\x04\0\0\0\0\0\0")), "/a fd 0.500000 -2.500000");
    assert_string_equal(text_of(BYTES("/a\0\0,hi\0\x80\0\0\0\0\0\0\0\x80\0\0\0")),
                        "/a hi -9223372036854775808 -2147483648");
    assert_string_equal(text_of(BYTES("/a\0\0,sS\0abc\0d\0\0\0")), "/a sS \"abc\" 'd");
    assert_string_equal(text_of(BYTES("/a\0\0,m\0\0\0\x90\x3c\x64")), "/a m MIDI [0x00 0x90 0x3c 0x64]");
    assert_string_equal(text_of(BYTES("/a\0\0,cc\0\0\0\0,\0\0\0\7")), "/a cc ',' '\\x07'");
    assert_string_equal(text_of(BYTES("/a\0\0,r\0\0\xff\x80\x01\x02")), "/a r #ff800102");
    assert_string_equal(text_of(BYTES("/a\0\0,t\0\0\0\0\0\0\0\0\0\1")), "/a t 00000000.00000001");
    assert_string_equal(text_of(BYTES("/a\0\0,[TFNI]\0")), "/a [TFNI] [ #T #F Nil Infinitum ]");
    assert_string_equal(text_of(BYTES("/a\0\0,b\0\0\0\0\0\2\1\xff\0\0")), "/a b [2b 0x01 0xff]");
    assert_string_equal(text_of(BYTES("/a\0\0,b\0\0\0\0\0\0")), "/a b [0b]");
    assert_string_equal(text_of(BYTES("/a\0\0,b\0\0\0\0\0\x0d"
                                      "abcdefghijklm\0\0\0")),
                        "/a b [13 byte blob]");
}

static void prints_few_or_no_tags(void **state)
{
    (void)state;
    assert_string_equal(text_of(BYTES("/ping\0\0\0,\0\0\0")), "/ping");
    assert_string_equal(text_of(BYTES("/ping\0\0\0")), "/ping");
    assert_string_equal(text_of(BYTES("/n\0\0\0\0\0\x3c\0\0\0\x64")), "/n 60 100");
}

static void escapes_what_a_terminal_obeys(void **state)
{
    (void)state;
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\x1b[2J\n\"\\\0")), "/a s \"\\x1b[2J\\x0a\\\"\\\\\"");
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xb9\0\0\0")),
                        "/a s \"\xc3\xa4\xe2\x82\xac\xf0\x9f\x8e\xb9\"");
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\xc2\x9b\x7f\0")), "/a s \"\\xc2\\x9b\\x7f\"");
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\xc0\xaf\xff\0")), "/a s \"\\xc0\\xaf\\xff\"");
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\xed\xa0\x80\0")), "/a s \"\\xed\\xa0\\x80\"");
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\xe2\x82\0\0")), "/a s \"\\xe2\\x82\"");
    assert_string_equal(text_of(BYTES("/a\0\0,s\0\0\xe0\x80\x80\0")), "/a s \"\\xe0\\x80\\x80\"");
    assert_string_equal(text_of(BYTES("/\xe4x\0,\0\0\0")), "/\\xe4x");
}

static void cuts_long_lines(void **state)
{
    const char *whole = "/a s \"\xc3\xa4\xc3\xa4\xc3\xa4\"";
    struct osc_view view;

    (void)state;
    assert_int_equal(osc_view_parse(&view, BYTES("/a\0\0,s\0\0\xc3\xa4\xc3\xa4\xc3\xa4\0\0")), NW_OK);
    for (size_t size = 0; size <= strlen(whole) + 2; size++) {
        char *out = malloc(size > 0 ? size : 1);
        size_t written = osc_view_text(&view, out, size);

        assert_non_null(out);
        if (size > 0)
            assert_int_equal(strlen(out), written);
        if (size > strlen(whole))
            assert_string_equal(out, whole);
        else if (size > 3)
            assert_string_equal(out + written - 3, "...");
        if (size == 10) /* "/a s \"" and three dots fill nine; half a character must not stay */
            assert_string_equal(out, "/a s \"...");
        if (size == 11)
            assert_string_equal(out, "/a s \"...");
        if (size == 12)
            assert_string_equal(out, "/a s \"\xc3\xa4...");
        if (size == 3)
            assert_string_equal(out, "..");
        if (size == 0)
            assert_int_equal(written, 0);
        free(out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prints_every_tag),
        cmocka_unit_test(prints_few_or_no_tags),
        cmocka_unit_test(escapes_what_a_terminal_obeys),
        cmocka_unit_test(cuts_long_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
