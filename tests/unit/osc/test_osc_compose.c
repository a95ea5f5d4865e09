/* Tests of osc_compose: the bytes of every tag, and the words of a command line.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_compose.h"
#include "osc_test.h"

/* Composes the message and compares it byte by byte; frees the composer. */
static void check_bytes(struct osc_compose *compose, const char *address, const uint8_t *expected,
                        size_t expected_length)
{
    uint8_t *bytes = NULL;
    size_t length = 0;
    struct osc_view view;

    assert_int_equal(osc_compose_message(compose, address, &bytes, &length), NW_OK);
    assert_int_equal(length, expected_length);
    assert_memory_equal(bytes, expected, length);
    assert_int_equal(osc_view_parse(&view, bytes, length), NW_OK);
    free(bytes);
    osc_compose_free(compose);
}

/* A composer that holds one argument, which it must have taken. */
static struct osc_compose *compose_one(struct osc_arg arg)
{
    struct osc_compose *compose = osc_compose_new();

    assert_non_null(compose);
    assert_int_equal(osc_compose_add(compose, &arg), NW_OK);
    return compose;
}

/* A composer that holds one word, which it must have taken. */
static struct osc_compose *compose_word(char tag, const char *word)
{
    struct osc_compose *compose = osc_compose_new();

    assert_non_null(compose);
    assert_int_equal(osc_compose_add_word(compose, tag, word), NW_OK);
    return compose;
}

#define assert_arg(argument, bytes) check_bytes(compose_one((struct osc_arg)argument), "/a", BYTES("/a\0\0," bytes))
#define assert_word(tag, word, bytes) check_bytes(compose_word(tag, word), "/a", BYTES("/a\0\0," bytes))
#define ARG(...)                                                                                                       \
    {                                                                                                                  \
        __VA_ARGS__                                                                                                    \
    }

static void composes_every_tag(void **state)
{
    (void)state;
    assert_arg(ARG(.tag = 'i', .v.i = -2), "i\0\0\xff\xff\xff\xfe");
    assert_arg(ARG(.tag = 'f', .v.f = 440.0f), "f\0\0\x43\xdc\0\0");
    assert_arg(ARG(.tag = 's', .v.s = {(const uint8_t *)"data", 4}), "s\0\0data\0\0\0\0");
    assert_arg(ARG(.tag = 's', .v.s = {(const uint8_t *)"OSC!", 3}), "s\0\0OSC\0"); /* no NUL needed */
    assert_arg(ARG(.tag = 's', .v.s = {NULL, 0}), "s\0\0\0\0\0\0");
    assert_arg(ARG(.tag = 'S', .v.s = {(const uint8_t *)"OSC", 3}), "S\0\0OSC\0");
    assert_arg(ARG(.tag = 'b', .v.s = {(const uint8_t *)"\1\2\3\4\5", 5}), "b\0\0\0\0\0\5\1\2\3\4\5\0\0\0");
    assert_arg(ARG(.tag = 'b', .v.s = {(const uint8_t *)"\1\2\3\4", 4}), "b\0\0\0\0\0\4\1\2\3\4");
    assert_arg(ARG(.tag = 'b', .v.s = {NULL, 0}), "b\0\0\0\0\0\0");
    assert_arg(ARG(.tag = 'h', .v.h = -2), "h\0\0\xff\xff\xff\xff\xff\xff\xff\xfe");
    assert_arg(ARG(.tag = 't', .v.t = 0x0102030405060708ULL), "t\0\0\1\2\3\4\5\6\7\x08");
    assert_arg(ARG(.tag = 'd', .v.d = -2.5), "d\0\0\xc0\x04\0\0\0\0\0\0");
    assert_arg(ARG(.tag = 'c', .v.i = 'A'), "c\0\0\0\0\0A");
    assert_arg(ARG(.tag = 'c', .v.i = 0x20ac), "c\0\0\0\0\x20\xac");
    assert_arg(ARG(.tag = 'r', .v.i = 0x01020304), "r\0\0\1\2\3\4");
    assert_arg(ARG(.tag = 'm', .v.m = {0, 0x90, 0x3c, 0x64}), "m\0\0\0\x90\x3c\x64");
    assert_arg(ARG(.tag = 'T'), "T\0\0");
    assert_arg(ARG(.tag = 'F'), "F\0\0");
    assert_arg(ARG(.tag = 'N'), "N\0\0");
    assert_arg(ARG(.tag = 'I'), "I\0\0");
}

/* The second example of the OSC 1.0 specification, and two arguments whose tags liblo does not know behind others. */
static void composes_many(void **state)
{
    struct osc_compose *compose = osc_compose_new();

    (void)state;
    assert_int_equal(osc_compose_add_word(compose, 'i', "1000"), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'i', "-1"), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 's', "hello"), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'f', "1.234"), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'f', "5,678"), NW_OK);
    check_bytes(compose, "/foo",
                BYTES("/foo\0\0\0\0,iisff\0\0\0\0\3\xe8\xff\xff\xff\xffhello\0\0\0\x3f\x9d\xf3\xb6\x40\xb5\xb2\x2d"));

    compose = osc_compose_new();
    assert_int_equal(osc_compose_add_word(compose, 's', "x"), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'r', "#ff800102"), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'b', ""), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'T', NULL), NW_OK);
    assert_int_equal(osc_compose_add_word(compose, 'r', "1"), NW_OK);
    check_bytes(compose, "/a/b/c", BYTES("/a/b/c\0\0,srbTr\0\0x\0\0\0\xff\x80\1\2\0\0\0\0\0\0\0\1"));

    check_bytes(osc_compose_new(), "/a", BYTES("/a\0\0,\0\0\0"));
    check_bytes(osc_compose_new(), "/abc", BYTES("/abc\0\0\0\0,\0\0\0"));
    osc_compose_free(NULL);
}

static void reads_words(void **state)
{
    (void)state;
    assert_word('i', "60", "i\0\0\0\0\0\x3c");
    assert_word('i', "+60", "i\0\0\0\0\0\x3c");
    assert_word('i', "-2147483648", "i\0\0\x80\0\0\0");
    assert_word('i', "2147483647", "i\0\0\x7f\xff\xff\xff");
    assert_word('h', "-9223372036854775808", "h\0\0\x80\0\0\0\0\0\0\0");
    assert_word('h', "9223372036854775807", "h\0\0\x7f\xff\xff\xff\xff\xff\xff\xff");
    assert_word('f', "0.5", "f\0\0\x3f\0\0\0");
    assert_word('f', "440", "f\0\0\x43\xdc\0\0");
    assert_word('d', "-2.5", "d\0\0\xc0\x04\0\0\0\0\0\0");
    assert_word('s', "text", "s\0\0text\0\0\0\0");
    assert_word('s', "", "s\0\0\0\0\0\0");
    assert_word('s', "60",
                "s\0\0"
                "60\0\0");
    assert_word('S', "on", "S\0\0on\0\0");
    assert_word('b', "0102fF", "b\0\0\0\0\0\3\1\2\xff\0");
    assert_word('b', "", "b\0\0\0\0\0\0");
    assert_word('m', "00903c64", "m\0\0\0\x90\x3c\x64");
    assert_word('c', "A", "c\0\0\0\0\0A");
    assert_word('t', "immediate", "t\0\0\0\0\0\0\0\0\0\1");
    assert_word('t', "0102030405060708", "t\0\0\1\2\3\4\5\6\7\x08");
    assert_word('r', "#01020304", "r\0\0\1\2\3\4");
    assert_word('r', "4294967295", "r\0\0\xff\xff\xff\xff");
    assert_word('r', "-1", "r\0\0\xff\xff\xff\xff");
}

static void infers_tags(void **state)
{
    (void)state;
    assert_word(0, "60", "i\0\0\0\0\0\x3c");
    assert_word(0, "-60", "i\0\0\xff\xff\xff\xc4");
    assert_word(0, "2147483648", "h\0\0\0\0\0\0\x80\0\0\0");
    assert_word(0, "0.5", "f\0\0\x3f\0\0\0");
    assert_word(0, "0,5", "f\0\0\x3f\0\0\0");
    assert_word(0, "5e-1", "f\0\0\x3f\0\0\0");
    assert_word(0, "18446744073709551616", "f\0\0\x5f\x80\0\0"); /* 2^64 */
    assert_word(0, "1e39", "d\0\0\x48\x07\x82\x87\xf4\x9c\x4a\x1d");
    assert_word(0, "text", "s\0\0text\0\0\0\0");
    assert_word(0, "", "s\0\0\0\0\0\0");
    assert_word(0, "60a",
                "s\0\0"
                "60a\0");
    assert_word(0, "-", "s\0\0-\0\0\0");
    assert_word(0, "nan", "s\0\0nan\0");
    assert_word(0, "T", "s\0\0T\0\0\0");
}

static void refuses_words_that_do_not_fit(void **state)
{
    static const struct {
        char tag;
        const char *word;
    } bad[] = {
        {'i', "x"},
        {'i', ""},
        {'i', "1.5"},
        {'i', "2147483648"},
        {'i', "60 "},
        {'i', NULL},
        {'i', "-2147483649"},
        {'h', "9223372036854775808"},
        {'h', "-9223372036854775809"},
        {'h', "99999999999999999999"},
        {'f', "x"},
        {'f', "1e39"},
        {'f', ""},
        {'d', "1e400"},
        {'d', "x"},
        {'b', "0"},
        {'b', "0g"},
        {'b', "g0"},
        {'b', NULL},
        {'m', "00903c"},
        {'m', "00903c6464"},
        {'m', "00903c6x"},
        {'c', ""},
        {'c', "AB"},
        {'c', "\xc3"},
        {'t', "now"},
        {'t', "01020304"},
        {'t', "010203040506070x"},
        {'r', "#010203"},
        {'r', "#0102030x"},
        {'r', "4294967296"},
        {'r', "-2147483649"},
        {'r', "red"},
        {'T', "x"},
        {'N', ""},
        {'[', NULL},
        {'[', "x"},
        {']', "x"},
        {'x', "x"},
        {0, NULL},
    };
    struct osc_compose *compose = osc_compose_new();

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(osc_compose_add_word(compose, bad[i].tag, bad[i].word), NW_EINVALID);
    check_bytes(compose, "/a", BYTES("/a\0\0,\0\0\0")); /* none of them left a trace */
}

static void refuses_arguments(void **state)
{
    struct osc_compose *compose = osc_compose_new();
    struct osc_arg arg = {.tag = 's', .v.s = {(const uint8_t *)"a\0b", 3}};

    (void)state;
    assert_int_equal(osc_compose_add(compose, &arg), NW_EINVALID);
    arg.tag = '[';
    assert_int_equal(osc_compose_add(compose, &arg), NW_EINVALID);
    arg.tag = 'T';
    for (size_t i = 0; i < OSC_ARGS_MAX; i++)
        assert_int_equal(osc_compose_add(compose, &arg), NW_OK);
    assert_int_equal(osc_compose_add(compose, &arg), NW_EINVALID);
    osc_compose_free(compose);
}

/* liblo 0.31 writes behind its buffer when a text takes a message just past 128 KiB. */
static void stays_within_liblo(void **state)
{
    static uint8_t text[OSC_COMPOSE_MAX + 8];

    (void)state;
    memset(text, 'x', sizeof text);
    for (size_t length = OSC_COMPOSE_MAX - 64; length <= sizeof text; length += 4) {
        struct osc_compose *compose = osc_compose_new();
        struct osc_arg one = {.tag = 'i', .v.i = 1}, arg = {.tag = 's', .v.s = {text, length}};
        int error;

        assert_int_equal(osc_compose_add(compose, &one), NW_OK);
        error = osc_compose_add(compose, &arg);
        assert_int_equal(error, length + 16 <= OSC_COMPOSE_MAX ? NW_OK : NW_ETOOBIG);
        if (error == NW_OK) {
            uint8_t *bytes;
            size_t size;

            assert_int_equal(osc_compose_message(compose, "/x", &bytes, &size), NW_OK);
            assert_int_equal(size, 8 + 4 + (length + 4) / 4 * 4);
            assert_memory_equal(bytes + 12, text, length);
            free(bytes);
        }
        osc_compose_free(compose);
    }
}

static void checks_address(void **state)
{
    struct osc_compose *compose = osc_compose_new();
    char address[OSC_ADDRESS_MAX + 2];
    uint8_t *bytes = NULL;
    size_t length = 0;

    (void)state;
    assert_int_equal(osc_compose_message(compose, "a", &bytes, &length), NW_EINVALID);
    assert_int_equal(osc_compose_message(compose, "", &bytes, &length), NW_EINVALID);
    assert_int_equal(osc_compose_message(compose, "#bundle", &bytes, &length), NW_EINVALID);
    assert_int_equal(osc_compose_message(compose, "/a\nb", &bytes, &length), NW_EINVALID);
    assert_int_equal(osc_compose_message(compose, "/a\x7f", &bytes, &length), NW_EINVALID);
    memset(address, 'a', sizeof address);
    address[0] = '/';
    address[OSC_ADDRESS_MAX + 1] = '\0';
    assert_int_equal(osc_compose_message(compose, address, &bytes, &length), NW_EINVALID);
    assert_null(bytes);
    address[OSC_ADDRESS_MAX] = '\0';
    assert_int_equal(osc_compose_message(compose, address, &bytes, &length), NW_OK);
    assert_int_equal(length, OSC_ADDRESS_MAX + 4 + 4);
    free(bytes);
    osc_compose_free(compose);
}

/* A composed message may be taken out more than once and go on growing. */
static void composes_twice(void **state)
{
    struct osc_compose *compose = osc_compose_new();
    uint8_t *bytes = NULL;
    size_t length = 0;

    (void)state;
    assert_int_equal(osc_compose_add_word(compose, 'i', "258"), NW_OK);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(osc_compose_message(compose, "/a", &bytes, &length), NW_OK);
        assert_int_equal(length, 12);
        assert_memory_equal(bytes, "/a\0\0,i\0\0\0\0\1\2", 12);
        free(bytes);
    }
    assert_int_equal(osc_compose_add_word(compose, 'd', "-2.5"), NW_OK);
    check_bytes(compose, "/b", BYTES("/b\0\0,id\0\0\0\1\2\xc0\x04\0\0\0\0\0\0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(composes_every_tag),
        cmocka_unit_test(composes_many),
        cmocka_unit_test(reads_words),
        cmocka_unit_test(infers_tags),
        cmocka_unit_test(refuses_words_that_do_not_fit),
        cmocka_unit_test(refuses_arguments),
        cmocka_unit_test(stays_within_liblo),
        cmocka_unit_test(checks_address),
        cmocka_unit_test(composes_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
