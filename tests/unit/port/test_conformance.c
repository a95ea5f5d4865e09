/* One suite for every driver of MIDI ports: what port.h promises, through an output and an input that hear each other.
 * The machine's drivers take part where the machine has them; with NOTEWIRE_VM they must.
 * SPDX-License-Identifier: MIT */
#include "port_test.h"

#include <dirent.h>
#include <sys/wait.h>

#define HELD 150 /* messages: fewer than what every reader has room for */

/* What is held to the promises. */
static struct subject {
    const char *name;
    const struct device_driver *driver; /* NULL: the loopback */
    const char *port;                   /* both directions of it */
    unsigned sysex_max;
} subject;

static bool is_device(void)
{
    return subject.driver != NULL;
}

static int begin(void **state)
{
    int error = setup(state);

    if (error == 0 && is_device())
        devices_choose(((struct fixture *)*state)->registry, subject.driver, "conformance");
    return error;
}

#define CONFORMANCE_TEST(f) cmocka_unit_test_setup_teardown(f, begin, teardown)

static void open_both(struct fixture *f)
{
    const struct port *in = open_port(f, subject.port, PORT_INPUT), *out = open_port(f, subject.port, PORT_OUTPUT);

    TURN_UNTIL(f, !is_device() || (in->there && out->there));
}

static void forget(struct fixture *f)
{
    f->used = f->messages = 0;
    f->text[0] = '\0';
}

/* Sends as those do who can wait. */
static void send_slowly(struct fixture *f, const struct midi_msg *msg)
{
    TURN_UNTIL(f, !f->paused);
    assert_int_equal(registry_send(f->registry, 1, msg), 1);
}

/* ---- short messages ---- */

static void passes_short_messages(void **state)
{
    static const char *const system[] = {"F1 35", "F2 12 34", "F3 05", "F6", "F8", "FA", "FB", "FC", "FE", "FF"};
    struct fixture *f = *state;
    char expected[8192];
    size_t used = 0;

    open_both(f);
    for (unsigned kind = 0x80; kind < 0xf0; kind += 0x10)
        for (unsigned channel = 0; channel < 16; channel += 5)
            for (unsigned data = 0; data < 128; data += 127) {
                struct midi_msg msg = midi_short((uint8_t)(kind | channel), (uint8_t)(data ^ 1), (uint8_t)data);

                used += (size_t)sprintf(expected + used, "%02X %02X", kind | channel, data ^ 1);
                used += (size_t)sprintf(expected + used, msg.len == 3 ? " %02X|" : "|", data);
                send_slowly(f, &msg);
            }
    for (size_t i = 0; i < sizeof system / sizeof *system; i++) {
        struct midi_msg msg = message_of(0, system[i]);

        used += (size_t)sprintf(expected + used, "%s%s", system[i], i + 1 < sizeof system / sizeof *system ? "|" : "");
        send_slowly(f, &msg);
    }
    TURN_UNTIL(f, f->used >= used);
    assert_string_equal(f->text, expected);
    assert_int_equal(f->lost + f->malformed, 0);
}

/* ---- SysEx ---- */

static uint8_t sysex_byte(unsigned at, unsigned length)
{
    if (at == 0)
        return MIDI_SYSEX;
    return at == length - 1 ? MIDI_SYSEX_EOX : (uint8_t)((at * 7 + at / 128) & 0x7f);
}

/* The piece of a SysEx that begins at this byte. */
static struct midi_msg sysex_piece(unsigned at, unsigned length)
{
    struct midi_msg msg = {.flags = MIDI_SYSEX_PART};

    for (; msg.len < 8 && at + msg.len < length; msg.len++)
        msg.b[msg.len] = sysex_byte(at + msg.len, length);
    msg.flags |= (uint8_t)((at == 0 ? MIDI_SYSEX_BEGIN : 0) | (at + msg.len == length ? MIDI_SYSEX_END : 0));
    return msg;
}

static void send_sysex(struct fixture *f, unsigned length)
{
    for (unsigned at = 0; at < length; at += 8) {
        struct midi_msg msg = sysex_piece(at, length);

        send_slowly(f, &msg);
    }
}

static bool has_ended(const struct fixture *f)
{
    return f->used > 2 && f->text[f->used - 1] == '.';
}

/* What was heard is this SysEx alone, in whatever pieces. */
static void assert_sysex(const struct fixture *f, unsigned length)
{
    const char *text = f->text;

    for (unsigned at = 0; at < length; at++) {
        unsigned byte;

        assert_int_equal(sscanf(text, "%2x", &byte), 1);
        if (byte != sysex_byte(at, length))
            fail_msg("byte %u of %u is %02X", at, length, byte);
        text += 2;
        text += strspn(text, " ~|");
    }
    assert_string_equal(text, ".");
}

static void passes_sysex(void **state)
{
    static const unsigned lengths[] = {3, 7, 8, 9, 255, 256, 4096, 65536};
    struct fixture *f = *state;

    open_both(f);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths && lengths[i] <= subject.sysex_max; i++) {
        forget(f);
        send_sysex(f, lengths[i]);
        TURN_UNTIL(f, has_ended(f));
        assert_sysex(f, lengths[i]);
    }
    assert_int_equal(f->lost + f->malformed, 0);
}

/* One that a driver cannot carry is refused, and leaves nothing behind. */
static void refuses_what_it_cannot_carry(void **state)
{
    struct fixture *f = *state;
    unsigned length = subject.sysex_max + 1, refused = 0;
    struct midi_msg note = message_of(0, "90 3C 40");

    open_both(f);
    if (subject.sysex_max == UINT32_MAX)
        return;
    for (unsigned at = 0; at < length; at += 8) {
        struct midi_msg msg = sysex_piece(at, length);

        TURN_UNTIL(f, !f->paused);
        refused += registry_send(f->registry, 1, &msg) == 0;
    }
    assert_int_equal(refused, 1);
    send_slowly(f, &note);
    TURN_UNTIL(f, f->messages > 0);
    assert_string_equal(f->text, "90 3C 40");
}

static void passes_realtime_inside_sysex(void **state)
{
    struct fixture *f = *state;
    struct midi_msg clock = message_of(0, "F8");
    char *found;

    open_both(f);
    for (unsigned at = 0; at < 64; at += 8) {
        struct midi_msg msg = sysex_piece(at, 64);

        send_slowly(f, &msg);
        if (at == 24)
            send_slowly(f, &clock);
    }
    TURN_UNTIL(f, has_ended(f) && strstr(f->text, "F8") != NULL);
    found = strstr(f->text, "F8"); /* wherever it came, the SysEx around it is whole */
    memmove(found, found + 3, strlen(found + 3) + 1);
    assert_null(strstr(f->text, "F8"));
    assert_sysex(f, 64);
}

/* ---- many ---- */

static struct midi_msg numbered(unsigned number)
{
    return midi_short(MIDI_KEY_PRESSURE | (number >> 14 & 15), number >> 7 & 127, number & 127);
}

/* What was heard is numbered(0), numbered(1), ... */
static void assert_numbered(const struct fixture *f, unsigned count)
{
    const char *text = f->text;

    for (unsigned i = 0; i < count; i++, text += strcspn(text, "|"), text += *text == '|') {
        struct midi_msg msg = numbered(i);
        unsigned b[3];

        assert_int_equal(sscanf(text, "%2x %2x %2x", &b[0], &b[1], &b[2]), 3);
        if (b[0] != msg.b[0] || b[1] != msg.b[1] || b[2] != msg.b[2])
            fail_msg("message %u is %02X %02X %02X", i, b[0], b[1], b[2]);
    }
    assert_string_equal(text, "");
}

static void passes_bursts(void **state)
{
    struct fixture *f = *state;

    open_both(f);
    for (unsigned i = 0; i < 20000; i++) {
        struct midi_msg msg = numbered(i);

        send_slowly(f, &msg);
    }
    TURN_UNTIL(f, f->messages == 20000);
    assert_numbered(f, 20000);
    assert_int_equal(f->lost, 0);
}

/* A flood is taken as far as there is room, then refused; what ends notes still finds room. All that was taken comes.
 */
static void keeps_room_for_note_offs(void **state)
{
    struct fixture *f = *state;
    struct midi_msg off = message_of(0, "80 3C 00");
    unsigned taken = 0;

    open_both(f);
    for (unsigned i = 0; i < 200000; i++) {
        struct midi_msg msg = numbered(taken);

        if (registry_send(f->registry, 1, &msg) == 0)
            break;
        taken++;
    }
    assert_in_range(taken, 256, 199999);
    assert_int_equal(registry_full_outputs(f->registry), 1);
    assert_true(f->paused);
    assert_int_equal(registry_send(f->registry, 1, &off), 1);
    TURN_UNTIL(f, f->messages == taken + 1);
    assert_string_equal(f->text + f->used - 8, "80 3C 00");
    f->text[f->used -= 9] = '\0';
    assert_numbered(f, taken);
    TURN_UNTIL(f, !f->paused);
    assert_int_equal(f->lost, 0);
}

static void drains(void **state)
{
    struct fixture *f = *state;

    open_both(f);
    for (unsigned i = 0; i < 500; i++) {
        struct midi_msg msg = numbered(i);

        send_slowly(f, &msg);
    }
    assert_true(registry_drain(f->registry, clock_mono_ns() + 10000 * MS));
    TURN_UNTIL(f, f->messages == 500);
    assert_numbered(f, 500);
}

/* ---- coming and going ---- */

static void refuses_without_its_device(void **state)
{
    struct fixture *f = *state;
    struct midi_msg note = message_of(0, "90 3C 40");

    open_port(f, is_device() ? "No Such Device 4711" : subject.port, PORT_OUTPUT);
    assert_int_equal(registry_send(f->registry, 1, &note), 0);
    assert_int_equal(registry_full_outputs(f->registry), 0); /* it is not for want of room */
    loop_turn(f->loop, clock_mono_ns() + 300 * MS);
    assert_true(registry_drain(f->registry, clock_mono_ns() + 10000 * MS));
}

static unsigned count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        count++;
    closedir(dir);
    return count;
}

static void opens_and_closes(void **state)
{
    struct fixture *f = *state;
    struct midi_msg note = message_of(0, "90 3C 40");
    unsigned descriptors = 0;
    bool few;

    for (unsigned i = 0; i < 30; i++) {
        struct port *in, *out;

        assert_int_equal(registry_use(f->registry, subject.port, PORT_INPUT, &in), 0);
        assert_int_equal(registry_use(f->registry, subject.port, PORT_OUTPUT, &out), 0);
        TURN_UNTIL(f, !is_device() || (in->there && out->there));
        forget(f);
        assert_int_equal(registry_send(f->registry, 1u << out->index, &note), 1u << out->index);
        TURN_UNTIL(f, f->messages > 0);
        registry_release(in);
        registry_release(out);
        turns(f, 3);
        if (i == 2) {
            loop_turn(f->loop, clock_mono_ns() + 500 * MS); /* time to close what is closed later */
            descriptors = count_descriptors();
        }
        few = i < 2;
        TURN_UNTIL(f, few || (few = count_descriptors() <= descriptors)); /* once: a thread opens files for a moment */
    }
}

/* Opens an output, sends as many messages as a reader has room for, and closes at once, in a process of its own, when
 * told to. */
static void play_and_close(int told)
{
    struct fixture *f;
    void *state;
    char byte;

    if (begin(&state) != 0 || read(told, &byte, 1) != 1)
        _exit(1);
    f = state;
    if (is_device())
        open_port(f, subject.port, PORT_OUTPUT);
    else
        open_both(f);
    for (unsigned i = 0; i < HELD; i++) {
        struct midi_msg msg = numbered(i);

        if (registry_send(f->registry, 1, &msg) != 1)
            _exit(2);
    }
    teardown(&state);
    _exit(0);
}

/* What an output has taken is still played when it is closed at once; another program hears it. */
static void plays_what_it_holds_when_closed(void **state)
{
    struct fixture *f = *state;
    int tell[2], status;
    pid_t child;

    assert_int_equal(pipe(tell), 0);
    child = fork(); /* before there are threads */
    if (child == 0)
        play_and_close(tell[0]);
    open_both(f);
    loop_turn(f->loop, clock_mono_ns() + 300 * MS);
    assert_int_equal(write(tell[1], "", 1), 1);
    if (is_device()) { /* else nobody else hears it: that it ends is all */
        TURN_UNTIL(f, f->messages >= HELD);
        assert_numbered(f, HELD);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status + close(tell[0]) + close(tell[1]), 0);
}

/* An input that comes and goes while it is played to, beside one that stays. */
static void closes_inputs_under_traffic(void **state)
{
    struct fixture *f = *state;
    unsigned sent = 0;
    struct port *in;

    if (is_device())
        open_port(f, "VirMIDI", PORT_INPUT);
    open_port(f, subject.port, PORT_OUTPUT);
    for (unsigned i = 0; i < 20; i++) {
        assert_int_equal(registry_use(f->registry, subject.port, PORT_INPUT, &in), 0);
        TURN_UNTIL(f, !is_device() || in->there);
        for (unsigned n = 0; n < 50; n++) {
            struct midi_msg msg = numbered(sent++);

            send_slowly(f, &msg);
        }
        turns(f, 2);
        registry_release(in);
    }
    assert_true(registry_drain(f->registry, clock_mono_ns() + 10000 * MS));
    forget(f);
    assert_int_equal(registry_use(f->registry, subject.port, PORT_INPUT, &in), 0);
    for (unsigned i = 0; strstr(f->text, "FE") == NULL; i++) { /* and is heard again */
        struct midi_msg msg = message_of(0, "FE");

        assert_in_range(i, 0, 200);
        send_slowly(f, &msg);
        loop_turn(f->loop, clock_mono_ns() + 20 * MS);
    }
}

static int run(const char *name, const struct device_driver *driver, const char *port, unsigned sysex_max)
{
    const struct CMUnitTest tests[] = {
        CONFORMANCE_TEST(passes_short_messages),
        CONFORMANCE_TEST(passes_sysex),
        CONFORMANCE_TEST(refuses_what_it_cannot_carry),
        CONFORMANCE_TEST(passes_realtime_inside_sysex),
        CONFORMANCE_TEST(passes_bursts),
        CONFORMANCE_TEST(keeps_room_for_note_offs),
        CONFORMANCE_TEST(drains),
        CONFORMANCE_TEST(refuses_without_its_device),
        CONFORMANCE_TEST(opens_and_closes),
        CONFORMANCE_TEST(plays_what_it_holds_when_closed),
        CONFORMANCE_TEST(closes_inputs_under_traffic),
    };

    subject = (struct subject){name, driver, port, sysex_max};
    return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    bool all = getenv("NOTEWIRE_VM") != NULL;
    int failed = argc > 1 ? 0 : run("loopback", NULL, "loopback", UINT32_MAX);

    for (int i = 0; device_drivers[i] != NULL; i++) {
        const struct device_driver *driver = device_drivers[i];
        bool limited = strcmp(driver->name, "portmidi") == 0;

        if (argc > 1 && strcmp(argv[1], driver->name) != 0)
            continue;
        if (driver->present()) {
            failed += run(driver->name, driver, "Midi Through", limited ? 4096 : UINT32_MAX);
        } else {
            print_message("left out: %s, for this machine has no MIDI devices\n", driver->name);
            failed += all;
        }
    }
    if (all && (devices_driver("alsa") == NULL || devices_driver("portmidi") == NULL))
        failed++; /* one was not built */
    return failed;
}
