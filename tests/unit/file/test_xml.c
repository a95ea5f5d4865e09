/* Reading XML: the text of elements, places of mistakes, bounds, and what is not read on purpose.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "file/xml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* What was called, as one text: "<a x=1>" and "</a=text>". */
struct told {
    char text[4096];
    const char *stop; /* at the end of this element, with 7 */
    unsigned calls;
    bool zeros; /* texts may have some: their length is told */
};

static void tell(struct told *told, const char *format, ...)
{
    size_t length = strlen(told->text);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(told->text + length, sizeof told->text - length, format, arguments);
    va_end(arguments);
    told->calls++;
}

static int begin(void *user, const char *name, const char *const *attributes)
{
    tell(user, "<%s", name);
    for (; attributes[0] != NULL; attributes += 2)
        tell(user, " %s=%s", attributes[0], attributes[1]);
    tell(user, ">");
    return 0;
}

static int end(void *user, const char *name, const char *text, size_t length)
{
    struct told *told = user;

    if (told->zeros) {
        tell(told, "</%s=%s %d>", name, text, (int)length);
    } else {
        assert_int_equal(strlen(text), length);
        tell(told, "</%s=%s>", name, text);
    }
    return told->stop != NULL && strcmp(told->stop, name) == 0 ? 7 : 0;
}

static const struct xml_callbacks callbacks = {begin, end};

static void reads(const char *text, const char *wanted)
{
    struct told told = {.stop = NULL};
    struct xml_problem problem = {.text = ""};

    assert_int_equal(xml_read(text, strlen(text), &callbacks, &told, &problem), 0);
    assert_string_equal(told.text, wanted);
    assert_string_equal(problem.text, "");
}

static struct xml_problem fails(const char *text, size_t length, int wanted)
{
    struct told told = {.stop = NULL};
    struct xml_problem problem;

    assert_int_equal(xml_read(text, length, &callbacks, &told, &problem), wanted);
    assert_int_equal(xml_read(text, length, &callbacks, &told, NULL), wanted);
    assert_true(problem.text[0] != '\0');
    return problem;
}

static void tells_elements(void **state)
{
    (void)state;
    reads("<a/>", "<a></a=>");
    reads("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a doc_version=\"0\" x='&lt;1'>\n  <b>1</b><c> two </c>\n</a>\n",
          "<a doc_version=0 x=<1><b></b=1><c></c= two ></a=\n  \n>");
    reads("<a>1<b>2<c>3</c>4</b>5</a>", "<a><b><c></c=3></b=24></a=15>");
    reads("\xef\xbb\xbf<a><!-- no --><![CDATA[<&]]>&amp;&#x41;&quot;&apos;&gt;\r\n</a>", "<a></a=<&&A\"'>\n>");
    reads("<a>\xc3\xa4</a>", "<a></a=\xc3\xa4>");
    reads("<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe4</a>", "<a></a=\xc3\xa4>");
}

static void texts_may_have_any_bytes(void **state)
{
    static const char *const bytes[] = {
        "\x1c\x1d\x01",
        "\xff",
        "\xfc"
        "ber",
        "\xc3",
        "\xe4\xc3\xa4\xe4",
        "\xc0\x80",
        "\xe0\x80\x80",
        "\xf0\x80\x80\x80",
        "\xed\xa0\x80",
        "\xef\xbf\xbe",
        "\xef\xbf\xbf",
        "\xf4\x90\x80\x80",
        "\xf8",
        "\x1b[0m",
        "\xf4\x8f\xb8\x81",
        "\x01\xf4\x8f\xbb\xbf\xf4\x8f",
    };
    static const char *const heads[] = {"", "<?xml version='1.0'?>",
                                        "\xef\xbb\xbf<?xml version=\"1.0\" encoding = \"utf-8\" ?>\n"};
    char text[200], wanted[200];

    (void)state;
    for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++)
        for (size_t head = 0; head < sizeof heads / sizeof heads[0]; head++) {
            snprintf(text, sizeof text, "%s<a>%s<b>%s</b></a>", heads[head], bytes[i], bytes[i]);
            snprintf(wanted, sizeof wanted, "<a><b></b=%s></a=%s>", bytes[i], bytes[i]);
            reads(text, wanted);
        }
}

static void a_zero_is_a_byte_of_a_text(void **state)
{
    static const char text[] = "<a>x\0y</a>";
    struct told told = {.zeros = true};

    (void)state;
    assert_int_equal(xml_read(text, sizeof text - 1, &callbacks, &told, NULL), 0);
    assert_string_equal(told.text, "<a></a=x 3>");
}

static void begin_may_be_left_out(void **state)
{
    static const struct xml_callbacks only_end = {NULL, end};
    struct told told = {.stop = NULL};

    (void)state;
    assert_int_equal(xml_read("<a><b>1</b></a>", 15, &only_end, &told, NULL), 0);
    assert_string_equal(told.text, "</b=1></a=>");
}

static void mistakes_have_a_place(void **state)
{
    static const char *const wrong[] = {"",
                                        "a",
                                        "<a>",
                                        "<a></b>",
                                        "<a/><b/>",
                                        "<a x=1/>",
                                        "<a>&nbsp;</a>",
                                        "<a\xff></a>",
                                        "<a\1/>",
                                        "<?xml version='1.0' encoding='US-ASCII'?><a>\xff</a>",
                                        "<?xml version='1.0' encoding='ISO-8859-1'?><a>\1</a>",
                                        "<?xml version='1.0' encoding='EBCDIC'?><a/>"};
    struct xml_problem problem;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        problem = fails(wrong[i], strlen(wrong[i]), NW_EMALFORMED);
        assert_int_equal(problem.line, 1);
    }
    problem = fails("<a>\n <b></c>\n</a>", 17, NW_EMALFORMED);
    assert_int_equal(problem.line, 2);
    assert_true(problem.column > 1);
    fails("<a\0></a>", 8, NW_EMALFORMED);
}

/* Entities that stand for many of each other, and files of this machine. */
static void doctypes_are_not_read(void **state)
{
    static const char laughs[] = "<!DOCTYPE a [<!ENTITY b 'ha'><!ENTITY c '&b;&b;&b;&b;'>]><a>&c;</a>";
    static const char file[] = "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>";
    static const char plain[] = "<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><a/>";

    (void)state;
    assert_string_equal(fails(laughs, strlen(laughs), NW_EMALFORMED).text, "a document type declaration is not read");
    fails(file, strlen(file), NW_EMALFORMED);
    fails(plain, strlen(plain), NW_EMALFORMED);
}

static void callbacks_stop_it(void **state)
{
    struct told told = {.stop = "b"};
    struct xml_problem problem;

    (void)state;
    assert_int_equal(xml_read("<a>\n<b/><c/></a>", 16, &callbacks, &told, &problem), 7);
    assert_string_equal(told.text, "<a><b></b=>");
    assert_string_equal(problem.text, "");
    assert_int_equal(problem.line, 2);
}

/* Text of that many elements inside each other, returned owned. */
static char *nested(unsigned depth)
{
    char *text = malloc(depth * 7 + 1);

    assert_non_null(text);
    for (unsigned i = 0; i < depth; i++)
        memcpy(text + (size_t)i * 3, "<a>", 3);
    for (unsigned i = 0; i < depth; i++)
        memcpy(text + (size_t)depth * 3 + (size_t)i * 4, "</a>", 4);
    text[depth * 7] = '\0';
    return text;
}

static void is_bounded(void **state)
{
    struct told told = {.stop = NULL};
    char *text = nested(XML_DEPTH_MAX);

    (void)state;
    assert_int_equal(xml_read(text, strlen(text), &callbacks, &told, NULL), 0);
    free(text);
    text = nested(XML_DEPTH_MAX + 1);
    assert_int_equal(fails(text, strlen(text), NW_ETOOBIG).column, XML_DEPTH_MAX * 3 + 1);
    free(text);

    text = malloc(XML_BYTES_MAX + 1);
    assert_non_null(text);
    memset(text, 'x', XML_BYTES_MAX + 1);
    fails(text, XML_BYTES_MAX + 1, NW_ETOOBIG);
    memcpy(text, "<a>", 3);
    memcpy(text + XML_BYTES_MAX - 4, "</a>", 4);
    told = (struct told){.stop = "a"};
    assert_int_equal(xml_read(text, XML_BYTES_MAX, &callbacks, &told, NULL), 7);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_elements),
        cmocka_unit_test(texts_may_have_any_bytes),
        cmocka_unit_test(a_zero_is_a_byte_of_a_text),
        cmocka_unit_test(begin_may_be_left_out),
        cmocka_unit_test(mistakes_have_a_place),
        cmocka_unit_test(doctypes_are_not_read),
        cmocka_unit_test(callbacks_stop_it),
        cmocka_unit_test(is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
