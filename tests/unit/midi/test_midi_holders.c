/* Who holds which notes and pedals.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_holders.h"
#include "midi_test.h"

static struct midi_holders holders;
static char got[8192];

static void on_message(void *user, const struct midi_msg *msg)
{
    char *end = user;

    char *at = end + strlen(end);

    sprintf(at, "%s%02X %02X %02X", at > end ? "|" : "", msg->b[0], msg->b[1], msg->b[2]);
}

static void track(uint16_t source, uint8_t status, uint8_t data1, uint8_t data2)
{
    struct midi_msg msg = midi_short(status, data1, data2);

    msg.port = source;
    midi_holders_track(&holders, &msg);
}

/* What is released when these sources go. */
static void releases(uint16_t source, uint16_t mask, const char *text)
{
    got[0] = '\0';
    midi_holders_release(&holders, source, mask, on_message, got);
    assert_string_equal(got, text);
}

static int clear(void **state)
{
    (void)state;
    memset(&holders, 0, sizeof holders);
    return 0;
}

static void releases_what_one_holds_alone(void **state)
{
    (void)state;
    track(1, 0x90, 60, 100);
    track(2, 0x90, 60, 100);
    track(2, 0x90, 61, 100);
    track(2, 0xb3, 64, 127);
    assert_true(midi_holders_has(&holders, 1));
    releases(1, 0xffff, ""); /* 2 holds it too */
    assert_false(midi_holders_has(&holders, 1));
    releases(3, 0xffff, "");
    releases(2, 0xffff, "80 3C 40|80 3D 40|B3 40 00");
    releases(2, 0xffff, "");
}

static void a_pedal_is_held_by_several_too(void **state)
{
    (void)state;
    track(1, 0xb0, 64, 127);
    track(2, 0xb0, 64, 127);
    releases(2, 0xffff, "");
    releases(1, 0xffff, "B0 40 00");
    track(1, 0xb0, 66, 127);
    track(2, 0xb0, 66, 127);
    track(2, 0xb0, 66, 0); /* it is up now, whoever had pressed it */
    releases(1, 0xffff, "");
}

static void a_note_off_ends_what_its_sender_holds(void **state)
{
    (void)state;
    track(1, 0x90, 60, 100);
    track(2, 0x90, 60, 100);
    track(2, 0x80, 60, 0);
    releases(2, 0xffff, "");
    releases(1, 0xffff, "80 3C 40"); /* an instrument may sound it twice */
}

static void a_note_off_of_somebody_else_ends_it_for_all(void **state)
{
    (void)state;
    track(1, 0x90, 60, 100);
    track(2, 0x90, 61, 100);
    track(3, 0x90, 60, 0); /* as every call of oscsend is a peer of its own */
    releases(1, 0xffff, "");
    track(1, 0x90, 60, 100);
    track(2, 0x80, 60, 0); /* one who holds another note */
    releases(1, 0xffff, "");
    releases(2, 0xffff, "80 3D 40");
}

static void what_ends_all_ends_it_for_all(void **state)
{
    static const uint8_t ends[] = {120, 123, 124, 125, 126, 127};

    (void)state;
    for (size_t i = 0; i < sizeof ends; i++) {
        track(1, 0x90, 60, 100);
        track(2, 0x91, 60, 100);
        track(3, 0xb0, ends[i], 0);
        releases(1, 0xffff, "");
        releases(2, 0xffff, "81 3C 40");
    }
    track(1, 0xb0, 64, 127);
    track(1, 0x90, 60, 1);
    track(2, 0xb0, 121, 0);
    releases(1, 0xffff, "80 3C 40");
    track(1, 0x90, 60, 1);
    track(2, 0xb0, 122, 0); /* local control */
    track(2, 0xff, 0, 0);
    releases(1, 0xffff, "");
}

static void an_input_goes_with_all_its_senders(void **state)
{
    (void)state;
    track(0x0003, 0x90, 60, 100);
    track(0x0103, 0x90, 61, 100);
    track(0x0104, 0x90, 62, 100);
    track(0xffff, 0x90, 61, 100);
    releases(3, 0x00ff, "80 3C 40");
    releases(0, 0, "80 3D 40|80 3E 40"); /* all */
}

static void another_takes_over(void **state)
{
    (void)state;
    track(1, 0x90, 60, 100);
    track(2, 0x90, 61, 100);
    midi_holders_pass(&holders, 3, 9); /* who holds nothing */
    midi_holders_pass(&holders, 1, 9);
    midi_holders_pass(&holders, 2, 9);
    assert_false(midi_holders_has(&holders, 1));
    assert_false(midi_holders_has(&holders, 2));
    releases(1, 0xffff, "");
    releases(9, 0xffff, "80 3C 40|80 3D 40");
}

static void the_rest_share_a_place(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < MIDI_HOLDERS_MAX - 1; i++)
        track(i, 0x90, (uint8_t)i, 100);
    track(100, 0x91, 1, 100);
    track(101, 0x91, 2, 100);
    track(101, 0x81, 2, 0);
    assert_true(midi_holders_has(&holders, 62));
    releases(100, 0xffff, "81 01 40");
    track(0, 0x80, 0, 0); /* a place is free again */
    track(102, 0x92, 3, 100);
    assert_true(midi_holders_has(&holders, 102));
    track(100, 0x91, 1, 100);
    releases(102, 0xffff, "81 01 40|82 03 40"); /* rather too short than for ever */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(releases_what_one_holds_alone, clear),
        cmocka_unit_test_setup(a_pedal_is_held_by_several_too, clear),
        cmocka_unit_test_setup(a_note_off_ends_what_its_sender_holds, clear),
        cmocka_unit_test_setup(a_note_off_of_somebody_else_ends_it_for_all, clear),
        cmocka_unit_test_setup(what_ends_all_ends_it_for_all, clear),
        cmocka_unit_test_setup(an_input_goes_with_all_its_senders, clear),
        cmocka_unit_test_setup(another_takes_over, clear),
        cmocka_unit_test_setup(the_rest_share_a_place, clear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
