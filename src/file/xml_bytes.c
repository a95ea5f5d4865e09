/* Bytes that XML has no place for: hidden from expat as characters of Unicode's last private plane, U+10FE00 to
 * U+10FEFF. SPDX-License-Identifier: MIT */
#include "file/xml_bytes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define HIDDEN 4 /* bytes of such a character: F4 8F, B8 to BB, 80 to BF */

static bool is_hidden(const unsigned char *at, size_t left)
{
    return left >= HIDDEN && at[0] == 0xf4 && at[1] == 0x8f && (at[2] & 0xfc) == 0xb8 && (at[3] & 0xc0) == 0x80;
}

/* The length of the character that begins there, or 0 for a byte that XML has no place for. */
static size_t character(const unsigned char *at, size_t left)
{
    static const unsigned smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned value = at[0];
    size_t length = value < 0x80 ? 1 : value < 0xe0 ? 2 : value < 0xf0 ? 3 : 4;

    if (length == 1)
        return value >= ' ' || value == '\t' || value == '\n' || value == '\r';
    if (value < 0xc0 || value > 0xf4 || length > left)
        return 0;
    value &= 0x7fu >> length;
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff) || value == 0xfffe ||
        value == 0xffff)
        return 0;
    return length;
}

/* Whether the text begins as UTF-16 does, or declares another encoding. */
static bool is_in_another_encoding(const char *text, size_t length)
{
    const char *end, *word;

    if (length < 2 || text[0] == '\0' || text[1] == '\0' || memcmp(text, "\xfe\xff", 2) == 0 ||
        memcmp(text, "\xff\xfe", 2) == 0)
        return true;
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        length -= 3;
    }
    end = memmem(text, length, "?>", 2);
    if (length < 5 || memcmp(text, "<?xml", 5) != 0 || end == NULL)
        return false;
    word = memmem(text, (size_t)(end - text), "encoding", 8);
    if (word == NULL)
        return false;
    word += 8;
    while (word < end && strchr(" \t\r\n=\"'", *word) != NULL)
        word++;
    return end - word < 5 || strncasecmp(word, "utf-8", 5) != 0;
}

char *xml_bytes_hide(const char *text, size_t *length)
{
    const unsigned char *at = (const unsigned char *)text, *end = at + *length;
    size_t found = 0, step;
    char *out, *to;

    if (is_in_another_encoding(text, *length))
        return NULL;
    for (const unsigned char *in = at; in < end; in += step == 0 ? 1 : step) {
        step = character(in, (size_t)(end - in));
        found += step == 0;
    }
    out = found > 0 ? malloc(*length * HIDDEN) : NULL;
    if (out == NULL)
        return NULL;
    for (to = out; at < end; at += step == 0 ? 1 : step) {
        step = is_hidden(at, (size_t)(end - at)) ? 0 : character(at, (size_t)(end - at));
        if (step > 0) {
            memcpy(to, at, step);
            to += step;
            continue;
        }
        *to++ = (char)0xf4;
        *to++ = (char)0x8f;
        *to++ = (char)(0xb8 | at[0] >> 6);
        *to++ = (char)(0x80 | (at[0] & 0x3f));
    }
    *length = (size_t)(to - out);
    return out;
}

size_t xml_bytes_show(char *text, size_t length)
{
    char *to = text;

    for (size_t i = 0; i < length; i++) {
        const unsigned char *at = (const unsigned char *)text + i;

        if (is_hidden(at, length - i)) {
            *to++ = (char)((at[2] & 3) << 6 | (at[3] & 0x3f));
            i += HIDDEN - 1;
        } else {
            *to++ = text[i];
        }
    }
    return (size_t)(to - text);
}
