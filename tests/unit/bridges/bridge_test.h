/* What the tests of the bridges share: rules built by hand, packets, and the counting rule held at every step.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_BRIDGES_BRIDGE_TEST_H
#define NOTEWIRE_TESTS_UNIT_BRIDGES_BRIDGE_TEST_H

#include "base/bytes.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "bridges/midi_to_osc.h"
#include "bridges/osc_to_midi.h"
#include "bridges/raw.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define MS 1000000ULL

struct fixture {
    struct loop *loop;
    struct bridge bridge;
    struct peer from; /* a sender who cannot be answered */
    unsigned ended;
};

static inline void on_ended(void *user, struct port *input)
{
    (void)input;
    ((struct fixture *)user)->ended++;
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    log_set_level(LOG_QUIET);
    if (f == NULL || (f->loop = loop_new()) == NULL || bridge_init(&f->bridge, f->loop, true) != 0)
        return -1;
    f->bridge.ended = on_ended;
    f->bridge.user = f;
    f->from.dialect = -1;
    *state = f;
    return 0;
}

/* received = delivered + dropped + queued, whatever happens. */
static inline void assert_books(const struct fixture *f)
{
    const struct counters *c = &f->bridge.counters;
    uint64_t fates = c->delivered + c->queued;

    for (int i = 0; i < DROP_REASONS; i++)
        fates += c->dropped[i];
    assert_int_equal(c->received, fates);
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    assert_books(f);
    bridge_close(&f->bridge);
    assert_books(f);
    assert_int_equal(f->bridge.counters.queued, 0);
    loop_free(f->loop);
    free(f);
    clock_replace(NULL, NULL);
    return 0;
}

#define BRIDGE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

#define TURN_UNTIL(f, condition)                                                                                       \
    do {                                                                                                               \
        uint64_t turn_end_ns = clock_mono_ns() + 20000 * MS;                                                           \
        while (!(condition) && clock_mono_ns() < turn_end_ns)                                                          \
            loop_turn((f)->loop, clock_mono_ns() + 20 * MS);                                                           \
        assert_true(condition);                                                                                        \
    } while (0)

/* The counters' line without what must be zero anyway. */
static inline void assert_counters(const struct fixture *f, const char *text)
{
    char out[COUNTERS_TEXT];

    assert_books(f);
    assert_string_equal(counters_text(&f->bridge.counters, 1, out), text);
}

/* A rule with up to two number arguments, channel 1, both ways: "/x a b <-> COMMAND a b". A '\1' in the address is a
 * text place that names the port. */
static inline void add_rule(struct map *map, const char *address, enum rule_command command, int args)
{
    static const uint8_t tails[3][12] = {{',', 0, 0, 0}, {',', 'i', 0, 0}, {',', 'i', 'i', 0}};
    bool port = strchr(address, 1) != NULL;
    struct map_rule rule = {.address = {.text = map_keep(map, address, strlen(address)),
                                        .length = (uint16_t)strlen(address),
                                        .place_count = port,
                                        .place = {{.kind = OSC_PLACE_TEXT}}},
                            .rule = {.direction = RULE_FORWARD | RULE_REVERSE,
                                     .command = (uint8_t)command,
                                     .var_count = (uint8_t)(args + port),
                                     .arg_count = (uint8_t)args,
                                     .port_var = (int8_t)(port ? args : -1),
                                     .port_id_var = -1,
                                     .data_var = -1,
                                     .channel = {.var = -1, .names = true, .offset = 1, .low = 1, .high = 16},
                                     .tail = map_keep(map, tails[args], 4 + 4 * (size_t)args),
                                     .tail_length = (uint16_t)(4 + 4 * args),
                                     .tail_args = 4,
                                     .line = 1}};

    for (int i = 0; i < args; i++) {
        rule.rule.slot[i] = (struct rule_slot){
            .var = (int8_t)i, .names = i == 0, .scale = 1, .high = command == RULE_BEND ? 16383 : 127};
        rule.rule.var[i] = (struct rule_var){.source = RULE_FROM_ARG, .tag = 'i'};
        rule.rule.arg[i] = (struct rule_arg){.kind = RULE_ARG_VAR, .var = (int8_t)i};
    }
    for (int i = args; i < 2; i++)
        rule.rule.slot[i].var = -1;
    if (port)
        rule.rule.var[args] = (struct rule_var){.source = RULE_FROM_PATH};
    assert_int_equal(map_add(map, &rule), 0);
}

/* "/x data:s <-> system-exclusive data" */
static inline void add_sysex_rule(struct map *map, const char *address)
{
    static const uint8_t tail[] = {',', 0, 0, 0};
    struct map_rule rule = {
        .address = {.text = map_keep(map, address, strlen(address)), .length = (uint16_t)strlen(address)},
        .rule = {.direction = RULE_FORWARD | RULE_REVERSE,
                 .command = RULE_SYSEX,
                 .var_count = 1,
                 .arg_count = 1,
                 .port_var = -1,
                 .port_id_var = -1,
                 .slot = {{.var = -1}, {.var = -1}},
                 .channel = {.var = -1, .offset = 1},
                 .var = {{.source = RULE_FROM_ARG, .tag = 's'}},
                 .arg = {{.kind = RULE_ARG_VAR}},
                 .tail = map_keep(map, tail, sizeof tail),
                 .tail_length = sizeof tail,
                 .tail_args = 4,
                 .line = 2}};

    assert_int_equal(map_add(map, &rule), 0);
}

/* A map with /PREFIX/cc, /PREFIX/note and /PREFIX/sysex both ways, and /PREFIX/to/{port} n v. */
static inline void add_map(struct fixture *f, const char *prefix, bool dialect)
{
    struct map *map = map_new(prefix, dialect);
    char address[64];

    assert_non_null(map);
    snprintf(address, sizeof address, "/%s/cc", prefix);
    add_rule(map, address, RULE_CONTROL, 2);
    snprintf(address, sizeof address, "/%s/note", prefix);
    add_rule(map, address, RULE_NOTE, 2);
    snprintf(address, sizeof address, "/%s/to/\1", prefix);
    add_rule(map, address, RULE_PROGRAM, 1);
    snprintf(address, sizeof address, "/%s/sysex", prefix);
    add_sysex_rule(map, address);
    assert_int_equal(map_build(map), 0);
    assert_int_equal(bridge_add_map(&f->bridge, map), 0);
}

static inline size_t put_text(uint8_t *out, const char *text)
{
    size_t padded = (strlen(text) + 4) & ~(size_t)3;

    memset(out, 0, padded);
    memcpy(out, text, strlen(text));
    return padded;
}

/* A message of an address and numbers, or of one text; returns its length. */
static inline size_t message_of(uint8_t *out, const char *address, int count, int a, int b)
{
    size_t used = put_text(out, address);

    used += put_text(out + used, count == 2 ? ",ii" : count == 1 ? ",i" : ",");
    if (count > 0)
        bytes_put_u32(out + used, (uint32_t)a);
    if (count > 1)
        bytes_put_u32(out + used + 4, (uint32_t)b);
    return used + 4 * (size_t)count;
}

static inline size_t text_message_of(uint8_t *out, const char *address, const char *text)
{
    size_t used = put_text(out, address);

    used += put_text(out + used, ",s");
    return used + put_text(out + used, text);
}

/* Wraps a message into a bundle with a time tag; returns its length. */
static inline size_t bundle_of(uint8_t *out, uint64_t timetag, const uint8_t *message, size_t length)
{
    memcpy(out, "#bundle", 8);
    bytes_put_u64(out + 8, timetag);
    bytes_put_u32(out + 16, (uint32_t)length);
    memcpy(out + 20, message, length);
    return length + 20;
}

/* A blocking UDP socket of the far end on 127.0.0.1. */
static inline int far_socket(uint16_t *port)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct timeval patience = {.tv_sec = 10};
    socklen_t length = sizeof in;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    *port = ntohs(in.sin_port);
    return fd;
}

#endif
