/* Validates one OSC message in place and walks its arguments (OSC 1.0, "OSC Messages", "OSC Type Tag String").
 * SPDX-License-Identifier: MIT */
#include "osc/osc_view.h"

#include "base/bytes.h"
#include "base/error.h"

#include <math.h>
#include <string.h>

#define EACH_BYTE 0x01010101U
#define TOP_BITS 0x80808080U

/* What follows a tag in the argument bytes. */
enum tag_kind {
    KIND_UNKNOWN,
    KIND_EMPTY,
    KIND_WORD,
    KIND_LONG,
    KIND_TEXT,
    KIND_BLOB,
    KIND_OPEN,
    KIND_CLOSE,
};

static const uint8_t tag_kinds[256] = {
    ['i'] = KIND_WORD, ['f'] = KIND_WORD,  ['c'] = KIND_WORD,  ['r'] = KIND_WORD,  ['m'] = KIND_WORD,
    ['h'] = KIND_LONG, ['t'] = KIND_LONG,  ['d'] = KIND_LONG,  ['s'] = KIND_TEXT,  ['S'] = KIND_TEXT,
    ['b'] = KIND_BLOB, ['T'] = KIND_EMPTY, ['F'] = KIND_EMPTY, ['N'] = KIND_EMPTY, ['I'] = KIND_EMPTY,
    ['['] = KIND_OPEN, [']'] = KIND_CLOSE,
};

/* Whether one of the four bytes is zero: the borrow of a subtraction reaches the top bit of a zero byte only. */
static inline bool word_has_zero(uint32_t word)
{
    return ((word - EACH_BYTE) & ~word & TOP_BITS) != 0;
}

/* Whether one of the four bytes is below the space or is DEL, none of which belongs into an address. */
static inline bool word_has_control(uint32_t word)
{
    return ((word - EACH_BYTE * 0x20) & ~word & TOP_BITS) != 0 || word_has_zero(word ^ EACH_BYTE * 0x7f);
}

/* A string ends in the first word whose last byte is zero, and from its first zero byte on that word is all zero:
 * padding is then right by construction. The text bytes in the final word, or -1 when its padding is not zero. */
static inline int final_word_text(uint32_t word)
{
    if (word == 0)
        return 0;
    if ((word & 0x00ffffffU) == 0)
        return 1;
    if ((word & 0x0000ffffU) == 0)
        return word_has_zero(word | 0x0000ffffU) ? -1 : 2;
    return word_has_zero(word | 0x000000ffU) ? -1 : 3;
}

/* Finds the end of a padded string that starts at `at`; end - at is a multiple of 4. Returns the bytes behind it, or
 * NULL when it is not terminated or padded rightly. */
static const uint8_t *skip_text(const uint8_t *at, const uint8_t *end, size_t *text_length)
{
    const uint8_t *start = at;

    for (; at < end; at += 4) {
        uint32_t word = bytes_get_u32(at);

        if ((word & 0xff) == 0) {
            int text = final_word_text(word);

            *text_length = (size_t)(at - start) + (size_t)text;
            return text < 0 ? NULL : at + 4;
        }
        if (word_has_zero(word))
            return NULL;
    }
    return NULL;
}

/* Checks the address, which has rules of its own beside those of a string: a bound and no control bytes. Returns its
 * length, 0 when malformed, or OSC_ADDRESS_MAX + 1 when too long. The bytes are at least one word. */
static size_t address_length(const uint8_t *bytes, size_t length)
{
    if (bytes[0] == '#')
        return 0;
    for (size_t at = 0; at < length; at += 4) {
        uint32_t word = bytes_get_u32(bytes + at);

        if ((word & 0xff) == 0) {
            int text = final_word_text(word);
            uint32_t blank = text > 0 ? 0x20202020U >> (8 * text) : 0;

            if (text < 0 || (text > 0 && word_has_control(word | blank)))
                return 0;
            return at + (size_t)text > OSC_ADDRESS_MAX ? OSC_ADDRESS_MAX + 1 : at + (size_t)text;
        }
        if (word_has_control(word))
            return 0;
        if (at >= OSC_ADDRESS_MAX)
            return OSC_ADDRESS_MAX + 1;
    }
    return 0;
}

/* Skips a blob whose size may lie. Returns the bytes behind it, or NULL. */
static const uint8_t *skip_blob(const uint8_t *at, const uint8_t *end)
{
    size_t room = (size_t)(end - at), size;

    if (room < 4)
        return NULL;
    size = bytes_get_u32(at);
    at += 4;
    if (size > room - 4) /* also any negative size; the room is a multiple of 4, so the padding fits too */
        return NULL;
    for (; size % 4 != 0; size++) {
        if (at[size] != 0)
            return NULL;
    }
    return at + size;
}

/* Holds every tag against the argument bytes; the view's tags and args are set. Sets its end. */
static int check_arguments(struct osc_view *view, const uint8_t *end)
{
    const uint8_t *at = view->args;
    size_t depth = 0, ignored;

    for (size_t i = 0; i < view->tag_count; i++) {
        size_t room = (size_t)(end - at);

        switch (tag_kinds[(uint8_t)view->tags[i]]) {
        case KIND_EMPTY: break;
        case KIND_WORD:
            if (room < 4)
                return NW_EMALFORMED;
            at += 4;
            break;
        case KIND_LONG:
            if (room < 8)
                return NW_EMALFORMED;
            at += 8;
            break;
        case KIND_TEXT: at = skip_text(at, end, &ignored); break;
        case KIND_BLOB: at = skip_blob(at, end); break;
        case KIND_OPEN:
            if (++depth > OSC_ARRAY_DEPTH)
                return NW_ETOOBIG;
            break;
        case KIND_CLOSE:
            if (depth-- == 0)
                return NW_EMALFORMED;
            break;
        default: return NW_EMALFORMED;
        }
        if (at == NULL)
            return NW_EMALFORMED;
    }
    if (at != end || depth != 0)
        return NW_EMALFORMED;
    view->end = end;
    return NW_OK;
}

int osc_view_parse(struct osc_view *view, const uint8_t *bytes, size_t length)
{
    const uint8_t *end, *at;
    size_t count;

    if (length == 0 || length % 4 != 0)
        return NW_EMALFORMED;
    end = bytes + length;
    count = address_length(bytes, length);
    if (count == 0)
        return NW_EMALFORMED;
    if (count > OSC_ADDRESS_MAX)
        return NW_ETOOBIG;
    view->address = (const char *)bytes;
    view->address_len = (uint16_t)count;
    at = bytes + count / 4 * 4 + 4;

    if (at == end || *at != ',') { /* an old client: no type-tag string, the rest is int32 words */
        count = (size_t)(end - at) / 4;
        if (count > OSC_ARGS_MAX)
            return NW_ETOOBIG;
        view->tags = NULL;
        view->tag_count = (uint16_t)count;
        view->args = at;
        view->end = end;
        return NW_OK;
    }
    view->tags = (const char *)at + 1;
    at = skip_text(at, end, &count);
    if (at == NULL)
        return NW_EMALFORMED;
    count--; /* the comma */
    if (count > OSC_ARGS_MAX)
        return NW_ETOOBIG;
    view->tag_count = (uint16_t)count;
    view->args = at;
    return check_arguments(view, end);
}

static float float_from_bits(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static double double_from_bits(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

bool osc_args_next(struct osc_args *args, struct osc_arg *arg)
{
    const struct osc_view *view = args->view;
    const uint8_t *at = args->at;

    if (args->index >= view->tag_count)
        return false;
    arg->tag = view->tags != NULL ? view->tags[args->index] : 'i';
    args->index++;
    switch (arg->tag) {
    case 'i':
    case 'c':
    case 'r':
        arg->v.i = (int32_t)bytes_get_u32(at);
        at += 4;
        break;
    case 'f':
        arg->v.f = float_from_bits(bytes_get_u32(at));
        at += 4;
        break;
    case 'm':
        memcpy(arg->v.m, at, 4);
        at += 4;
        break;
    case 'h':
        arg->v.h = (int64_t)bytes_get_u64(at);
        at += 8;
        break;
    case 't':
        arg->v.t = bytes_get_u64(at);
        at += 8;
        break;
    case 'd':
        arg->v.d = double_from_bits(bytes_get_u64(at));
        at += 8;
        break;
    case 's':
    case 'S':
        arg->v.s.bytes = at;
        arg->v.s.length = strlen((const char *)at);
        at += arg->v.s.length / 4 * 4 + 4;
        break;
    case 'b':
        arg->v.s.length = bytes_get_u32(at);
        arg->v.s.bytes = at + 4;
        at += 4 + (arg->v.s.length + 3) / 4 * 4;
        break;
    default: break; /* T F N I and brackets have no bytes */
    }
    args->at = at;
    return true;
}

bool osc_arg_number(const struct osc_arg *arg, double *number)
{
    switch (arg->tag) {
    case 'i':
    case 'c':
    case 'r': *number = arg->v.i; return true;
    case 'h': *number = (double)arg->v.h; return true;
    case 't': *number = (double)arg->v.t / 4294967296.0; return true;
    case 'f': *number = (double)arg->v.f; return !isnan(arg->v.f);
    case 'd': *number = arg->v.d; return !isnan(arg->v.d);
    case 'T':
    case 'I': *number = 1; return true;
    case 'F':
    case 'N': *number = 0; return true;
    case 's':
    case 'S': return osc_number_from_text((const char *)arg->v.s.bytes, arg->v.s.length, number);
    default: return false;
    }
}
