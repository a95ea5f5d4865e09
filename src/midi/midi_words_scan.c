/* What a line of MIDI words is made of: words, numbers, note names, time stamps.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_words_scan.h"

/* Numbers beyond this are out of every range; stopping here keeps them from wrapping. */
#define NUMBER_LIMIT 1000000

/* The C library's isspace, isdigit and tolower ask the locale; these do not. */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ASCII's ten, nothing a locale adds. */
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ASCII letters only. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The value of a digit; base or above when it is none. */
static int digit_value(char c)
{
    c = lower(c);
    if (is_digit(c))
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 99;
}

/* A word is what stands between white space, whatever its bytes. */
bool words_next(struct words_line *line, struct words_word *word)
{
    size_t begin = line->at;
    size_t end;

    while (begin < line->length && is_space(line->text[begin]))
        begin++;
    for (end = begin; end < line->length && !is_space(line->text[end]); end++)
        ;
    line->at = end;
    *word = (struct words_word){.text = line->text + begin, .length = end - begin, .column = begin + 1};
    return end > begin;
}

/* name is in lower case. */
bool words_equal(const struct words_word *word, const char *name)
{
    size_t i;

    for (i = 0; i < word->length && name[i] != '\0'; i++) {
        if (lower(word->text[i]) != name[i])
            return false;
    }
    return i == word->length && name[i] == '\0';
}

/* Reads digits from *at on, at least one, and leaves *at behind them. */
static bool read_digits(const struct words_word *word, size_t end, size_t *at, int base, int *number)
{
    size_t begin = *at;

    *number = 0;
    for (; *at < end; (*at)++) {
        int digit = digit_value(word->text[*at]);

        if (digit >= base)
            break;
        *number = *number * base + digit;
        if (*number > NUMBER_LIMIT)
            *number = NUMBER_LIMIT;
    }
    return *at > begin;
}

/* No strtol: it would skip white space, take signs twice and ask the locale. */
bool words_number(const struct words_word *word, bool hex, int *number)
{
    size_t end = word->length;
    size_t at = 0;
    bool negative = end > 0 && word->text[0] == '-';

    if (negative)
        at++;
    if (end > at && lower(word->text[end - 1]) == 'h') {
        hex = true;
        end--;
    } else if (end > at && lower(word->text[end - 1]) == 'm') {
        hex = false;
        end--;
    } else if (end > at + 2 && word->text[at] == '0' && lower(word->text[at + 1]) == 'x') {
        hex = true;
        at += 2;
    }
    if (!read_digits(word, end, &at, hex ? 16 : 10, number))
        return false;
    if (!hex && end - at >= 2 && word->text[at] == '.')
        for (at++; at < end && word->text[at] == '0'; at++)
            ;
    if (at != end)
        return false;
    if (negative)
        *number = -*number;
    return true;
}

/* The letter alone is no name: "A" in a hexadecimal line is 10. */
bool words_note(const struct words_word *word, int middle_c, int *note)
{
    static const int semitone['h' - 'a' + 1] = {9, 11, 0, 2, 4, 5, 7, 11};
    size_t at = 1;
    char letter = word->length > 0 ? lower(word->text[0]) : '\0';
    bool below;
    int octave;

    if (letter < 'a' || letter > 'h')
        return false;
    *note = semitone[letter - 'a'];
    if (at < word->length && (word->text[at] == '#' || lower(word->text[at]) == 'b')) {
        *note += word->text[at] == '#' ? 1 : -1;
        at++;
    }
    below = at < word->length && word->text[at] == '-';
    if (below)
        at++;
    if (!read_digits(word, word->length, &at, 10, &octave) || at != word->length)
        return false;
    *note += 60 + 12 * ((below ? -octave : octave) - middle_c);
    return true;
}

/* Reads a decimal such as 1.5 as millionths, from *at on; further decimals are passed over. */
static bool read_millionths(const struct words_word *word, size_t *at, int64_t *number)
{
    int64_t unit = 1000000;
    int whole;

    if (!read_digits(word, word->length, at, 10, &whole))
        return false;
    *number = whole * unit;
    if (*at == word->length || word->text[*at] != '.')
        return true;
    for ((*at)++; *at < word->length && is_digit(word->text[*at]); (*at)++) {
        unit /= 10;
        *number += unit * (word->text[*at] - '0');
    }
    return true;
}

/* In whole millionths, so that no rounding depends on the machine. */
bool words_bend(const struct words_word *word, int *bend)
{
    size_t at = 0;
    int64_t value;
    int64_t range;
    bool negative = word->length > 0 && word->text[0] == '-';

    if (negative)
        at++;
    if (!read_millionths(word, &at, &value) || at == word->length || word->text[at] != '/')
        return false;
    at++;
    if (!read_millionths(word, &at, &range) || at != word->length || range == 0 || value > range)
        return false;
    *bend = (int)(negative ? (range - value) * 8192 / range : 8192 + value * 8191 / range);
    return true;
}

/* Two or three digits at a fixed place of a time stamp. */
static bool read_fixed(const struct words_word *word, size_t at, size_t count, uint64_t *number)
{
    *number = 0;
    for (size_t i = at; i < at + count; i++) {
        if (!is_digit(word->text[i]))
            return false;
        *number = *number * 10 + (uint64_t)(word->text[i] - '0');
    }
    return true;
}

/* Every digit has to be there, which tells time stamps from all other words. */
bool words_time(const struct words_word *word, uint64_t *ns, bool *absolute)
{
    const char *text = word->text;
    uint64_t hours = 0;
    uint64_t minutes = 0;
    uint64_t seconds;
    uint64_t ms;
    size_t sign = word->length > 0 && text[0] == '+' ? 1 : 0;

    *absolute = sign == 0;
    if (word->length == sign + 12 && text[sign + 2] == ':' && text[sign + 5] == ':' && text[sign + 8] == '.') {
        if (!read_fixed(word, sign, 2, &hours) || !read_fixed(word, sign + 3, 2, &minutes) ||
            !read_fixed(word, sign + 6, 2, &seconds) || !read_fixed(word, sign + 9, 3, &ms))
            return false;
    } else if (sign == 1 && word->length == 7 && text[3] == '.') {
        if (!read_fixed(word, 1, 2, &seconds) || !read_fixed(word, 4, 3, &ms))
            return false;
    } else {
        return false;
    }
    *ns = (((hours * 60 + minutes) * 60 + seconds) * 1000 + ms) * 1000000;
    if (*absolute && (hours > 23 || minutes > 59 || seconds > 59))
        *ns = UINT64_MAX;
    return true;
}
