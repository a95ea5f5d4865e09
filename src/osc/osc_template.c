/* An address with placeholders: matched against addresses and written back.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_template.h"

#include <string.h>

#define PATTERN_PARTS_MAX 63 /* of an address pattern; one more costs too much */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Reads "5", "05", "-5" or "5.0" at the start of text; returns the bytes it takes, 0 when it is no whole number. */
static size_t read_number(const char *text, size_t length, int32_t *number)
{
    size_t at = 0, digits = 0, zeros;
    bool negative = length > 0 && text[0] == '-';
    int32_t value = 0;

    if (negative)
        at++;
    for (; at < length && is_digit(text[at]); at++, digits++) {
        if (digits == OSC_NUMBER_DIGITS)
            return 0;
        value = value * 10 + (text[at] - '0');
    }
    if (digits == 0)
        return 0;
    if (at + 1 < length && text[at] == '.' && text[at + 1] == '0') {
        zeros = at + 1;
        while (zeros < length && text[zeros] == '0')
            zeros++;
        if (zeros == length || text[zeros] == '/')
            at = zeros;
    }
    *number = negative ? -value : value;
    return at;
}

/* Binds one placeholder at the start of text; next is the template's byte behind it (0 at the end). Returns the bytes
 * taken, 0 for no match. */
static size_t bind_place(const struct osc_place *place, char next, const char *text, size_t length,
                         struct osc_binding *binding)
{
    size_t taken = 0;

    binding->text = text;
    binding->number = 0;
    if (place->kind == OSC_PLACE_NUMBER) {
        taken = read_number(text, length, &binding->number);
        if (taken > 0 && place->ranged && (binding->number < place->low || binding->number > place->high))
            return 0;
    } else {
        while (taken < length && text[taken] != '/' && text[taken] != next)
            taken++;
    }
    binding->length = taken;
    return taken;
}

/* The template from at on, against the whole of text. */
static bool match_from(const struct osc_template *template, size_t at, size_t end, const char *text, size_t length,
                       struct osc_binding *bindings)
{
    while (at < end) {
        char c = template->text[at++];
        size_t taken = 1;

        if (osc_template_is_place(c)) {
            size_t index = (size_t)(c - 1);
            char next = at < end ? template->text[at] : '/';

            taken = bind_place(&template->place[index], next, text, length, &bindings[index]);
            if (taken == 0)
                return false;
        } else if (length == 0 || text[0] != c) {
            return false;
        }
        text += taken;
        length -= taken;
    }
    return length == 0;
}

bool osc_template_match(const struct osc_template *template, const char *address, size_t length,
                        struct osc_binding bindings[OSC_PLACES_MAX])
{
    if (length > 1 && address[length - 1] == '/')
        length--;
    if (length > 0 && address[0] == '/') {
        address++;
        length--;
    }
    return match_from(template, 1, template->length, address, length, bindings);
}

/* One run of a pattern through a template. Where a pattern stands is a set of its parts, one bit each, so that every
 * address of the template is tried once, however many ways "//" leaves open. */
struct pattern_walk {
    const struct osc_template *template;
    struct {
        const char *text;
        size_t length;
    } part[PATTERN_PARTS_MAX];
    unsigned count; /* parts; the bit with this number is the pattern's end */
    uint64_t gaps;  /* those with "//" before them */
    uint32_t *budget;
    osc_template_hit hit;
    void *user;
    struct osc_binding bindings[OSC_PLACES_MAX];
};

static void walk_from(struct pattern_walk *walk, uint64_t from, size_t at);

/* Where the part that starts at ends. */
static size_t part_end(const char *text, size_t length, size_t at)
{
    while (at < length && text[at] != '/')
        at++;
    return at;
}

/* Cuts a pattern into its parts; its first '/' may be missing, and one at its end is forgiven. False when there are too
 * many. */
static bool split_pattern(struct pattern_walk *walk, const char *pattern, size_t length)
{
    size_t at = 0, end;

    for (;; at = end) {
        at += at < length && pattern[at] == '/';
        for (; at < length && pattern[at] == '/'; at++)
            walk->gaps |= 1ULL << walk->count;
        if (at == length)
            return true;
        if (walk->count == PATTERN_PARTS_MAX)
            return false;
        end = part_end(pattern, length, at);
        walk->part[walk->count].text = pattern + at;
        walk->part[walk->count++].length = end - at;
    }
}

/* The parts of the pattern that may come next when a part of the address is this text. */
static uint64_t step(struct pattern_walk *walk, uint64_t from, const char *text, size_t length)
{
    uint64_t to = from & walk->gaps;

    for (unsigned i = 0; i < walk->count; i++)
        if ((from >> i & 1) != 0 &&
            osc_match_part(walk->part[i].text, walk->part[i].length, text, length, walk->budget))
            to |= 2ULL << i;
    return to;
}

/* A template part with placeholders against those parts of the pattern that are plain text. */
static void walk_plain(struct pattern_walk *walk, uint64_t from, size_t begin, size_t end)
{
    for (unsigned i = 0; i < walk->count; i++)
        if ((from >> i & 1) != 0 && !osc_is_pattern(walk->part[i].text, walk->part[i].length) &&
            match_from(walk->template, begin, end, walk->part[i].text, walk->part[i].length, walk->bindings))
            walk_from(walk, 2ULL << i | (from & walk->gaps), end);
}

/* A template part that is one text placeholder takes each part of the pattern as it is, and "*" where "//" skips it. */
static void walk_texts(struct pattern_walk *walk, uint64_t from, struct osc_binding *binding, size_t end)
{
    uint64_t star = from & walk->gaps;

    for (unsigned i = 0; i < walk->count; i++) {
        if ((from >> i & 1) == 0)
            continue;
        if (walk->part[i].length == 1 && walk->part[i].text[0] == '*') {
            star |= 2ULL << i;
            continue;
        }
        *binding = (struct osc_binding){.text = walk->part[i].text, .length = walk->part[i].length};
        walk_from(walk, 2ULL << i, end);
    }
    *binding = (struct osc_binding){.text = "*", .length = 1};
    walk_from(walk, star, end);
}

/* Decimal digits of n; out has room for eleven. */
static size_t write_number(int32_t n, char *out)
{
    char digits[11];
    size_t count = 0, length = 0;
    uint32_t rest = n < 0 ? 0u - (uint32_t)n : (uint32_t)n;

    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (n < 0)
        out[length++] = '-';
    while (count > 0)
        out[length++] = digits[--count];
    return length;
}

/* A template part with one number placeholder against patterns: tries each number of its range, going on behind
 * on success. */
static void walk_numbers(struct pattern_walk *walk, uint64_t from, size_t index, size_t begin, size_t end)
{
    const struct osc_place *place = &walk->template->place[index];
    int32_t low = place->ranged ? place->low : 0, high = place->ranged ? place->high : OSC_OPEN_RANGE;
    const char *text = walk->template->text;
    char part[OSC_ADDRESS_MAX + 11];
    size_t before = 0;

    if (end - begin > OSC_ADDRESS_MAX)
        return;
    while (!osc_template_is_place(text[begin + before]))
        before++;
    memcpy(part, text + begin, before);
    for (int32_t n = low; n <= high && *walk->budget > 0; n++) {
        size_t length = before + write_number(n, part + before), behind = end - begin - before - 1;

        --*walk->budget;
        memcpy(part + length, text + begin + before + 1, behind);
        walk->bindings[index] = (struct osc_binding){.number = n};
        walk_from(walk, step(walk, from, part, length + behind), end);
    }
}

/* One part of the template, from begin to end, with placeholders. */
static void walk_places(struct pattern_walk *walk, uint64_t from, size_t begin, size_t end)
{
    const struct osc_template *template = walk->template;
    size_t index = 0, places = 0;
    bool plain = (from & walk->gaps) == 0;

    for (size_t i = begin; i < end; i++)
        if (osc_template_is_place(template->text[i])) {
            index = (size_t)(template->text[i] - 1);
            places++;
        }
    for (unsigned i = 0; i < walk->count; i++)
        plain = plain && ((from >> i & 1) == 0 || !osc_is_pattern(walk->part[i].text, walk->part[i].length));
    if (end - begin == 1 && template->place[index].kind == OSC_PLACE_TEXT)
        walk_texts(walk, from, &walk->bindings[index], end);
    else if (plain || places != 1 || template->place[index].kind != OSC_PLACE_NUMBER)
        walk_plain(walk, from, begin, end);
    else
        walk_numbers(walk, from, index, begin, end);
}

/* The template from at on, which is a '/' or its end, against the pattern from each of a set of its parts on. */
static void walk_from(struct pattern_walk *walk, uint64_t from, size_t at)
{
    const struct osc_template *template = walk->template;

    while (from != 0 && at<template->length && * walk->budget> 0) {
        size_t begin = at + 1;
        bool places = false;

        --*walk->budget;
        at = part_end(template->text, template->length, begin);
        for (size_t i = begin; i < at; i++)
            places = places || osc_template_is_place(template->text[i]);
        if (places) {
            walk_places(walk, from, begin, at);
            return;
        }
        from = step(walk, from, template->text + begin, at - begin);
    }
    if ((from >> walk->count & 1) != 0 && *walk->budget > 0) {
        *walk->budget -= *walk->budget < OSC_HIT_STEPS ? *walk->budget : OSC_HIT_STEPS;
        walk->hit(walk->user, walk->bindings);
    }
}

void osc_template_match_pattern(const struct osc_template *template, const char *pattern, size_t length,
                                uint32_t *budget, osc_template_hit hit, void *user)
{
    struct pattern_walk walk;

    walk.template = template;
    walk.count = 0;
    walk.gaps = 0;
    walk.budget = budget;
    walk.hit = hit;
    walk.user = user;
    memset(walk.bindings, 0, sizeof walk.bindings);
    if (split_pattern(&walk, pattern, length))
        walk_from(&walk, 1, 0);
    else
        *budget = 0;
}

size_t osc_template_write(const struct osc_template *template, const struct osc_binding bindings[OSC_PLACES_MAX],
                          char *out, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < template->length; i++) {
        char c = template->text[i], digits[11];
        const char *piece = &c;
        size_t length = 1;

        if (osc_template_is_place(c)) {
            const struct osc_binding *binding = &bindings[c - 1];

            piece = binding->text;
            length = binding->length;
            if (template->place[c - 1].kind == OSC_PLACE_NUMBER) {
                length = write_number(binding->number, digits);
                piece = digits;
            }
        }
        if (used + length > size)
            return 0;
        memcpy(out + used, piece, length);
        used += length;
    }
    return used;
}
