/* Fuzzes what makes one value of several messages against a slow reference, which looks at all that came before.
 * SPDX-License-Identifier: MIT */
/* covers: src/midi/midi_parameters.c src/midi/midi_time_code.c */
#include "midi/midi_parameters.h"
#include "midi/midi_time_code.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Input: two bytes a message: a quarter frame's when the first is 80H or above, else a channel (two of them), a
 * controller (of those that matter), and its value. */
#define MESSAGES_MAX 200

static struct midi_msg past[MESSAGES_MAX]; /* controllers, all channels */
static int count;
static uint8_t quarter[MESSAGES_MAX]; /* quarter frames */
static int quarter_count;

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* The last message before at, on its channel, of a controller; -1 when there is none. */
static int last_of(int at, int controller)
{
    int i = at - 1;

    while (i >= 0 && (past[i].b[0] != past[at].b[0] || past[i].b[1] != controller))
        i--;
    return i;
}

static int latest(int a, int b)
{
    return a > b ? a : b;
}

/* The parameter that is chosen before message at: whether one is, its kind, its number, and when it was chosen. */
struct choice {
    bool whole;
    enum midi_parameter_kind kind;
    int number, since;
};

static struct choice choice_before(int at)
{
    struct choice choice = {0};
    int lsb = -1, msb = -1;

    choice.since = -1;
    for (int i = 0; i < at; i++) {
        int controller = past[i].b[1];
        enum midi_parameter_kind kind = controller >= 100 ? MIDI_RPN : MIDI_NRPN;

        if (past[i].b[0] != past[at].b[0] || (controller != 121 && (controller < 98 || controller > 101)))
            continue;
        if (controller == 121 || kind != choice.kind)
            lsb = msb = -1;
        choice.kind = controller == 121 ? MIDI_NO_PARAMETER : kind;
        if (controller == 98 || controller == 100)
            lsb = past[i].b[2];
        else if (controller != 121)
            msb = past[i].b[2];
        if (lsb == 127 && msb == 127)
            lsb = msb = -1;
        choice.since = i;
    }
    choice.whole = lsb >= 0 && msb >= 0;
    choice.number = msb * 128 + lsb;
    return choice;
}

/* The value of the parameter that is chosen at message at, with that message; -1 when it is not known. */
static int parameter_value(int at, const struct choice *choice)
{
    int value = -1;
    bool fine = false, coarse_alone = choice->kind == MIDI_RPN && choice->number >= 2 && choice->number <= 4;

    for (int i = choice->since + 1; i <= at; i++) {
        int step = choice->kind == MIDI_RPN ? (coarse_alone ? 128 : 1) : fine ? 1 : 128;

        if (past[i].b[0] != past[at].b[0])
            continue;
        if (past[i].b[1] == 6) {
            value = past[i].b[2] * 128;
            fine = false;
        } else if (value >= 0 && past[i].b[1] == 38) {
            value = value / 128 * 128 + past[i].b[2];
            fine = true;
        } else if (value >= 0 && past[i].b[1] == 96) {
            value = value + step > 16383 ? 16383 : value + step;
        } else if (value >= 0 && past[i].b[1] == 97) {
            value = value < step ? 0 : value - step;
        }
    }
    return value;
}

static void put(struct midi_parameter_set *set, enum midi_parameter_kind kind, int number, int value, int channel)
{
    set->part[set->count++] = (struct midi_parameter){
        .kind = (uint8_t)kind, .channel = (uint8_t)channel, .number = (int16_t)number, .value = (int16_t)value};
}

/* What message at is part of, if nothing had to wait. */
static struct midi_parameter_set parts_of(int at)
{
    struct midi_parameter_set set = {0};
    struct choice choice = choice_before(at);
    int controller = past[at].b[1], value = past[at].b[2], channel = past[at].b[0] & 0x0f;

    if (controller < 32)
        put(&set, MIDI_CONTROL_14, controller, value * 128, channel);
    else if (controller < 64 && last_of(at, controller - 32) >= 0)
        put(&set, MIDI_CONTROL_14, controller - 32, past[last_of(at, controller - 32)].b[2] * 128 + value, channel);
    if (choice.whole && (controller == 6 || controller == 38 || controller == 96 || controller == 97) &&
        parameter_value(at, &choice) >= 0)
        put(&set, choice.kind, choice.number, parameter_value(at, &choice), channel);
    if (controller >= 98 && controller <= 101) {
        put(&set, MIDI_NRPN, -1, -1, channel);
        put(&set, MIDI_RPN, -1, -1, channel);
    }
    return set;
}

/* Whether message at is an MSB that waits: not when the one before it had no LSB. */
static bool waits(int at)
{
    int controller = past[at].b[1], msb, lsb;

    if (controller >= 32)
        return false;
    msb = last_of(at, controller);
    lsb = last_of(at, controller + 32);
    return latest(msb, lsb) == lsb;
}

static void same(const struct midi_parameter_set *a, const struct midi_parameter_set *b, const char *what)
{
    must(a->count == b->count, what);
    for (unsigned i = 0; i < a->count; i++)
        must(a->part[i].kind == b->part[i].kind && a->part[i].channel == b->part[i].channel &&
                 a->part[i].number == b->part[i].number && a->part[i].value == b->part[i].value,
             what);
}

static void take_controller(struct midi_parameters *parameters, struct midi_msg msg)
{
    struct midi_parameter_set late, now, expected, none = {0};
    int at = count;
    bool awaited;

    past[count++] = msg;
    midi_parameters_take(parameters, &msg, &late, &now);
    awaited = at > 0 && waits(at - 1) && msg.b[0] == past[at - 1].b[0] && msg.b[1] == past[at - 1].b[1] + 32;
    expected = at > 0 && waits(at - 1) && !awaited ? parts_of(at - 1) : none;
    same(&late, &expected, "what comes late");
    expected = parts_of(at);
    for (unsigned i = 0; waits(at) && i < expected.count; i++)
        expected.part[i].value = -1;
    same(&now, &expected, "what a message is part of");
}

static void take_quarter_frame(struct midi_time_code *code, uint8_t data)
{
    static const uint8_t mask[] = {0x1f, 0x3f, 0x3f, 0x7f};
    uint8_t frame[MIDI_FULL_FRAME], nibble[8];
    enum midi_time_result result;
    int run = 0, at = quarter_count;

    quarter[quarter_count++] = data;
    result = midi_time_code_take(code, data, frame);
    if (result != MIDI_TIME_WHOLE)
        return;
    while (run < 8 && run <= at) { /* the eight last in a row, one way or the other */
        nibble[quarter[at - run] >> 4 & 7] = quarter[at - run] & 0x0f;
        must(run == 0 || abs((quarter[at - run] >> 4 & 7) - (quarter[at - run + 1] >> 4 & 7)) == 1, "in a row");
        run++;
    }
    must(run == 8 && frame[0] == 0xf0 && frame[1] == 0x7f && frame[2] == 0x7f && frame[9] == 0xf7, "a full frame");
    must(frame[3] == 1 && frame[4] == 1, "of time code");
    for (int i = 0; i < 4; i++)
        must(frame[8 - i] == ((nibble[2 * i] | nibble[2 * i + 1] << 4) & mask[i]), "the time");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint8_t controllers[] = {6, 38, 98, 99, 100, 101, 96, 97, 6, 38, 1, 33, 31, 63, 64, 121};
    struct midi_parameters parameters = {0};
    struct midi_parameter_set late, expected, none = {0};
    struct midi_time_code code = {0};

    count = quarter_count = 0;
    for (size_t i = 0; i + 1 < size && count < MESSAGES_MAX && quarter_count < MESSAGES_MAX; i += 2) {
        if (data[i] >= 0x80)
            take_quarter_frame(&code, data[i + 1] & 0x7f);
        else
            take_controller(&parameters,
                            midi_short(0xb0 | (data[i] >> 4 & 1), controllers[data[i] & 15], data[i + 1] & 0x7f));
    }
    midi_parameters_flush(&parameters, &late);
    expected = count > 0 && waits(count - 1) ? parts_of(count - 1) : none;
    same(&late, &expected, "what waits at the end");
    return 0;
}
