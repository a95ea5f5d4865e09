/* An address with placeholders: matched against addresses and written back.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_template.h"

#include <string.h>

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

/* One run of a pattern through a template, part by part. */
struct pattern_walk {
    const struct osc_template *template;
    const char *pattern;
    size_t pattern_length;
    uint32_t *budget;
    osc_template_hit hit;
    void *user;
    struct osc_binding bindings[OSC_PLACES_MAX];
};

static void walk_part(struct pattern_walk *walk, size_t pattern_at, size_t template_at);

/* Where the part that starts at ends. */
static size_t part_end(const char *text, size_t length, size_t at)
{
    while (at < length && text[at] != '/')
        at++;
    return at;
}

/* Tries each number of the one placeholder in a template part against the pattern's part, going on behind both on
 * success. */
static void walk_numbers(struct pattern_walk *walk, size_t p, size_t p_end, size_t t, size_t t_end)
{
    const struct osc_template *template = walk->template;
    size_t index = 0, places = 0;
    int32_t low, high;

    for (size_t i = t; i < t_end; i++)
        if (osc_template_is_place(template->text[i])) {
            index = (size_t)(template->text[i] - 1);
            places++;
        }
    if (places != 1 || template->place[index].kind != OSC_PLACE_NUMBER)
        return;
    low = template->place[index].ranged ? template->place[index].low : 0;
    high = template->place[index].ranged ? template->place[index].high : OSC_OPEN_RANGE;
    for (int32_t n = low; n <= high && *walk->budget > 0; n++) {
        struct osc_template part = *template;
        char text[OSC_ADDRESS_MAX];
        size_t length;

        part.text = template->text + t;
        part.length = (uint16_t)(t_end - t);
        walk->bindings[index].number = n;
        walk->bindings[index].length = 0;
        length = osc_template_write(&part, walk->bindings, text, sizeof text);
        if (length > 0 && osc_match_part(walk->pattern + p, p_end - p, text, length, walk->budget))
            walk_part(walk, p_end, t_end);
    }
}

/* Matches the part behind the slashes at both places, then the rest. Both stand at a '/' or at their end. */
static void walk_part(struct pattern_walk *walk, size_t pattern_at, size_t template_at)
{
    const struct osc_template *template = walk->template;
    size_t p, p_end, t, t_end;
    bool places = false;

    if (*walk->budget == 0)
        return;
    --*walk->budget;
    if (pattern_at >= walk->pattern_length && template_at >= template->length) {
        walk->hit(walk->user, walk->bindings);
        return;
    }
    if (pattern_at >= walk->pattern_length || template_at >= template->length)
        return;
    p = pattern_at + 1;
    t = template_at + 1;
    if (p < walk->pattern_length && walk->pattern[p] == '/') { /* "//": any number of parts */
        walk_part(walk, p, template_at);
        while (t<template->length && * walk->budget> 0) {
            t = part_end(template->text, template->length, t);
            if (t < template->length)
                walk_part(walk, p, t++);
        }
        return;
    }
    p_end = part_end(walk->pattern, walk->pattern_length, p);
    t_end = part_end(template->text, template->length, t);
    for (size_t i = t; i < t_end; i++)
        places = places || osc_template_is_place(template->text[i]);
    if (!places) {
        if (osc_match_part(walk->pattern + p, p_end - p, template->text + t, t_end - t, walk->budget))
            walk_part(walk, p_end, t_end);
    } else if (!osc_is_pattern(walk->pattern + p, p_end - p) ||
               (t_end - t == 1 && template->place[template->text[t] - 1].kind == OSC_PLACE_TEXT)) {
        if (match_from(template, t, t_end, walk->pattern + p, p_end - p, walk->bindings))
            walk_part(walk, p_end, t_end);
    } else {
        walk_numbers(walk, p, p_end, t, t_end);
    }
}

void osc_template_match_pattern(const struct osc_template *template, const char *pattern, size_t length,
                                uint32_t *budget, osc_template_hit hit, void *user)
{
    struct pattern_walk walk = {
        .template = template, .pattern = pattern, .pattern_length = length, .budget = budget, .hit = hit, .user = user};

    walk_part(&walk, 0, 0);
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
