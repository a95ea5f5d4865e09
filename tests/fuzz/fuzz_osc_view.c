/* Fuzzes the OSC reader: packet walk, arguments, text, numbers and words; held against liblo, strtod and itself.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_bundle.h"
#include "osc/osc_compose.h"
#include "osc_differences.h"

#include <lo/lo.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the fuzzer with the reason when something that must hold does not. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* The line for people must end where it says, and hold nothing that a terminal obeys. */
static void check_text(const struct osc_view *view, size_t size)
{
    char *text = malloc(size > 0 ? size : 1);
    size_t length;

    must(text != NULL, "memory");
    length = osc_view_text(view, text, size);
    must(size == 0 ? length == 0 : length < size && strlen(text) == length, "text length");
    for (size_t i = 0; i < length; i++)
        must((unsigned char)text[i] >= 0x20 && text[i] != 0x7f, "text without control characters");
    free(text);
}

/* The message composed anew from what was read must have the very same bytes. */
static void check_compose(const struct osc_view *view)
{
    struct osc_compose *compose;
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;
    uint8_t *bytes;
    size_t length;

    if (view->address[0] != '/' || view->tags == NULL || strpbrk(view->tags, "[]") != NULL)
        return;
    compose = osc_compose_new();
    must(compose != NULL, "memory");
    while (osc_args_next(&args, &arg))
        must(osc_compose_add(compose, &arg) == NW_OK, "composing an argument that was read");
    must(osc_compose_message(compose, view->address, &bytes, &length) == NW_OK, "composing a message that was read");
    must(length == (size_t)(view->end - (const uint8_t *)view->address), "composed length");
    must(memcmp(bytes, view->address, length) == 0, "composed bytes");
    free(bytes);
    osc_compose_free(compose);
}

/* Walks every argument of a valid message, touching every byte that the view lends. */
static void check_view(const struct osc_view *view)
{
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;
    size_t count = 0;
    unsigned sum = 0;
    double number;

    must(strlen(view->address) == view->address_len, "address length");
    must(view->address_len > 0 && view->address_len <= OSC_ADDRESS_MAX, "address bound");
    must(view->tags == NULL || strlen(view->tags) == view->tag_count, "tag count");
    while (osc_args_next(&args, &arg)) {
        count++;
        must(args.at <= view->end, "argument inside the message");
        if (strchr("sSb", arg.tag) != NULL) {
            for (size_t i = 0; i < arg.v.s.length; i++)
                sum += arg.v.s.bytes[i];
        }
        must(arg.tag != 's' || arg.v.s.bytes[arg.v.s.length] == '\0', "text with NUL");
        if (osc_arg_number(&arg, &number))
            must(!isnan(number), "number that is one");
    }
    must(count == view->tag_count && args.at == view->end, "all arguments walked");
    check_text(view, 1024);
    check_text(view, sum % 40);
    check_compose(view);
}

/* A walk: its sum depends on what was given out, where, with which time tag, and in what order. */
struct walk {
    const uint8_t *bytes;
    size_t length, calls;
    uint64_t sum;
};

static void walk_add(struct walk *walk, uint64_t a, uint64_t b)
{
    walk->calls++;
    walk->sum = (walk->sum ^ a) * 0x100000001b3ULL;
    walk->sum = (walk->sum ^ b) * 0x100000001b3ULL;
}

static void walk_message(void *user, const struct osc_view *view, uint64_t timetag)
{
    struct walk *walk = user;
    const uint8_t *address = (const uint8_t *)view->address;

    must(address >= walk->bytes && view->end <= walk->bytes + walk->length, "view in packet");
    walk_add(walk, (uint64_t)(address - walk->bytes), timetag);
    check_view(view);
}

static void walk_malformed(void *user, int error)
{
    must(error == NW_EMALFORMED || error == NW_ETOOBIG, "error of a broken message");
    walk_add(user, UINT64_MAX, (uint64_t)-error);
}

static uint64_t read_number(const uint8_t *at, size_t size)
{
    uint64_t value = 0;

    for (size_t i = 0; i < size; i++)
        value = value << 8 | at[i];
    return value;
}

/* The walk written down as the specification has it: bundles within bundles, by recursion. */
static void slow_walk(struct walk *walk, const uint8_t *at, size_t length, size_t depth, uint64_t timetag)
{
    struct osc_view view;
    int error;

    if (length < 8 || memcmp(at, "#bundle", 8) != 0) {
        error = osc_view_parse(&view, at, length);
        if (error == NW_OK)
            walk_add(walk, (uint64_t)(at - walk->bytes), timetag);
        else
            walk_add(walk, UINT64_MAX, (uint64_t)-error);
    } else if (length < 16) {
        walk_add(walk, UINT64_MAX, (uint64_t)-NW_EMALFORMED);
    } else if (depth == OSC_BUNDLE_DEPTH) {
        walk_add(walk, UINT64_MAX, (uint64_t)-NW_ETOOBIG);
    } else {
        size_t used = 16;

        while (used < length) {
            int64_t size = length - used < 4 ? -1 : (int32_t)read_number(at + used, 4);

            if (size < 0 || size % 4 != 0 || size > (int64_t)(length - used - 4)) {
                walk_add(walk, UINT64_MAX, (uint64_t)-NW_EMALFORMED);
                return;
            }
            slow_walk(walk, at + used + 4, (size_t)size, depth + 1, read_number(at + 8, 8));
            used += 4 + (size_t)size;
        }
    }
}

static void check_walk(const uint8_t *data, size_t size)
{
    struct walk fast = {data, size, 0, 0}, slow = fast;
    struct osc_packet_sink sink = {walk_message, walk_malformed, &fast};

    osc_packet_walk(data, size, &sink);
    slow_walk(&slow, data, size, 0, OSC_TIMETAG_IMMEDIATE);
    must(fast.calls == slow.calls && fast.sum == slow.sum, "walk as recursion has it");
    must(fast.calls <= size / 4 + 1, "number of messages in a packet");
}

/* One argument of liblo's, in host order, against ours; its pointers may be misaligned. */
static void compare_argument(const struct osc_arg *ours, const lo_arg *theirs)
{
    switch (ours->tag) {
    case 'i':
    case 'f':
    case 'c': must(memcmp(&ours->v, theirs, 4) == 0, "argument of 4 bytes as liblo has it"); break;
    case 'h':
    case 'd': must(memcmp(&ours->v, theirs, 8) == 0, "argument of 8 bytes as liblo has it"); break;
    case 't': {
        lo_timetag tag;

        memcpy(&tag, theirs, sizeof tag);
        must(ours->v.t == ((uint64_t)tag.sec << 32 | tag.frac), "time tag as liblo has it");
        break;
    }
    case 'm': must(memcmp(ours->v.m, theirs, 4) == 0, "MIDI as liblo has it"); break;
    case 's':
    case 'S': must(strcmp((const char *)ours->v.s.bytes, (const char *)theirs) == 0, "text as liblo has it"); break;
    case 'b':
        must(ours->v.s.length == lo_blob_datasize((lo_blob)theirs), "blob size as liblo has it");
        must(memcmp(ours->v.s.bytes, lo_blob_dataptr((lo_blob)theirs), ours->v.s.length) == 0, "blob as liblo has it");
        break;
    default: must(theirs == NULL, "argument without bytes as liblo has it"); break;
    }
}

static void compare_message(const struct osc_view *view, lo_message message)
{
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;
    lo_arg **argv = lo_message_get_argv(message);

    must(strcmp(view->tags, lo_message_get_types(message)) == 0, "tags as liblo has them");
    must(view->tag_count == lo_message_get_argc(message), "argument count as liblo has it");
    for (size_t i = 0; osc_args_next(&args, &arg); i++)
        compare_argument(&arg, argv[i]);
}

/* liblo must say the same of one message, but for the listed differences. */
static void compare_with_liblo(const uint8_t *data, size_t size)
{
    struct osc_view view;
    struct difference_case c = {data, size, osc_view_parse(&view, data, size), &view};
    void *copy = malloc(size + 1);
    lo_message message;
    int ignored;

    must(copy != NULL, "memory");
    memcpy(copy, data, size);
    message = lo_message_deserialise(copy, size, &ignored);
    free(copy);
    if ((c.error == NW_OK) != (message != NULL)) {
        bool listed = false;

        for (size_t i = 0; i < sizeof osc_differences / sizeof *osc_differences; i++)
            listed = listed || (osc_differences[i].we_accept == (c.error == NW_OK) && osc_differences[i].applies(&c));
        must(listed, c.error == NW_OK ? "liblo refuses what we accept" : "liblo accepts what we refuse");
    } else if (message != NULL) {
        compare_message(&view, message);
    }
    if (message != NULL)
        lo_message_free(message);
}

/* Whether the text has few enough digits, and a power small enough, for the number to be exact. */
static bool exact_class(const char *text)
{
    long digits = 0, fraction = 0, power = 0;
    bool behind = false;

    for (; *text != '\0' && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.')
            behind = true;
        if (*text < '0' || *text > '9')
            continue;
        digits += digits > 0 || *text != '0';
        fraction += behind;
    }
    if (*text != '\0')
        power = strtol(text + 1, NULL, 10);
    if (power > 100 || power < -100)
        return false;
    return digits <= 15 && power - fraction >= -22 && power - fraction <= 22;
}

/* strtod, in the C locale and kept from hex, names and spaces, must say the same. */
static void compare_with_strtod(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), *end;
    double ours = 0, theirs;
    bool accepted, expected = size > 0;

    must(text != NULL, "memory");
    memcpy(text, data, size);
    text[size] = '\0';
    accepted = osc_number_from_text((const char *)data, size, &ours);
    for (size_t i = 0; i < size; i++) {
        expected = expected && text[i] != '\0' && strchr("0123456789+-.,eE", text[i]) != NULL;
        if (text[i] == ',')
            text[i] = '.';
    }
    theirs = expected ? strtod(text, &end) : 0;
    expected = expected && end == text + size;
    if (!expected) {
        must(!accepted, "number that strtod refuses");
    } else if (fabs(theirs) > 1.797e308) { /* the last places decide which side of the range it is on */
        must(!isinf(theirs) || !accepted || fabs(ours) > 1.797e308, "number at the end of the range");
    } else {
        must(accepted && isfinite(ours), "number that strtod takes");
        must(fabs(ours - theirs) <= fabs(theirs) * 4e-15 + 1e-321, "number close to strtod's");
        must(!exact_class(text) || ours == theirs, "number exactly as strtod has it");
    }
    free(text);
}

/* Takes the input as the word of a command line, for the tag in its first byte and for none. */
static void compose_words(const uint8_t *data, size_t size)
{
    struct osc_compose *compose = osc_compose_new();
    char *word = malloc(size + 1);
    struct osc_view view;
    uint8_t *bytes;
    size_t length;
    int result;

    must(compose != NULL && word != NULL, "memory");
    memcpy(word, data, size);
    word[size] = '\0';
    result = osc_compose_add_word(compose, (char)data[0], word + 1);
    must(result == NW_OK || result == NW_EINVALID, "result of a word with a tag");
    osc_compose_add_word(compose, (char)data[0], NULL);
    must(osc_compose_add_word(compose, 0, word + 1) == NW_OK, "any word without a tag");
    must(osc_compose_message(compose, "/a", &bytes, &length) == NW_OK, "composing words");
    must(osc_view_parse(&view, bytes, length) == NW_OK, "reading what was composed");
    check_view(&view);
    free(bytes);
    osc_compose_free(compose);
    free(word);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_walk(data, size);
    if (size == 0)
        return 0;
    compare_with_liblo(data, size);
    compare_with_strtod(data, size);
    compose_words(data, size);
    return 0;
}
