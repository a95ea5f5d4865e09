/* Tests of the tcp: ports as outputs: who hears what when connections come, go and are full.
 * SPDX-License-Identifier: MIT */
#include "wire_test.h"

static void expect(int fd, const void *bytes, size_t length)
{
    uint8_t heard[64];
    size_t have = 0;

    assert_in_range(length, 1, sizeof heard);
    while (have < length) {
        ssize_t n = recv(fd, heard + have, length - have, 0);

        assert_true(n > 0);
        have += (size_t)n;
    }
    assert_memory_equal(heard, bytes, length);
}

#define EXPECT(fd, text) expect(fd, text, sizeof(text) - 1)

/* Connects, and sees that the listener has taken it. */
static int join(struct fixture *f, uint16_t number)
{
    unsigned before = f->messages;
    int fd = connect_to(SOCK_STREAM, number);

    PUT(fd, "\xf8");
    TURN_UNTIL(f, f->messages == before + 1);
    return fd;
}

/* A listener both ways, to see that peers have been taken. */
static uint16_t open_both_ways(struct fixture *f)
{
    uint16_t number = open_listener(f, "tcp-listen", PORT_INPUT);

    open_port(f, registry_port(f->registry, PORT_INPUT, 0)->name, PORT_OUTPUT);
    f->keep_quiet = true;
    return number;
}

/* Everything that comes until nothing more does; returns how many bytes, and the last of them. */
static size_t drain(struct fixture *f, int fd, uint8_t *last, size_t size)
{
    static uint8_t bytes[1 << 16];
    size_t all = 0;

    for (int silent = 0; silent < 20;) {
        ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

        turns(f, 1);
        if (n <= 0) {
            silent++;
            loop_turn(f->loop, clock_mono_ns() + MS);
            continue;
        }
        silent = 0;
        all += (size_t)n;
        if ((size_t)n >= size)
            memcpy(last, bytes + (size_t)n - size, size);
        else
            memmove(last, last + n, size - (size_t)n), memcpy(last + size - (size_t)n, bytes, (size_t)n);
    }
    return all;
}

static void who_joins_within_a_sysex_waits_for_the_next_message(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_both_ways(f);
    int one = join(f, number), two;

    assert_int_equal(send_to(f, 1, 9, "(F0 01 02 03 04 05 06 07"), 1);
    two = join(f, number);
    assert_int_equal(send_to(f, 1, 9, "~08"), 1);
    assert_int_equal(send_to(f, 1, 9, "F8"), 1);
    assert_int_equal(send_to(f, 1, 9, ")09 F7"), 1);
    assert_int_equal(send_to(f, 1, 9, "()F0 11 F7"), 1);
    assert_int_equal(send_to(f, 1, 9, "90 3C 64"), 1);
    turns(f, 2);
    EXPECT(one, "\xf0\x01\x02\x03\x04\x05\x06\x07\x08\xf8\x09\xf7\xf0\x11\xf7\x90\x3c\x64");
    EXPECT(two, "\xf8\xf0\x11\xf7\x90\x3c\x64");
    assert_int_equal(f->lost, 0); /* nothing was taken for it */
    close(one);
    close(two);
}

static void what_one_of_two_misses_is_told_once_a_message(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_both_ways(f);
    int slow = join(f, number), good = join(f, number);
    uint8_t last[4] = {0};
    unsigned lost;

    /* a SysEx that never ends, of which the slow one misses pieces sooner or later */
    assert_int_equal(send_to(f, 1, 9, "(F0 01 02 03 04 05 06 07"), 1);
    for (unsigned i = 0; i < 2000; i++) {
        for (unsigned piece = 0; piece < 1000; piece++)
            assert_int_equal(send_to(f, 1, 9, "~01 01 01 01 01 01 01 01"), 1);
        turns(f, 1);
        while (recv(good, (uint8_t[65536]){0}, 65536, MSG_DONTWAIT) > 0)
            ;
    }
    assert_false(f->paused); /* one who reads is enough */
    assert_int_equal(f->lost, 0);
    assert_int_equal(send_to(f, 1, 9, ")F7"), 1);
    assert_int_equal(f->lost, 1);
    lost = f->lost;
    assert_int_equal(send_to(f, 1, 9, "90 3C 64"), 1);
    assert_int_equal(f->lost, lost + 1);
    assert_int_equal(send_to(f, 1, 9, "80 3C 40"), 1); /* this one has room */
    assert_int_equal(f->lost, lost + 1);
    assert_true(drain(f, slow, last, sizeof last) > 100000);
    assert_memory_equal(last, "\xf7\x80\x3c\x40", 4);
    close(slow);
    close(good);
}

static void a_refusal_of_the_middle_is_for_want_of_room(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_both_ways(f);
    int fd = join(f, number);

    assert_int_equal(send_to(f, 1, 9, "(F0 01 02 03 04 05 06 07"), 1);
    while (send_to(f, 1, 9, "~01 01 01 01 01 01 01 01") != 0)
        turns(f, 1);
    assert_int_equal(send_to(f, 1, 9, ")F7"), 0);
    assert_int_equal(registry_full_outputs(f->registry), 1); /* though its end found room */
    close(fd);
    while (send_to(f, 1, 9, "F8") != 0 || registry_full_outputs(f->registry) != 0)
        loop_turn(f->loop, clock_mono_ns() + MS);
    assert_int_equal(registry_full_outputs(f->registry), 0); /* gone is not full */
}

/* Fills an output until it refuses; then note-offs still find room. */
static void keeps_room(struct fixture *f, int fd)
{
    uint8_t last[3] = {0};

    for (unsigned i = 0; i < 100000000 && send_to(f, 1, 9, "90 3C 64") != 0; i++)
        if (i % 1000 == 0)
            turns(f, 1);
    assert_int_equal(registry_full_outputs(f->registry), 1);
    assert_true(f->paused);
    assert_int_equal(send_to(f, 1, 9, "90 3C 64"), 0);
    for (unsigned i = 0; i < 128 * 16; i++)
        assert_int_equal(send_to(f, 1, 9, "80 3C 40"), 1);
    assert_true(drain(f, fd, last, sizeof last) > 100000);
    assert_memory_equal(last, "\x80\x3c\x40", 3);
    TURN_UNTIL(f, !f->paused);
}

static void keeps_room_for_note_offs(void **state)
{
    struct fixture *f = *state;
    uint16_t number = open_both_ways(f);
    int fd = join(f, number);

    keeps_room(f, fd);
    close(fd);
}

/* Opens an output that connects to a listener of ours; returns the connection's far end. */
static int open_client(struct fixture *f)
{
    char name[64];
    uint16_t number;
    int listener = far_socket(SOCK_STREAM, &number), fd;
    uint32_t sent = 0;

    assert_int_equal(listen(listener, 4), 0);
    snprintf(name, sizeof name, "tcp:127.0.0.1:%u", number);
    open_port(f, name, PORT_OUTPUT);
    TURN_UNTIL(f, sent != 0 || (sent = send_to(f, 1, 9, "F8")) != 0);
    fd = accept(listener, NULL, NULL);
    close(listener);
    return fd;
}

static void a_client_keeps_room_for_note_offs(void **state)
{
    struct fixture *f = *state;
    int fd = open_client(f);

    keeps_room(f, fd);
    close(fd);
}

/* Fills an output whose reader then goes: what it held is lost, and told. */
static void tells_what_it_held(struct fixture *f, int fd)
{
    while (send_to(f, 1, 9, "90 3C 64") != 0)
        turns(f, 1);
    assert_int_equal(f->lost, 0);
    close(fd);
    TURN_UNTIL(f, f->lost == 1);
}

static void who_goes_leaves_what_was_held_for_him(void **state)
{
    struct fixture *f = *state;

    tells_what_it_held(f, join(f, open_both_ways(f)));
}

static void a_connection_that_breaks_leaves_what_it_held(void **state)
{
    struct fixture *f = *state;
    int fd = open_client(f);

    tells_what_it_held(f, fd);
}

static void who_goes_when_all_has_left_leaves_nothing(void **state)
{
    struct fixture *f = *state;
    int fd = open_client(f);

    assert_int_equal(send_to(f, 1, 9, "90 3C 64"), 1);
    turns(f, 1);
    EXPECT(fd, "\xf8\x90\x3c\x64");
    close(fd);
    loop_turn(f->loop, clock_mono_ns() + 5000 * MS); /* until its end is read */
    assert_int_equal(send_to(f, 1, 9, "90 3C 64"), 0);
    assert_int_equal(f->lost, 0);
}

static void who_connects_again_gets_no_rest_of_a_sysex(void **state)
{
    struct fixture *f = *state;
    char name[64];
    uint16_t number;
    int listener = far_socket(SOCK_STREAM, &number), fd;
    uint32_t sent = 0;

    assert_int_equal(listen(listener, 4), 0);
    snprintf(name, sizeof name, "tcp:127.0.0.1:%u", number);
    open_port(f, name, PORT_INPUT);
    open_port(f, name, PORT_OUTPUT);
    TURN_UNTIL(f, sent != 0 || (sent = send_to(f, 1, 9, "F8")) != 0);
    fd = accept(listener, NULL, NULL);
    assert_int_equal(send_to(f, 1, 9, "(F0 01 02 03 04 05 06 07"), 1);
    assert_int_equal(send_to(f, 1, 8, "90 3C 64"), 1); /* waits behind it */
    turns(f, 2);
    EXPECT(fd, "\xf8\xf0\x01\x02\x03\x04\x05\x06\x07");
    close(fd);
    TURN_UNTIL(f, f->lost == 1); /* what waited for it */
    sent = 0;
    TURN_UNTIL(f, sent != 0 || (sent = send_to(f, 1, 8, "90 3D 64")) != 0);
    assert_int_equal(send_to(f, 1, 9, "~08"), 0);
    assert_int_equal(send_to(f, 1, 9, ")09 F7"), 0);
    assert_int_equal(send_to(f, 1, 9, "()F0 11 F7"), 1);
    turns(f, 2);
    fd = accept(listener, NULL, NULL);
    EXPECT(fd, "\x90\x3d\x64\xf0\x11\xf7");
    close(fd);
    close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(who_joins_within_a_sysex_waits_for_the_next_message),
        PORT_TEST(what_one_of_two_misses_is_told_once_a_message),
        PORT_TEST(a_refusal_of_the_middle_is_for_want_of_room),
        PORT_TEST(keeps_room_for_note_offs),
        PORT_TEST(a_client_keeps_room_for_note_offs),
        PORT_TEST(who_goes_leaves_what_was_held_for_him),
        PORT_TEST(a_connection_that_breaks_leaves_what_it_held),
        PORT_TEST(who_goes_when_all_has_left_leaves_nothing),
        PORT_TEST(who_connects_again_gets_no_rest_of_a_sysex),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
