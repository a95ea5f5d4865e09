/* Tests of osc_number_from_text: what is a number, what is not, and how exact.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_view.h"
#include "osc_test.h"

#include <locale.h>
#include <math.h>

/* The number in a text that needs no NUL, or NaN when it is none. */
static double read_number(const char *text)
{
    uint8_t *copy = exact_copy((const uint8_t *)text, strlen(text));
    double number = 0;
    bool good = osc_number_from_text((const char *)copy, strlen(text), &number);

    free(copy);
    return good ? number : (double)NAN;
}

/* The expected value is what the compiler makes of the same digits: correctly rounded. */
#define assert_exact(text, value) assert_true(read_number(text) == (value))
#define assert_none(text) assert_true(isnan(read_number(text)))

static void reads_plain_numbers(void **state)
{
    (void)state;
    assert_exact("0", 0.0);
    assert_exact("60", 60.0);
    assert_exact("+60", 60.0);
    assert_exact("-60", -60.0);
    assert_exact("0060", 60.0);
    assert_exact("0.062", 0.062);
    assert_exact("0,062", 0.062);
    assert_exact("-0,5", -0.5);
    assert_exact(".5", 0.5);
    assert_exact(",5", 0.5);
    assert_exact("5.", 5.0);
    assert_exact("1e3", 1000.0);
    assert_exact("1E-3", 0.001);
    assert_exact("1,5e+2", 150.0);
    assert_exact("5.e1", 50.0);
    assert_true(signbit(read_number("-0")) != 0);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_none("");
    assert_none("-");
    assert_none("+");
    assert_none(".");
    assert_none(",");
    assert_none("-.");
    assert_none("e5");
    assert_none(".e5");
    assert_none("1e");
    assert_none("1e+");
    assert_none("1e5x");
    assert_none("1e5.0");
    assert_none(" 1");
    assert_none("1 ");
    assert_none("1.2.3");
    assert_none("1,2,3");
    assert_none("1.000,5");
    assert_none("--1");
    assert_none("+-1");
    assert_none("0x10");
    assert_none("nan");
    assert_none("inf");
    assert_none("60a");
    assert_none("1/2");
    assert_none("1:2");
}

static void is_exact(void **state)
{
    (void)state;
    assert_exact("123456789012345", 123456789012345.0);
    assert_exact("0.123456789012345", 0.123456789012345);
    assert_exact("-1.23456789012345e-7", -1.23456789012345e-7);
    assert_exact("999999999999999e7", 999999999999999e7);
    assert_exact("9007199254740992", 9007199254740992.0);
    assert_exact("0.1", 0.1);
    assert_exact("3.14159265358979", 3.14159265358979);
    assert_exact("1e22", 1e22);
    assert_exact("1.500000000000000000000000000000", 1.5); /* zeros do not count as digits */
    assert_exact("0.1234567890123450000", 0.123456789012345);
    assert_exact("3.141592653589790000", 3.14159265358979);
    assert_exact("0.0300000000000000000000", 0.03);
    assert_exact("1.234567890000000000e-7", 1.23456789e-7);
    assert_exact("000000000000000000000000000000.1", 0.1);
    assert_exact("100000000000000000000", 1e20);
    assert_exact("0.000000000000000000001", 1e-21);
}

/* Beyond 15 digits one rounding is not enough: the nearest double, ties to the even one (IEEE 754, 5.12.2). */
static void is_exact_with_many_digits(void **state)
{
    char text[1024];

    (void)state;
    assert_exact("3.14159265358979323846", 3.14159265358979323846);
    assert_exact("0.12345678901234567", 0.12345678901234567);
    assert_exact("-1,2345678901234567e-7", -1.2345678901234567e-7);
    assert_exact("0.3333333333333333148296162562473909929394721984863281250", 1.0 / 3);
    assert_exact("8.589973e9", 8.589973e9);
    assert_exact("1234567890123456789e-19", 1234567890123456789e-19);
    assert_exact("18446744073709551615", 18446744073709551615.0);
    assert_exact("12345678901234567890123", 12345678901234567890123.0);
    assert_exact("9007199254740993", 9007199254740992.0); /* 2^53 + 1 lies half way */
    assert_exact("9007199254740993.00000000000000000000000001", 9007199254740994.0);
    assert_exact("9007199254740995", 9007199254740996.0);
    assert_exact("1e23", 1e23);
    assert_exact("1e300", 1e300);
    assert_exact("1e-300", 1e-300);
    assert_exact("1.7976931348623157e308", 1.7976931348623157e308);
    assert_none("1.7976931348623159e308"); /* nearer to 2^1024, which is no double */
    assert_exact("2.2250738585072011e-308", 2.2250738585072011e-308);
    assert_exact("5e-324", 5e-324);
    assert_exact("2.4703282292062328e-324", 5e-324); /* just above half of the smallest */
    assert_exact("2.4703282292062327e-324", 0.0);
    memset(text, '0', sizeof text); /* what decides stands behind the digits that are kept */
    memcpy(text, "9007199254740993.", 17);
    text[1023] = '\0';
    assert_exact(text, 9007199254740992.0);
    text[1022] = '1';
    assert_exact(text, 9007199254740994.0);
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993", 16);
    memcpy(text + 1000, "1e-985", 7); /* 16 digits, 984 zeros and a one: 2^53 + 1 and a bit */
    assert_exact(text, 9007199254740994.0);
}

static void bounds_exponents(void **state)
{
    char text[2048];

    (void)state;
    assert_exact("1e-400", 0.0);
    assert_exact("1e-99999999999999999999999999", 0.0);
    assert_exact("0e99999999999999999999999999", 0.0);
    assert_none("1e309");
    assert_none("-1e400");
    assert_none("1e99999999999999999999999999");
    memset(text, '0', sizeof text);
    text[0] = '1';
    memcpy(text + 1000, "e-1000", 7);
    assert_exact(text, 0.1); /* 1 and 999 zeros: 10^999 */
    memset(text, '9', sizeof text);
    text[2047] = '\0';
    assert_none(text);
    text[0] = '.';
    assert_exact(text, 1.0);
}

/* Where a locale with a decimal comma is installed it must change nothing. */
static void ignores_locale(void **state)
{
    (void)state;
    if (setlocale(LC_ALL, "de_DE.UTF-8") == NULL)
        setlocale(LC_ALL, "C.UTF-8");
    assert_exact("0.25", 0.25);
    assert_exact("0,25", 0.25);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_plain_numbers),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(is_exact),
        cmocka_unit_test(is_exact_with_many_digits),
        cmocka_unit_test(bounds_exponents),
        cmocka_unit_test(ignores_locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
