/* Prints one OSC message as one line for people, in the manner of liblo's oscdump.
 * SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "osc/osc_view.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLOB_SHOWN 12  /* bytes; of a longer blob only the size is printed */
#define NUMBER_MAX 352 /* the largest double as %f has 309 digits before its point */

/* A line being written; what does not fit any more is left out, and cut says so. */
struct line {
    char *out;
    size_t size, used;
    bool cut;
};

/* Adds text that is already fit to print. Room for a NUL always stays. */
static void line_add(struct line *line, const char *text, size_t length)
{
    size_t room = line->size - 1 - line->used;

    if (length > room) {
        length = room;
        line->cut = true;
    }
    memcpy(line->out + line->used, text, length);
    line->used += length;
}

/* Adds formatted text of at most NUMBER_MAX bytes. A decimal comma, as some locales have it, becomes a point: no
 * format used here has a comma of its own. */
static void line_format(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void line_format(struct line *line, const char *format, ...)
{
    char text[NUMBER_MAX];
    va_list list;
    char *comma;

    va_start(list, format);
    vsnprintf(text, sizeof text, format, list);
    va_end(list);
    comma = strchr(text, ',');
    if (comma != NULL)
        *comma = '.';
    line_add(line, text, strlen(text));
}

/* Adds text from the network: nothing in it may move a terminal's cursor or end the line. */
static void line_add_text(struct line *line, const uint8_t *text, size_t length)
{
    while (length > 0 && !line->cut) {
        size_t size = text_printable(text, length);

        if (size == 0) {
            line_format(line, "\\x%02x", text[0]);
            size = 1;
        } else {
            if (text[0] == '"' || text[0] == '\\')
                line_add(line, "\\", 1);
            line_add(line, (const char *)text, size);
        }
        text += size;
        length -= size;
    }
}

static void line_add_blob(struct line *line, const uint8_t *bytes, size_t length)
{
    if (length > BLOB_SHOWN) {
        line_format(line, "[%zu byte blob]", length);
        return;
    }
    line_format(line, "[%zub", length);
    for (size_t i = 0; i < length; i++)
        line_format(line, " 0x%02x", bytes[i]);
    line_add(line, "]", 1);
}

/* A character argument in quotes; what is not printable ASCII as its number. */
static void line_add_char(struct line *line, int32_t c)
{
    char quoted[3] = {'\'', (char)c, '\''};

    if (c >= 0x20 && c < 0x7f)
        line_add(line, quoted, sizeof quoted);
    else
        line_format(line, "'\\x%02" PRIx32 "'", (uint32_t)c);
}

static void line_add_arg(struct line *line, const struct osc_arg *arg)
{
    switch (arg->tag) {
    case 'i': line_format(line, "%" PRId32, arg->v.i); break;
    case 'h': line_format(line, "%" PRId64, arg->v.h); break;
    case 'f': line_format(line, "%f", (double)arg->v.f); break;
    case 'd': line_format(line, "%f", arg->v.d); break;
    case 't': line_format(line, "%08" PRIx64 ".%08" PRIx64, arg->v.t >> 32, arg->v.t & 0xffffffffU); break;
    case 'r': line_format(line, "#%08" PRIx32, (uint32_t)arg->v.i); break;
    case 'c': line_add_char(line, arg->v.i); break;
    case 'm':
        line_format(line, "MIDI [0x%02x 0x%02x 0x%02x 0x%02x]", arg->v.m[0], arg->v.m[1], arg->v.m[2], arg->v.m[3]);
        break;
    case 's':
        line_add(line, "\"", 1);
        line_add_text(line, arg->v.s.bytes, arg->v.s.length);
        line_add(line, "\"", 1);
        break;
    case 'S':
        line_add(line, "'", 1);
        line_add_text(line, arg->v.s.bytes, arg->v.s.length);
        break;
    case 'b': line_add_blob(line, arg->v.s.bytes, arg->v.s.length); break;
    case 'T': line_add(line, "#T", 2); break;
    case 'F': line_add(line, "#F", 2); break;
    case 'N': line_add(line, "Nil", 3); break;
    case 'I': line_add(line, "Infinitum", 9); break;
    default: line_add(line, &arg->tag, 1); break; /* brackets */
    }
}

/* Puts "..." over the end of a line that was cut, without leaving half a UTF-8 character before it. */
static void line_end_cut(struct line *line)
{
    size_t dots = line->size - 1 < 3 ? line->size - 1 : 3;
    size_t at = line->size - 1 - dots;

    while (at > 0 && at < line->used && ((uint8_t)line->out[at] & 0xc0) == 0x80)
        at--;
    memcpy(line->out + at, "...", dots);
    line->used = at + dots;
}

size_t osc_view_text(const struct osc_view *view, char *out, size_t size)
{
    struct line line = {.out = out, .size = size, .used = 0, .cut = false};
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;

    if (size == 0)
        return 0;
    line_add_text(&line, (const uint8_t *)view->address, view->address_len);
    if (view->tags != NULL && view->tag_count > 0) {
        line_add(&line, " ", 1);
        line_add(&line, view->tags, view->tag_count);
    }
    while (!line.cut && osc_args_next(&args, &arg)) {
        line_add(&line, " ", 1);
        line_add_arg(&line, &arg);
    }
    if (line.cut)
        line_end_cut(&line);
    line.out[line.used] = '\0';
    return line.used;
}
