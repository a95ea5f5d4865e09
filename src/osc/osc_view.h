/* A validated, zero-copy view of one OSC message (OSC 1.0, "OSC Messages"; the further tags of "OSC Type Tag String").
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_VIEW_H
#define NOTEWIRE_OSC_OSC_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OSC_ADDRESS_MAX 512 /* bytes; a longer address is NW_ETOOBIG */
#define OSC_ARGS_MAX 1024   /* tags, brackets included; more is NW_ETOOBIG */
#define OSC_ARRAY_DEPTH 8   /* nested [ ]; more is NW_ETOOBIG */

/* Borrows the datagram's bytes. */
struct osc_view {
    const char *address; /* NUL-terminated in the datagram */
    const char *tags;    /* the tags behind the comma, NUL-terminated; NULL when the message has no type-tag string */
    const uint8_t *args; /* first argument byte */
    const uint8_t *end;  /* behind the last argument byte */
    uint16_t address_len;
    uint16_t tag_count; /* without a type-tag string: the number of 4-byte words in args, read as int32 */
};

/* Checks everything: termination, zero padding to 4, alignment, each argument's size, bracket nesting, no control bytes
 * in the address, nothing left over behind the last argument. The address may lack its leading '/', as some clients
 * send it. Tags: i f s b h t d S c r m T F N I [ ]. Returns 0, NW_EMALFORMED or NW_ETOOBIG. */
int osc_view_parse(struct osc_view *view, const uint8_t *bytes, size_t length);

/* One argument, borrowed from the view. */
struct osc_arg {
    char tag; /* one of the tags above; '[' and ']' come out as arguments of their own */
    union {
        int32_t i;    /* i, c, r (as int32_t) */
        int64_t h;    /* h */
        uint64_t t;   /* t */
        float f;      /* f */
        double d;     /* d */
        uint8_t m[4]; /* m: port id, status, data 1, data 2 */
        struct {
            const uint8_t *bytes; /* s, S: the text, NUL-terminated; b: the bytes */
            size_t length;        /* without the NUL */
        } s;
    } v;
};

/* Walks the arguments of a parsed view. */
struct osc_args {
    const struct osc_view *view;
    const uint8_t *at;
    uint16_t index;
};

static inline struct osc_args osc_args_begin(const struct osc_view *view)
{
    struct osc_args args = {.view = view, .at = view->args, .index = 0};

    return args;
}

/* The next argument; false at the end. Needs no checks of its own: the view was validated. */
bool osc_args_next(struct osc_args *args, struct osc_arg *arg);

/* Any argument as a number: i h f d c r as they are, t as seconds since 1900, T and I 1, F and N 0, s and S when the
 * whole text is a decimal number (locale-free; a decimal comma is read as a point). False for b, m, brackets, other
 * text, NaN. */
bool osc_arg_number(const struct osc_arg *arg, double *number);

/* A decimal number that fills the whole text: sign, digits, '.' or ',' fraction, exponent. False otherwise, and
 * when it is beyond a double's range; never NaN, never infinite. Exact up to 15 significant digits with a power of ten
 * within 22, else within a few last places. Bounded by length, needs no NUL. */
bool osc_number_from_text(const char *text, size_t length, double *number);

/* One line for people, as oscdump prints it: "/note iii 1 60 100". Always NUL-terminated, cut at size with "...";
 * returns the length written. */
size_t osc_view_text(const struct osc_view *view, char *out, size_t size);

#endif
