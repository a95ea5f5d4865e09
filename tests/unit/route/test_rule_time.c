/* Tests of rule_time: the text of an MTC full frame, and which SysEx is one (MIDI Time Code, "Full Message").
 * SPDX-License-Identifier: MIT */
#include "route/rule_time.h"
#include "route_test.h"

/* Reads a text that has no NUL; the frame is all 0xEE when nothing is written. */
static enum rule_result read_time(const char *text, uint8_t rate, uint8_t frame[MIDI_FULL_FRAME])
{
    size_t length = strlen(text);
    uint8_t *copy = malloc(length > 0 ? length : 1);
    enum rule_result result;

    assert_non_null(copy);
    memcpy(copy, text, length);
    memset(frame, 0xee, MIDI_FULL_FRAME);
    result = rule_time_read(copy, length, rate, frame);
    free(copy);
    return result;
}

static void reads_texts(void **state)
{
    static const uint8_t first[] = {0xf0, 0x7f, 0x7f, 1, 1, 0, 0, 0, 0, 0xf7},
                         last[] = {0xf0, 0x7f, 0x7f, 1, 1, 0x77, 59, 59, 29, 0xf7};
    uint8_t frame[MIDI_FULL_FRAME];

    (void)state;
    assert_int_equal(read_time("00:00:00:00", 0, frame), RULE_DONE);
    assert_memory_equal(frame, first, sizeof first);
    assert_int_equal(read_time("0:0:0:0", 0, frame), RULE_DONE);
    assert_memory_equal(frame, first, sizeof first);
    assert_int_equal(read_time("23:59:59:29", 3, frame), RULE_DONE);
    assert_memory_equal(frame, last, sizeof last);
}

static void tells_no_time_from_none_that_there_is(void **state)
{
    static const char *const range[] = {"24:0:0:0", "0:60:0:0", "0:0:60:0", "0:0:0:30", "18446744073709551616:0:0:0"};
    static const char *const bad[] = {"",          ":",        "1",        "1:2:3",    "1:2:3:",
                                      ":1:2:3",    "1::2:3",   "1:2:3:4:", "1:2:3:4 ", " 1:2:3:4",
                                      "1:2:3:4:5", "+1:2:3:4", "1;2;3;4",  "24:0:0",   "24:0:0:x"};
    uint8_t frame[MIDI_FULL_FRAME];

    (void)state;
    for (size_t i = 0; i < sizeof range / sizeof range[0]; i++)
        assert_int_equal(read_time(range[i], 0, frame), RULE_RANGE);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(read_time(bad[i], 0, frame), RULE_BAD_DATA);
}

/* Every full frame that there is goes round; one more than the last of each field is none. */
static void goes_round(void **state)
{
    static const int fields[][2] = {{5, 23}, {6, 59}, {7, 59}, {8, 29}};
    uint8_t frame[MIDI_FULL_FRAME], again[MIDI_FULL_FRAME], text[RULE_TIME_TEXT];

    (void)state;
    for (int rate = 0; rate < 4; rate++)
        for (int field = 0; field < 4; field++)
            for (int value = 0; value <= fields[field][1] + 1; value++) {
                const uint8_t zero[] = {0xf0, 0x7f, 0x7f, 1, 1, (uint8_t)(rate << 5), 0, 0, 0, 0xf7};
                char expected[RULE_TIME_TEXT] = "00:00:00:00";

                memcpy(frame, zero, sizeof frame);
                frame[fields[field][0]] |= (uint8_t)value;
                assert_int_equal(rule_time_is_frame(frame, sizeof frame), value <= fields[field][1]);
                if (value > fields[field][1])
                    continue;
                assert_int_equal(rule_time_rate(frame), rate);
                rule_time_write(frame, text);
                expected[3 * field] = (char)('0' + value / 10);
                expected[3 * field + 1] = (char)('0' + value % 10);
                assert_memory_equal(text, expected, sizeof text);
                assert_int_equal(read_time((const char *)text, (uint8_t)rate, again), RULE_DONE);
                assert_memory_equal(again, frame, sizeof frame);
            }
}

static void knows_a_full_frame(void **state)
{
    const uint8_t frame[] = {0xf0, 0x7f, 0x7f, 1, 1, 0, 0, 0, 0, 0xf7};
    uint8_t other[MIDI_FULL_FRAME + 1] = {0xf0, 0x7f, 0x7f, 1, 1, 0, 0, 0, 0, 0, 0xf7};

    (void)state;
    assert_true(rule_time_is_frame(frame, sizeof frame));
    assert_false(rule_time_is_frame(other, sizeof other));
    for (size_t length = 0; length < sizeof frame; length++)
        assert_false(rule_time_is_frame(frame, length));
    for (size_t i = 0; i < 5; i++) { /* another manufacturer or message; to another device it is one */
        memcpy(other, frame, sizeof frame);
        other[i] ^= 2;
        assert_int_equal(rule_time_is_frame(other, sizeof frame), i == 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_texts),
        cmocka_unit_test(tells_no_time_from_none_that_there_is),
        cmocka_unit_test(goes_round),
        cmocka_unit_test(knows_a_full_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
