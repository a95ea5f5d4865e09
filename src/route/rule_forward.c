/* Plays a rule from OSC to MIDI. No allocation, no Lua.
 * SPDX-License-Identifier: MIT */
#include "route/rule_data.h"
#include "route/rule_time.h"

#include <math.h>
#include <string.h>

static bool text_equals(const struct osc_arg *arg, const char *text)
{
    return rule_arg_is_text(arg) && strlen(text) == arg->v.s.length &&
           memcmp(arg->v.s.bytes, text, arg->v.s.length) == 0;
}

/* One written argument of the rule against one received; has is false when the message has no more. */
static bool take_arg(struct rule_play *forward, const struct rule_arg *wanted, bool has, const struct osc_arg *arg)
{
    const struct rule_var *var;
    double number;

    if (wanted->kind == RULE_ARG_TEXT)
        return has && text_equals(arg, wanted->text);
    if (wanted->kind == RULE_ARG_NUMBER)
        return has && osc_arg_number(arg, &number) && fabs(number - wanted->number) < 1e-6;
    var = &forward->rule->var[wanted->var];
    if (var->tag == 'm') {
        forward->midi = *arg;
        return has && arg->tag == 'm';
    }
    if (has)
        return osc_arg_number(arg, &forward->value[wanted->var]);
    forward->value[wanted->var] = var->default_value;
    return var->has_default;
}

/* Binds all names; false when the arguments do not fit. */
static bool bind(struct rule_play *forward, const struct osc_binding *bindings, const struct osc_view *view)
{
    const struct rule *rule = forward->rule;
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg = {0};

    for (int i = 0; i < rule->var_count; i++)
        if (rule->var[i].source == RULE_FROM_PATH)
            forward->value[i] = bindings[rule->var[i].place].number;
    for (int i = 0; i < rule->arg_count; i++) {
        bool has = rule_arg_next(&args, &arg);

        if (rule->arg[i].kind == RULE_ARG_VAR && rule->arg[i].var == rule->data_var &&
            rule->var[rule->data_var].tag != 'm') {
            forward->data = args;
            forward->first = arg;
            return has;
        }
        if (!take_arg(forward, &rule->arg[i], has, &arg))
            return false;
    }
    return true;
}

/* The slot's number, whole or not; false when the name is beyond its range and has to be within. */
static bool slot_number(const struct rule_play *forward, const struct rule_slot *slot, double *out)
{
    *out = slot->offset;

    if (slot->var >= 0) {
        const struct rule_var *var = &forward->rule->var[slot->var];
        double value = forward->value[slot->var];

        if (var->ranged) {
            double low = fmin(var->low, var->high), high = fmax(var->low, var->high);

            if (slot->names && (value < low || value > high))
                return false;
            value = fmin(fmax(value, low), high);
        }
        *out = value * slot->scale + slot->offset;
    }
    return true;
}

/* The same as a whole number; false when it names something that does not exist. */
static bool slot_value(const struct rule_play *forward, const struct rule_slot *slot, int32_t *out)
{
    double v;

    if (!slot_number(forward, slot, &v))
        return false;
    v = floor(v + 0.5);
    if (slot->names && (v < slot->low || v > slot->high))
        return false;
    *out = (int32_t)fmin(fmax(v, slot->low), slot->high);
    return true;
}

static void emit_14(const struct rule_play *forward, uint8_t status, int32_t value)
{
    rule_emit(forward, status, value & 0x7f, value >> 7);
}

/* A parameter number and its value, then the null parameter, so that a stray data entry changes nothing (MIDI 1.0,
 * "Registered and Non-Registered Parameter Numbers"). */
static void emit_parameter(const struct rule_play *forward, uint8_t status, int32_t msb_controller, int32_t parameter,
                           int32_t value)
{
    rule_emit(forward, status, msb_controller, parameter >> 7);
    rule_emit(forward, status, msb_controller - 1, parameter & 0x7f);
    rule_emit(forward, status, 6, value >> 7);
    rule_emit(forward, status, 38, value & 0x7f);
    rule_emit(forward, status, 101, 127);
    rule_emit(forward, status, 100, 127);
}

/* One channel message of two values on channel 0 to 15. */
static void emit_channel(const struct rule_play *forward, uint8_t channel, int32_t a, int32_t b)
{
    switch ((enum rule_command)forward->rule->command) {
    case RULE_NOTE: rule_emit(forward, (uint8_t)((b > 0 ? MIDI_NOTE_ON : MIDI_NOTE_OFF) | channel), a, b); break;
    case RULE_NOTE_ON: rule_emit(forward, MIDI_NOTE_ON | channel, a, b); break;
    case RULE_NOTE_OFF: rule_emit(forward, MIDI_NOTE_OFF | channel, a, b); break;
    case RULE_KEY_PRESSURE: rule_emit(forward, MIDI_KEY_PRESSURE | channel, a, b); break;
    case RULE_CONTROL: rule_emit(forward, MIDI_CONTROL_CHANGE | channel, a, b); break;
    case RULE_CONTROL_14:
        rule_emit(forward, MIDI_CONTROL_CHANGE | channel, a, b >> 7);
        rule_emit(forward, MIDI_CONTROL_CHANGE | channel, a + 32, b & 0x7f);
        break;
    case RULE_PROGRAM: rule_emit(forward, MIDI_PROGRAM_CHANGE | channel, a, 0); break;
    case RULE_PRESSURE: rule_emit(forward, MIDI_CHANNEL_PRESSURE | channel, a, 0); break;
    case RULE_BEND: emit_14(forward, MIDI_PITCH_BEND | channel, a); break;
    case RULE_NRPN: emit_parameter(forward, MIDI_CONTROL_CHANGE | channel, 99, a, b); break;
    case RULE_RPN: emit_parameter(forward, MIDI_CONTROL_CHANGE | channel, 101, a, b); break;
    default: break;
    }
}

static enum rule_result play_channel(const struct rule_play *forward)
{
    const struct rule *rule = forward->rule;
    int32_t channel = 1, a = 0, b = 0;
    bool all = rule->channel_all && rule->channel.var >= 0 && forward->value[rule->channel.var] <= 0;

    if ((!all && !slot_value(forward, &rule->channel, &channel)) || !slot_value(forward, &rule->slot[0], &a) ||
        !slot_value(forward, &rule->slot[1], &b))
        return RULE_RANGE;
    for (int32_t c = all ? 1 : channel; c <= (all ? 16 : channel); c++)
        emit_channel(forward, (uint8_t)(c - 1), a, b);
    return RULE_DONE;
}

static enum rule_result play_system(const struct rule_play *forward)
{
    const struct rule *rule = forward->rule;
    int32_t a = 0, b = 0;

    if (!slot_value(forward, &rule->slot[0], &a) || !slot_value(forward, &rule->slot[1], &b))
        return RULE_RANGE;
    switch ((enum rule_command)rule->command) {
    case RULE_TIME_CODE: rule_emit(forward, MIDI_TIME_CODE, a << 4 | b, 0); break;
    case RULE_QUARTER_FRAME: rule_emit(forward, MIDI_TIME_CODE, a, 0); break;
    case RULE_SONG_POSITION: emit_14(forward, MIDI_SONG_POSITION, a); break;
    case RULE_SONG_SELECT: rule_emit(forward, MIDI_SONG_SELECT, a, 0); break;
    default: rule_emit(forward, rule->status, 0, 0); break;
    }
    return RULE_DONE;
}

/* A SysEx written out byte by byte in the rule. */
static enum rule_result play_sysex_bytes(struct rule_play *forward)
{
    const struct rule *rule = forward->rule;
    uint8_t bytes[RULE_BYTES_MAX + 2];
    size_t length = 0;

    bytes[length++] = MIDI_SYSEX;
    for (int i = 0; i < rule->byte_count; i++) {
        int32_t value;

        if (!slot_value(forward, &rule->bytes[i], &value))
            return RULE_RANGE;
        bytes[length++] = (uint8_t)value;
    }
    bytes[length++] = MIDI_SYSEX_EOX;
    rule_play_sysex(forward, bytes, length);
    return RULE_DONE;
}

static enum rule_result play_tempo(const struct rule_play *forward)
{
    const struct rule_slot *slot = &forward->rule->slot[0];
    double bpm;

    if (forward->sink->tempo == NULL)
        return RULE_NO_MATCH;
    if (!slot_number(forward, slot, &bpm) || !(bpm >= slot->low && bpm <= slot->high))
        return RULE_RANGE;
    forward->sink->tempo(forward->sink->user, bpm, forward->port, forward->port_length);
    return RULE_DONE;
}

/* A time that runs goes its own way. */
static void give_time(struct rule_play *forward, const uint8_t frame[MIDI_FULL_FRAME])
{
    const struct rule_sink *sink = forward->sink;
    const struct midi_time time = {.hours = rule_time_field(frame, 0),
                                   .minutes = rule_time_field(frame, 1),
                                   .seconds = rule_time_field(frame, 2),
                                   .frames = rule_time_field(frame, 3),
                                   .rate = rule_time_rate(frame)};

    if (!forward->rule->running || sink->time == NULL ||
        !sink->time(sink->user, &time, forward->port, forward->port_length))
        rule_play_sysex(forward, frame, MIDI_FULL_FRAME);
}

static enum rule_result play_full_frame(struct rule_play *forward)
{
    const struct osc_arg *time = &forward->first;
    uint8_t frame[MIDI_FULL_FRAME];
    enum rule_result result;
    int32_t rate;

    if (!rule_arg_is_text(time))
        return RULE_BAD_DATA;
    if (!slot_value(forward, &forward->rule->slot[0], &rate))
        return RULE_RANGE;
    result = rule_time_read(time->v.s.bytes, time->v.s.length, (uint8_t)rate, frame);
    if (result == RULE_DONE)
        give_time(forward, frame);
    return result;
}

/* A time as numbers; without a rate it is 0. */
static enum rule_result play_time(struct rule_play *forward)
{
    int32_t value[RULE_TIME_VALUES] = {0};
    uint8_t frame[MIDI_FULL_FRAME];

    for (int i = 0; i < forward->rule->byte_count; i++)
        if (!slot_value(forward, &forward->rule->bytes[i], &value[i]))
            return RULE_RANGE;
    rule_time_make(value, frame);
    give_time(forward, frame);
    return RULE_DONE;
}

/* Ranges hold the names of a function's rule as they hold those of others. */
static enum rule_result play_function(struct rule_play *forward, const struct osc_binding *bindings)
{
    const struct rule *rule = forward->rule;

    if (forward->sink->function == NULL)
        return RULE_NO_MATCH;
    for (int i = 0; i < rule->var_count; i++)
        if (rule->var[i].ranged)
            forward->value[i] = fmin(fmax(forward->value[i], fmin(rule->var[i].low, rule->var[i].high)),
                                     fmax(rule->var[i].low, rule->var[i].high));
    forward->sink->function(forward->sink->user, rule, forward->value, bindings);
    return RULE_DONE;
}

enum rule_result rule_forward(const struct rule *rule, const struct osc_binding bindings[OSC_PLACES_MAX],
                              const struct osc_view *view, const struct rule_sink *sink)
{
    struct rule_play forward = {
        .rule = rule, .sink = sink, .port = rule->port, .port_length = rule->port != NULL ? strlen(rule->port) : 0};

    if (!bind(&forward, bindings, view))
        return RULE_NO_MATCH;
    if (rule->port_var >= 0) {
        const struct osc_binding *port = &bindings[rule->var[rule->port_var].place];

        forward.port = port->text;
        forward.port_length = port->length;
    }
    switch ((enum rule_command)rule->command) {
    case RULE_RAW: return rule_play_data(&forward);
    case RULE_SYSEX: return rule->data_var >= 0 ? rule_play_data(&forward) : play_sysex_bytes(&forward);
    case RULE_FULL_FRAME: return play_full_frame(&forward);
    case RULE_MTC: return rule->data_var >= 0 ? play_full_frame(&forward) : play_time(&forward);
    case RULE_TEMPO: return play_tempo(&forward);
    case RULE_FUNCTION: return play_function(&forward, bindings);
    default: return rule->command <= RULE_RPN ? play_channel(&forward) : play_system(&forward);
    }
}
