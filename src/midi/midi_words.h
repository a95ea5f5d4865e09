/* MIDI as words: SendMIDI's and ReceiveMIDI's command words, with numbers. One message a line.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_WORDS_H
#define NOTEWIRE_MIDI_MIDI_WORDS_H

#include "midi/midi_msg.h"

#include <stddef.h>

/* Room that one short message needs, the newline and a NUL included. */
#define MIDI_WORDS_MAX 64

/* Writes a short message as "channel 1 note-on 60 100\n", NUL-terminated; returns its length without the NUL. out has
 * MIDI_WORDS_MAX bytes. A piece of SysEx goes to midi_words_write_sysex; a status that is no message gives "" and 0. */
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
    /* SendMIDI's time stamps between commands, and the gaps of "clock": wait this long (relative), or until this time
     * of day (absolute, ns since midnight). SendMIDI itself replays recordings: it waits from one absolute stamp to the
     * next as long as they are apart (over midnight too), and not at all at the first. Waits add up, so they are best
     * taken from when the last one was due, not from when it ended. NULL: a time stamp is an error, and so is clock. */
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
 * ignored, and gives each message to the sink. Returns the number of commands (0 for an empty line or settings only;
 * time stamps do not count), or NW_EINVALID with *error filled; commands before the mistake have been given out, of the
 * wrong one nothing. Settings (channel, octave) last beyond the line as in SendMIDI, except hex and dec, which end with
 * the line.
 *
 * Where this differs from SendMIDI (README and Source/ApplicationCommand.cpp of gbevin/SendMIDI): a number out of range
 * is an error, never clamped; hex and dec between a command's numbers hold from there on, not for all of them; "clock
 * BPM" takes an optional number of beats (1 to 999) as newer versions do, but not 0 for endless; a command without all
 * its numbers is an error, never skipped; raw bytes that are no MIDI messages are errors; words that need files or
 * devices are errors. As there, a word that is both a command and a hexadecimal number ("cc", "dec") is the command:
 * write CCH for the byte. "--" and "nowait" are accepted and mean nothing here. */
int midi_words_read(struct midi_words *words, const char *line, size_t length, const struct midi_words_sink *sink,
                    struct midi_words_error *error);

#endif
