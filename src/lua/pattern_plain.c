/* Finding a text as it is, in time that grows with the length alone.
 * SPDX-License-Identifier: MIT */
#include "lua/pattern.h"
#include "script/guard.h"

#include <string.h>

#define PART 1000000 /* bytes that are searched between two looks of the guard */

bool pattern_is_plain(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        switch (text[i]) {
        case '^':
        case '$':
        case '*':
        case '+':
        case '?':
        case '.':
        case '(':
        case '[':
        case '%':
        case '-': return false;
        default: break;
        }
    return true;
}

/* memchr is several times as fast as memmem while the first byte of the text is rare; length is not 0. */
static const char *find(const char *subject, size_t subject_length, const char *text, size_t length)
{
    const char *at = subject, *end = subject + subject_length;
    size_t tried = 0;

    while ((size_t)(end - at) >= length && tried < 8 + (size_t)(at - subject) / 16) {
        at = memchr(at, text[0], (size_t)(end - at) - length + 1);
        if (at == NULL || memcmp(at, text, length) == 0)
            return at;
        at++;
        tried++;
    }
    return memmem(at, (size_t)(end - at), text, length);
}

const char *pattern_find_plain(lua_State *L, const char *subject, size_t subject_length, const char *text,
                               size_t length)
{
    size_t most = PART + length; /* parts overlap, so that each place is in one of them as a whole */

    if (length == 0)
        return subject;
    while (subject_length > most) {
        const char *found = find(subject, most, text, length);

        if (found != NULL)
            return found;
        subject += PART;
        subject_length -= PART;
        guard_check(L);
    }
    return find(subject, subject_length, text, length);
}
