/* Fuzzes the string functions of scripts: whatever the pattern and the subject, they say what Lua's own say.
 * SPDX-License-Identifier: MIT */
/* covers: src/lua/pattern.c src/lua/pattern_item.h src/lua/pattern_library.c */
#include "../unit/lua/pattern_twin.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cuts a part off, with a 0 behind it that no length counts. */
static size_t take(char *out, size_t length, const uint8_t **data, size_t *size)
{
    if (length > *size)
        length = *size;
    memcpy(out, *data, length);
    out[length] = '\0';
    *data += length;
    *size -= length;
    return length;
}

/* An input: init and count, signed; the lengths of pattern and replacement; these two, and the subject. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct twin twin;
    char subject[513], pattern[256], text[256];
    struct twin_question question = {.subject = subject, .pattern = pattern, .text = text};
    size_t lengths[2];

    if (twin.ours == NULL)
        twin_open(&twin);
    if (size < 4)
        return 0;
    question.init = (int8_t)data[0];
    question.count = (int8_t)data[1];
    lengths[0] = data[2];
    lengths[1] = data[3];
    data += 4;
    size -= 4;
    question.pattern_length = take(pattern, lengths[0], &data, &size);
    question.text_length = take(text, lengths[1], &data, &size);
    question.subject_length = take(subject, sizeof subject - 1, &data, &size);
    if (twin_is_bounded(&question) && !twin_agrees(&twin, &question))
        abort();
    return 0;
}
