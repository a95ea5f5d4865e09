/* JSON texts on standard output, for --json.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

void cli_print_json(const char *key, const char *text)
{
    printf("\"%s\":", key);
    if (text == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
        size = text_printable((const uint8_t *)text, left);
        if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else if (size > 0)
            fwrite(text, 1, size, stdout);
        else if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else
            putchar('?');
        size = size > 0 ? size : 1;
    }
    putchar('"');
}
