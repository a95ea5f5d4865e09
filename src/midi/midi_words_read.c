/* SendMIDI's commands, in long or short words, become MIDI messages: the table of words, and the way along a line.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_words_reader.h"

#include <stdarg.h>
#include <stdio.h>

#define NONE                                                                                                           \
    {                                                                                                                  \
        NULL, WORDS_NUMBER, 0, 0                                                                                       \
    }
#define SEVEN(name)                                                                                                    \
    {                                                                                                                  \
        name, WORDS_NUMBER, 0, 127                                                                                     \
    }
#define FOURTEEN(name)                                                                                                 \
    {                                                                                                                  \
        name, WORDS_NUMBER, 0, 16383                                                                                   \
    }
#define NOTE_NUMBER                                                                                                    \
    {                                                                                                                  \
        "note", WORDS_NOTE, 0, 127                                                                                     \
    }

/* The frequent ones first, since they are looked up one by one. */
static const struct words_command commands[] = {
    {"ch", "channel", words_run_set_channel, 0, {{"channel", WORDS_NUMBER, 1, 16}, NONE}},
    {"on", "note-on", words_run_channel_message, MIDI_NOTE_ON, {NOTE_NUMBER, SEVEN("velocity")}},
    {"off", "note-off", words_run_channel_message, MIDI_NOTE_OFF, {NOTE_NUMBER, SEVEN("velocity")}},
    {"cc", "control-change", words_run_channel_message, MIDI_CONTROL_CHANGE, {SEVEN("number"), SEVEN("value")}},
    {"pb", "pitch-bend", words_run_pitch_bend, MIDI_PITCH_BEND, {{"value", WORDS_BEND, 0, 16383}, NONE}},
    {"pp", "poly-pressure", words_run_channel_message, MIDI_KEY_PRESSURE, {NOTE_NUMBER, SEVEN("value")}},
    {"pc", "program-change", words_run_channel_message, MIDI_PROGRAM_CHANGE, {SEVEN("number"), NONE}},
    {"cp", "channel-pressure", words_run_channel_message, MIDI_CHANNEL_PRESSURE, {SEVEN("value"), NONE}},
    {"mc", "midi-clock", words_run_system_message, MIDI_CLOCK, {NONE, NONE}},
    {"cc14",
     "control-change-14",
     words_run_controller_14,
     MIDI_CONTROL_CHANGE,
     {{"number", WORDS_NUMBER, 0, 31}, FOURTEEN("value")}},
    {"rpn", "rpn", words_run_parameter, 101, {FOURTEEN("number"), FOURTEEN("value")}},
    {"nrpn", "nrpn", words_run_parameter, 99, {FOURTEEN("number"), FOURTEEN("value")}},
    {"syx", "system-exclusive", words_run_bytes, MIDI_SYSEX, {NONE, NONE}},
    {"raw", "raw-midi", words_run_bytes, 0, {NONE, NONE}},
    {"tc",
     "time-code",
     words_run_time_code,
     MIDI_TIME_CODE,
     {{"type", WORDS_NUMBER, 0, 7}, {"value", WORDS_NUMBER, 0, 15}}},
    {"spp", "song-position", words_run_song_position, MIDI_SONG_POSITION, {FOURTEEN("beats"), NONE}},
    {"ss", "song-select", words_run_system_message, MIDI_SONG_SELECT, {SEVEN("number"), NONE}},
    {"tun", "tune-request", words_run_system_message, MIDI_TUNE_REQUEST, {NONE, NONE}},
    {"start", "start", words_run_system_message, MIDI_START, {NONE, NONE}},
    {"cont", "continue", words_run_system_message, MIDI_CONTINUE, {NONE, NONE}},
    {"stop", "stop", words_run_system_message, MIDI_STOP, {NONE, NONE}},
    {"as", "active-sensing", words_run_system_message, MIDI_ACTIVE_SENSING, {NONE, NONE}},
    {"rst", "reset", words_run_system_message, MIDI_RESET, {NONE, NONE}},
    {"clock", "clock", words_run_clock, 0, {{"tempo", WORDS_NUMBER, 1, 999}, NONE}},
    {"omc", "octave-middle-c", words_run_set_octave, 0, {{"octave", WORDS_NUMBER, 0, 10}, NONE}},
    {"panic", "panic", words_run_panic, 0, {NONE, NONE}},
    {"--", "--", words_run_nothing, 0, {NONE, NONE}},
    {"nowait", "no-wait", words_run_nothing, 0, {NONE, NONE}},
};

/* Words of SendMIDI that need what is not here. */
static const struct {
    const char *brief;
    const char *full;
    const char *reason;
} refused[] = {
    {"dev", "device", "ports are chosen outside of the words"},
    {"devindex", "device-index", "ports are chosen outside of the words"},
    {"virt", "virtual", "ports are chosen outside of the words"},
    {"list", "list", "ports are listed outside of the words"},
    {"listi", "list-index", "ports are listed outside of the words"},
    {"file", "file", "files are not read from here"},
    {"syf", "system-exclusive-file", "files are not read from here"},
    {"mpe", "mpe", "MPE is set up with rpn 6 instead"},
    {"mpp", "mpe-profile", "MPE profiles need a port that answers"},
    {"mpetest", "mpe-test", "test scenes are not part of the words here"},
};

/* The command of that name; NULL when there is none. */
static const struct words_command *find_command(const struct words_word *word)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (words_equal(word, commands[i].brief) || words_equal(word, commands[i].full))
            return &commands[i];
    }
    return NULL;
}

/* Why a command of SendMIDI is not done here; NULL when it is not one of those. */
static const char *find_refusal(const struct words_word *word)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (words_equal(word, refused[i].brief) || words_equal(word, refused[i].full))
            return refused[i].reason;
    }
    return NULL;
}

/* Asked of every word that might be a number, so that "cc" stays a command in hexadecimal lines. */
bool words_is_boundary(const struct words_word *word)
{
    bool absolute;
    uint64_t ns;

    return find_command(word) != NULL || find_refusal(word) != NULL || words_time(word, &ns, &absolute);
}

/* Bytes beyond ASCII become '?' too: a cut character would be worse. */
struct words_shown words_show(const struct words_word *word)
{
    struct words_shown shown;
    size_t length = word->length;
    bool cut = length > sizeof shown.text - 4;

    if (cut)
        length = sizeof shown.text - 4;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)word->text[i];

        shown.text[i] = c < 0x20 || c >= 0x7f ? '?' : word->text[i];
    }
    snprintf(shown.text + length, sizeof shown.text - length, "%s", cut ? "..." : "");
    return shown;
}

/* The only place that fills the caller's error. */
int words_fail(struct words_reader *reader, const struct words_word *word, const char *format, ...)
{
    va_list args;

    reader->error->column = word->column;
    va_start(args, format);
    vsnprintf(reader->error->text, sizeof reader->error->text, format, args);
    va_end(args);
    return NW_EINVALID;
}

/* Not in the table of commands: these stand between a command's numbers too. */
bool words_take_base(struct words_reader *reader, const struct words_word *word)
{
    bool hex = words_equal(word, "hex") || words_equal(word, "hexadecimal");

    if (!hex && !words_equal(word, "dec") && !words_equal(word, "decimal"))
        return false;
    reader->words->hex = hex;
    return true;
}

/* Says that a word is not what the operand asks for. */
static int fail_form(struct words_reader *reader, const struct words_word *word, const struct words_operand *operand)
{
    static const char *const wanted[] = {"a number", "a number or a note name", "a number or a fraction such as -1/2"};

    return words_fail(reader, word, "%s \"%s\" is not %s", operand->name, words_show(word).text, wanted[operand->form]);
}

/* A missing number is a mistake of the command, a wrong one of the number itself; so are the columns. */
int words_read_operand(struct words_reader *reader, const struct words_operand *operand, int *value)
{
    struct words_word word;
    bool named;

    do {
        if (!words_next(&reader->line, &word) || words_is_boundary(&word))
            return words_fail(reader, &reader->name, "%s lacks its %s", words_show(&reader->name).text, operand->name);
    } while (words_take_base(reader, &word));
    named = operand->form == WORDS_NOTE && words_note(&word, reader->words->middle_c, value);
    if (!named && !(operand->form == WORDS_BEND && words_bend(&word, value)) &&
        !words_number(&word, reader->words->hex, value))
        return fail_form(reader, &word, operand);
    if (*value >= operand->low && *value <= operand->high)
        return NW_OK;
    if (named)
        return words_fail(reader, &word, "%s %s is %s (60 is C%d)", operand->name, words_show(&word).text,
                          *value < operand->low ? "below 0" : "above 127", reader->words->middle_c);
    if (*value < operand->low)
        return words_fail(reader, &word, "%s %s is below %d", operand->name, words_show(&word).text, operand->low);
    return words_fail(reader, &word, "%s %s is above %d", operand->name, words_show(&word).text, operand->high);
}

/* A time stamp between commands. */
static int take_time(struct words_reader *reader, const struct words_word *word, uint64_t ns, bool absolute)
{
    if (ns == UINT64_MAX)
        return words_fail(reader, word, "time stamp %s is not a time of day", words_show(word).text);
    if (reader->sink->wait == NULL)
        return words_fail(reader, word, "time stamp %s cannot be waited for here", words_show(word).text);
    reader->sink->wait(reader->sink->user, ns, absolute);
    return 0;
}

/* A command with its numbers. 1, 0 for a setting, or NW_EINVALID. */
static int take_command(struct words_reader *reader, const struct words_command *command)
{
    for (size_t i = 0; i < 2; i++) {
        reader->value[i] = 0;
        if (command->operand[i].name != NULL &&
            words_read_operand(reader, &command->operand[i], &reader->value[i]) != NW_OK)
            return NW_EINVALID;
    }
    return command->run(reader, command);
}

/* One word that begins something, with all that belongs to it. */
static int take_word(struct words_reader *reader, const struct words_word *word)
{
    const struct words_command *command = find_command(word);
    const char *refusal;
    bool absolute;
    uint64_t ns;

    if (words_take_base(reader, word))
        return 0;
    if (command != NULL) {
        reader->name = *word;
        return take_command(reader, command);
    }
    if (words_time(word, &ns, &absolute))
        return take_time(reader, word, ns, absolute);
    refusal = find_refusal(word);
    if (refusal != NULL)
        return words_fail(reader, word, "\"%s\" is not done here: %s", words_show(word).text, refusal);
    return words_fail(reader, word, "unknown word \"%s\"", words_show(word).text);
}

/* As SendMIDI begins: channel 1, decimal numbers, middle C is C3. */
void midi_words_init(struct midi_words *words)
{
    *words = (struct midi_words){.channel = 1, .hex = false, .middle_c = 3};
}

/* Borrows everything; the sink is called before this returns. */
int midi_words_read(struct midi_words *words, const char *line, size_t length, const struct midi_words_sink *sink,
                    struct midi_words_error *error)
{
    struct words_reader reader = {
        .words = words, .sink = sink, .error = error, .line = {.text = line, .length = length, .at = 0}};
    struct words_word word;
    bool hex = words->hex;
    bool first = true;
    int count = 0;

    while (words_next(&reader.line, &word)) {
        int result;

        if (first && word.text[0] == '#')
            break;
        first = false;
        result = take_word(&reader, &word);
        if (result < 0) {
            words->hex = hex;
            return result;
        }
        count += result;
    }
    words->hex = hex;
    return count;
}
