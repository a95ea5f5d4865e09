/* Turns the words of a command line into arguments of a message being composed.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_compose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A whole number in decimal that fills the word: false when it is none or does not fit 64 bits. */
static bool read_integer(const char *word, int64_t *value)
{
    bool negative = *word == '-';
    uint64_t sum = 0, most = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX;

    if (*word == '-' || *word == '+')
        word++;
    if (*word == '\0')
        return false;
    for (; *word != '\0'; word++) {
        uint64_t digit = (uint64_t)(unsigned char)*word - '0';

        if (*word < '0' || *word > '9' || sum > (most - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = negative ? (int64_t)(0 - sum) : (int64_t)sum;
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Pairs of hex digits that fill the word. out has half as many bytes as the word. */
static bool read_hex(const char *word, uint8_t *out)
{
    for (; *word != '\0'; word += 2) {
        int high = hex_digit(word[0]), low = high < 0 ? -1 : hex_digit(word[1]);

        if (low < 0)
            return false;
        *out++ = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Exactly `size` bytes of hex as one number, at most 8 of them. */
static bool read_hex_number(const char *word, size_t size, uint64_t *value)
{
    uint8_t bytes[8] = {0};

    if (strlen(word) != size * 2 || !read_hex(word, bytes))
        return false;
    *value = 0;
    for (size_t i = 0; i < size; i++)
        *value = *value << 8 | bytes[i];
    return true;
}

static bool read_float(const char *word, float *value)
{
    double number;

    if (!osc_number_from_text(word, strlen(word), &number))
        return false;
    *value = (float)number;
    return !isinf(*value);
}

/* A colour: #rrggbbaa, or the number of 32 bits, signed or not. */
static bool read_colour(const char *word, int32_t *value)
{
    uint64_t bits;
    int64_t number;

    if (*word == '#') {
        if (!read_hex_number(word + 1, 4, &bits))
            return false;
        *value = (int32_t)(uint32_t)bits;
        return true;
    }
    if (!read_integer(word, &number) || number < INT32_MIN || number > UINT32_MAX)
        return false;
    *value = (int32_t)(uint32_t)number;
    return true;
}

/* Reads a word into an argument of the tag it has already got. Texts borrow the word; blobs are not read here. */
static bool read_word(struct osc_arg *arg, const char *word)
{
    int64_t number;

    switch (arg->tag) {
    case 'i':
        if (!read_integer(word, &number) || number < INT32_MIN || number > INT32_MAX)
            return false;
        arg->v.i = (int32_t)number;
        return true;
    case 'h': return read_integer(word, &arg->v.h);
    case 'f': return read_float(word, &arg->v.f);
    case 'd': return osc_number_from_text(word, strlen(word), &arg->v.d);
    case 's':
    case 'S':
        arg->v.s.bytes = (const uint8_t *)word;
        arg->v.s.length = strlen(word);
        return true;
    case 'c':
        if (word[0] == '\0' || word[1] != '\0' || (unsigned char)word[0] > 0x7f)
            return false;
        arg->v.i = (unsigned char)word[0];
        return true;
    case 'm': return strlen(word) == 8 && read_hex(word, arg->v.m);
    case 'r': return read_colour(word, &arg->v.i);
    case 't':
        if (strcmp(word, "immediate") == 0) {
            arg->v.t = 1;
            return true;
        }
        return read_hex_number(word, 8, &arg->v.t);
    default: return false;
    }
}

/* The tag that a word without one gets. */
static char infer_tag(const char *word)
{
    double number;
    float narrow;
    int64_t integer;

    if (read_integer(word, &integer))
        return integer >= INT32_MIN && integer <= INT32_MAX ? 'i' : 'h';
    if (!osc_number_from_text(word, strlen(word), &number))
        return 's';
    return read_float(word, &narrow) ? 'f' : 'd';
}

/* Adds a blob that is written in hex. */
static int add_blob_word(struct osc_compose *compose, const char *word)
{
    struct osc_arg arg = {.tag = 'b'};
    size_t length = strlen(word) / 2;
    uint8_t *bytes = malloc(length + 1);
    int result = NW_EINVALID;

    if (bytes == NULL)
        return NW_EMEMORY;
    if (read_hex(word, bytes)) {
        arg.v.s.bytes = bytes;
        arg.v.s.length = length;
        result = osc_compose_add(compose, &arg);
    }
    free(bytes);
    return result;
}

int osc_compose_add_word(struct osc_compose *compose, char tag, const char *word)
{
    struct osc_arg arg = {.tag = tag};

    if (tag != '\0' && strchr("TFNI", tag) != NULL)
        return word == NULL ? osc_compose_add(compose, &arg) : NW_EINVALID;
    if (word == NULL)
        return NW_EINVALID;
    if (tag == '\0')
        arg.tag = infer_tag(word);
    if (arg.tag == 'b')
        return add_blob_word(compose, word);
    return read_word(&arg, word) ? osc_compose_add(compose, &arg) : NW_EINVALID;
}
