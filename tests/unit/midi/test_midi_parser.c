/* The MIDI byte-stream parser, against the MIDI 1.0 Detailed Specification.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_parser.h"
#include "midi_test.h"

#define PARTS_MAX 9000

static struct midi_msg got[PARTS_MAX];
static size_t got_count;
static unsigned malformed_count;
static size_t malformed_at; /* how many messages had come at the last malformed */

static void on_message(void *user, const struct midi_msg *msg)
{
    assert_ptr_equal(user, &got_count);
    assert_true(got_count < PARTS_MAX);
    assert_true(msg->len >= 1 && msg->len <= 8);
    assert_int_equal(msg->port, 0);
    assert_int_equal(msg->time_us, 0);
    for (size_t i = msg->len; i < 8; i++)
        assert_int_equal(msg->b[i], 0);
    got[got_count++] = *msg;
}

static void on_malformed(void *user)
{
    assert_ptr_equal(user, &got_count);
    malformed_count++;
    malformed_at = got_count;
}

static const struct midi_parser_sink sink = {.message = on_message, .malformed = on_malformed, .user = &got_count};

static void start(struct midi_parser *parser)
{
    midi_parser_reset(parser);
    got_count = 0;
    malformed_count = 0;
    malformed_at = 0;
}

/* Feeds a stream whole, cut in two at every place, and byte by byte: always the same messages and malformed count. (No
 * stream here has a run of stray data bytes of more than one byte; those have a test of their own.) */
static void check(const char *stream, const char *expected, unsigned malformed)
{
    struct midi_parser parser;
    uint8_t bytes[256];
    char text[2048];
    size_t length = bytes_of(stream, bytes);

    for (size_t cut = 0; cut <= length; cut++) {
        start(&parser);
        midi_parser_feed(&parser, bytes, cut, &sink);
        midi_parser_feed(&parser, bytes + cut, length - cut, &sink);
        describe(got, got_count, text);
        assert_string_equal(text, expected);
        assert_int_equal(malformed_count, malformed);
    }
    start(&parser);
    for (size_t i = 0; i < length; i++)
        midi_parser_feed(&parser, bytes + i, 1, &sink);
    describe(got, got_count, text);
    assert_string_equal(text, expected);
    assert_int_equal(malformed_count, malformed);
}

/* The same, then the stream's end. */
static void check_end(const char *stream, const char *expected, unsigned malformed)
{
    struct midi_parser parser;
    struct midi_parser zero = {0};
    uint8_t bytes[256];
    char text[2048];
    size_t length = bytes_of(stream, bytes);

    start(&parser);
    midi_parser_feed(&parser, bytes, length, &sink);
    midi_parser_end(&parser, &sink);
    describe(got, got_count, text);
    assert_string_equal(text, expected);
    assert_int_equal(malformed_count, malformed);
    assert_memory_equal(&parser, &zero, sizeof parser);
    midi_parser_end(&parser, &sink);
    assert_int_equal(malformed_count, malformed);
}

static void test_channel_messages(void **state)
{
    (void)state;
    check("80 3C 40", "80 3C 40", 0);
    check("9F 00 7F", "9F 00 7F", 0);
    check("90 3C 00", "90 3C 00", 0);
    check("A1 7F 01", "A1 7F 01", 0);
    check("B2 07 64", "B2 07 64", 0);
    check("C3 05", "C3 05", 0);
    check("D4 7F", "D4 7F", 0);
    check("E5 00 40", "E5 00 40", 0);
}

static void test_every_channel_status(void **state)
{
    (void)state;
    for (unsigned status = 0x80; status < 0xf0; status++) {
        bool two = (status & 0xf0) == 0xc0 || (status & 0xf0) == 0xd0;
        char stream[16];

        snprintf(stream, sizeof stream, two ? "%02X 11" : "%02X 11 22", status);
        check(stream, stream, 0);
    }
}

static void test_system_messages(void **state)
{
    (void)state;
    check("F1 27", "F1 27", 0);
    check("F2 48 01", "F2 48 01", 0);
    check("F3 03", "F3 03", 0);
    check("F6", "F6", 0);
    check("F8 FA FB FC FE FF", "F8|FA|FB|FC|FE|FF", 0);
}

static void test_undefined_status(void **state)
{
    (void)state;
    check("F4", "", 1);
    check("F5", "", 1);
    check("F9", "", 1);
    check("FD", "", 1);
    check("F9 F9 FD", "", 3);
    check("90 3C F9 40 FD 3E 41", "90 3C 40|90 3E 41", 2);
    check("90 3C 40 F4 3E", "90 3C 40", 2); /* F4 ends running status: 3E is stray */
    check("90 3C F5 40", "", 3);            /* cut off, undefined, stray */
    check("F0 01 F9 02 F7", "F0 01 02 F7+()", 1);
    check("F0 01 F4 02", "", 3); /* cut off, undefined, stray */
    check("F1 F9 05", "F1 05", 1);
}

static void test_running_status(void **state)
{
    (void)state;
    check("90 3C 40 3E 41 3C 00", "90 3C 40|90 3E 41|90 3C 00", 0);
    check("90 3C 40 C0 01 E0 01 02 F3 05 F1 06", "90 3C 40|C0 01|E0 01 02|F3 05|F1 06", 0);
    check("C0 01 02 03", "C0 01|C0 02|C0 03", 0);
    check("E0 00 40 7F 7F", "E0 00 40|E0 7F 7F", 0);
    check("90 3C 40 B0 07 7F 08 7E", "90 3C 40|B0 07 7F|B0 08 7E", 0);
}

static void test_running_status_is_cancelled(void **state)
{
    (void)state;
    check("90 3C 40 F6 3E", "90 3C 40|F6", 1);
    check("90 3C 40 F1 05 3E", "90 3C 40|F1 05", 1);
    check("90 3C 40 F2 05 06 3E", "90 3C 40|F2 05 06", 1);
    check("90 3C 40 F3 05 3E", "90 3C 40|F3 05", 1);
    check("90 3C 40 F0 05 F7 3E", "90 3C 40|F0 05 F7+()", 1);
    check("90 3C 40 F7 3E", "90 3C 40", 2);
    check_end("90 3C 40", "90 3C 40", 0);
}

static void test_realtime_between_bytes(void **state)
{
    (void)state;
    check("90 F8 3C FE 40 FA 3E FB 41", "F8|FE|90 3C 40|FA|FB|90 3E 41", 0);
    check("F2 F8 01 FC 02", "F8|FC|F2 01 02", 0);
    check("C0 FF 05", "FF|C0 05", 0);
    check("F0 01 F8 02 FA F7", "F8|FA|F0 01 02 F7+()", 0);
    check("F0 01 02 03 04 05 06 07 F8 08 F7", "F0 01 02 03 04 05 06 07+(|F8|08 F7+)", 0);
}

static void test_cut_off_messages(void **state)
{
    (void)state;
    check("90 3C 91 3C 40", "91 3C 40", 1);
    check("90 91 3C 40", "91 3C 40", 1);
    check("90 3C 40 3E 80 3C 40", "90 3C 40|80 3C 40", 1);
    check("90 3C 40 80 3C 40", "90 3C 40|80 3C 40", 0);
    check("F2 01 90 3C 40", "90 3C 40", 1);
    check("F1 F6", "F6", 1);
    check("90 3C F0 01 F7", "F0 01 F7+()", 1);
    check("90 3C F7", "", 2);
    check("F7", "", 1);
    check("F7 F7", "", 2);
}

static void test_stray_data(void **state)
{
    static const uint8_t run[] = {1, 2, 3, 0xf8, 4, 0xf6, 5, 6};
    struct midi_parser parser;

    (void)state;
    check("05", "", 1);
    start(&parser);
    midi_parser_feed(&parser, run, sizeof run, &sink);
    assert_int_equal(malformed_count, 2); /* F8 does not end the run, F6 does */
    assert_int_equal(got_count, 2);
    start(&parser);
    for (size_t i = 0; i < 3; i++)
        midi_parser_feed(&parser, run + i, 1, &sink);
    assert_int_equal(malformed_count, 3); /* once per call */
}

static void test_sysex(void **state)
{
    (void)state;
    check("F0 F7", "F0 F7+()", 0);
    check("F0 7D 01 F7", "F0 7D 01 F7+()", 0);
    check("F0 01 02 03 04 05 06 F7", "F0 01 02 03 04 05 06 F7+()", 0);
    check("F0 01 02 03 04 05 06 07 F7", "F0 01 02 03 04 05 06 07+(|F7+)", 0);
    check("F0 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10 F7",
          "F0 01 02 03 04 05 06 07+(|08 09 0A 0B 0C 0D 0E 0F+|10 F7+)", 0);
    check("F0 01 F7 F0 02 F7", "F0 01 F7+()|F0 02 F7+()", 0);
    check("F0 01 02 03 04 05 06 07 08 F7 90 01 02", "F0 01 02 03 04 05 06 07+(|08 F7+)|90 01 02", 0);
}

static void test_sysex_cut_off(void **state)
{
    (void)state;
    check("F0 01 02 90 3C 40", "90 3C 40", 1);
    check("F0 01 F0 02 F7", "F0 02 F7+()", 1);
    check("F0 01 F6 3E", "F6", 2);
    check("F0 01 02 03 04 05 06 07 08 90 3C 40", "F0 01 02 03 04 05 06 07+(|F7+)!|90 3C 40", 1);
    check("F0 01 02 03 04 05 06 07 F0 08 F7", "F0 01 02 03 04 05 06 07+(|F7+)!|F0 08 F7+()", 1);
    check("F0 01 02 03 04 05 06 07 F5 F7", "F0 01 02 03 04 05 06 07+(|F7+)!", 3);
}

static void test_malformed_comes_after_the_closing_piece(void **state)
{
    static const uint8_t bytes[] = {0xf0, 1, 2, 3, 4, 5, 6, 7, 0x90, 1, 2};
    struct midi_parser parser;

    (void)state;
    start(&parser);
    midi_parser_feed(&parser, bytes, sizeof bytes, &sink);
    assert_int_equal(got_count, 3);
    assert_int_equal(malformed_at, 2);
}

static void test_end(void **state)
{
    (void)state;
    check_end("", "", 0);
    check_end("90", "", 1);
    check_end("90 3C", "", 1);
    check_end("90 3C 40 3E", "90 3C 40", 1);
    check_end("F2 01", "", 1);
    check_end("F1", "", 1);
    check_end("F0", "", 1);
    check_end("F0 01 02", "", 1);
    check_end("F0 01 02 03 04 05 06 07", "F0 01 02 03 04 05 06 07+(|F7+)!", 1);
    check_end("F0 01 02 03 04 05 06 07 08 09", "F0 01 02 03 04 05 06 07+(|F7+)!", 1);
    check_end("F0 01 F7", "F0 01 F7+()", 0);
    check_end("F8", "F8", 0);
}

/* Every pair of statuses, with and without data: what comes out is whole, whatever was open. */
static void test_every_pair_of_bytes(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        for (unsigned second = 0; second < 256; second++) {
            const uint8_t bytes[2] = {(uint8_t)first, (uint8_t)second};
            struct midi_parser parser;

            start(&parser);
            midi_parser_feed(&parser, bytes, 2, &sink);
            midi_parser_end(&parser, &sink);
            for (size_t i = 0; i < got_count; i++) {
                if ((got[i].flags & MIDI_SYSEX_PART) == 0)
                    assert_int_equal(got[i].len, midi_length(got[i].b[0]));
            }
            assert_true(got_count + malformed_count >= 1);
            assert_true(got_count + malformed_count <= 2);
        }
    }
}

/* 64 KiB of SysEx, fed in chunks of a prime length: nothing lost, every piece but the last full. */
static void test_long_sysex(void **state)
{
    enum { LENGTH = 65536, CHUNK = 997 };
    uint8_t *bytes = malloc(LENGTH);
    struct midi_parser parser;
    size_t at = 0;

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < LENGTH; i++)
        bytes[i] = (uint8_t)(i * 7 % 128);
    bytes[0] = 0xf0;
    bytes[LENGTH - 1] = 0xf7;
    start(&parser);
    for (size_t i = 0; i < LENGTH; i += CHUNK)
        midi_parser_feed(&parser, bytes + i, LENGTH - i < CHUNK ? LENGTH - i : CHUNK, &sink);
    assert_int_equal(got_count, LENGTH / 8);
    assert_int_equal(malformed_count, 0);
    for (size_t i = 0; i < got_count; i++) {
        unsigned flags = MIDI_SYSEX_PART;

        flags |= i == 0 ? MIDI_SYSEX_BEGIN : 0;
        flags |= i == got_count - 1 ? MIDI_SYSEX_END : 0;
        assert_int_equal(got[i].flags, flags);
        assert_int_equal(got[i].len, 8);
        assert_memory_equal(got[i].b, bytes + at, 8);
        at += 8;
    }
    free(bytes);
}

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct midi_msg), 16);
    assert_int_equal(sizeof(struct midi_parser), 24);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_channel_messages),
        cmocka_unit_test(test_every_channel_status),
        cmocka_unit_test(test_system_messages),
        cmocka_unit_test(test_undefined_status),
        cmocka_unit_test(test_running_status),
        cmocka_unit_test(test_running_status_is_cancelled),
        cmocka_unit_test(test_realtime_between_bytes),
        cmocka_unit_test(test_cut_off_messages),
        cmocka_unit_test(test_stray_data),
        cmocka_unit_test(test_sysex),
        cmocka_unit_test(test_sysex_cut_off),
        cmocka_unit_test(test_malformed_comes_after_the_closing_piece),
        cmocka_unit_test(test_end),
        cmocka_unit_test(test_every_pair_of_bytes),
        cmocka_unit_test(test_long_sysex),
        cmocka_unit_test(test_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
