/* What SendMIDI's commands send.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_words_reader.h"

#define NS_PER_MINUTE 60000000000ULL
#define CLOCKS_PER_BEAT 24U

/* Gives one short message out. */
static void send_short(struct words_reader *reader, uint8_t status, unsigned data1, unsigned data2)
{
    struct midi_msg msg = midi_short(status, (uint8_t)(data1 & 0x7f), (uint8_t)(data2 & 0x7f));

    reader->sink->message(reader->sink->user, &msg);
}

/* The status byte of a channel message on the channel that was set last. */
static uint8_t on_channel(const struct words_reader *reader, uint8_t status)
{
    return (uint8_t)(status | ((reader->words->channel - 1U) & 0x0f));
}

/* note-on to channel-pressure, whose numbers are the data bytes. */
int words_run_channel_message(struct words_reader *reader, const struct words_command *command)
{
    send_short(reader, on_channel(reader, command->status), (unsigned)reader->value[0], (unsigned)reader->value[1]);
    return 1;
}

/* System messages of up to one data byte. */
int words_run_system_message(struct words_reader *reader, const struct words_command *command)
{
    send_short(reader, command->status, (unsigned)reader->value[0], 0);
    return 1;
}

/* A quarter frame: type in the high three bits, value in the low four. */
int words_run_time_code(struct words_reader *reader, const struct words_command *command)
{
    send_short(reader, command->status, (unsigned)(reader->value[0] << 4 | reader->value[1]), 0);
    return 1;
}

/* Fourteen bits, low half first. */
int words_run_song_position(struct words_reader *reader, const struct words_command *command)
{
    send_short(reader, command->status, (unsigned)reader->value[0], (unsigned)reader->value[0] >> 7);
    return 1;
}

/* Fourteen bits, low half first, on the channel. */
int words_run_pitch_bend(struct words_reader *reader, const struct words_command *command)
{
    send_short(reader, on_channel(reader, command->status), (unsigned)reader->value[0],
               (unsigned)reader->value[0] >> 7);
    return 1;
}

/* A 14-bit controller: the high half at its number, then the low half 32 above (MIDI 1.0, controllers 0 to 63). */
int words_run_controller_14(struct words_reader *reader, const struct words_command *command)
{
    uint8_t status = on_channel(reader, command->status);
    unsigned number = (unsigned)reader->value[0];
    unsigned value = (unsigned)reader->value[1];

    send_short(reader, status, number, value >> 7);
    send_short(reader, status, number + 32, value);
    return 1;
}

/* RPN and NRPN as SendMIDI sends them: number, data entry, then the null RPN, so that no later data entry strays. */
int words_run_parameter(struct words_reader *reader, const struct words_command *command)
{
    uint8_t status = on_channel(reader, MIDI_CONTROL_CHANGE);
    unsigned number = (unsigned)reader->value[0];
    unsigned value = (unsigned)reader->value[1];

    send_short(reader, status, command->status, number >> 7);
    send_short(reader, status, command->status - 1U, number);
    send_short(reader, status, 6, value >> 7);
    send_short(reader, status, 38, value);
    send_short(reader, status, 101, 127);
    send_short(reader, status, 100, 127);
    return 1;
}

/* Lasts beyond the line, so it is kept in the caller's settings. */
int words_run_set_channel(struct words_reader *reader, const struct words_command *command)
{
    (void)command;
    reader->words->channel = (uint8_t)reader->value[0];
    return 0;
}

/* Lasts beyond the line, so it is kept in the caller's settings. */
int words_run_set_octave(struct words_reader *reader, const struct words_command *command)
{
    (void)command;
    reader->words->middle_c = (int8_t)reader->value[0];
    return 0;
}

/* For words that mean something to SendMIDI's command line only. */
int words_run_nothing(struct words_reader *reader, const struct words_command *command)
{
    (void)reader;
    (void)command;
    return 0;
}

/* SendMIDI's panic, in its order: silence, neutral controllers, and a note-off for every note there is. */
int words_run_panic(struct words_reader *reader, const struct words_command *command)
{
    (void)command;
    for (uint8_t channel = 0; channel < 16; channel++) {
        uint8_t controller = (uint8_t)(MIDI_CONTROL_CHANGE | channel);

        send_short(reader, controller, 64, 0);
        send_short(reader, controller, 120, 0);
        send_short(reader, controller, 121, 0);
        send_short(reader, controller, 123, 0);
        send_short(reader, (uint8_t)(MIDI_PITCH_BEND | channel), 0, 64);
        for (unsigned note = 0; note < 128; note++)
            send_short(reader, (uint8_t)(MIDI_NOTE_OFF | channel), note, 0);
    }
    return 1;
}

/* The number of beats behind a tempo, 2 when the next word is no number; NW_EINVALID when it is out of range. */
static int read_beats(struct words_reader *reader)
{
    static const struct words_operand operand = {"beats", WORDS_NUMBER, 1, 999};
    struct words_line before;
    struct words_word word;
    int beats;

    do {
        before = reader->line;
        if (!words_next(&reader->line, &word))
            return 2;
    } while (words_take_base(reader, &word));
    reader->line = before;
    if (words_is_boundary(&word) || !words_number(&word, reader->words->hex, &beats))
        return 2;
    return words_read_operand(reader, &operand, &beats) == NW_OK ? beats : NW_EINVALID;
}

/* MIDI clocks at a tempo, two beats unless a number of beats follows. Each wait is what is left to the clock's place
 * since the first one, so that rounding never adds up. */
int words_run_clock(struct words_reader *reader, const struct words_command *command)
{
    uint64_t bpm = (uint64_t)reader->value[0];
    uint64_t last = 0;
    int beats = read_beats(reader);

    (void)command;
    if (beats < 0)
        return NW_EINVALID;
    if (reader->sink->wait == NULL)
        return words_fail(reader, &reader->name, "%s cannot wait between its clocks here; use midi-clock",
                          words_show(&reader->name).text);
    send_short(reader, MIDI_CLOCK, 0, 0);
    for (uint64_t i = 1; i < (uint64_t)beats * CLOCKS_PER_BEAT; i++) {
        uint64_t due = i * NS_PER_MINUTE / (bpm * CLOCKS_PER_BEAT);

        reader->sink->wait(reader->sink->user, due - last, false);
        last = due;
        send_short(reader, MIDI_CLOCK, 0, 0);
    }
    return 1;
}
