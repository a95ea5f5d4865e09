/* Tests of the pace of a DIN cable: never too fast, clock first, everything bounded and counted.
 * SPDX-License-Identifier: MIT */
#include "port/pace.h"
#include "port_test.h"

#define BYTES_MAX 8192

/* The cable: what arrived when. */
static struct {
    uint64_t at_ns[BYTES_MAX];
    uint8_t byte[BYTES_MAX], length[BYTES_MAX]; /* of the message that began with it; 0 within */
    unsigned count, missed, crowded;
    int error, errors_from; /* what is refused, from this byte on */
} cable;

static int on_send(void *user, const struct midi_msg *msg)
{
    (void)user;
    if (cable.error != 0 && cable.count >= (unsigned)cable.errors_from)
        return cable.error;
    assert_true(cable.count + msg->len <= BYTES_MAX);
    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        assert_int_equal(msg->len, 1);
    for (unsigned i = 0; i < msg->len; i++) {
        cable.at_ns[cable.count] = clock_mono_ns();
        cable.length[cable.count] = i == 0 ? msg->len : 0;
        cable.byte[cable.count++] = msg->b[i];
    }
    return 0;
}

static void on_missed(void *user)
{
    (void)user;
    cable.missed++;
}

static void on_crowded(void *user)
{
    (void)user;
    cable.crowded++;
}

static struct pace *new_pace(struct fixture *f)
{
    struct pace_callbacks callbacks = {.send = on_send, .missed = on_missed, .crowded = on_crowded};
    struct pace *pace = pace_new(f->loop, &callbacks);

    memset(&cable, 0, sizeof cable);
    assert_non_null(pace);
    return pace;
}

static int put(struct pace *pace, const char *text)
{
    struct midi_msg msg = message_of(0, text);

    return pace_send(pace, &msg);
}

/* A SysEx of so many bytes, F0 and F7 among them. */
static void put_sysex(struct pace *pace, unsigned bytes)
{
    for (unsigned at = 0; at < bytes; at += 8) {
        struct midi_msg msg = {.flags = MIDI_SYSEX_PART};

        for (unsigned i = at; i < bytes && i < at + 8; i++)
            msg.b[msg.len++] = (uint8_t)(i == 0 ? MIDI_SYSEX : i + 1 == bytes ? MIDI_SYSEX_EOX : i & 0x7f);
        msg.flags |= (uint8_t)((at == 0 ? MIDI_SYSEX_BEGIN : 0) | (at + 8 >= bytes ? MIDI_SYSEX_END : 0));
        assert_int_equal(pace_send(pace, &msg), 0);
    }
}

static void arrives(const char *text)
{
    char got[1024] = "";

    for (unsigned i = 0; i < cable.count; i++)
        sprintf(got + strlen(got), i > 0 ? " %02X" : "%02X", cable.byte[i]);
    assert_string_equal(got, text);
}

/* In no stretch of time more bytes than the cable carries in it, one message, and the byte that a timer is late.
 * Times are taken before the pace takes its own, so this holds however busy the machine is. */
static void assert_never_too_fast(void)
{
    for (unsigned first = 0; first < cable.count; first++)
        for (unsigned last = first; last < cable.count; last++) {
            uint64_t ns = cable.at_ns[last] - cable.at_ns[first];

            assert_true((last - first + 1) * (uint64_t)PACE_BYTE_NS <= ns + 4ULL * PACE_BYTE_NS);
        }
}

static void is_never_too_fast(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);

    for (int i = 0; i < 100; i++) {
        assert_int_equal(put(pace, "90 3C 64"), 0);
        if (i % 10 == 0)
            assert_int_equal(put(pace, "F8"), 0);
    }
    put_sysex(pace, 300);
    assert_false(pace_empty(pace));
    TURN_UNTIL(f, pace_empty(pace));
    assert_int_equal(cable.count, 610);
    assert_never_too_fast();
    assert_true(cable.at_ns[609] - cable.at_ns[0] >= (610 - 4) * (uint64_t)PACE_BYTE_NS);
    assert_int_equal(cable.missed, 0);
    pace_free(pace);
}

/* A clock tick that comes while a SysEx is on its way is the next byte. */
static void clock_goes_first(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);
    unsigned ticks = 0;

    put_sysex(pace, 400);
    while (!pace_empty(pace)) {
        unsigned before = cable.count;

        if (before % 7 == 0 && before > 0 && ticks < 50) {
            assert_int_equal(put(pace, "F8"), 0);
            if (cable.count == before) /* the cable is busy */
                TURN_UNTIL(f, cable.count > before);
            assert_int_equal(cable.byte[before], 0xf8);
            ticks++;
        } else {
            TURN_UNTIL(f, cable.count > before);
        }
    }
    assert_int_equal(cable.count, 400 + ticks);
    assert_true(ticks > 10);
    assert_never_too_fast();
    pace_free(pace);
}

static void real_time_keeps_its_own_order(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);

    stop_clock();          /* all of it comes before the cable is free again */
    put(pace, "90 3C 64"); /* at once */
    put(pace, "80 3C 40");
    put(pace, "FA");
    put(pace, "F8");
    put(pace, "F2 08 01"); /* what follows must not come before it */
    put(pace, "FB");
    put(pace, "F8");
    put(pace, "80 3D 40");
    clock_replace(NULL, NULL);
    TURN_UNTIL(f, pace_empty(pace));
    arrives("90 3C 64 FA F8 80 3C 40 F2 08 01 FB F8 80 3D 40");
    put(pace, "80 3E 40");
    put(pace, "80 3F 40");
    put(pace, "FC"); /* ahead again; the first note may have left at once */
    TURN_UNTIL(f, pace_empty(pace));
    assert_int_equal(cable.byte[cable.count - 2], 0x3f);
    assert_true(cable.byte[cable.count - 4] == 0xfc || cable.byte[cable.count - 7] == 0xfc);
    pace_free(pace);
}

static void is_bounded_with_room_for_releases(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);
    unsigned room = PACE_QUEUE - PACE_RESERVE, taken = 0;

    assert_int_equal(put(pace, "C0 01"), 0);
    cable.error = NW_EFULL; /* the driver is full too */
    while (put(pace, "C0 01") == 0)
        taken++;
    assert_int_equal(taken, room);
    assert_int_equal(cable.crowded, 1);
    assert_true(pace_crowded(pace));
    for (taken = 0; put(pace, "80 3C 40") == 0; taken++)
        assert_int_equal(put(pace, "C0 01"), NW_EFULL); /* the room for releases is theirs alone */
    assert_int_equal(taken, PACE_RESERVE);
    assert_int_equal(put(pace, "C0 01"), NW_EFULL);
    for (taken = 0; put(pace, "F8") == 0; taken++)
        ;
    assert_int_equal(taken, PACE_REALTIME_QUEUE);
    cable.error = 0;
    TURN_UNTIL(f, cable.count >= 12); /* it goes on by itself */
    assert_int_equal(cable.byte[2], 0xf8);
    cable.error = NW_ECLOSED;
    TURN_UNTIL(f, pace_empty(pace));
    assert_false(pace_crowded(pace));
    assert_int_equal(cable.crowded, 2);
    assert_int_equal(cable.missed, PACE_QUEUE + PACE_REALTIME_QUEUE - (cable.count - 2));
    pace_free(pace);
}

static void what_is_refused_at_once_is_told(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);

    cable.error = NW_ECLOSED;
    assert_int_equal(put(pace, "90 3C 64"), NW_ECLOSED);
    assert_int_equal(put(pace, "( F0 01"), NW_ECLOSED);
    cable.error = NW_EFULL;
    assert_int_equal(put(pace, "90 3C 64"), NW_EFULL);
    assert_true(pace_empty(pace));
    assert_int_equal(cable.missed, 0);
    pace_free(pace);
}

/* A SysEx whose receiver goes half-way is not carried on, and counted once; what comes behind it is sent. */
static void the_rest_of_a_sysex_is_kept_from_who_comes_next(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);

    put_sysex(pace, 32);
    put(pace, "C0 05");
    TURN_UNTIL(f, cable.count >= 4);
    pace_break_off(pace);
    TURN_UNTIL(f, pace_empty(pace));
    assert_int_equal(cable.byte[cable.count - 2], 0xc0);
    assert_true(cable.count < 20);
    assert_int_equal(cable.missed, 1);
    put_sysex(pace, 9); /* the next one is whole */
    TURN_UNTIL(f, pace_empty(pace));
    assert_int_equal(cable.byte[cable.count - 9], 0xf0);
    assert_int_equal(cable.byte[cable.count - 1], 0xf7);
    assert_int_equal(cable.missed, 1);
    put_sysex(pace, 32);
    cable.error = NW_ECLOSED; /* the same, told by the driver */
    TURN_UNTIL(f, pace_empty(pace));
    assert_int_equal(cable.missed, 2);
    pace_free(pace);
}

static void at_the_end_only_releases_are_sent(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);
    unsigned count;

    put_sysex(pace, 2000); /* 0.6 s on a cable: it has not ended when we end */
    put(pace, "90 3C 64");
    put(pace, "80 3C 40");
    put_sysex(pace, 9);
    put(pace, "B0 40 00");
    count = cable.count;
    pace_finish(pace);
    put(pace, "80 3D 40");
    TURN_UNTIL(f, pace_empty(pace));
    assert_int_equal(cable.missed, 3);
    assert_int_equal(cable.byte[count], 0xf7); /* the SysEx that had begun */
    memmove(cable.byte, cable.byte + count, cable.count - count);
    cable.count -= count;
    arrives("F7 80 3C 40 B0 40 00 80 3D 40");
    put(pace, "90 3C 64");
    put(pace, "80 3C 40");
    pace_free(pace); /* what waits is sent at once */
    arrives("F7 80 3C 40 B0 40 00 80 3D 40 90 3C 64 80 3C 40");
}

/* However it came about that the end of the SysEx which has begun does not wait. */
static void at_the_end_no_release_is_lost(void **state)
{
    struct fixture *f = *state;
    struct pace *pace = new_pace(f);

    put(pace, "( F0 01");
    TURN_UNTIL(f, pace_empty(pace));
    put(pace, "80 3C 40");
    put(pace, "80 3D 40");
    put(pace, "80 3E 40");
    pace_finish(pace);
    pace_free(pace);
    arrives("F0 01 80 3C 40 80 3D 40 80 3E 40");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(is_never_too_fast),
        PORT_TEST(clock_goes_first),
        PORT_TEST(real_time_keeps_its_own_order),
        PORT_TEST(is_bounded_with_room_for_releases),
        PORT_TEST(what_is_refused_at_once_is_told),
        PORT_TEST(the_rest_of_a_sysex_is_kept_from_who_comes_next),
        PORT_TEST(at_the_end_only_releases_are_sent),
        PORT_TEST(at_the_end_no_release_is_lost),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
