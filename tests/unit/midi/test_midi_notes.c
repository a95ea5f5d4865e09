/* The tracker of held notes and pedals.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_notes.h"
#include "midi_test.h"

/* How many notes sound, over all channels. */
static unsigned sounding(const struct midi_notes *notes)
{
    unsigned count = 0;

    for (unsigned note = 0; note < 16 * 128; note++)
        count += notes->sounding[note / 128][note / 32 % 4] >> note % 32 & 1;
    return count;
}

static struct midi_msg got[2100];
static unsigned got_count;

static void on_message(void *user, const struct midi_msg *msg)
{
    assert_ptr_equal(user, &got_count);
    got[got_count++] = *msg;
}

static unsigned release(struct midi_notes *notes)
{
    struct midi_notes zero = {0};
    unsigned count;

    got_count = 0;
    count = midi_notes_release(notes, on_message, &got_count);
    assert_int_equal(count, got_count);
    assert_memory_equal(notes, &zero, sizeof zero);
    return count;
}

static void track(struct midi_notes *notes, uint8_t status, uint8_t data1, uint8_t data2)
{
    struct midi_msg msg = midi_short(status, data1, data2);

    midi_notes_track(notes, &msg);
}

static void expect(unsigned index, uint8_t status, uint8_t data1, uint8_t data2)
{
    assert_int_equal(got[index].len, 3);
    assert_int_equal(got[index].flags, 0);
    assert_int_equal(got[index].b[0], status);
    assert_int_equal(got[index].b[1], data1);
    assert_int_equal(got[index].b[2], data2);
}

static void test_notes(void **state)
{
    struct midi_notes notes = {0};

    (void)state;
    assert_int_equal(release(&notes), 0);
    track(&notes, 0x93, 60, 100);
    track(&notes, 0x93, 127, 1);
    track(&notes, 0x90, 0, 127);
    track(&notes, 0x90, 31, 127);
    track(&notes, 0x90, 32, 127);
    track(&notes, 0x90, 32, 127); /* twice the same is one */
    assert_int_equal(sounding(&notes), 5);
    track(&notes, 0x80, 31, 64);
    track(&notes, 0x90, 32, 0);  /* velocity 0 is off */
    track(&notes, 0x81, 60, 64); /* another channel */
    assert_int_equal(sounding(&notes), 3);
    assert_int_equal(notes.active, 0x0009);
    assert_int_equal(release(&notes), 3);
    expect(0, 0x80, 0, 64);
    expect(1, 0x83, 60, 64);
    expect(2, 0x83, 127, 64);
    assert_int_equal(sounding(&notes), 0);
    track(&notes, 0x97, 60, 1);
    assert_int_equal(notes.active, 0x0080);
    track(&notes, 0x87, 60, 0);
    assert_int_equal(notes.active, 0);
}

static void test_every_note(void **state)
{
    struct midi_notes notes = {0};

    (void)state;
    for (unsigned channel = 0; channel < 16; channel++) {
        for (unsigned note = 0; note < 128; note++)
            track(&notes, (uint8_t)(0x90 | channel), (uint8_t)note, 1);
    }
    assert_int_equal(sounding(&notes), 2048);
    assert_int_equal(notes.active, 0xffff);
    assert_int_equal(release(&notes), 2048);
    for (unsigned i = 0; i < 2048; i++)
        expect(i, (uint8_t)(0x80 | i / 128), (uint8_t)(i % 128), 64);
}

static void test_pedals(void **state)
{
    struct midi_notes notes = {0};

    (void)state;
    track(&notes, 0xb1, 64, 127);
    track(&notes, 0xb1, 66, 64);
    track(&notes, 0xb1, 69, 100);
    track(&notes, 0xb2, 64, 63);  /* below 64 is up */
    track(&notes, 0xb1, 67, 127); /* soft pedal holds nothing */
    track(&notes, 0x91, 5, 1);
    track(&notes, 0x90, 6, 1);
    assert_int_equal(notes.active, 0x0003);
    assert_int_equal(sounding(&notes), 2);
    assert_int_equal(release(&notes), 5);
    expect(0, 0x80, 6, 64);
    expect(1, 0x81, 5, 64);
    expect(2, 0xb1, 64, 0);
    expect(3, 0xb1, 66, 0);
    expect(4, 0xb1, 69, 0);
    track(&notes, 0xb1, 64, 127);
    track(&notes, 0xb1, 64, 0);
    assert_int_equal(notes.active, 0);
    assert_int_equal(release(&notes), 0);
}

static void test_mode_messages(void **state)
{
    static const uint8_t off[] = {120, 123, 124, 125, 126, 127};
    struct midi_notes notes = {0};

    (void)state;
    for (size_t i = 0; i < sizeof off; i++) {
        track(&notes, 0x94, 60, 1);
        track(&notes, 0x95, 61, 1);
        track(&notes, 0xb4, 64, 127);
        track(&notes, 0xb4, off[i], 0);
        assert_int_equal(sounding(&notes), 1);
        assert_int_equal(release(&notes), 2); /* the pedal is still down */
        expect(0, 0xb4, 64, 0);
        expect(1, 0x85, 61, 64);
    }
    track(&notes, 0x94, 60, 1);
    track(&notes, 0xb4, 64, 127);
    track(&notes, 0xb4, 69, 127);
    track(&notes, 0xb4, 121, 0); /* reset all controllers lifts pedals, keeps notes */
    track(&notes, 0xb4, 122, 0); /* local control */
    assert_int_equal(release(&notes), 1);
    expect(0, 0x84, 60, 64);
}

static void test_reset_and_others(void **state)
{
    struct midi_notes notes = {0};
    struct midi_notes before;
    struct midi_msg piece = {.len = 2, .flags = MIDI_SYSEX_PART, .b = {0x10, 0x20}};

    (void)state;
    track(&notes, 0x94, 60, 1);
    track(&notes, 0xb4, 64, 127);
    before = notes;
    track(&notes, 0xa4, 60, 0);
    track(&notes, 0xc4, 60, 0);
    track(&notes, 0xd4, 60, 0);
    track(&notes, 0xe4, 60, 0);
    track(&notes, 0xf2, 60, 0);
    track(&notes, 0xf8, 0, 0);
    midi_notes_track(&notes, &piece);
    assert_memory_equal(&notes, &before, sizeof notes);
    track(&notes, 0xff, 0, 0);
    assert_int_equal(release(&notes), 0);
}

static void track_back(void *user, const struct midi_msg *msg)
{
    midi_notes_track(user, msg);
}

/* A port tracks all it sends, the release too. */
static void test_release_into_itself(void **state)
{
    struct midi_notes notes = {0};
    struct midi_notes zero = {0};

    (void)state;
    track(&notes, 0x90, 1, 1);
    track(&notes, 0x9f, 2, 1);
    track(&notes, 0xbf, 66, 127);
    assert_int_equal(midi_notes_release(&notes, track_back, &notes), 3);
    assert_memory_equal(&notes, &zero, sizeof zero);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_notes),
        cmocka_unit_test(test_every_note),
        cmocka_unit_test(test_pedals),
        cmocka_unit_test(test_mode_messages),
        cmocka_unit_test(test_reset_and_others),
        cmocka_unit_test(test_release_into_itself),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
