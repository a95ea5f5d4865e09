/* Tests of midi_parameters: controllers that belong together (MIDI 1.0 Detailed Specification 4.2, "Control Change",
 * "Registered Parameter Numbers"; RP-018 for increment and decrement). SPDX-License-Identifier: MIT */
#include "midi/midi_parameters.h"
#include "midi_test.h"

static struct midi_parameters parameters;
static char told[4096];

static void put_set(const struct midi_parameter_set *set)
{
    static const char *const kinds[] = {"none", "cc14", "nrpn", "rpn"};

    for (unsigned i = 0; i < set->count; i++) {
        const struct midi_parameter *part = &set->part[i];

        if (part->number >= 0) /* the choice of a number is looked at elsewhere */
            sprintf(told + strlen(told), part->value >= 0 ? "%s %d:%d=%d|" : "%s %d:%d|", kinds[part->kind],
                    part->channel + 1, part->number, part->value);
    }
}

/* Takes messages such as "B0 07 40|B0 27 01"; what they are part of goes to told, what came late with '~' before it. */
static void take(const char *text)
{
    struct midi_parameter_set late, now;
    uint8_t bytes[512];
    size_t length = 0;

    for (const char *at = text; at != NULL; at = strchr(at, '|') != NULL ? strchr(at, '|') + 1 : NULL)
        length += bytes_of(at, bytes + length);
    *told = '\0';
    for (size_t i = 0; i < length; i += 3) {
        struct midi_msg msg = midi_short(bytes[i], bytes[i + 1], bytes[i + 2]);

        midi_parameters_take(&parameters, &msg, &late, &now);
        if (late.count > 0)
            strcat(told, "~");
        put_set(&late);
        put_set(&now);
    }
}

static void expect(const char *text, const char *expected)
{
    take(text);
    assert_string_equal(told, expected);
}

/* What is told when no more comes. */
static void expect_late(const char *expected)
{
    struct midi_parameter_set late;

    *told = '\0';
    midi_parameters_flush(&parameters, &late);
    put_set(&late);
    assert_string_equal(told, expected);
    midi_parameters_flush(&parameters, &late);
    assert_int_equal(late.count, 0);
}

static int setup(void **state)
{
    (void)state;
    memset(&parameters, 0, sizeof parameters);
    return 0;
}

static void pairs_are_one_value(void **state)
{
    (void)state;
    expect("B0 07 40|B0 27 01", "cc14 1:7|cc14 1:7=8193|");
    expect("BF 00 7F|BF 20 7F", "cc14 16:0|cc14 16:0=16383|");
    expect("B3 1F 01|B3 3F 01", "cc14 4:31|cc14 4:31=129|");
    expect("B0 27 02|B0 27 00", "cc14 1:7=8194|cc14 1:7=8192|"); /* fine steps: the MSB need not come again */
    expect_late("");
    expect("B0 40 7F|B0 5F 7F|B0 66 7F|B0 78 00", ""); /* 64 to 127 are no pairs */
}

static void an_lsb_alone_is_nothing(void **state)
{
    (void)state;
    expect("B0 27 01|B0 27 02", "");
    expect("B1 07 01|B1 27 00", "cc14 2:7|cc14 2:7=128|"); /* of another channel */
    expect("B0 27 01", "");
}

/* An MSB is a value whose LSB is 0. It waits for an LSB; what sends none is not made to wait again. */
static void an_msb_alone_is_a_value_late_once(void **state)
{
    (void)state;
    expect("B0 07 40", "cc14 1:7|");
    expect_late("cc14 1:7=8192|");
    expect("B0 07 41|B0 07 42", "cc14 1:7=8320|cc14 1:7=8448|"); /* at once */
    expect("B0 27 01|B0 07 43", "cc14 1:7=8449|cc14 1:7|");      /* an LSB after all: it is waited for again */
    expect("B0 27 00", "cc14 1:7=8576|");
}

/* Another controller in between: what waited is told before it. */
static void what_waits_keeps_its_place(void **state)
{
    (void)state;
    expect("B0 07 40|B0 01 20", "cc14 1:7|~cc14 1:7=8192|cc14 1:1|");
    expect("B0 40 7F", "~cc14 1:1=4096|");
    expect("B0 02 01|B1 22 01", "cc14 1:2|~cc14 1:2=128|"); /* the LSB of another channel */
    expect("B0 03 01|B0 03 02", "cc14 1:3|~cc14 1:3=128|cc14 1:3=256|");
    expect("B0 04 01|B0 25 01", "cc14 1:4|~cc14 1:4=128|");    /* the LSB of controller 5 */
    expect("B0 04 02|B0 24 01", "cc14 1:4=256|cc14 1:4=257|"); /* had come alone: at once, then whole */
}

static void parameters_are_chosen_and_set(void **state)
{
    (void)state;
    expect("B0 63 08|B0 62 01|B0 06 02|B0 26 2C", "cc14 1:6|nrpn 1:1025|cc14 1:6=300|nrpn 1:1025=300|");
    expect("B0 26 2D", "cc14 1:6=301|nrpn 1:1025=301|"); /* the number stays chosen */
    expect("B0 06 03|B0 26 00", "cc14 1:6|nrpn 1:1025|cc14 1:6=384|nrpn 1:1025=384|");
    expect("B0 62 02|B0 26 01", "cc14 1:6=385|"); /* another number, the LSB of a value that nobody knows */
    expect("B0 06 7F|B0 26 7F", "cc14 1:6|nrpn 1:1026|cc14 1:6=16383|nrpn 1:1026=16383|");
    expect("B1 65 00|B1 64 00|B1 06 02|B1 26 00", "cc14 2:6|rpn 2:0|cc14 2:6=256|rpn 2:0=256|");
    expect("B0 06 00|B0 26 05", "cc14 1:6|nrpn 1:1026|cc14 1:6=5|nrpn 1:1026=5|"); /* each channel has its own */
    expect("B2 62 7E|B2 63 7F|B2 06 00|B2 26 00", "cc14 3:6|nrpn 3:16382|cc14 3:6=0|nrpn 3:16382=0|");
}

/* One half of a number chooses nothing, and the halves of the two kinds do not mix. */
static void half_a_number_is_none(void **state)
{
    (void)state;
    expect("B0 63 08|B0 06 02|B0 26 2C", "cc14 1:6|cc14 1:6=300|");
    expect("B0 64 01|B0 06 02|B0 26 2C", "cc14 1:6|cc14 1:6=300|");
    expect("B0 63 08|B0 06 02|B0 26 2C", "cc14 1:6|cc14 1:6=300|");
    expect("B0 62 01|B0 06 02|B0 26 2C", "cc14 1:6|nrpn 1:1025|cc14 1:6=300|nrpn 1:1025=300|");
}

static void null_and_reset_end_the_choice(void **state)
{
    static const char *const ends[] = {"B0 65 7F|B0 64 7F", "B0 64 7F|B0 65 7F", "B0 63 7F|B0 62 7F", "B0 79 00"};

    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        expect("B0 65 00|B0 64 01|B0 06 40|B0 26 00", "cc14 1:6|rpn 1:1|cc14 1:6=8192|rpn 1:1=8192|");
        expect(ends[i], "");
        expect("B0 06 41|B0 26 00", "cc14 1:6|cc14 1:6=8320|");
        expect("B0 60 00|B0 61 00", "");
        expect("B0 64 01|B0 06 41|B0 26 00", "cc14 1:6|cc14 1:6=8320|"); /* both halves are gone */
    }
}

static void a_number_in_the_making_is_of_either_kind(void **state)
{
    static const uint8_t controllers[] = {98, 99, 100, 101};
    struct midi_parameter_set late, now;

    (void)state;
    for (size_t i = 0; i < sizeof controllers; i++) {
        struct midi_msg msg = midi_short(0xb4, controllers[i], 127);

        midi_parameters_take(&parameters, &msg, &late, &now);
        assert_int_equal(late.count, 0);
        assert_int_equal(now.count, 2);
        assert_int_equal(now.part[0].kind, MIDI_NRPN);
        assert_int_equal(now.part[1].kind, MIDI_RPN);
        for (int part = 0; part < 2; part++) {
            assert_int_equal(now.part[part].channel, 4);
            assert_int_equal(now.part[part].number, -1);
            assert_int_equal(now.part[part].value, -1);
        }
    }
}

static void increment_and_decrement_step(void **state)
{
    (void)state;
    expect("B0 63 00|B0 62 05|B0 60 00", ""); /* from what? */
    expect("B0 06 01", "cc14 1:6|nrpn 1:5|");
    expect("B0 60 00", "~cc14 1:6=128|nrpn 1:5=128|nrpn 1:5=256|"); /* an MSB alone: the MSB steps */
    expect("B0 61 7F|B0 61 00|B0 61 00", "nrpn 1:5=128|nrpn 1:5=0|nrpn 1:5=0|");
    expect("B0 06 00|B0 26 02|B0 61 00", "cc14 1:6=0|nrpn 1:5=0|cc14 1:6=2|nrpn 1:5=2|nrpn 1:5=1|");
    expect("B0 61 00|B0 61 00", "nrpn 1:5=0|nrpn 1:5=0|");
    expect("B0 26 7F|B0 60 00", "cc14 1:6=127|nrpn 1:5=127|nrpn 1:5=128|"); /* carries into the MSB */
    expect("B0 06 7F|B0 26 7E|B0 60 00|B0 60 00",
           "cc14 1:6|nrpn 1:5|cc14 1:6=16382|nrpn 1:5=16382|nrpn 1:5=16383|nrpn 1:5=16383|");
}

/* RP-018: the LSB of bend range and fine tuning; the MSB of coarse tuning, tuning program and bank, and of no other. */
static void registered_parameters_step_their_half(void **state)
{
    static const struct {
        const char *choose, *told;
    } rows[] = {
        {"B0 64 00", "rpn 1:0=129|rpn 1:0=128|"}, {"B0 64 01", "rpn 1:1=129|rpn 1:1=128|"},
        {"B0 64 02", "rpn 1:2=256|rpn 1:2=128|"}, {"B0 64 03", "rpn 1:3=256|rpn 1:3=128|"},
        {"B0 64 04", "rpn 1:4=256|rpn 1:4=128|"}, {"B0 64 05", "rpn 1:5=129|rpn 1:5=128|"},
    };

    (void)state;
    take("B0 65 00");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        take(rows[i].choose);
        take("B0 06 01|B0 26 00");
        expect("B0 60 00|B0 61 00", rows[i].told);
    }
}

#define TEST(f) cmocka_unit_test_setup(f, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pairs_are_one_value),
        TEST(an_lsb_alone_is_nothing),
        TEST(an_msb_alone_is_a_value_late_once),
        TEST(what_waits_keeps_its_place),
        TEST(parameters_are_chosen_and_set),
        TEST(half_a_number_is_none),
        TEST(null_and_reset_end_the_choice),
        TEST(a_number_in_the_making_is_of_either_kind),
        TEST(increment_and_decrement_step),
        TEST(registered_parameters_step_their_half),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
