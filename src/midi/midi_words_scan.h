/* What a line of MIDI words is made of: words, numbers, note names, time stamps. Only for midi_words_*.c.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_WORDS_SCAN_H
#define NOTEWIRE_MIDI_MIDI_WORDS_SCAN_H

#include "midi/midi_words.h"

/* A word of the line; borrows from it. */
struct words_word {
    const char *text;
    size_t length;
    size_t column; /* 1-based */
};

/* Reads a line once, from left to right. at is free to be saved and set back. */
struct words_line {
    const char *text;
    size_t length;
    size_t at;
};

/* The next word; false at the line's end. */
bool words_next(struct words_line *line, struct words_word *word);

/* Whether the word is name, case ignored. */
bool words_equal(const struct words_word *word, const char *name);

/* A number as SendMIDI writes it: digits in the given base, or with the suffix H (hexadecimal) or M (decimal); 0x7F
 * too, and a minus sign, so that a negative number is told to be out of range. 63.0 is 63, for so Lua prints what it
 * has divided. Saturates at +-1000000. False when the word is no number. */
bool words_number(const struct words_word *word, bool hex, int *number);

/* A note name such as C3, f#2, Bb-1 (H is B); note may leave 0..127. False when the word is no note name. */
bool words_note(const struct words_word *word, int middle_c, int *note);

/* Pitch bend as VALUE/RANGE, with decimals, such as -0.5/2: RANGE is 16383, 0 is 8192, -RANGE is 0, and what is between
 * is cut to a whole number, as SendMIDI (JUCE's pitchbendToPitchwheelPos) does. False when the word is no fraction or
 * leaves its range. */
bool words_bend(const struct words_word *word, int *bend);

/* A time stamp: HH:MM:SS.mmm (absolute, a time of day), +SS.mmm or +HH:MM:SS.mmm (relative). False when the word does
 * not have one of these shapes. An absolute one past 23:59:59.999 gives *ns = UINT64_MAX. */
bool words_time(const struct words_word *word, uint64_t *ns, bool *absolute);

#endif
