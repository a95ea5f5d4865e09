/* MIDI as words, written: the lines are those of ReceiveMIDI's manual, with single spaces and note numbers.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_parser.h"
#include "words_test.h"

/* Writes the message and reads the line again: the same message. */
static void check(uint8_t status, uint8_t data1, uint8_t data2, const char *line)
{
    static struct heard heard;
    struct midi_msg msg = midi_short(status, data1, data2);
    struct midi_words words;
    char out[MIDI_WORDS_MAX];
    size_t length = midi_words_write(&msg, out);

    assert_string_equal(out, line);
    assert_int_equal(length, strlen(line));
    midi_words_init(&words);
    assert_int_equal(read_words(&words, out, length, false, &heard), 1);
    assert_int_equal(heard.count, 1);
    assert_memory_equal(&heard.messages[0], &msg, sizeof msg);
}

static void test_channel_messages(void **state)
{
    (void)state;
    check(0x90, 60, 100, "channel 1 note-on 60 100\n");
    check(0x90, 60, 0, "channel 1 note-on 60 0\n");
    check(0x80, 60, 0, "channel 1 note-off 60 0\n");
    check(0xa0, 60, 10, "channel 1 poly-pressure 60 10\n");
    check(0xb0, 7, 64, "channel 1 control-change 7 64\n");
    check(0xc0, 5, 0, "channel 1 program-change 5\n");
    check(0xd0, 90, 0, "channel 1 channel-pressure 90\n");
    check(0xe0, 0, 64, "channel 1 pitch-bend 8192\n");
    check(0xef, 127, 127, "channel 16 pitch-bend 16383\n");
    check(0xe9, 1, 0, "channel 10 pitch-bend 1\n");
    check(0xdf, 127, 0, "channel 16 channel-pressure 127\n");
}

static void test_system_messages(void **state)
{
    (void)state;
    check(0xf1, 0x27, 0, "time-code 2 7\n");
    check(0xf1, 0x7f, 0, "time-code 7 15\n");
    check(0xf2, 72, 1, "song-position 200\n");
    check(0xf2, 127, 127, "song-position 16383\n");
    check(0xf3, 3, 0, "song-select 3\n");
    check(0xf6, 0, 0, "tune-request\n");
    check(0xf8, 0, 0, "midi-clock\n");
    check(0xfa, 0, 0, "start\n");
    check(0xfb, 0, 0, "continue\n");
    check(0xfc, 0, 0, "stop\n");
    check(0xfe, 0, 0, "active-sensing\n");
    check(0xff, 0, 0, "reset\n");
}

static void test_no_message(void **state)
{
    static const uint8_t status[] = {0x00, 0x7f, 0xf0, 0xf4, 0xf5, 0xf7, 0xf9, 0xfd};
    char out[MIDI_WORDS_MAX];

    (void)state;
    for (size_t i = 0; i < sizeof status; i++) {
        struct midi_msg msg = {.len = 1, .b = {status[i]}};

        memset(out, 'x', sizeof out);
        assert_int_equal(midi_words_write(&msg, out), 0);
        assert_string_equal(out, "");
    }
}

/* Whatever the message claims, the line stays within its bound. */
static void test_bound(void **state)
{
    (void)state;
    for (unsigned status = 0; status < 256; status++) {
        for (unsigned flags = 0; flags < 16; flags++) {
            struct midi_msg msg = {
                .len = 255, .flags = (uint8_t)flags, .b = {(uint8_t)status, 255, 255, 127, 127, 127, 127, 127}};
            char out[MIDI_WORDS_MAX];
            size_t length = midi_words_write(&msg, out);

            assert_true(length < sizeof out);
            assert_int_equal(out[length], '\0');
            assert_true(midi_words_write_sysex(&msg, out) < sizeof out);
        }
    }
}

/* Writes the pieces of a SysEx as one line, and reads it again: the same pieces. */
static void check_sysex(const char *bytes, const char *line)
{
    static struct heard heard;
    static struct heard again;
    struct midi_parser parser = {0};
    struct midi_parser_sink sink = {.message = hear_message, .user = &heard};
    struct midi_words words;
    uint8_t stream[64];
    char out[512] = "";
    char piece[MIDI_WORDS_MAX];

    memset(&heard, 0, sizeof heard);
    midi_parser_feed(&parser, stream, bytes_of(bytes, stream), &sink);
    for (size_t i = 0; i < heard.count; i++) {
        size_t length = midi_words_write_sysex(&heard.messages[i], piece);

        assert_int_equal(length, strlen(piece));
        strcat(out, piece);
    }
    assert_string_equal(out, line);
    midi_words_init(&words);
    assert_int_equal(read_words(&words, out, strlen(out), false, &again), 1);
    assert_int_equal(again.count, heard.count);
    assert_memory_equal(again.messages, heard.messages, heard.count * sizeof heard.messages[0]);
}

static void test_sysex(void **state)
{
    (void)state;
    check_sysex("F0 7D 01 F7", "system-exclusive hex 7D 01 dec\n");
    check_sysex("F0 F7", "system-exclusive hex dec\n");
    check_sysex("F0 43 10 5E 10 00 10 00 F7", "system-exclusive hex 43 10 5E 10 00 10 00 dec\n");
    check_sysex("F0 00 0A 0F 7F 10 20 30 40 50 60 70 01 02 03 04 05 06 F7",
                "system-exclusive hex 00 0A 0F 7F 10 20 30 40 50 60 70 01 02 03 04 05 06 dec\n");
}

static void test_sysex_pieces(void **state)
{
    struct midi_msg first = {.len = 8, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_BEGIN, .b = {0xf0, 1, 2, 3, 4, 5, 6, 7}};
    struct midi_msg middle = {.len = 2, .flags = MIDI_SYSEX_PART, .b = {0x7f, 0x0b}};
    struct midi_msg cut = {.len = 1, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END | MIDI_SYSEX_CUT, .b = {0xf7}};
    char out[MIDI_WORDS_MAX];

    (void)state;
    midi_words_write_sysex(&first, out);
    assert_string_equal(out, "system-exclusive hex 01 02 03 04 05 06 07");
    midi_words_write(&middle, out); /* finds its way */
    assert_string_equal(out, " 7F 0B");
    midi_words_write_sysex(&cut, out);
    assert_string_equal(out, " dec\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_messages),
        cmocka_unit_test(test_system_messages),
        cmocka_unit_test(test_no_message),
        cmocka_unit_test(test_bound),
        cmocka_unit_test(test_sysex),
        cmocka_unit_test(test_sysex_pieces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
