/* The parts of the words reader: one line at a time, a table of commands, a function for each kind of command. Only for
 * midi_words_*.c.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_WORDS_READER_H
#define NOTEWIRE_MIDI_MIDI_WORDS_READER_H

#include "base/error.h"
#include "midi/midi_words_scan.h"

/* One line being read; borrows everything. */
struct words_reader {
    struct midi_words *words;
    const struct midi_words_sink *sink;
    struct midi_words_error *error;
    struct words_line line;
    struct words_word name; /* of the command at hand, as it was written */
    int value[2];           /* its numbers */
};

enum words_form { WORDS_NUMBER, WORDS_NOTE, WORDS_BEND };

/* How a command's number is read, and what it may be. */
struct words_operand {
    const char *name; /* NULL: there is none */
    enum words_form form;
    int low, high;
};

struct words_command {
    const char *brief; /* SendMIDI's short word */
    const char *full;  /* its long word, or the same */
    /* Gives the messages out. 1, 0 for a setting, or NW_EINVALID with nothing given out. */
    int (*run)(struct words_reader *reader, const struct words_command *command);
    uint8_t status; /* status byte, or the controller of the high half for RPN and NRPN */
    struct words_operand operand[2];
};

/* A word as an error shows it: shortened, and without bytes that would repaint a terminal. */
struct words_shown {
    char text[28];
};

struct words_shown words_show(const struct words_word *word);

/* Says what is wrong with a word; returns NW_EINVALID, so that callers can return it. */
int words_fail(struct words_reader *reader, const struct words_word *word, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* hex and dec take effect at once, wherever they stand; true when the word was one of them. */
bool words_take_base(struct words_reader *reader, const struct words_word *word);

/* Whether a number or a list of bytes ends before this word: a command (one that is refused too) or a time stamp. */
bool words_is_boundary(const struct words_word *word);

/* Reads the next number of the command at hand, within its range. 0 or NW_EINVALID. */
int words_read_operand(struct words_reader *reader, const struct words_operand *operand, int *value);

/* What commands do, by kind (midi_words_run.c, and midi_words_bytes.c for syx and raw). */
int words_run_channel_message(struct words_reader *reader, const struct words_command *command);
int words_run_system_message(struct words_reader *reader, const struct words_command *command);
int words_run_time_code(struct words_reader *reader, const struct words_command *command);
int words_run_song_position(struct words_reader *reader, const struct words_command *command);
int words_run_pitch_bend(struct words_reader *reader, const struct words_command *command);
int words_run_controller_14(struct words_reader *reader, const struct words_command *command);
int words_run_parameter(struct words_reader *reader, const struct words_command *command);
int words_run_set_channel(struct words_reader *reader, const struct words_command *command);
int words_run_set_octave(struct words_reader *reader, const struct words_command *command);
int words_run_nothing(struct words_reader *reader, const struct words_command *command);
int words_run_panic(struct words_reader *reader, const struct words_command *command);
int words_run_clock(struct words_reader *reader, const struct words_command *command);
int words_run_bytes(struct words_reader *reader, const struct words_command *command);

#endif
