/* MIDI as words, with mistakes: each is named, with its column, and nothing of the wrong command is given out.
 * SPDX-License-Identifier: MIT */
#include "words_test.h"

static void test_unknown_words(void **state)
{
    (void)state;
    expect_error("nte-on 60 100", "", 1, "unknown word \"nte-on\"");
    expect_error("on 60 100 60", "90 3C 64", 11, "unknown word \"60\"");
    expect_error("  mc   noteon", "F8", 8, "unknown word \"noteon\"");
    expect_error("on 1 1 # no comment here", "90 01 01", 8, "unknown word \"#\"");
    expect_error("o", "", 1, "unknown word \"o\"");
    expect_error("onn 1 1", "", 1, "unknown word \"onn\"");
    expect_error("a-word-that-is-much-too-long-to-show 1", "", 1, "unknown word \"a-word-that-is-much-too-...\"");
    expect_error("\x1b[2J\x7f\xc3\xa9", "", 1, "unknown word \"?[2J???\"");
}

static void test_nul_byte(void **state)
{
    static struct heard heard;
    struct midi_words words;

    (void)state;
    midi_words_init(&words);
    assert_int_equal(read_words(&words, "on\0 60 1", 8, true, &heard), NW_EINVALID);
    assert_string_equal(heard.error.text, "unknown word \"on?\"");
    assert_int_equal(read_words(&words, "on 60 1\0", 8, true, &heard), NW_EINVALID);
    assert_string_equal(heard.error.text, "velocity \"1?\" is not a number");
    assert_int_equal(heard.error.column, 7);
}

static void test_missing_numbers(void **state)
{
    (void)state;
    expect_error("on", "", 1, "on lacks its note");
    expect_error("on 60", "", 1, "on lacks its velocity");
    expect_error("mc note-on 60 off 60 0", "F8", 4, "note-on lacks its velocity");
    expect_error("on 60 +01.000", "", 1, "on lacks its velocity");
    expect_error("on 60 dev", "", 1, "on lacks its velocity");
    expect_error("ch", "", 1, "ch lacks its channel");
    expect_error("cc 7", "", 1, "cc lacks its value");
    expect_error("pc hex", "", 1, "pc lacks its number");
    expect_error("pb", "", 1, "pb lacks its value");
    expect_error("tc 2", "", 1, "tc lacks its value");
    expect_error("tc", "", 1, "tc lacks its type");
    expect_error("spp", "", 1, "spp lacks its beats");
    expect_error("clock", "", 1, "clock lacks its tempo");
    expect_error("omc", "", 1, "omc lacks its octave");
    expect_error("syx", "", 1, "syx lacks its bytes");
    expect_error("syx on 60 1", "", 1, "syx lacks its bytes");
    expect_error("mc raw", "F8", 4, "raw lacks its bytes");
    expect_error("raw hex", "", 1, "raw lacks its bytes");
}

static void test_no_numbers(void **state)
{
    (void)state;
    expect_error("on 60 loud", "", 7, "velocity \"loud\" is not a number");
    expect_error("on C##3 1", "", 4, "note \"C##3\" is not a number or a note name");
    expect_error("on C 1", "", 4, "note \"C\" is not a number or a note name");
    expect_error("on I3 1", "", 4, "note \"I3\" is not a number or a note name");
    expect_error("on C-3x 1", "", 4, "note \"C-3x\" is not a number or a note name");
    expect_error("cc 1 C3", "", 6, "value \"C3\" is not a number");
    expect_error("cc 1 1.", "", 6, "value \"1.\" is not a number");
    expect_error("cc 1 1.05", "", 6, "value \"1.05\" is not a number");
    expect_error("cc 1 1.0H", "", 6, "value \"1.0H\" is not a number");
    expect_error("cc 1 1.5", "", 6, "value \"1.5\" is not a number");
    expect_error("cc 1 H", "", 6, "value \"H\" is not a number");
    expect_error("cc 1 0x", "", 6, "value \"0x\" is not a number");
    expect_error("cc 1 -", "", 6, "value \"-\" is not a number");
    expect_error("cc 1 --1", "", 6, "value \"--1\" is not a number");
    expect_error("cc 1 +1", "", 6, "value \"+1\" is not a number");
    expect_error("cc 1 3C", "", 6, "value \"3C\" is not a number");
    expect_error("hex cc 1 3G", "", 10, "value \"3G\" is not a number");
    expect_error("pb 3/2", "", 4, "value \"3/2\" is not a number or a fraction such as -1/2");
    expect_error("pb 1/0", "", 4, "value \"1/0\" is not a number or a fraction such as -1/2");
    expect_error("pb /2", "", 4, "value \"/2\" is not a number or a fraction such as -1/2");
    expect_error("pb 1/", "", 4, "value \"1/\" is not a number or a fraction such as -1/2");
    expect_error("pb 1/2/3", "", 4, "value \"1/2/3\" is not a number or a fraction such as -1/2");
    expect_error("pb 1.", "", 4, "value \"1.\" is not a number or a fraction such as -1/2");
    expect_error("pb 1.5", "", 4, "value \"1.5\" is not a number or a fraction such as -1/2");
}

static void test_ranges(void **state)
{
    (void)state;
    expect_error("on 60 300", "", 7, "velocity 300 is above 127");
    expect_error("on 60 128", "", 7, "velocity 128 is above 127");
    expect_error("on 60 -1", "", 7, "velocity -1 is below 0");
    expect_error("on 128 1", "", 4, "note 128 is above 127");
    expect_error("on G#8 1", "", 4, "note G#8 is above 127 (60 is C3)");
    expect_error("omc 4 on Cb-1 1", "", 10, "note Cb-1 is below 0 (60 is C4)");
    expect_error("ch 0", "", 4, "channel 0 is below 1");
    expect_error("ch 17", "", 4, "channel 17 is above 16");
    expect_error("omc 11", "", 5, "octave 11 is above 10");
    expect_error("cc14 32 1", "", 6, "number 32 is above 31");
    expect_error("cc14 1 16384", "", 8, "value 16384 is above 16383");
    expect_error("rpn 16384 0", "", 5, "number 16384 is above 16383");
    expect_error("nrpn 0 99999999999999999999", "", 8, "value 99999999999999999999 is above 16383");
    expect_error("on C99999999999999999999 1", "", 4, "note C99999999999999999999 is above 127 (60 is C3)");
    expect_error("pb 16384", "", 4, "value 16384 is above 16383");
    expect_error("tc 8 0", "", 4, "type 8 is above 7");
    expect_error("tc 0 16", "", 6, "value 16 is above 15");
    expect_error("clock 0", "", 7, "tempo 0 is below 1");
    expect_error("clock 1000", "", 7, "tempo 1000 is above 999");
    expect_error("clock 120 0", "", 11, "beats 0 is below 1");
    expect_error("hex on 80 1", "", 8, "note 80 is above 127");
}

static void test_bytes(void **state)
{
    (void)state;
    expect_error("syx 1 128", "", 7, "byte 128 is above 127");
    expect_error("syx 1 300", "", 7, "byte 300 is above 255");
    expect_error("syx -1", "", 5, "byte -1 is below 0");
    expect_error("syx 1 two", "", 7, "byte \"two\" is not a number");
    expect_error("hex syx 01 F0", "", 12, "byte F0 is above 127");
    expect_error("hex syx F0 F0", "", 12, "byte F0 is above 127");
    expect_error("hex syx 01 F7 02", "", 15, "byte 02 comes after the F7 that ends SysEx");
    expect_error("hex syx 01 F7 F7", "", 15, "byte F7 comes after the F7 that ends SysEx");
    expect_error("mc syx 1 2 3 4 5 6 7 8 9 x", "F8", 26, "byte \"x\" is not a number");
    expect_error("raw 1", "", 5, "the bytes up to 1 are not MIDI messages");
    expect_error("hex raw 90 3C 40 F4", "", 18, "the bytes up to F4 are not MIDI messages");
    expect_error("hex raw 90 3C 80", "", 15, "the bytes up to 80 are not MIDI messages");
    expect_error("hex raw 90 3C", "", 12, "the MIDI message breaks off after 3C");
    expect_error("hex raw F0 1 2 3 4 5 6 7 8 9", "", 28, "the MIDI message breaks off after 9");
    expect_error("raw 256", "", 5, "byte 256 is above 255");
    expect_error("raw x", "", 5, "byte \"x\" is not a number");
}

static void test_refused_words(void **state)
{
    (void)state;
    expect_error("dev foo", "", 1, "\"dev\" is not done here: ports are chosen outside of the words");
    expect_error("mc virt", "F8", 4, "\"virt\" is not done here: ports are chosen outside of the words");
    expect_error("LIST", "", 1, "\"LIST\" is not done here: ports are listed outside of the words");
    expect_error("file x", "", 1, "\"file\" is not done here: files are not read from here");
    expect_error("syf x", "", 1, "\"syf\" is not done here: files are not read from here");
    expect_error("system-exclusive-file 10 bytes", "", 1,
                 "\"system-exclusive-file\" is not done here: files are not read from here");
    expect_error("mpe 1 15", "", 1, "\"mpe\" is not done here: MPE is set up with rpn 6 instead");
    expect_error("mpp a 1 1", "", 1, "\"mpp\" is not done here: MPE profiles need a port that answers");
    expect_error("mpe-test", "", 1, "\"mpe-test\" is not done here: test scenes are not part of the words here");
}

static void test_time_stamps(void **state)
{
    static struct heard heard;
    struct midi_words words;

    (void)state;
    expect_error("24:00:00.000", "", 1, "time stamp 24:00:00.000 is not a time of day");
    expect_error("mc 00:60:00.000", "F8", 4, "time stamp 00:60:00.000 is not a time of day");
    expect_error("00:00:60.000", "", 1, "time stamp 00:00:60.000 is not a time of day");
    expect_error("0:00:00.000", "", 1, "unknown word \"0:00:00.000\"");
    expect_error("00:00:00,000", "", 1, "unknown word \"00:00:00,000\"");
    expect_error("x0:00:00.000", "", 1, "unknown word \"x0:00:00.000\"");
    expect_error("00:x0:00.000", "", 1, "unknown word \"00:x0:00.000\"");
    expect_error("00:00:0x.000", "", 1, "unknown word \"00:00:0x.000\"");
    expect_error("00:00:00.00x", "", 1, "unknown word \"00:00:00.00x\"");
    expect_error("+1.000", "", 1, "unknown word \"+1.000\"");
    expect_error("+0x.000", "", 1, "unknown word \"+0x.000\"");
    expect_error("+00.0x0", "", 1, "unknown word \"+00.0x0\"");
    expect_error("0000.000", "", 1, "unknown word \"0000.000\"");
    midi_words_init(&words);
    assert_int_equal(read_words(&words, "mc +01.000", 10, false, &heard), NW_EINVALID);
    assert_int_equal(heard.error.column, 4);
    assert_string_equal(heard.error.text, "time stamp +01.000 cannot be waited for here");
    assert_int_equal(read_words(&words, "mc clock 120", 12, false, &heard), NW_EINVALID);
    assert_int_equal(heard.count, 1);
    assert_int_equal(heard.error.column, 4);
    assert_string_equal(heard.error.text, "clock cannot wait between its clocks here; use midi-clock");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_words),   cmocka_unit_test(test_nul_byte),
        cmocka_unit_test(test_missing_numbers), cmocka_unit_test(test_no_numbers),
        cmocka_unit_test(test_ranges),          cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_refused_words),   cmocka_unit_test(test_time_stamps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
