/* Plays a rule from OSC to MIDI. No allocation, no Lua.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_parser.h"
#include "route/rule.h"

#include <math.h>
#include <string.h>

/* What one message gave to the names of a rule. */
struct forward {
    const struct rule *rule;
    const struct rule_sink *sink;
    double value[RULE_VARS_MAX];
    struct osc_arg midi;  /* the argument of a data name with tag m */
    struct osc_args data; /* where the arguments of another data name begin */
    struct osc_arg first; /* the first of them, already taken from data */
    const char *port;
    size_t port_length;
    unsigned malformed; /* by the dry run over data */
    unsigned messages;
    bool dry;
};

/* The next argument, arrays read as if they were not there. */
static bool next_arg(struct osc_args *args, struct osc_arg *arg)
{
    while (osc_args_next(args, arg))
        if (arg->tag != '[' && arg->tag != ']')
            return true;
    return false;
}

static bool is_text(const struct osc_arg *arg)
{
    return arg->tag == 's' || arg->tag == 'S';
}

static bool text_equals(const struct osc_arg *arg, const char *text)
{
    return is_text(arg) && strlen(text) == arg->v.s.length && memcmp(arg->v.s.bytes, text, arg->v.s.length) == 0;
}

/* One written argument of the rule against one received; has is false when the message has no more. */
static bool take_arg(struct forward *forward, const struct rule_arg *wanted, bool has, const struct osc_arg *arg)
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
static bool bind(struct forward *forward, const struct osc_binding *bindings, const struct osc_view *view)
{
    const struct rule *rule = forward->rule;
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg = {0};

    for (int i = 0; i < rule->arg_count; i++) {
        bool has = next_arg(&args, &arg);

        if (rule->arg[i].kind == RULE_ARG_VAR && rule->arg[i].var == rule->data_var &&
            rule->var[rule->data_var].tag != 'm') {
            forward->data = args;
            forward->first = arg;
            return has;
        }
        if (!take_arg(forward, &rule->arg[i], has, &arg))
            return false;
    }
    for (int i = 0; i < rule->var_count; i++)
        if (rule->var[i].source == RULE_FROM_PATH)
            forward->value[i] = bindings[rule->var[i].place].number;
    return true;
}

/* The slot's number; false when it names something that does not exist. */
static bool slot_value(const struct forward *forward, const struct rule_slot *slot, int32_t *out)
{
    double v = slot->offset;

    if (slot->var >= 0) {
        const struct rule_var *var = &forward->rule->var[slot->var];
        double value = forward->value[slot->var];

        if (var->ranged) {
            double low = fmin(var->low, var->high), high = fmax(var->low, var->high);

            if (slot->names && (value < low || value > high))
                return false;
            value = fmin(fmax(value, low), high);
        }
        v = value * slot->scale + slot->offset;
    }
    v = floor(v + 0.5);
    if (slot->names && (v < slot->low || v > slot->high))
        return false;
    *out = (int32_t)fmin(fmax(v, slot->low), slot->high);
    return true;
}

static void emit(const struct forward *forward, uint8_t status, int32_t data1, int32_t data2)
{
    struct midi_msg msg = midi_short(status, (uint8_t)data1, (uint8_t)data2);

    forward->sink->midi(forward->sink->user, &msg, forward->port, forward->port_length);
}

static void emit_14(const struct forward *forward, uint8_t status, int32_t value)
{
    emit(forward, status, value & 0x7f, value >> 7);
}

/* A parameter number and its value, then the null parameter, so that a stray data entry changes nothing (MIDI 1.0,
 * "Registered and Non-Registered Parameter Numbers"). */
static void emit_parameter(const struct forward *forward, uint8_t status, int32_t msb_controller, int32_t parameter,
                           int32_t value)
{
    emit(forward, status, msb_controller, parameter >> 7);
    emit(forward, status, msb_controller - 1, parameter & 0x7f);
    emit(forward, status, 6, value >> 7);
    emit(forward, status, 38, value & 0x7f);
    emit(forward, status, 101, 127);
    emit(forward, status, 100, 127);
}

/* One channel message of two values on channel 0 to 15. */
static void emit_channel(const struct forward *forward, uint8_t channel, int32_t a, int32_t b)
{
    switch ((enum rule_command)forward->rule->command) {
    case RULE_NOTE: emit(forward, (uint8_t)((b > 0 ? MIDI_NOTE_ON : MIDI_NOTE_OFF) | channel), a, b); break;
    case RULE_NOTE_ON: emit(forward, MIDI_NOTE_ON | channel, a, b); break;
    case RULE_NOTE_OFF: emit(forward, MIDI_NOTE_OFF | channel, a, b); break;
    case RULE_KEY_PRESSURE: emit(forward, MIDI_KEY_PRESSURE | channel, a, b); break;
    case RULE_CONTROL: emit(forward, MIDI_CONTROL_CHANGE | channel, a, b); break;
    case RULE_CONTROL_14:
        emit(forward, MIDI_CONTROL_CHANGE | channel, a, b >> 7);
        emit(forward, MIDI_CONTROL_CHANGE | channel, a + 32, b & 0x7f);
        break;
    case RULE_PROGRAM: emit(forward, MIDI_PROGRAM_CHANGE | channel, a, 0); break;
    case RULE_PRESSURE: emit(forward, MIDI_CHANNEL_PRESSURE | channel, a, 0); break;
    case RULE_BEND: emit_14(forward, MIDI_PITCH_BEND | channel, a); break;
    case RULE_NRPN: emit_parameter(forward, MIDI_CONTROL_CHANGE | channel, 99, a, b); break;
    case RULE_RPN: emit_parameter(forward, MIDI_CONTROL_CHANGE | channel, 101, a, b); break;
    default: break;
    }
}

static enum rule_result play_channel(const struct forward *forward)
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

static enum rule_result play_system(const struct forward *forward)
{
    const struct rule *rule = forward->rule;
    int32_t a = 0, b = 0;

    if (!slot_value(forward, &rule->slot[0], &a) || !slot_value(forward, &rule->slot[1], &b))
        return RULE_RANGE;
    switch ((enum rule_command)rule->command) {
    case RULE_TIME_CODE: emit(forward, MIDI_TIME_CODE, a << 4 | b, 0); break;
    case RULE_QUARTER_FRAME: emit(forward, MIDI_TIME_CODE, a, 0); break;
    case RULE_SONG_POSITION: emit_14(forward, MIDI_SONG_POSITION, a); break;
    case RULE_SONG_SELECT: emit(forward, MIDI_SONG_SELECT, a, 0); break;
    default: emit(forward, rule->status, 0, 0); break;
    }
    return RULE_DONE;
}

/* Four MIDI bytes of an argument with tag m: port, status, data (OSC 1.0), or port, data 2, data 1, status as TouchOSC
 * Bridge has it. Data bytes are below 0x80, so the order shows. */
static enum rule_result play_m(const struct forward *forward)
{
    const uint8_t *m = forward->midi.v.m;
    bool touchosc = m[1] < 0x80 && m[3] >= 0x80;
    uint8_t status = touchosc ? m[3] : m[1], data1 = m[2], data2 = touchosc ? m[1] : m[3];
    uint8_t length = midi_length(status);

    if (length == 0 || (length > 1 && data1 >= 0x80) || (length > 2 && data2 >= 0x80))
        return RULE_BAD_DATA;
    emit(forward, status, length > 1 ? data1 : 0, length > 2 ? data2 : 0);
    return RULE_DONE;
}

/* Data on its way through the MIDI parser. */
struct data_feed {
    struct forward *forward;
    struct midi_parser parser;
    struct midi_parser_sink sink;
    bool sysex; /* F0 and F7 are optional */
    bool begun, ended, broken;
};

static void data_message(void *user, const struct midi_msg *msg)
{
    struct forward *forward = user;

    forward->messages++;
    if (!forward->dry)
        forward->sink->midi(forward->sink->user, msg, forward->port, forward->port_length);
}

static void data_malformed(void *user)
{
    struct forward *forward = user;

    forward->malformed++;
}

static void feed_byte(struct data_feed *feed, uint8_t byte)
{
    if (feed->sysex) {
        bool first = !feed->begun;

        feed->begun = true;
        if (first && byte == MIDI_SYSEX)
            return;
        feed->broken = feed->broken || feed->ended || (byte >= 0x80 && byte != MIDI_SYSEX_EOX);
        if (byte == MIDI_SYSEX_EOX) {
            feed->ended = true;
            return;
        }
    }
    midi_parser_feed(&feed->parser, &byte, 1, &feed->sink);
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hex text: pairs of digits, or single digits between separators; spaces, commas and "0x" are skipped. */
static void feed_hex(struct data_feed *feed, const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        int high = hex_digit(text[i]), low = i + 1 < length ? hex_digit(text[i + 1]) : -1;

        if (text[i] == ' ' || text[i] == ',') {
            i++;
        } else if (text[i] == '0' && i + 1 < length && (text[i + 1] | 0x20) == 'x') {
            i += 2;
        } else if (high < 0) {
            feed->broken = true;
            return;
        } else {
            feed_byte(feed, (uint8_t)(low < 0 ? high : high << 4 | low));
            i += low < 0 ? 1 : 2;
        }
    }
}

/* A short message in one number, as Renoise takes it at /renoise/trigger/midi: status in the lowest byte, or in the
 * third. Data bytes are below 0x80, so the order shows. */
static void feed_packed(struct data_feed *feed, uint32_t number)
{
    uint8_t bytes[3] = {(uint8_t)number, (uint8_t)(number >> 8), (uint8_t)(number >> 16)};
    bool highest = bytes[2] >= 0x80;
    uint8_t length = midi_length(highest ? bytes[2] : bytes[0]);

    for (int i = 0; i < length && i < 3; i++)
        feed_byte(feed, highest ? bytes[2 - i] : bytes[i]);
    feed->broken = feed->broken || length == 0;
}

/* One argument of any kind. */
static void feed_arg(struct data_feed *feed, const struct osc_arg *arg)
{
    double number;

    if (is_text(arg)) {
        feed_hex(feed, arg->v.s.bytes, arg->v.s.length);
    } else if (arg->tag == 'b') {
        for (size_t i = 0; i < arg->v.s.length; i++)
            feed_byte(feed, arg->v.s.bytes[i]);
    } else if (arg->tag == 'm') {
        for (size_t i = 1; i < 4; i++)
            feed_byte(feed, arg->v.m[i]);
    } else if (osc_arg_number(arg, &number) && number >= 0 && number <= 255) {
        feed_byte(feed, (uint8_t)(number + 0.5));
    } else if (osc_arg_number(arg, &number) && number > 255 && number <= 0xffffff && !feed->sysex) {
        feed_packed(feed, (uint32_t)number);
    } else {
        feed->broken = true;
    }
}

/* Sends all arguments from the data name on through the parser; dry counts only. Returns whether they are whole
 * messages. */
static bool run_data(struct forward *forward, bool dry)
{
    struct data_feed feed = {.forward = forward,
                             .sink = {.message = data_message, .malformed = data_malformed, .user = forward},
                             .sysex = forward->rule->command == RULE_SYSEX};
    struct osc_args args = forward->data;
    struct osc_arg arg = forward->first;
    static const uint8_t begin = MIDI_SYSEX, end = MIDI_SYSEX_EOX;

    forward->dry = dry;
    forward->messages = 0;
    if (feed.sysex)
        midi_parser_feed(&feed.parser, &begin, 1, &feed.sink);
    do {
        feed_arg(&feed, &arg);
    } while (!feed.broken && next_arg(&args, &arg));
    if (feed.sysex)
        midi_parser_feed(&feed.parser, &end, 1, &feed.sink);
    midi_parser_end(&feed.parser, &feed.sink);
    return !feed.broken && forward->malformed == 0 && forward->messages > 0;
}

/* Data is checked whole before any of it is played. */
static enum rule_result play_data(struct forward *forward)
{
    if (forward->rule->var[forward->rule->data_var].tag == 'm')
        return play_m(forward);
    if (!run_data(forward, true))
        return RULE_BAD_DATA;
    run_data(forward, false);
    return RULE_DONE;
}

/* A SysEx written out byte by byte in the rule. */
static enum rule_result play_sysex_bytes(struct forward *forward)
{
    const struct rule *rule = forward->rule;
    struct midi_parser parser = {0};
    struct midi_parser_sink sink = {.message = data_message, .malformed = data_malformed, .user = forward};
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
    midi_parser_feed(&parser, bytes, length, &sink);
    return RULE_DONE;
}

enum rule_result rule_forward(const struct rule *rule, const struct osc_binding bindings[OSC_PLACES_MAX],
                              const struct osc_view *view, const struct rule_sink *sink)
{
    struct forward forward = {
        .rule = rule, .sink = sink, .port = rule->port, .port_length = rule->port != NULL ? strlen(rule->port) : 0};

    if (!bind(&forward, bindings, view))
        return RULE_NO_MATCH;
    if (rule->port_var >= 0) {
        const struct osc_binding *port = &bindings[rule->var[rule->port_var].place];

        forward.port = port->text;
        forward.port_length = port->length;
    }
    if (rule->command == RULE_RAW || (rule->command == RULE_SYSEX && rule->data_var >= 0))
        return play_data(&forward);
    if (rule->command == RULE_SYSEX)
        return play_sysex_bytes(&forward);
    return rule->command <= RULE_RPN ? play_channel(&forward) : play_system(&forward);
}
