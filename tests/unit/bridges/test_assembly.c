/* Tests of assembly: senders are told apart, what waits is told in time, and the sender that was quiet longest makes
 * room. SPDX-License-Identifier: MIT */
#include "bridge_test.h"

struct told {
    struct assembly assembly;
    struct loop *loop;
    unsigned count;
    uint16_t source; /* of the last */
    int value;
    uint64_t at_ns;
};

static void on_late(void *user, uint16_t source, const struct midi_parameter_set *value)
{
    struct told *told = user;

    told->count++;
    told->source = source;
    told->value = value->part[0].value;
    told->at_ns = clock_mono_ns();
}

static int begin(void **state)
{
    struct told *told = calloc(1, sizeof *told);

    *state = told;
    return told != NULL && (told->loop = loop_new()) != NULL ? assembly_init(&told->assembly, told->loop, on_late, told)
                                                             : -1;
}

static int end(void **state)
{
    struct told *told = *state;

    assembly_free(&told->assembly);
    loop_free(told->loop);
    free(told);
    return 0;
}

/* A controller; returns the value that it gives at once, -1 when none. */
static int take(struct told *told, uint16_t source, uint8_t controller, uint8_t value)
{
    struct midi_msg msg = midi_short(MIDI_CONTROL_CHANGE, controller, value);
    struct midi_parameter_set now;

    msg.port = source;
    assembly_controller(&told->assembly, &msg, &now);
    return now.count > 0 ? now.part[0].value : -1;
}

static void an_msb_waits_its_time(void **state)
{
    struct told *told = *state;
    uint64_t begin_ns = clock_mono_ns();

    assert_int_equal(take(told, 1, 7, 64), -1);
    assert_int_equal(take(told, 2, 7, 65), -1);
    assert_int_equal(take(told, 2, 39, 1), 8321); /* 65 * 128 + 1: another sender's does not wait */
    assert_int_equal(told->count, 0);
    TURN_UNTIL(told, told->count > 0);
    assert_true(told->at_ns - begin_ns >= ASSEMBLY_WAIT_NS);
    assert_int_equal(told->source, 1);
    assert_int_equal(told->value, 8192);
    assert_int_equal(take(told, 1, 7, 66), 8448); /* it has none: at once */
    assert_int_equal(take(told, 3, 7, 1), -1);    /* the timer goes on */
    TURN_UNTIL(told, told->count > 1);
    assert_int_equal(told->source, 3);
}

/* Two that wait from different moments on. */
static void each_has_its_own_time(void **state)
{
    struct told *told = *state;
    uint64_t second_ns;

    take(told, 1, 7, 1);
    loop_turn(told->loop, clock_mono_ns() + 2 * MS);
    take(told, 2, 7, 2);
    second_ns = told->assembly.place[1].due_ns;
    TURN_UNTIL(told, told->count == 2);
    assert_int_equal(told->source, 2);
    assert_true(told->at_ns >= second_ns);
}

static void the_quiet_make_room(void **state)
{
    struct told *told = *state;

    for (uint16_t i = 0; i < ASSEMBLY_SOURCES; i++)
        assert_int_equal(take(told, (uint16_t)(i << 8 | 3), 7, 64), -1);
    assert_int_equal(take(told, 0 << 8 | 3, 39, 1), 8193); /* the first is not the quietest any more */
    assert_int_equal(told->count, 0);
    assert_int_equal(take(told, 0xfe03, 7, 64), -1);
    assert_int_equal(told->count, 1); /* it did not wait in vain */
    assert_int_equal(told->source, 1 << 8 | 3);
    assert_int_equal(take(told, 1 << 8 | 3, 39, 1), -1); /* forgotten; the next makes room for it */
    assert_int_equal(told->count, 2);
    assert_int_equal(told->source, 2 << 8 | 3);
    assembly_flush(&told->assembly);
    assert_int_equal(told->count, ASSEMBLY_SOURCES); /* 29 more, and the newcomer */
}

static void who_has_gone_is_forgotten(void **state)
{
    struct told *told = *state;

    for (uint16_t sender = 0; sender < 3; sender++)
        assert_int_equal(take(told, (uint16_t)(sender << 8 | 4), 7, 64), -1);
    assert_int_equal(take(told, 5, 7, 64), -1);
    assembly_forget(&told->assembly, 1 << 8 | 4, 0xffff); /* one sender */
    assert_int_equal(told->count, 1);
    assert_int_equal(told->source, 1 << 8 | 4);
    assert_int_equal(take(told, 1 << 8 | 4, 39, 1), -1); /* who has its number now has sent no MSB */
    assembly_forget(&told->assembly, 4, 0xff);           /* all of an input */
    assert_int_equal(told->count, 3);
    assert_int_equal(take(told, 4, 39, 1), -1);
    assert_int_equal(take(told, 5, 39, 1), 8193); /* and no other's */
}

static void senders_have_times_of_their_own(void **state)
{
    static const uint8_t data[] = {0x00, 0x11, 0x24, 0x33, 0x45, 0x52, 0x61, 0x76};
    static const uint8_t expected[] = {0xf0, 0x7f, 0x7f, 1, 1, 0x61, 0x25, 0x34, 0x10, 0xf7};
    struct told *told = *state;
    uint8_t frame[MIDI_FULL_FRAME];

    for (int i = 0; i < 8; i++)
        for (uint16_t source = 0; source < 2; source++) {
            struct midi_msg msg = midi_short(MIDI_TIME_CODE, data[i], 0);

            msg.port = source;
            assert_int_equal(assembly_quarter_frame(&told->assembly, &msg, frame),
                             i < 7 ? MIDI_TIME_PART : MIDI_TIME_WHOLE);
        }
    assert_memory_equal(frame, expected, sizeof expected);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_msb_waits_its_time),     TEST(each_has_its_own_time),           TEST(the_quiet_make_room),
        TEST(who_has_gone_is_forgotten), TEST(senders_have_times_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
