/* Reads a decimal number out of a text, whatever the locale: OSC clients send "0,062" as well as "0.062".
 * SPDX-License-Identifier: MIT */
#include "osc/osc_view.h"

#include <math.h>

#define MANTISSA_DIGITS 19          /* as many as fit 64 bits */
#define EXACT_MANTISSA (1ULL << 53) /* whole numbers up to here are exact as double */
#define EXACT_POWER 22              /* 10 to this power is the largest that is exact as double */
#define POWER_MAX 400               /* beyond it no mantissa leads back into the range of a double */
#define POWER_STOP 100000000        /* an exponent's digits are not counted any further */

/* What the digits say: mantissa * 10 to the power. */
struct decimal {
    uint64_t mantissa;
    int64_t power;
    unsigned digits; /* significant ones kept */
    bool any;        /* a digit was there at all */
};

/* Takes one digit; behind the decimal mark each one lowers the power, and those beyond 19 only count. */
static void take_digit(struct decimal *decimal, unsigned digit, bool fraction)
{
    decimal->any = true;
    if (decimal->digits >= MANTISSA_DIGITS) {
        decimal->power += fraction ? 0 : 1;
        return;
    }
    decimal->mantissa = decimal->mantissa * 10 + digit;
    decimal->digits += decimal->mantissa != 0 ? 1 : 0;
    decimal->power -= fraction ? 1 : 0;
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

/* mantissa * 10 to the power: one rounding, hence exact, for the numbers that people write (15 digits, powers up to
 * 22), within a few last places for the rest. */
static double scale(uint64_t mantissa, int64_t power)
{
    static const double small[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    static const double large[] = {1e256, 1e128, 1e64, 1e32, 1e16, 1e8, 1e4, 1e2, 1e1};
    int64_t left, step = 256;
    double value;

    if (mantissa == 0)
        return 0;
    for (; mantissa > EXACT_MANTISSA && mantissa % 10 == 0; mantissa /= 10)
        power++;
    value = (double)mantissa;
    left = power < 0 ? -power : power;
    if (mantissa <= EXACT_MANTISSA && left <= EXACT_POWER)
        return power < 0 ? value / small[left] : value * small[left];
    if (left > POWER_MAX)
        return power < 0 ? 0 : (double)INFINITY;
    for (int i = 0; step != 0; i++, step /= 2) {
        if ((left & step) != 0)
            value = power < 0 ? value / large[i] : value * large[i];
    }
    return value;
}

bool osc_number_from_text(const char *text, size_t length, double *number)
{
    const char *at = text, *end = text + length;
    struct decimal decimal = {0, 0, 0, false};
    bool negative = false;
    double value;

    if (at < end && (*at == '+' || *at == '-'))
        negative = *at++ == '-';
    for (; at < end && is_digit(*at); at++)
        take_digit(&decimal, (unsigned)(*at - '0'), false);
    if (at < end && (*at == '.' || *at == ',')) {
        for (at++; at < end && is_digit(*at); at++)
            take_digit(&decimal, (unsigned)(*at - '0'), true);
    }
    if (!decimal.any)
        return false;
    if (at < end && (*at == 'e' || *at == 'E')) {
        if (!read_power(at + 1, end, &decimal.power))
            return false;
    } else if (at != end) {
        return false;
    }
    value = scale(decimal.mantissa, decimal.power);
    if (isinf(value))
        return false;
    *number = negative ? -value : value;
    return true;
}
