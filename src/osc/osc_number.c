/* Reads a decimal number out of a text, whatever the locale: OSC clients send "0,062" as well as "0.062".
 * SPDX-License-Identifier: MIT */
#include "osc/osc_view.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define DIGITS_MAX 770              /* more than these never change which double is nearest, but for "and a bit" */
#define POWER_TEXT 24               /* room behind the digits for the power */
#define MANTISSA_DIGITS 19          /* as many as fit 64 bits */
#define EXACT_MANTISSA (1ULL << 53) /* whole numbers up to here are exact as double */
#define EXACT_POWER 22              /* 10 to this power is the largest that is exact as double */
#define POWER_STOP 100000000        /* an exponent's digits are not counted any further */

/* What the text says: digits * 10 to the power. */
struct decimal {
    char digits[DIGITS_MAX + 1 + POWER_TEXT]; /* significant ones */
    unsigned count;
    int64_t power;
    bool any;  /* a digit was there at all */
    bool more; /* one behind those kept is not 0 */
};

/* Takes one digit; behind the decimal mark each one lowers the power. */
static void take_digit(struct decimal *decimal, char digit, bool fraction)
{
    decimal->any = true;
    if (decimal->count < DIGITS_MAX) {
        if (decimal->count > 0 || digit != '0')
            decimal->digits[decimal->count++] = digit;
        decimal->power -= fraction ? 1 : 0;
    } else {
        decimal->more = decimal->more || digit != '0';
        decimal->power += fraction ? 0 : 1;
    }
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads the text of an exponent without its 'e'; false when it is not one to its end. */
static bool read_power(const char *at, const char *end, int64_t *power)
{
    bool negative = false;
    int64_t value = 0;

    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    if (at == end)
        return false;
    for (; at < end; at++) {
        if (!is_digit(*at))
            return false;
        if (value < POWER_STOP)
            value = value * 10 + (*at - '0');
    }
    *power += negative ? -value : value;
    return true;
}

/* The nearest double. The numbers that people write take one division or multiplication of exact numbers; the rest goes
 * to strtod without a decimal mark, since that is all of a number that a locale changes. */
static double nearest(struct decimal *decimal)
{
    static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    uint64_t mantissa = 0;

    while (!decimal->more && decimal->count > 0 && decimal->digits[decimal->count - 1] == '0') {
        decimal->count--;
        decimal->power++;
    }
    if (decimal->count == 0)
        return 0;
    for (unsigned i = 0; i < decimal->count && i < MANTISSA_DIGITS; i++)
        mantissa = mantissa * 10 + (unsigned)(decimal->digits[i] - '0');
    if (decimal->count <= MANTISSA_DIGITS && mantissa <= EXACT_MANTISSA && decimal->power >= -EXACT_POWER &&
        decimal->power <= EXACT_POWER)
        return decimal->power < 0 ? (double)mantissa / powers[-decimal->power]
                                  : (double)mantissa * powers[decimal->power];
    if (decimal->more) {
        decimal->digits[decimal->count++] = '1';
        decimal->power--;
    }
    snprintf(decimal->digits + decimal->count, POWER_TEXT, "e%lld", (long long)decimal->power);
    return strtod(decimal->digits, NULL);
}

bool osc_number_from_text(const char *text, size_t length, double *number)
{
    const char *at = text, *end = text + length;
    struct decimal decimal;
    bool negative = false;
    double value;

    decimal.count = 0;
    decimal.power = 0;
    decimal.any = decimal.more = false;
    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    for (; at < end && is_digit(*at); at++)
        take_digit(&decimal, *at, false);
    if (at < end && (*at == '.' || *at == ',')) {
        for (at++; at < end && is_digit(*at); at++)
            take_digit(&decimal, *at, true);
    }
    if (!decimal.any)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        if (!read_power(at + 1, end, &decimal.power))
            return false;
    } else if (at != end) {
        return false;
    }
    value = nearest(&decimal);
    if (isinf(value))
        return false;
    *number = negative ? -value : value;
    return true;
}
