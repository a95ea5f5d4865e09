/* Text of others: what of it is printable.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdio.h>
#include <string.h>

size_t text_printable(const uint8_t *at, size_t length)
{
    uint8_t first = at[0], second = length > 1 ? at[1] : 0;
    size_t size;

    if (first >= 0x20 && first < 0x7f)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (size > length)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    if ((first == 0xc2 && second < 0xa0) || (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
        return 0;
    return size;
}

/* Whatever of also is in the text stays, too. */
static void clean(char *text, size_t length, const char *also)
{
    for (size_t i = 0; i < length;) {
        size_t size = text_printable((const uint8_t *)text + i, length - i);

        if (size == 0 && memchr(also, text[i], strlen(also)) == NULL)
            text[i] = '?';
        i += size > 0 ? size : 1;
    }
}

void text_clean(char *text)
{
    clean(text, strlen(text), "");
}

void text_clean_lines(char *text, size_t length)
{
    clean(text, length, "\n\t");
}

const char *text_clean_copy(const char *text, char *out, size_t size)
{
    snprintf(out, size, "%s", text);
    text_clean(out);
    return out;
}
