/* MIDI as words: SendMIDI's and ReceiveMIDI's command words, with numbers. One message a line.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_WORDS_H
#define NOTEWIRE_MIDI_MIDI_WORDS_H

#include "midi/midi_msg.h"

#include <stddef.h>

/* Room that one short message needs, the newline and a NUL included. */
#define MIDI_WORDS_MAX 64

/* Writes a short message as "channel 1 note-on 60 100\n", NUL-terminated; returns its length without the NUL. out has
 * MIDI_WORDS_MAX bytes. */
size_t midi_words_write(const struct midi_msg *msg, char *out);

/* Writes one piece of SysEx: the first piece opens "system-exclusive hex", each byte but F0 and F7 is " 7D", the last
 * piece closes " dec\n". Together the pieces are one line. Same bounds. */
size_t midi_words_write_sysex(const struct midi_msg *piece, char *out);

/* What the reader remembers between words: SendMIDI's ch, hex/dec and octave settings. */
struct midi_words {
    uint8_t channel; /* 1..16, starts at 1 */
    bool hex;        /* numbers without suffix are hexadecimal */
    int8_t middle_c; /* octave of note 60, starts at 3 */
};

struct midi_words_sink {
    void (*message)(void *user, const struct midi_msg *msg); /* short message or SysEx piece */
    /* SendMIDI's time stamps between commands: wait this long (relative), or until this time of day (absolute). NULL: a
     * time stamp is an error. */
    void (*wait)(void *user, uint64_t ns, bool absolute);
    void *user;
};

/* Where and why reading stopped. */
struct midi_words_error {
    size_t column;  /* 1-based, of the word that is wrong */
    char text[120]; /* what is wrong with it */
};

void midi_words_init(struct midi_words *words);

/* Reads one line (no newline needed; '#' starts a comment line) of any number of commands, in long or short words, case
 * ignored, and gives each message to the sink. Returns the number of commands (0 for an empty line or settings only),
 * or NW_EINVALID with *error filled; commands before the mistake have been given out. Settings (channel, hex, dec,
 * octave) last beyond the line as in SendMIDI, except hex, which ends with the line. */
int midi_words_read(struct midi_words *words, const char *line, size_t length, const struct midi_words_sink *sink,
                    struct midi_words_error *error);

#endif
