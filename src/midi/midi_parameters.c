/* Controllers that belong together, read as one value (MIDI 1.0, "Control Change" and "Registered and Non-Registered
 * Parameter Numbers"). SPDX-License-Identifier: MIT */
#include "midi/midi_parameters.h"

enum {
    CC_DATA_ENTRY = 6,
    CC_LSB = 32, /* the LSB of controller n is n + 32 */
    CC_PAIRS_END = 64,
    CC_INCREMENT = 96,
    CC_DECREMENT = 97,
    CC_NRPN_LSB = 98,
    CC_RPN_LSB = 100,
    CC_RPN_MSB = 101,
    CC_RESET_CONTROLLERS = 121,
};

#define VALUE_MAX 16383
#define BOTH_HALVES 3
#define NULL_HALF 127
#define COARSE_TUNING 2 /* this registered parameter and the two behind it have values in the MSB alone */
#define TUNING_BANK 4

static void add(struct midi_parameter_set *set, enum midi_parameter_kind kind, unsigned channel, int number, int value)
{
    set->part[set->count++] = (struct midi_parameter){
        .kind = (uint8_t)kind, .channel = (uint8_t)channel, .number = (int16_t)number, .value = (int16_t)value};
}

/* The number of the parameter that is chosen; -1 when none is. */
static int chosen(const struct midi_parameters_channel *channel)
{
    return channel->halves == BOTH_HALVES ? channel->number[1] << 7 | channel->number[0] : -1;
}

static void forget_parameter(struct midi_parameters_channel *channel)
{
    channel->kind = MIDI_NO_PARAMETER;
    channel->halves = 0;
    channel->value = -1;
}

/* An MSB sets the LSB to 0. */
static void take_msb(struct midi_parameters *parameters, unsigned at, unsigned number, unsigned value,
                     struct midi_parameter_set *now)
{
    struct midi_parameters_channel *channel = &parameters->channel[at];

    channel->heard |= 1u << number;
    channel->msb[number] = (uint8_t)value;
    add(now, MIDI_CONTROL_14, at, (int)number, (int)value << 7);
    if (number == CC_DATA_ENTRY && chosen(channel) >= 0) {
        channel->value = (int16_t)(value << 7);
        channel->fine_value = false;
        add(now, (enum midi_parameter_kind)channel->kind, at, chosen(channel), channel->value);
    }
    if ((channel->coarse >> number & 1) != 0)
        return;
    parameters->waiting = *now;
    parameters->waiting_controller = (uint8_t)number;
    for (unsigned i = 0; i < now->count; i++)
        now->part[i].value = -1;
}

/* An LSB alone means nothing until an MSB has come. */
static void take_lsb(struct midi_parameters_channel *channel, unsigned at, unsigned number, unsigned value,
                     struct midi_parameter_set *now)
{
    channel->coarse &= ~(1u << number);
    if ((channel->heard >> number & 1) != 0)
        add(now, MIDI_CONTROL_14, at, (int)number, channel->msb[number] << 7 | (int)value);
    if (number != CC_DATA_ENTRY || chosen(channel) < 0 || channel->value < 0)
        return;
    channel->value = (int16_t)((channel->value & ~0x7f) | (int)value);
    channel->fine_value = true;
    add(now, (enum midi_parameter_kind)channel->kind, at, chosen(channel), channel->value);
}

/* Increment and decrement step the half of the value that was set last; of registered parameters the LSB, but the MSB
 * of those that have no LSB (MIDI RP-018). */
static int step_of(const struct midi_parameters_channel *channel)
{
    int number = chosen(channel);

    if (channel->kind == MIDI_RPN)
        return number >= COARSE_TUNING && number <= TUNING_BANK ? 128 : 1;
    return channel->fine_value ? 1 : 128;
}

static void take_step(struct midi_parameters_channel *channel, unsigned at, int direction,
                      struct midi_parameter_set *now)
{
    int value;

    if (chosen(channel) < 0 || channel->value < 0)
        return;
    value = channel->value + direction * step_of(channel);
    channel->value = (int16_t)(value < 0 ? 0 : value > VALUE_MAX ? VALUE_MAX : value);
    add(now, (enum midi_parameter_kind)channel->kind, at, chosen(channel), channel->value);
}

/* Half of a parameter's number. It is part of both kinds: null (127, 127) of either ends the choice of any. */
static void take_number(struct midi_parameters_channel *channel, unsigned at, unsigned controller, unsigned value,
                        struct midi_parameter_set *now)
{
    enum midi_parameter_kind kind = controller >= CC_RPN_LSB ? MIDI_RPN : MIDI_NRPN;
    unsigned half = controller & 1;

    if (channel->kind != kind)
        forget_parameter(channel);
    channel->kind = (uint8_t)kind;
    channel->halves = (uint8_t)(channel->halves | 1u << half);
    channel->number[half] = (uint8_t)value;
    channel->value = -1;
    channel->fine_value = false;
    if (channel->halves == BOTH_HALVES && channel->number[0] == NULL_HALF && channel->number[1] == NULL_HALF)
        forget_parameter(channel);
    add(now, MIDI_NRPN, at, -1, -1);
    add(now, MIDI_RPN, at, -1, -1);
}

void midi_parameters_flush(struct midi_parameters *parameters, struct midi_parameter_set *late)
{
    *late = parameters->waiting;
    parameters->waiting.count = 0;
    if (late->count > 0)
        parameters->channel[late->part[0].channel].coarse |= 1u << parameters->waiting_controller;
}

struct midi_msg midi_parameters_msb(const struct midi_parameter_set *late)
{
    const struct midi_parameter *pair = &late->part[0]; /* take_msb adds it first */

    return midi_short(MIDI_CONTROL_CHANGE | pair->channel, (uint8_t)pair->number, (uint8_t)(pair->value >> 7));
}

/* Whether a controller is the LSB that is waited for. */
static bool is_awaited(const struct midi_parameters *parameters, unsigned at, unsigned controller)
{
    return parameters->waiting.count > 0 && parameters->waiting.part[0].channel == at &&
           controller == parameters->waiting_controller + (unsigned)CC_LSB;
}

void midi_parameters_take(struct midi_parameters *parameters, const struct midi_msg *msg,
                          struct midi_parameter_set *late, struct midi_parameter_set *now)
{
    unsigned at = msg->b[0] & 0x0f, controller = msg->b[1] & 0x7f, value = msg->b[2] & 0x7f;
    struct midi_parameters_channel *channel = &parameters->channel[at];

    now->count = 0;
    if (is_awaited(parameters, at, controller))
        parameters->waiting.count = 0;
    midi_parameters_flush(parameters, late);
    if (controller < CC_LSB)
        take_msb(parameters, at, controller, value, now);
    else if (controller < CC_PAIRS_END)
        take_lsb(channel, at, controller - CC_LSB, value, now);
    else if (controller == CC_INCREMENT || controller == CC_DECREMENT)
        take_step(channel, at, controller == CC_INCREMENT ? 1 : -1, now);
    else if (controller >= CC_NRPN_LSB && controller <= CC_RPN_MSB)
        take_number(channel, at, controller, value, now);
    else if (controller == CC_RESET_CONTROLLERS)
        forget_parameter(channel);
}
