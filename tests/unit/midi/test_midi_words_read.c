/* MIDI as words, read: the grammar of SendMIDI's README, and what it sends for each command.
 * SPDX-License-Identifier: MIT */
#include "words_test.h"

static void test_short_words(void **state)
{
    (void)state;
    expect("on 60 100", 1, "90 3C 64");
    expect("off 60 64", 1, "80 3C 40");
    expect("pp 60 10", 1, "A0 3C 0A");
    expect("cc 7 127", 1, "B0 07 7F");
    expect("pc 5", 1, "C0 05");
    expect("cp 90", 1, "D0 5A");
    expect("pb 8192", 1, "E0 00 40");
    expect("pb 0", 1, "E0 00 00");
    expect("pb 16383", 1, "E0 7F 7F");
    expect("mc", 1, "F8");
    expect("start", 1, "FA");
    expect("cont", 1, "FB");
    expect("stop", 1, "FC");
    expect("as", 1, "FE");
    expect("rst", 1, "FF");
    expect("tc 2 7", 1, "F1 27");
    expect("spp 200", 1, "F2 48 01");
    expect("ss 3", 1, "F3 03");
    expect("tun", 1, "F6");
    expect("syx 125 1", 1, "F0 7D 01 F7+()");
    expect("raw 144 60 100", 1, "90 3C 64");
}

static void test_long_words(void **state)
{
    (void)state;
    expect("channel 3 note-on 60 100", 1, "92 3C 64");
    expect("note-off 60 64", 1, "80 3C 40");
    expect("poly-pressure 60 10", 1, "A0 3C 0A");
    expect("control-change 7 127", 1, "B0 07 7F");
    expect("control-change-14 1 8193", 1, "B0 01 40|B0 21 01");
    expect("program-change 5", 1, "C0 05");
    expect("channel-pressure 90", 1, "D0 5A");
    expect("pitch-bend 8192", 1, "E0 00 40");
    expect("midi-clock continue active-sensing reset", 4, "F8|FB|FE|FF");
    expect("time-code 7 15 song-position 16383 song-select 127 tune-request", 4, "F1 7F|F2 7F 7F|F3 7F|F6");
    expect("system-exclusive 1", 1, "F0 01 F7+()");
    expect("raw-midi 250", 1, "FA");
    expect("hexadecimal note-on 3C 64 decimal note-on 60 100", 2, "90 3C 64|90 3C 64");
    expect("octave-middle-c 4 on C4 1", 1, "90 3C 01");
}

static void test_several_commands(void **state)
{
    (void)state;
    expect("ch 2 on 60 100 ch 3 off 60 0", 2, "91 3C 64|82 3C 00");
    expect("cc 20 5 cc 21 0 cc 22 1", 3, "B0 14 05|B0 15 00|B0 16 01");
    expect("on 60.0 100.00 pb 8192.0", 2, "90 3C 64|E0 00 40"); /* as Lua prints a quotient */
    expect("-- nowait no-wait pc 1", 1, "C0 01");
    expect("", 0, "");
    expect(" \t\r\n", 0, "");
    expect("ch 5 hex dec omc 3", 0, "");
    expect("# a comment", 0, "");
    expect("  #on 60 100", 0, "");
    expect("ON 60 100 Note-Off 60 0 CC 1 2", 3, "90 3C 64|80 3C 00|B0 01 02");
}

/* ReceiveMIDI pads its columns; these are lines as its source prints them. */
static void test_receivemidi_lines(void **state)
{
    (void)state;
    expect("channel  1   note-on           C3 100\n", 1, "90 3C 64");
    expect("channel 16   note-off         F#2   0\n", 1, "8F 36 00");
    expect("channel  1   poly-pressure     60  10\r\n", 1, "A0 3C 0A");
    expect("channel  1   control-change     7    64", 1, "B0 07 40");
    expect("channel  1   cc14               7  1000", 1, "B0 07 07|B0 27 68");
    expect("channel  1   program-change         5", 1, "C0 05");
    expect("channel  1   channel-pressure      90", 1, "D0 5A");
    expect("channel  1   pitch-bend          8192", 1, "E0 00 40");
    expect("time-code  2 7", 1, "F1 27");
    expect("song-position   200", 1, "F2 48 01");
    expect("system-exclusive hex 43 10 dec", 1, "F0 43 10 F7+()");
}

static void test_note_names(void **state)
{
    (void)state;
    expect("on C-2 1 on G8 2 on C3 3 on A3 4", 4, "90 00 01|90 7F 02|90 3C 03|90 45 04");
    expect("on C#3 1 on db3 1 on Bb-1 1 on bb-1 1", 4, "90 3D 01|90 3D 01|90 16 01|90 16 01");
    expect("on B3 1 on H3 1 on Cb4 1 on B#2 1", 4, "90 47 01|90 47 01|90 47 01|90 3C 01");
    expect("on d3 1 on E3 1 on F#2 1", 3, "90 3E 01|90 40 01|90 36 01");
    expect("omc 4 on C4 1 omc 5 on C5 1 omc 0 on C0 1", 3, "90 3C 01|90 3C 01|90 3C 01");
    expect("off c3 0 pp c3 1", 2, "80 3C 00|A0 3C 01");
    expect("hex on C3 7F", 1, "90 3C 7F"); /* a name, in hexadecimal lines too */
}

static void test_numbers(void **state)
{
    (void)state;
    expect("on 3CH 64h", 1, "90 3C 64");
    expect("hex on 3C 100M", 1, "90 3C 64");
    expect("hex ch 10 on 3c 7f", 1, "9F 3C 7F");
    expect("on 0x3C 0X7f", 1, "90 3C 7F");
    expect("hex on 0x3C 05", 1, "90 3C 05");
    expect("on hex 3C dec 100", 1, "90 3C 64");
    expect("on 060 007", 1, "90 3C 07");
    expect("hex spp 3FFF", 1, "F2 7F 7F");
}

static void test_settings_last(void **state)
{
    struct midi_words words;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(words.channel, 1);
    assert_int_equal(words.middle_c, 3);
    expect_with(&words, "ch 4", 0, "");
    expect_with(&words, "omc 4", 0, "");
    expect_with(&words, "hex", 0, "");
    expect_with(&words, "on C4 10", 1, "93 3C 0A"); /* hex ended with its line */
    expect_with(&words, "hex on 10 10", 1, "93 10 10");
    words.hex = true; /* a program's own default stays */
    expect_with(&words, "on 10 10 dec on 10 10", 2, "93 10 10|93 0A 0A");
    expect_with(&words, "on 10 10", 1, "93 10 10");
}

static void test_controller_14(void **state)
{
    (void)state;
    expect("cc14 0 16383", 1, "B0 00 7F|B0 20 7F");
    expect("ch 2 cc14 31 129", 1, "B1 1F 01|B1 3F 01");
}

static void test_parameters(void **state)
{
    (void)state;
    expect("rpn 0 256", 1, "B0 65 00|B0 64 00|B0 06 02|B0 26 00|B0 65 7F|B0 64 7F");
    expect("ch 2 rpn 16383 16382", 1, "B1 65 7F|B1 64 7F|B1 06 7F|B1 26 7E|B1 65 7F|B1 64 7F");
    expect("nrpn 245 1", 1, "B0 63 01|B0 62 75|B0 06 00|B0 26 01|B0 65 7F|B0 64 7F");
}

/* JUCE's pitchbendToPitchwheelPos: the two halves are scaled to 8192 and 8191 steps, and cut. */
static void test_pitch_bend_fractions(void **state)
{
    (void)state;
    expect("pb 0/2", 1, "E0 00 40");
    expect("pb -0/2", 1, "E0 00 40");
    expect("pb 2/2", 1, "E0 7F 7F");
    expect("pb -2/2", 1, "E0 00 00");
    expect("pb 1/2", 1, "E0 7F 5F");                        /* 8192 + 4095.5 = 12287 */
    expect("pb -1/2", 1, "E0 00 20");                       /* 4096 */
    expect("pb 0.5/2", 1, "E0 7F 4F");                      /* 8192 + 2047.75 = 10239 */
    expect("pb -0.5/2.0", 1, "E0 00 30");                   /* 6144 */
    expect("pb 1/48", 1, "E0 2A 41");                       /* 8192 + 170.6 = 8362 */
    expect("pb 0.123456789/12", 1, "E0 54 40");             /* 8192 + 84.27 = 8276 */
    expect("hex pb 10/12 pb 2000", 2, "E0 29 75|E0 00 40"); /* fractions are decimal: 8192 + 6825.8 = 15017 */
}

static void test_sysex(void **state)
{
    (void)state;
    expect("hex syx 43 10 5e 10 00 10 00 7f", 1, "F0 43 10 5E 10 00 10 00+(|7F F7+)");
    expect("syx 1 hex 10 dec 10 10H", 1, "F0 01 10 0A 10 F7+()");
    expect("syx 10 hex 10", 1, "F0 0A 10 F7+()");
    expect("syx hex F0 7D 01 F7", 1, "F0 7D 01 F7+()");
    expect("hex syx 7D F7", 1, "F0 7D F7+()");
    expect("hex syx F0 7D", 1, "F0 7D F7+()");
    expect("syx hex F0 F7", 1, "F0 F7+()");
    expect("system-exclusive hex dec", 1, "F0 F7+()");
    expect("syx 1 2 on 60 1", 2, "F0 01 02 F7+()|90 3C 01");
    expect("syx 1 syx 2", 2, "F0 01 F7+()|F0 02 F7+()");
    expect("hex syx 7D cc 7 7F", 2, "F0 7D F7+()|B0 07 7F"); /* a command is a command, as in SendMIDI */
    expect("syx hex 7D dec on 60 100", 2, "F0 7D F7+()|90 3C 64");
}

static void test_long_sysex(void **state)
{
    static struct heard heard;
    struct midi_words words;
    char *line = malloc(4 + 8000 * 3);
    size_t length = (size_t)sprintf(line, "syx");

    (void)state;
    for (unsigned i = 0; i < 8000; i++)
        length += (size_t)sprintf(line + length, " %u", i % 100);
    midi_words_init(&words);
    assert_int_equal(read_words(&words, line, length, false, &heard), 1);
    assert_int_equal(heard.count, 8002 / 8 + 1); /* F0, 8000 bytes, F7 */
    for (size_t i = 1; i < 8001; i++)
        assert_int_equal(heard.messages[i / 8].b[i % 8], (i - 1) % 100);
    free(line);
}

static void test_raw(void **state)
{
    (void)state;
    expect("hex raw 90 3C 40 3E 41 F8", 1, "90 3C 40|90 3E 41|F8");
    expect("raw hex F0 7D 01 F7 90 01 02", 1, "F0 7D 01 F7+()|90 01 02");
    expect("raw hex F0 7D F8 01 F7", 1, "F8|F0 7D 01 F7+()");
    expect("hex raw CCH 05", 1, "CC 05");
    expect("raw 176 7 127 pc 1", 2, "B0 07 7F|C0 01");
    expect("raw 255", 1, "FF");
}

static void test_panic(void **state)
{
    static struct heard heard;
    static const struct midi_msg before[5] = {{.len = 3, .b = {0xb0, 64, 0}},
                                              {.len = 3, .b = {0xb0, 120, 0}},
                                              {.len = 3, .b = {0xb0, 121, 0}},
                                              {.len = 3, .b = {0xb0, 123, 0}},
                                              {.len = 3, .b = {0xe0, 0, 64}}};
    struct midi_words words;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(read_words(&words, "panic", 5, false, &heard), 1);
    assert_int_equal(heard.count, 16 * 133);
    for (size_t channel = 0; channel < 16; channel++) {
        const struct midi_msg *messages = &heard.messages[channel * 133];

        for (size_t i = 0; i < 133; i++) {
            struct midi_msg msg = {.len = 3, .b = {0x80, (uint8_t)(i - 5), 0}};

            if (i < 5)
                msg = before[i];
            msg.b[0] = (uint8_t)(msg.b[0] | channel);
            assert_memory_equal(&messages[i], &msg, sizeof msg);
        }
    }
}

static void expect_wait(const struct heard *heard, size_t index, uint64_t ms, bool absolute, size_t at)
{
    assert_int_equal(heard->wait_ns[index], ms * 1000000);
    assert_int_equal(heard->wait_absolute[index], absolute);
    assert_int_equal(heard->wait_at[index], at);
}

static void test_time_stamps(void **state)
{
    static struct heard heard;
    static const char line[] = "on 60 1 +01.060 off 60 0 +00:00:01.060 pc 1 08:10:17.056 pc 2 +99.999 +00.000 syx 1 "
                               "+02:03:04.005 23:59:59.999";
    struct midi_words words;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(read_words(&words, line, sizeof line - 1, true, &heard), 5);
    assert_int_equal(heard.waits, 7);
    expect_wait(&heard, 0, 1060, false, 1);
    expect_wait(&heard, 1, 1060, false, 2);
    expect_wait(&heard, 2, 29417056, true, 3);
    expect_wait(&heard, 3, 99999, false, 4);
    expect_wait(&heard, 4, 0, false, 4);
    expect_wait(&heard, 5, 7384005, false, 5);
    expect_wait(&heard, 6, 86399999, true, 5);
}

static void test_time_stamp_before_a_message(void **state)
{
    static struct heard heard;
    static const char line[] = "00:00:00.000   channel  1   note-on           C3 100";
    struct midi_words words;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(read_words(&words, line, sizeof line - 1, true, &heard), 1);
    assert_int_equal(heard.waits, 1);
    expect_wait(&heard, 0, 0, true, 0);
}

/* 120 beats a minute are 48 clocks a second; 47 waits in a row, that add up to the place of the last clock. */
static void test_clock(void **state)
{
    static struct heard heard;
    struct midi_words words;
    uint64_t sum = 0;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(read_words(&words, "clock 120", 9, true, &heard), 1);
    assert_int_equal(heard.count, 48);
    assert_int_equal(heard.waits, 47);
    for (size_t i = 0; i < 47; i++) {
        assert_int_equal(heard.messages[i].b[0], 0xf8);
        assert_int_equal(heard.wait_at[i], i + 1);
        assert_false(heard.wait_absolute[i]);
        assert_true(heard.wait_ns[i] == 20833333 || heard.wait_ns[i] == 20833334);
        sum += heard.wait_ns[i];
    }
    assert_int_equal(sum, 979166666); /* 47/48 of a second, cut */
}

static void test_clock_beats(void **state)
{
    static struct heard heard;
    struct midi_words words;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(read_words(&words, "clock 999 1 pc 1", 16, true, &heard), 2);
    assert_int_equal(heard.count, 25);
    assert_int_equal(read_words(&words, "clock 60 pc 1", 13, true, &heard), 2);
    assert_int_equal(heard.count, 49);
    assert_int_equal(read_words(&words, "clock 60 hex 1 cc 10 1", 22, true, &heard), 2);
    assert_int_equal(heard.count, 25);
    assert_int_equal(heard.messages[24].b[1], 0x10);
    assert_int_equal(read_words(&words, "hex clock 3C", 12, true, &heard), 1);
    assert_int_equal(heard.wait_ns[0], 41666666);
    assert_int_equal(read_words(&words, "hex clock 3C cc 1 1", 19, true, &heard), 2);
    assert_int_equal(heard.count, 49);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_short_words),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_several_commands),
        cmocka_unit_test(test_receivemidi_lines),
        cmocka_unit_test(test_note_names),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_settings_last),
        cmocka_unit_test(test_controller_14),
        cmocka_unit_test(test_parameters),
        cmocka_unit_test(test_pitch_bend_fractions),
        cmocka_unit_test(test_sysex),
        cmocka_unit_test(test_long_sysex),
        cmocka_unit_test(test_raw),
        cmocka_unit_test(test_panic),
        cmocka_unit_test(test_time_stamps),
        cmocka_unit_test(test_time_stamp_before_a_message),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_clock_beats),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
