/* SendMIDI's commands that take any number of bytes: syx and raw.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_parser.h"
#include "midi/midi_words_reader.h"

/* For the pass that only checks. */
static void ignore_message(void *user, const struct midi_msg *msg)
{
    (void)user;
    (void)msg;
}

/* For the pass that only checks; user is the flag. */
static void note_malformed(void *user)
{
    *(bool *)user = true;
}

/* The next byte of syx or raw: 1, or 0 at the line's end, a command or a time stamp, or NW_EINVALID. *ended becomes
 * true when a hex or dec was passed. */
static int next_byte(struct words_reader *reader, struct words_word *word, int *byte, bool *ended)
{
    for (;;) {
        size_t before = reader->line.at;

        if (!words_next(&reader->line, word))
            return 0;
        if (words_take_base(reader, word)) {
            *ended = true;
            continue;
        }
        if (words_is_boundary(word)) {
            reader->line.at = before;
            return 0;
        }
        if (!words_number(word, reader->words->hex, byte))
            return words_fail(reader, word, "byte \"%s\" is not a number", words_show(word).text);
        if (*byte < 0 || *byte > 255)
            return words_fail(reader, word, "byte %s is %s", words_show(word).text,
                              *byte < 0 ? "below 0" : "above 255");
        return 1;
    }
}

/* The bytes of syx, between our own F0 and F7. The user's own F0 and F7 are dropped; a lone "syx" is a mistake, but
 * "syx hex dec" is how an empty SysEx is written. */
static int feed_sysex(struct words_reader *reader, struct midi_parser *parser, const struct midi_parser_sink *sink)
{
    static const uint8_t begin = MIDI_SYSEX;
    static const uint8_t end = MIDI_SYSEX_EOX;
    struct words_word word;
    bool any = false;    /* a byte, a delimiter or a switch came */
    bool first = true;   /* F0 may come */
    bool closed = false; /* F7 came */
    int byte;
    int got;

    midi_parser_feed(parser, &begin, 1, sink);
    while ((got = next_byte(reader, &word, &byte, &any)) == 1) {
        uint8_t data = (uint8_t)byte;

        if (closed)
            return words_fail(reader, &word, "byte %s comes after the F7 that ends SysEx", words_show(&word).text);
        any = true;
        closed = data == MIDI_SYSEX_EOX;
        if (!closed && !(first && data == MIDI_SYSEX)) {
            if (data > 127)
                return words_fail(reader, &word, "byte %s is above 127", words_show(&word).text);
            midi_parser_feed(parser, &data, 1, sink);
        }
        first = false;
    }
    if (got == 0 && !any)
        return words_fail(reader, &reader->name, "%s lacks its bytes", words_show(&reader->name).text);
    midi_parser_feed(parser, &end, 1, sink);
    return got;
}

/* The bytes of raw; *malformed tells at once when they stop to be messages. */
static int feed_raw(struct words_reader *reader, struct midi_parser *parser, const struct midi_parser_sink *sink,
                    const bool *malformed)
{
    struct words_word word;
    struct words_word last = {0};
    bool ended = false;
    int byte;
    int got;

    while ((got = next_byte(reader, &word, &byte, &ended)) == 1) {
        uint8_t data = (uint8_t)byte;

        last = word;
        midi_parser_feed(parser, &data, 1, sink);
        if (*malformed)
            return words_fail(reader, &word, "the bytes up to %s are not MIDI messages", words_show(&word).text);
    }
    if (got < 0)
        return got;
    if (last.length == 0)
        return words_fail(reader, &reader->name, "%s lacks its bytes", words_show(&reader->name).text);
    midi_parser_end(parser, sink);
    if (*malformed)
        return words_fail(reader, &last, "the MIDI message breaks off after %s", words_show(&last).text);
    return 0;
}

/* syx (status F0) and raw (0): read twice, so that nothing is given out of a command that has a mistake further on. */
int words_run_bytes(struct words_reader *reader, const struct words_command *command)
{
    struct words_line line = reader->line;
    bool hex = reader->words->hex;
    bool malformed = false;
    struct midi_parser_sink sink = {.message = ignore_message, .malformed = note_malformed, .user = &malformed};

    for (int pass = 0; pass < 2; pass++) {
        struct midi_parser parser = {0};
        int result;

        reader->line = line;
        reader->words->hex = hex;
        result = command->status == MIDI_SYSEX ? feed_sysex(reader, &parser, &sink)
                                               : feed_raw(reader, &parser, &sink, &malformed);
        if (result < 0)
            return result;
        sink.message = reader->sink->message;
        sink.user = reader->sink->user;
        sink.malformed = NULL; /* the first pass proved that it is not called */
    }
    return 1;
}
