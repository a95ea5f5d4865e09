/* What the tests of src/port share: a registry whose callbacks write down what comes, and bounded turns.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_PORT_PORT_TEST_H
#define NOTEWIRE_TESTS_UNIT_PORT_PORT_TEST_H

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "port/devices.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define MS 1000000ULL

static uint64_t stopped_ns;

static inline uint64_t stopped_clock(void)
{
    return stopped_ns;
}

/* Until clock_replace(NULL, NULL) no time passes, however slow the machine is. */
static inline void stop_clock(void)
{
    stopped_ns = clock_mono_ns();
    clock_replace(stopped_clock, NULL);
}

/* A registry, and what it told: messages as "90 3C 64|F0 7E(..." (see on_message), and counts of the rest. */
struct fixture {
    struct loop *loop;
    struct registry *registry;
    struct allow allow;
    char text[1 << 20];
    size_t used;
    unsigned messages, malformed, too_big, refused, ended, lost, stalled, abandoned;
    bool paused, keep_quiet;
    int saved_in, saved_out;
    uint16_t stalled_source;
};

/* A SysEx piece has '~' behind it, and '.' when it is the last. */
static inline void on_message(void *user, struct port *from, const struct midi_msg *msg)
{
    struct fixture *f = user;

    assert_int_equal(from->direction, PORT_INPUT);
    f->messages++;
    if (f->keep_quiet || f->used + 64 > sizeof f->text)
        return;
    f->used += (size_t)sprintf(f->text + f->used, "%s", f->used > 0 ? "|" : "");
    for (unsigned i = 0; i < msg->len; i++)
        f->used += (size_t)sprintf(f->text + f->used, i > 0 ? " %02X" : "%02X", msg->b[i]);
    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        f->used += (size_t)sprintf(f->text + f->used, (msg->flags & MIDI_SYSEX_END) != 0 ? "~." : "~");
}

static inline void on_malformed(void *user, struct port *from, int error)
{
    struct fixture *f = user;

    (void)from;
    *(error == NW_ETOOBIG ? &f->too_big : &f->malformed) += 1;
}

static inline void on_refused(void *user, struct port *from)
{
    (void)from;
    ((struct fixture *)user)->refused++;
}

static inline void on_ended(void *user, struct port *from)
{
    (void)from;
    ((struct fixture *)user)->ended++;
}

static inline void on_kernel_drops(void *user, struct port *from, uint32_t count)
{
    (void)user, (void)from, (void)count;
}

static inline void on_pressure(void *user, bool paused)
{
    ((struct fixture *)user)->paused = paused;
}

static inline void on_lost(void *user, struct port *output)
{
    assert_int_equal(output->direction, PORT_OUTPUT);
    ((struct fixture *)user)->lost++;
}

static inline void on_abandoned(void *user, struct port *from, unsigned count)
{
    (void)from;
    ((struct fixture *)user)->abandoned += count;
}

static inline void on_stalled(void *user, struct port *output, uint16_t source)
{
    assert_int_equal(output->direction, PORT_OUTPUT);
    ((struct fixture *)user)->stalled++;
    ((struct fixture *)user)->stalled_source = source;
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct registry_callbacks callbacks = {.message = on_message,
                                           .malformed = on_malformed,
                                           .refused = on_refused,
                                           .ended = on_ended,
                                           .kernel_drops = on_kernel_drops,
                                           .pressure = on_pressure,
                                           .lost = on_lost,
                                           .abandoned = on_abandoned,
                                           .stalled = on_stalled,
                                           .user = f};

    log_set_level(LOG_QUIET);
    if (f == NULL)
        return -1;
    allow_init(&f->allow, true);
    f->saved_in = f->saved_out = -1;
    f->loop = loop_new();
    f->registry = registry_new(f->loop, &f->allow, &callbacks);
    if (f->registry != NULL)
        devices_choose(f->registry, NULL, ""); /* the same on every machine */
    *state = f;
    return f->registry == NULL;
}

/* Ends what a test did to standard input and output. */
static inline void restore_standard_files(struct fixture *f)
{
    if (f->saved_in >= 0) {
        dup2(f->saved_in, STDIN_FILENO);
        close(f->saved_in);
    }
    if (f->saved_out >= 0) {
        dup2(f->saved_out, STDOUT_FILENO);
        close(f->saved_out);
    }
    f->saved_in = f->saved_out = -1;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    registry_free(f->registry);
    restore_standard_files(f);
    loop_free(f->loop);
    free(f);
    clock_replace(NULL, NULL);
    return 0;
}

#define PORT_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static inline struct port *open_port(struct fixture *f, const char *name, enum port_direction direction)
{
    struct port *port = NULL;

    assert_int_equal(registry_open(f->registry, name, direction, &port), 0);
    assert_non_null(port);
    return port;
}

/* Turns the loop until condition holds, at most 20 s. */
#define TURN_UNTIL(f, condition)                                                                                       \
    do {                                                                                                               \
        uint64_t turn_end_ns = clock_mono_ns() + 20000 * MS;                                                           \
        while (!(condition) && clock_mono_ns() < turn_end_ns)                                                          \
            loop_turn((f)->loop, clock_mono_ns() + 20 * MS);                                                           \
        assert_true(condition);                                                                                        \
    } while (0)

static inline void turns(struct fixture *f, int count)
{
    for (int i = 0; i < count; i++)
        loop_turn(f->loop, 0);
}

/* A message of a source: bytes as hexadecimal; flags of a SysEx piece: "(" begins, ")" ends, in front of the bytes. */
static inline struct midi_msg message_of(uint16_t source, const char *text)
{
    struct midi_msg msg = {.port = source};
    unsigned byte;

    for (; *text == '(' || *text == ')' || *text == '~'; text++)
        msg.flags |=
            (uint8_t)(MIDI_SYSEX_PART | (*text == '(' ? MIDI_SYSEX_BEGIN : 0) | (*text == ')' ? MIDI_SYSEX_END : 0));
    for (text += strspn(text, " "); *text != '\0'; text += 2, text += strspn(text, " ")) {
        assert_int_equal(sscanf(text, "%2x", &byte), 1);
        msg.b[msg.len++] = (uint8_t)byte;
    }
    return msg;
}

static inline uint32_t send_to(struct fixture *f, uint32_t outputs, uint16_t source, const char *text)
{
    struct midi_msg msg = message_of(source, text);

    return registry_send(f->registry, outputs, &msg);
}

static inline void heard(struct fixture *f, const char *text)
{
    assert_string_equal(f->text, text);
    f->used = 0;
    f->text[0] = '\0';
}

#endif
