/* Tests of rules that make one OSC message of several MIDI messages, written in the map language: 14-bit controllers,
 * parameters, time code. SPDX-License-Identifier: MIT */
#include "map_test.h"

/* One input, as the bridge keeps it. */
static struct midi_parameters parameters;
static struct midi_time_code code;
static char heard[8192];

static void on_heard(void *user, const uint8_t *bytes, size_t length)
{
    told.text[0] = '\0';
    told.used = told.count = 0;
    on_told(&told, bytes, length);
    strcat(user, told.text);
    strcat(user, "|");
}

static unsigned tell(const struct rule_midi *midi)
{
    static uint8_t out[4096];

    return map_reverse(compiled.map, midi, out, sizeof out, on_heard, heard);
}

static void tell_late(const struct midi_parameter_set *late)
{
    struct midi_msg msb = midi_parameters_msb(late);
    struct rule_midi midi = {.bytes = msb.b,
                             .length = 3,
                             .parameters = late,
                             .late = true,
                             .port = "nano_key",
                             .port_length = 8,
                             .port_id = 2};

    if (late->count > 0) {
        strcat(heard, "~");
        strcat(heard, tell(&midi) == MAP_KEPT ? ":" : "");
    }
}

/* One message, as midi_to_osc hands it to maps: ':' behind what is kept, '-' behind what no rule is for. */
static void hear(const uint8_t *bytes, size_t length)
{
    struct rule_midi midi = {.bytes = bytes, .length = length, .port = "nano_key", .port_length = 8, .port_id = 2};
    struct midi_parameter_set late, now;
    uint8_t frame[MIDI_FULL_FRAME];
    unsigned made;

    if ((bytes[0] & 0xf0) == MIDI_CONTROL_CHANGE) {
        struct midi_msg msg = midi_short(bytes[0], bytes[1], bytes[2]);

        midi_parameters_take(&parameters, &msg, &late, &now);
        tell_late(&late);
        midi.parameters = now.count > 0 ? &now : NULL;
    } else if (bytes[0] == MIDI_TIME_CODE) {
        enum midi_time_result result = midi_time_code_take(&code, bytes[1], frame);

        midi.in_time = result != MIDI_TIME_STRAY;
        midi.time = result == MIDI_TIME_WHOLE ? frame : NULL;
    }
    made = tell(&midi);
    strcat(heard, made == MAP_KEPT ? ":" : made == 0 ? "-" : "");
}

/* Messages such as "B0 07 40|B0 27 01". */
static const char *hears(const char *text)
{
    uint8_t bytes[64];
    char one[256];

    heard[0] = '\0';
    for (const char *at = text; at != NULL; at = strchr(at, '|') != NULL ? strchr(at, '|') + 1 : NULL) {
        snprintf(one, sizeof one, "%.*s", (int)strcspn(at, "|"), at);
        hear(bytes, hex_bytes(one, bytes));
    }
    return heard;
}

static const char *hears_late(void)
{
    struct midi_parameter_set late;

    heard[0] = '\0';
    midi_parameters_flush(&parameters, &late);
    tell_late(&late);
    return heard;
}

#define assert_heard(midi, osc) assert_string_equal(hears(midi), osc)
#define assert_late(osc) assert_string_equal(hears_late(), osc)

static void compile_anew(const char *rules)
{
    memset(&parameters, 0, sizeof parameters);
    memset(&code, 0, sizeof code);
    compile_rules(rules);
    assert_true(map_assembles(compiled.map));
}

static void tells_one_value(void **state)
{
    (void)state;
    compile_anew("/wheel v:0-1 <-> channel 1 cc14 1 v\n"
                 "/cutoff v:0-16383 <-> channel 2 nrpn 300 v\n"
                 "/{ch}/bend-range n <-> channel ch rpn 0 n:0-3200");
    assert_heard("B0 01 7F|B0 21 7F", ":/wheel f 1.000000|");
    assert_heard("B0 01 00|B0 21 00", ":/wheel f 0.000000|");
    assert_heard("B1 63 02|B1 62 2C|B1 06 27|B1 26 08|B1 65 7F|B1 64 7F", ":::/cutoff i 5000|::");
    assert_heard("B3 65 00|B3 64 00|B3 06 02|B3 26 00|B3 65 7F|B3 64 7F", ":::/4/bend-range i 256|::");
    assert_forward("/wheel f 1", "B0 01 7F|B0 21 7F"); /* and the same rules the other way */
    assert_forward("/cutoff i 5000", "B1 63 02|B1 62 2C|B1 06 27|B1 26 08|B1 65 7F|B1 64 7F");
    assert_forward("/4/bend-range i 256", "B3 65 00|B3 64 00|B3 06 02|B3 26 00|B3 65 7F|B3 64 7F");
}

static void an_msb_alone_is_told_late(void **state)
{
    (void)state;
    compile_anew("/wheel v <- cc14 1 v");
    assert_heard("B0 01 40", ":");
    assert_late("~/wheel i 8192|");
    assert_heard("B0 01 41", "/wheel i 8320|"); /* at once: its device has no LSB */
    assert_late("");
    assert_heard("B0 21 01|B0 01 42|B0 02 00", "/wheel i 8321|:~/wheel i 8448|-");
}

/* The controllers of a value that a rule tells are not told by rules for single controllers; all others are. */
static void tells_no_part_twice(void **state)
{
    (void)state;
    compile_anew("/control ch n v <- channel ch cc n v\n"
                 "/wheel v <- cc14 1 v\n"
                 "/cutoff v <- nrpn 300 v\n"
                 "/raw m:m <- raw m");
    assert_heard("B0 01 40|B0 21 01",
                 "/raw m MIDI [0x00 0xb0 0x01 0x40]|/wheel i 8193|/raw m MIDI [0x00 0xb0 0x21 0x01]|");
    compile_anew("/control ch n v <- channel ch cc n v\n"
                 "/wheel v <- cc14 1 v\n"
                 "/cutoff v <- nrpn 300 v");
    assert_heard("B0 01 40|B0 21 01", ":/wheel i 8193|");
    assert_heard("B0 07 40|B0 27 01", "/control iii 1 7 64|/control iii 1 39 1|"); /* another controller */
    assert_heard("B1 01 40|B1 21 01", "/control iii 2 1 64|/control iii 2 33 1|"); /* another channel */
    assert_heard("B0 06 40|B0 26 01", "/control iii 1 6 64|/control iii 1 38 1|"); /* no parameter is chosen */
    assert_heard("B0 63 02|B0 62 2C|B0 06 27|B0 26 08", ":::/cutoff i 5000|");
    assert_heard("B0 60 00|B0 61 00", "/cutoff i 5001|/cutoff i 5000|");
    assert_heard("B0 65 7F|B0 64 7F", "::");                              /* null: part of the language */
    assert_heard("B0 63 02|B0 62 2D|B0 06 27", "::/control iii 1 6 39|"); /* another parameter */
    assert_heard("B1 63 02|B1 62 2C|B1 06 27",
                 "~:/control iii 2 99 2|/control iii 2 98 44|/control iii 2 6 39|"); /* entry 39 was told */
    compile_anew("/control n v <- cc n v\n/wheel v <- cc14 1 v");
    assert_heard("B0 63 02|B0 62 2C|B0 06 27|B0 26 08",
                 "/control ii 99 2|/control ii 98 44|/control ii 6 39|/control ii 38 8|");
    compile_anew("/control n v <- cc n v\n/lead v <- port lead cc14 1 v"); /* another port */
    assert_heard("B0 01 40|B0 21 01", "/control ii 1 64|/control ii 33 1|");
}

/* All rules that want a value tell it; a rule that would not take it back does not. */
static void tells_what_fits(void **state)
{
    (void)state;
    compile_anew("/a v:0-100 <- nrpn 300 v:0-100\n/b n v <- nrpn n v\n/{n:1-4}/c v <- nrpn n v\n/r n v <- rpn n v\n"
                 "/entry v <- cc14 6 v");
    assert_heard("B0 63 02|B0 62 2C|B0 06 00|B0 26 32", ":::/a i 50|/b ii 300 50|/entry i 50|");
    assert_heard("B0 06 7F|B0 26 32", ":/b ii 300 16306|/entry i 16306|");
    assert_heard("B0 63 00|B0 62 04|B0 06 00|B0 26 01", ":::/b ii 4 1|/4/c i 1|/entry i 1|");
    assert_heard("B0 65 00|B0 64 04|B0 06 00|B0 26 01", ":::/r ii 4 1|/entry i 1|");
    compile_anew("/a v:0-100 <- nrpn 300 v:0-100");
    assert_heard("B0 63 02|B0 62 2C|B0 06 01|B0 26 32", ":::-");
    assert_heard("B0 06 02", ":");
    assert_late("~");
    assert_heard("90 3C 64|B0 07 01", "--");
}

static void tells_quarter_frames_as_a_time(void **state)
{
    (void)state;
    compile_anew("/mtc t:s <-> mtc t\n/film t <- mtc t 0\n/{rate}/mtc t <- mtc t rate\n/qf n <- quarter-frame n\n"
                 "/tc t v <- tc t v\n/syx data:s <- sysex data");
    assert_heard("F1 00|F1 11|F1 24|F1 33|F1 45|F1 52|F1 61|F1 76",
                 ":::::::/mtc s \"01:37:52:16\"|/3/mtc s \"01:37:52:16\"|");
    assert_heard("F1 70|F1 61|F1 52|F1 45|F1 33|F1 24|F1 11|F1 00", /* backwards, 24 frames a second */
                 ":::::::/mtc s \"01:37:52:16\"|/film s \"01:37:52:16\"|/0/mtc s \"01:37:52:16\"|");
    assert_heard("F1 24", "/qf i 36|/tc ii 2 4|");                               /* part of nothing */
    assert_heard("F1 0F|F1 11|F1 24|F1 33|F1 45|F1 52|F1 61|F1 76", ":::::::-"); /* frame 31: there is none */
    assert_heard("F0 7F 7F 01 01 61 25 34 10 F7", "/mtc s \"01:37:52:16\"|/3/mtc s \"01:37:52:16\"|");
    assert_heard("F0 7F 05 01 01 01 25 34 10 F7", /* to one device */
                 "/mtc s \"01:37:52:16\"|/film s \"01:37:52:16\"|/0/mtc s \"01:37:52:16\"|");
    assert_heard("F0 7F 05 01 02 01 25 34 10 F7", "/syx s \"f0 7f 05 01 02 01 25 34 10 f7\"|");
    assert_heard("F0 7F 7F 01 01 18 00 00 00 F7", "/syx s \"f0 7f 7f 01 01 18 00 00 00 f7\"|");
    assert_forward("/mtc s 01:37:52:16", "F0 7F 7F 01 01 01 25 34 10 F7");
}

static void tells_a_time_as_numbers(void **state)
{
    (void)state;
    compile_anew("/time h m s f <-> mtc h m s f\n"
                 "/rated h m s f rate <-> mtc h m s f rate\n"
                 "/{h:0-9}/o-clock r=1 <- mtc h 0 0 0 r\n"
                 "/half h m s f <- mtc h m s f 2");
    assert_heard("F1 00|F1 11|F1 24|F1 33|F1 45|F1 52|F1 61|F1 76",
                 ":::::::/time iiii 1 37 52 16|/rated iiiii 1 37 52 16 3|");
    assert_heard("F0 7F 7F 01 01 23 00 00 00 F7", "/time iiii 3 0 0 0|/rated iiiii 3 0 0 0 1|/3/o-clock i 1|");
    assert_heard("F0 7F 7F 01 01 57 00 00 00 F7", "/time iiii 23 0 0 0|/rated iiiii 23 0 0 0 2|/half iiii 23 0 0 0|");
    assert_forward("/time iiii 1 37 52 16", "F0 7F 7F 01 01 01 25 34 10 F7");
    assert_forward("/rated iiiii 1 37 52 16 3", "F0 7F 7F 01 01 61 25 34 10 F7");
    assert_forward("/time iiii 24 0 0 0", "range");
    assert_forward("/time iiii 0 60 0 0", "range");
    assert_forward("/time iiii 0 0 -1 0", "range");
    assert_forward("/time iiii 0 0 0 30", "range");
    assert_forward("/rated iiiii 0 0 0 0 4", "range");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(tells_one_value), MAP_TEST(an_msb_alone_is_told_late),      MAP_TEST(tells_no_part_twice),
        MAP_TEST(tells_what_fits), MAP_TEST(tells_quarter_frames_as_a_time), MAP_TEST(tells_a_time_as_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
