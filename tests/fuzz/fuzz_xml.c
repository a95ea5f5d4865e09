/* Fuzzes the reader of XML: what it tells is well nested and ends with a 0, and read again from what it told it is the
 * same. SPDX-License-Identifier: MIT */
#include "file/xml.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was told, as XML without attributes: texts stand before the end of their element. */
struct told {
    char *text;
    size_t length, capacity;
    unsigned depth, calls, stop_at; /* stop_at 0: never */
};

static void add(struct told *told, const char *text, size_t length)
{
    if (told->capacity - told->length <= length) {
        told->capacity = (told->capacity + length + 1) * 2;
        told->text = realloc(told->text, told->capacity);
        if (told->text == NULL)
            abort();
    }
    memcpy(told->text + told->length, text, length);
    told->length += length;
    told->text[told->length] = '\0';
}

static void add_escaped(struct told *told, const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '<')
            add(told, "&lt;", 4);
        else if (text[i] == '&')
            add(told, "&amp;", 5);
        else if (text[i] == '>')
            add(told, "&gt;", 4);
        else if (text[i] == '\r')
            add(told, "&#13;", 5);
        else
            add(told, text + i, 1);
}

static int is_last(struct told *told)
{
    return ++told->calls == told->stop_at ? 42 : 0;
}

static int begin(void *user, const char *name, const char *const *attributes)
{
    struct told *told = user;

    for (; attributes[0] != NULL; attributes += 2)
        if (attributes[0][0] == '\0' || attributes[1] == NULL)
            abort();
    if (++told->depth > XML_DEPTH_MAX)
        abort();
    add(told, "<", 1);
    add(told, name, strlen(name));
    add(told, ">", 1);
    return is_last(told);
}

static int end(void *user, const char *name, const char *text, size_t length)
{
    struct told *told = user;

    if (told->depth-- == 0 || text[length] != '\0')
        abort();
    add_escaped(told, text, length);
    add(told, "</", 2);
    add(told, name, strlen(name));
    add(told, ">", 1);
    return is_last(told);
}

/* What it says of a text; all it told is in told. */
static int read_text(struct told *told, const char *text, size_t length, bool with_begin)
{
    const struct xml_callbacks callbacks = {with_begin ? begin : NULL, end};
    struct xml_problem problem;
    int result;

    if (!with_begin)
        told->depth = UINT32_MAX; /* how deep is not told */
    result = xml_read(text, length, &callbacks, told, &problem);
    if (result < 0 && problem.text[0] == '\0')
        abort();
    return result;
}

/* An input: at which call to stop, and the text; one of 255 without text stands for a text that is too long. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct told first = {.stop_at = 0}, second = {.stop_at = 0}, third = {.stop_at = 0};
    const char *text = (const char *)data + 1;

    if (size == 0)
        return 0;
    if (size == 1 && data[0] == 255)
        return read_text(&first, text, XML_BYTES_MAX + 1, true) < 0 ? 0 : (abort(), 0);
    if (read_text(&first, text, size - 1, true) == 0) {
        if (first.depth != 0 || read_text(&second, first.text, first.length, true) != 0 ||
            first.length != second.length || memcmp(first.text, second.text, first.length) != 0)
            abort();
        if (read_text(&third, text, size - 1, false) != 0 || third.calls * 2 != first.calls)
            abort();
    }
    free(first.text);
    free(second.text);
    free(third.text);
    first = (struct told){.stop_at = data[0]};
    if (data[0] != 0 && read_text(&first, text, size - 1, true) == 42 && first.calls != data[0])
        abort();
    free(first.text);
    return 0;
}
