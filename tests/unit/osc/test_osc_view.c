/* Tests of osc_view: every tag, every way to be malformed, every cut.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_view.h"
#include "osc_test.h"

#include <math.h>

/* The two messages of the examples page of the OSC 1.0 specification. */
static const uint8_t oscillator[] = {0x2f, 0x6f, 0x73, 0x63, 0x69, 0x6c, 0x6c, 0x61, 0x74, 0x6f, 0x72,
                                     0x2f, 0x34, 0x2f, 0x66, 0x72, 0x65, 0x71, 0x75, 0x65, 0x6e, 0x63,
                                     0x79, 0x00, 0x2c, 0x66, 0x00, 0x00, 0x43, 0xdc, 0x00, 0x00};
static const uint8_t foo[] = {0x2f, 0x66, 0x6f, 0x6f, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x69, 0x69, 0x73, 0x66, 0x66,
                              0x00, 0x00, 0x00, 0x00, 0x03, 0xe8, 0xff, 0xff, 0xff, 0xff, 0x68, 0x65, 0x6c, 0x6c,
                              0x6f, 0x00, 0x00, 0x00, 0x3f, 0x9d, 0xf3, 0xb6, 0x40, 0xb5, 0xb2, 0x2d};

/* Parses an exact copy and throws the view away. */
static int parse(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = exact_copy(bytes, length);
    struct osc_view view;
    int result = osc_view_parse(&view, copy, length);

    free(copy);
    return result;
}

static void takes_first_example(void **state)
{
    struct osc_view view;
    struct osc_args args;
    struct osc_arg arg;

    (void)state;
    assert_int_equal(osc_view_parse(&view, oscillator, sizeof oscillator), NW_OK);
    assert_string_equal(view.address, "/oscillator/4/frequency");
    assert_int_equal(view.address_len, 23);
    assert_string_equal(view.tags, "f");
    assert_int_equal(view.tag_count, 1);
    assert_ptr_equal(view.args, oscillator + 28);
    assert_ptr_equal(view.end, oscillator + 32);
    args = osc_args_begin(&view);
    assert_true(osc_args_next(&args, &arg));
    assert_int_equal(arg.tag, 'f');
    assert_true(arg.v.f == 440.0f);
    assert_false(osc_args_next(&args, &arg));
    assert_false(osc_args_next(&args, &arg));
}

static void takes_second_example(void **state)
{
    struct osc_view view;
    struct osc_args args;
    struct osc_arg arg;

    (void)state;
    assert_int_equal(osc_view_parse(&view, foo, sizeof foo), NW_OK);
    assert_string_equal(view.address, "/foo");
    assert_string_equal(view.tags, "iisff");
    args = osc_args_begin(&view);
    assert_true(osc_args_next(&args, &arg));
    assert_int_equal(arg.v.i, 1000);
    assert_true(osc_args_next(&args, &arg));
    assert_int_equal(arg.v.i, -1);
    assert_true(osc_args_next(&args, &arg));
    assert_int_equal(arg.tag, 's');
    assert_string_equal((const char *)arg.v.s.bytes, "hello");
    assert_int_equal(arg.v.s.length, 5);
    assert_true(osc_args_next(&args, &arg));
    assert_true(arg.v.f == 1.234f);
    assert_true(osc_args_next(&args, &arg));
    assert_true(arg.v.f == 5.678f);
    assert_false(osc_args_next(&args, &arg));
}

static void takes_every_tag(void **state)
{
    static const char bytes[] = "/a\0\0,ifsbhtdScrm[TFNI]\0\0"
                                "\x80\0\0\0"
                                "\xbf\x80\0\0"
                                "abc\0"
                                "\0\0\0\5\1\2\3\4\5\0\0\0"
                                "\x80\0\0\0\0\0\0\1"
                                "\0\0\0\0\0\0\0\1"
                                "\xc0\x04\0\0\0\0\0\0"
                                "\0\0\0\0"
                                "\0\0\0A"
                                "\xff\x80\x01\x02"
                                "\0\x90\x3c\x64";
    struct osc_view view;
    struct osc_args args;
    struct osc_arg arg;

    (void)state;
    assert_int_equal(osc_view_parse(&view, BYTES(bytes)), NW_OK);
    assert_int_equal(view.tag_count, 17);
    args = osc_args_begin(&view);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'i');
    assert_true(arg.v.i == INT32_MIN);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'f');
    assert_true(arg.v.f == -1.0f);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 's');
    assert_string_equal((const char *)arg.v.s.bytes, "abc");
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'b');
    assert_int_equal(arg.v.s.length, 5);
    assert_memory_equal(arg.v.s.bytes, "\1\2\3\4\5", 5);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'h');
    assert_true(arg.v.h == INT64_MIN + 1);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 't');
    assert_true(arg.v.t == 1);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'd');
    assert_true(arg.v.d == -2.5);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'S');
    assert_int_equal(arg.v.s.length, 0);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'c');
    assert_int_equal(arg.v.i, 65);
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'r');
    assert_int_equal(arg.v.i, -8388350); /* 0xff800102 - 2^32 */
    assert_true(osc_args_next(&args, &arg) && arg.tag == 'm');
    assert_memory_equal(arg.v.m, "\0\x90\x3c\x64", 4);
    for (const char *tag = "[TFNI]"; *tag != '\0'; tag++) {
        assert_true(osc_args_next(&args, &arg));
        assert_int_equal(arg.tag, *tag);
    }
    assert_false(osc_args_next(&args, &arg));
    assert_ptr_equal(args.at, view.end);
}

static void takes_message_without_tags(void **state)
{
    struct osc_view view;
    struct osc_args args;
    struct osc_arg arg;

    (void)state;
    assert_int_equal(osc_view_parse(&view, BYTES("/n\0\0\0\0\0\x3c\xff\xff\xff\xfe")), NW_OK);
    assert_null(view.tags);
    assert_int_equal(view.tag_count, 2);
    args = osc_args_begin(&view);
    assert_true(osc_args_next(&args, &arg));
    assert_int_equal(arg.tag, 'i');
    assert_int_equal(arg.v.i, 60);
    assert_true(osc_args_next(&args, &arg));
    assert_int_equal(arg.v.i, -2);
    assert_false(osc_args_next(&args, &arg));

    assert_int_equal(osc_view_parse(&view, BYTES("/n\0\0")), NW_OK);
    assert_null(view.tags);
    assert_int_equal(view.tag_count, 0);
    assert_int_equal(osc_view_parse(&view, BYTES("/n\0\0,\0\0\0")), NW_OK);
    assert_string_equal(view.tags, "");
    assert_int_equal(view.tag_count, 0);
    assert_int_equal(parse(BYTES("/n\0\0\0\0")), NW_EMALFORMED);
}

static void checks_address(void **state)
{
    uint8_t bytes[520];
    struct osc_view view;

    (void)state;
    assert_int_equal(parse(BYTES("note\0\0\0\0")), NW_OK); /* clients that forget the slash */
    assert_int_equal(parse(BYTES("/ \xc3\xa4\0\0\0\0")), NW_OK);
    assert_int_equal(parse(BYTES("")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("\0\0\0\0,\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("#abc\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\n\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/\x1f\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("\x7f\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/ab\x7f\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/abc")), NW_EMALFORMED);  /* no NUL */
    assert_int_equal(parse(BYTES("/a\0b")), NW_EMALFORMED); /* padding that is not zero */
    assert_int_equal(parse(BYTES("/\0b\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("\0ab\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("\0a\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/ab\0\0\0\0")), NW_EMALFORMED); /* a size that is not a multiple of 4 */

    memset(bytes, 'a', sizeof bytes);
    memset(bytes + 512, 0, 4);
    assert_int_equal(osc_view_parse(&view, bytes, 516), NW_OK);
    assert_int_equal(view.address_len, OSC_ADDRESS_MAX);
    bytes[512] = 'a';
    assert_int_equal(osc_view_parse(&view, bytes, 516), NW_ETOOBIG);
    memset(bytes + 512, 'a', 4);
    assert_int_equal(osc_view_parse(&view, bytes, 516), NW_ETOOBIG);
}

static void checks_arguments(void **state)
{
    (void)state;
    assert_int_equal(parse(BYTES("/a\0\0,i\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,h\0\0\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0abcd")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0ab\0d")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0a\0b\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0\0a\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0\0ab\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0a\0\0\0\0a\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,s\0\0a\0bcabc\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,x\0\0\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,i\0\0\0\0\0\0\0\0\0\0")), NW_EMALFORMED); /* left over */
    assert_int_equal(parse(BYTES("/a\0\0,\0\0\0\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,iii")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,i\0i\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,ii\xff\0\0\0\0")), NW_EMALFORMED);
}

static void checks_blob_size(void **state)
{
    (void)state;
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\0")), NW_OK);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\4abcd")), NW_OK);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\4")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\5abcd")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\xff\xff\xff\xff"
                                 "abcd")),
                     NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\x7f\xff\xff\xfc"
                                 "abcd")),
                     NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\3abcd")), NW_EMALFORMED); /* padding that is not zero */
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\1a\0\0d")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,b\0\0\0\0\0\0abcd")), NW_EMALFORMED); /* left over */
}

static void checks_brackets(void **state)
{
    (void)state;
    assert_int_equal(parse(BYTES("/a\0\0,[]\0")), NW_OK);
    assert_int_equal(parse(BYTES("/a\0\0,[[T]F][]\0\0\0")), NW_OK);
    assert_int_equal(parse(BYTES("/a\0\0,[\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,]\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,][\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,[[]\0\0\0\0")), NW_EMALFORMED);
    assert_int_equal(parse(BYTES("/a\0\0,[[[[[[[[]]]]]]]]\0\0\0")), NW_OK);    /* 8 */
    assert_int_equal(parse(BYTES("/a\0\0,[[[[[[[[[]]]]]]]]]\0")), NW_ETOOBIG); /* 9 */
}

static void bounds_arguments(void **state)
{
    uint8_t tags[4 + 1028] = "/a";
    uint8_t words[4 + 4 * 1025] = "/a";

    (void)state;
    tags[4] = ',';
    memset(tags + 5, 'T', 1024);
    assert_int_equal(parse(tags, sizeof tags), NW_OK);
    tags[4 + 1025] = 'T';
    assert_int_equal(parse(tags, sizeof tags), NW_ETOOBIG);
    assert_int_equal(parse(words, 4 + 4 * 1024), NW_OK);
    assert_int_equal(parse(words, 4 + 4 * 1025), NW_ETOOBIG);
}

/* Only one cut leaves something valid: behind the address, where an old client's message may end. */
static void refuses_every_cut(void **state)
{
    (void)state;
    for (size_t n = 0; n < sizeof foo; n++)
        assert_int_equal(parse(foo, n), n == 8 ? NW_OK : NW_EMALFORMED);
    for (size_t n = 0; n < sizeof oscillator; n++)
        assert_int_equal(parse(oscillator, n), n == 24 ? NW_OK : NW_EMALFORMED);
}

/* Any one byte changed may be good or bad, but must be survived and walked. */
static void survives_every_changed_byte(void **state)
{
    struct osc_view view;
    struct osc_arg arg;
    char text[256];

    (void)state;
    for (size_t n = 0; n < sizeof foo; n++) {
        for (unsigned value = 0; value < 256; value++) {
            uint8_t *copy = exact_copy(foo, sizeof foo);

            copy[n] = (uint8_t)value;
            if (osc_view_parse(&view, copy, sizeof foo) == NW_OK) {
                struct osc_args args = osc_args_begin(&view);

                while (osc_args_next(&args, &arg))
                    assert_true(args.at <= view.end);
                assert_ptr_equal(args.at, view.end);
                assert_true(osc_view_text(&view, text, sizeof text) > 0);
            }
            free(copy);
        }
    }
}

static void works_at_any_alignment(void **state)
{
    uint8_t room[sizeof foo + 4];
    struct osc_view view;

    (void)state;
    for (size_t shift = 0; shift < 4; shift++) {
        memcpy(room + shift, foo, sizeof foo);
        assert_int_equal(osc_view_parse(&view, room + shift, sizeof foo), NW_OK);
        assert_int_equal(view.tag_count, 5);
    }
}

/* The number that an argument stands for; a string becomes one of its length. */
static bool number_of(struct osc_arg arg, double *number)
{
    *number = -99;
    return osc_arg_number(&arg, number);
}

static void reads_numbers(void **state)
{
    struct osc_arg text = {.tag = 's', .v.s = {(const uint8_t *)"0,5", 3}};
    double n;

    (void)state;
    assert_true(number_of((struct osc_arg){.tag = 'i', .v.i = -7}, &n) && n == -7);
    assert_true(number_of((struct osc_arg){.tag = 'c', .v.i = 65}, &n) && n == 65);
    assert_true(number_of((struct osc_arg){.tag = 'r', .v.i = -1}, &n) && n == -1);
    assert_true(number_of((struct osc_arg){.tag = 'h', .v.h = 1LL << 40}, &n) && n == 1099511627776.0);
    assert_true(number_of((struct osc_arg){.tag = 't', .v.t = 3ULL << 32 | 1U << 31}, &n) && n == 3.5);
    assert_true(number_of((struct osc_arg){.tag = 'f', .v.f = 0.5f}, &n) && n == 0.5);
    assert_true(number_of((struct osc_arg){.tag = 'd', .v.d = 0.1}, &n) && n == 0.1);
    assert_true(number_of((struct osc_arg){.tag = 'T'}, &n) && n == 1);
    assert_true(number_of((struct osc_arg){.tag = 'I'}, &n) && n == 1);
    assert_true(number_of((struct osc_arg){.tag = 'F'}, &n) && n == 0);
    assert_true(number_of((struct osc_arg){.tag = 'N'}, &n) && n == 0);
    assert_true(number_of(text, &n) && n == 0.5);
    text.tag = 'S';
    assert_true(number_of(text, &n) && n == 0.5);
    text.v.s.length = 2;
    text.v.s.bytes = (const uint8_t *)"0x";
    assert_false(number_of(text, &n));
    assert_false(number_of((struct osc_arg){.tag = 'f', .v.f = NAN}, &n));
    assert_false(number_of((struct osc_arg){.tag = 'd', .v.d = (double)NAN}, &n));
    assert_false(number_of((struct osc_arg){.tag = 'b', .v.s = {(const uint8_t *)"1", 1}}, &n));
    assert_false(number_of((struct osc_arg){.tag = 'm'}, &n));
    assert_false(number_of((struct osc_arg){.tag = '['}, &n));
    assert_false(number_of((struct osc_arg){.tag = ']'}, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_first_example),
        cmocka_unit_test(takes_second_example),
        cmocka_unit_test(takes_every_tag),
        cmocka_unit_test(takes_message_without_tags),
        cmocka_unit_test(checks_address),
        cmocka_unit_test(checks_arguments),
        cmocka_unit_test(checks_blob_size),
        cmocka_unit_test(checks_brackets),
        cmocka_unit_test(bounds_arguments),
        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(survives_every_changed_byte),
        cmocka_unit_test(works_at_any_alignment),
        cmocka_unit_test(reads_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
