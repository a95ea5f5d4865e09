/* Tests of midi_time_code: eight quarter frames are one time (MIDI 1.0 Detailed Specification 4.2, "MIDI Time Code").
 * SPDX-License-Identifier: MIT */
#include "midi/midi_time_code.h"
#include "midi_test.h"

/* Takes the data bytes of a text such as "00 10 20" in; the results as letters (s stray, p part, W whole). */
static const char *take(struct midi_time_code *code, const char *text, uint8_t frame[MIDI_FULL_FRAME])
{
    static char results[256];
    uint8_t bytes[128];
    size_t count = bytes_of(text, bytes);

    for (size_t i = 0; i < count; i++)
        results[i] = "spW"[midi_time_code_take(code, bytes[i], frame)];
    results[count] = '\0';
    return results;
}

static void expect_frame(const uint8_t frame[MIDI_FULL_FRAME], const char *text)
{
    uint8_t expected[MIDI_FULL_FRAME];

    assert_int_equal(bytes_of(text, expected), MIDI_FULL_FRAME);
    assert_memory_equal(frame, expected, MIDI_FULL_FRAME);
}

/* 01:37:52:16 at 30 frames a second (type 3): hours 01, minutes 25H, seconds 34H, frames 10H. */
static void forwards(void **state)
{
    struct midi_time_code code = {0};
    uint8_t frame[MIDI_FULL_FRAME];

    (void)state;
    assert_string_equal(take(&code, "00 11 24 33 45 52 61 76", frame), "pppppppW");
    expect_frame(frame, "F0 7F 7F 01 01 61 25 34 10 F7");
    assert_string_equal(take(&code, "02 11 24 33 45 52 61 76", frame), "pppppppW"); /* two frames on */
    expect_frame(frame, "F0 7F 7F 01 01 61 25 34 12 F7");
}

static void backwards(void **state)
{
    struct midi_time_code code = {0};
    uint8_t frame[MIDI_FULL_FRAME];

    (void)state;
    assert_string_equal(take(&code, "76 61 52 45 33 24 11 00", frame), "pppppppW");
    expect_frame(frame, "F0 7F 7F 01 01 61 25 34 10 F7");
    assert_string_equal(take(&code, "76 61 52 45 33 24 10 0E", frame), "pppppppW");
    expect_frame(frame, "F0 7F 7F 01 01 61 25 34 0E F7");
}

/* The last time of each rate; bits that mean nothing are not looked at. */
static void every_field(void **state)
{
    struct midi_time_code code = {0};
    uint8_t frame[MIDI_FULL_FRAME];

    (void)state;
    assert_string_equal(take(&code, "0D 11 2B 33 4B 53 67 71", frame), "pppppppW"); /* 23:59:59:29, rate 0 */
    expect_frame(frame, "F0 7F 7F 01 01 17 3B 3B 1D F7");
    assert_string_equal(take(&code, "08 11 2B 33 4B 53 67 73", frame), "pppppppW"); /* 25 frames a second */
    expect_frame(frame, "F0 7F 7F 01 01 37 3B 3B 18 F7");
    assert_string_equal(take(&code, "00 1E 20 3C 40 5C 60 7D", frame), "pppppppW"); /* 29.97, and bits beyond */
    expect_frame(frame, "F0 7F 7F 01 01 50 00 00 00 F7");
}

/* Who comes in the middle, or misses one, waits for the next beginning. */
static void strays(void **state)
{
    struct midi_time_code code = {0};
    uint8_t frame[MIDI_FULL_FRAME];

    (void)state;
    assert_string_equal(take(&code, "33 45 52 61", frame), "ssss");
    assert_string_equal(take(&code, "76 00 11 24 33 45 52 61 76", frame), "ppppppppW"); /* 7 could run backwards */
    assert_string_equal(take(&code, "00 11 33 45 52 61 76", frame), "ppssssp");         /* 2 is missing */
    assert_string_equal(take(&code, "61 52 45 33 24 11 00", frame), "ppppppW");
    assert_string_equal(take(&code, "00 11 24 24 33", frame), "pppss"); /* 2 twice */
    assert_string_equal(take(&code, "00 11 24 33 24 11 00 76 61 52 45 33 24 11 00", frame), "ppppssppppppppW");
    assert_string_equal(take(&code, "00 00 11 24 33 45 52 61 76", frame), "ppppppppW"); /* began anew */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forwards),
        cmocka_unit_test(backwards),
        cmocka_unit_test(every_field),
        cmocka_unit_test(strays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
