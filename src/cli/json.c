/* JSON texts on standard output, for --json.
 * SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <stdio.h>

void cli_print_json(const char *key, const char *text)
{
    printf("\"%s\":", key);
    if (text == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('"');
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ')
            printf("\\u%04x", (unsigned)*text);
        else if (*text == '"' || *text == '\\')
            printf("\\%c", *text);
        else
            putchar(*text);
    }
    putchar('"');
}
