/* Plays a rule from MIDI to OSC: fills the template that was composed when the map was compiled. No allocation, no Lua.
 * SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "route/rule_time.h"

#include <math.h>
#include <string.h>

#define PORT_BUDGET 65536u /* steps to match a port name */
#define TOLERANCE 1e-6     /* of what scaling leaves of a whole number */
#define TO_EVERYBODY 0x7f

/* What one MIDI message gave to the names of a rule. */
struct reverse {
    const struct rule *rule;
    const struct rule_midi *midi;
    const uint8_t *time; /* the full frame of a rule about time code */
    double value[RULE_VARS_MAX];
    bool known[RULE_VARS_MAX];
};

/* Whether a name can stand for this value: within its range, and whole where its place can hold nothing else. A value
 * (not a name of something) may be rounded. */
static bool fits_name(const struct rule_var *var, bool names, double value)
{
    bool whole = var->source == RULE_FROM_PATH || var->tag == 'i' || var->tag == 'h';

    if (names && whole && fabs(value - floor(value + 0.5)) > TOLERANCE)
        return false;
    return !var->ranged ||
           (value >= fmin(var->low, var->high) - TOLERANCE && value <= fmax(var->low, var->high) + TOLERANCE);
}

/* Solves a slot for its name; false when this message is not the rule's. */
static bool solve_slot(struct reverse *reverse, const struct rule_slot *slot, double number, bool names)
{
    double value;

    if (slot->var < 0)
        return fabs(number - slot->offset) < TOLERANCE;
    if (number < slot->low || number > slot->high)
        return false;
    value = (number - slot->offset) / slot->scale + 0.0; /* no -0 */
    if (reverse->known[slot->var])
        return fabs(reverse->value[slot->var] - value) < TOLERANCE;
    if (!fits_name(&reverse->rule->var[slot->var], names, value))
        return false;
    reverse->value[slot->var] = value;
    reverse->known[slot->var] = true;
    return true;
}

static bool take_slot(struct reverse *reverse, const struct rule_slot *slot, int32_t number)
{
    return solve_slot(reverse, slot, number, slot->names);
}

/* A channel message of the rule's kind, its two values into the slots. */
static bool take_channel(struct reverse *reverse)
{
    const struct rule *rule = reverse->rule;
    const uint8_t *b = reverse->midi->bytes;
    uint8_t kind = b[0] & 0xf0;
    int32_t first = b[1], second = reverse->midi->length > 2 ? b[2] : 0;
    bool mine;

    switch ((enum rule_command)rule->command) {
    case RULE_NOTE:
        mine = kind == MIDI_NOTE_ON || kind == MIDI_NOTE_OFF;
        second = kind == MIDI_NOTE_OFF ? 0 : second;
        break;
    case RULE_NOTE_ON: mine = kind == MIDI_NOTE_ON; break;
    case RULE_NOTE_OFF: mine = kind == MIDI_NOTE_OFF; break;
    case RULE_KEY_PRESSURE: mine = kind == MIDI_KEY_PRESSURE; break;
    case RULE_CONTROL: mine = kind == MIDI_CONTROL_CHANGE; break;
    case RULE_PROGRAM: mine = kind == MIDI_PROGRAM_CHANGE; break;
    case RULE_PRESSURE: mine = kind == MIDI_CHANNEL_PRESSURE; break;
    case RULE_BEND:
        mine = kind == MIDI_PITCH_BEND;
        first |= second << 7;
        second = 0;
        break;
    default: mine = false; break;
    }
    return mine && take_slot(reverse, &rule->channel, (b[0] & 0x0f) + 1) && take_slot(reverse, &rule->slot[0], first) &&
           take_slot(reverse, &rule->slot[1], second);
}

static bool take_system(struct reverse *reverse)
{
    const struct rule *rule = reverse->rule;
    const uint8_t *b = reverse->midi->bytes;

    switch ((enum rule_command)rule->command) {
    case RULE_TIME_CODE:
        return b[0] == MIDI_TIME_CODE && take_slot(reverse, &rule->slot[0], b[1] >> 4) &&
               take_slot(reverse, &rule->slot[1], b[1] & 0x0f);
    case RULE_QUARTER_FRAME: return b[0] == MIDI_TIME_CODE && take_slot(reverse, &rule->slot[0], b[1]);
    case RULE_SONG_POSITION: return b[0] == MIDI_SONG_POSITION && take_slot(reverse, &rule->slot[0], b[1] | b[2] << 7);
    case RULE_SONG_SELECT: return b[0] == MIDI_SONG_SELECT && take_slot(reverse, &rule->slot[0], b[1]);
    default: return b[0] == rule->status;
    }
}

static bool take_sysex(struct reverse *reverse)
{
    const struct rule *rule = reverse->rule;

    if (reverse->midi->bytes[0] != MIDI_SYSEX)
        return false;
    if (rule->data_var >= 0)
        return true;
    if (reverse->midi->length != rule->byte_count + 2u)
        return false;
    for (int i = 0; i < rule->byte_count; i++)
        if (!take_slot(reverse, &rule->bytes[i], reverse->midi->bytes[i + 1]))
            return false;
    return true;
}

/* A rule that says no rate takes every rate. */
static bool take_rate(struct reverse *reverse, const struct rule_slot *rate)
{
    return (rate->var < 0 && rate->high == 0) || take_slot(reverse, rate, rule_time_rate(reverse->time));
}

/* A time to everybody, in a SysEx. */
static bool take_full_frame(struct reverse *reverse)
{
    reverse->time = reverse->midi->bytes;
    return rule_time_is_frame(reverse->time, reverse->midi->length) && reverse->time[2] == TO_EVERYBODY &&
           take_rate(reverse, &reverse->rule->slot[0]);
}

/* A time to anybody, in a SysEx or in quarter frames. */
static bool take_mtc(struct reverse *reverse)
{
    const struct rule *rule = reverse->rule;
    const struct rule_midi *midi = reverse->midi;
    bool quarter = midi->bytes[0] == MIDI_TIME_CODE;

    reverse->time = quarter ? midi->time : midi->bytes;
    if (reverse->time == NULL || !rule_time_is_frame(reverse->time, quarter ? MIDI_FULL_FRAME : midi->length))
        return false;
    for (int i = 0; i < rule->byte_count; i++) {
        bool mine = i + 1 == RULE_TIME_VALUES
                        ? take_slot(reverse, &rule->bytes[i], rule_time_rate(reverse->time))
                        : take_slot(reverse, &rule->bytes[i], rule_time_field(reverse->time, (size_t)i));

        if (!mine)
            return false;
    }
    return take_rate(reverse, &rule->slot[0]);
}

/* What the message is to the rule: a part of its kind, or NULL. */
static const struct midi_parameter *find_part(const struct rule *rule, const struct rule_midi *midi)
{
    uint8_t kind = rule->command == RULE_CONTROL_14 ? MIDI_CONTROL_14
                   : rule->command == RULE_NRPN     ? MIDI_NRPN
                                                    : MIDI_RPN;

    for (unsigned i = 0; midi->parameters != NULL && i < midi->parameters->count; i++)
        if (midi->parameters->part[i].kind == kind)
            return &midi->parameters->part[i];
    return NULL;
}

/* A number that is not known yet may be the rule's. */
static bool take_number(struct reverse *reverse, const struct midi_parameter *part)
{
    return take_slot(reverse, &reverse->rule->channel, part->channel + 1) &&
           (part->number < 0 || take_slot(reverse, &reverse->rule->slot[0], part->number));
}

static bool take_parameter(struct reverse *reverse)
{
    const struct midi_parameter *part = find_part(reverse->rule, reverse->midi);

    return part != NULL && part->value >= 0 && take_number(reverse, part) &&
           take_slot(reverse, &reverse->rule->slot[1], part->value);
}

/* The whole number next to value that is within the bounds. */
static int64_t whole(double value, double low, double high)
{
    return (int64_t)fmin(fmax(floor(value + 0.5), low), high);
}

/* Whether the message came from the port that the rule is about. */
static bool is_from_port(const struct reverse *reverse)
{
    uint32_t budget = PORT_BUDGET;

    return reverse->rule->port == NULL || osc_match_part(reverse->rule->port, strlen(reverse->rule->port),
                                                         reverse->midi->port, reverse->midi->port_length, &budget);
}

bool rule_assembles(const struct rule *rule)
{
    return rule->command == RULE_CONTROL_14 || rule->command == RULE_NRPN || rule->command == RULE_RPN ||
           rule->command == RULE_MTC || rule->command == RULE_TEMPO;
}

bool rule_wants_part(const struct rule *rule, const struct rule_midi *midi)
{
    struct reverse reverse = {.rule = rule, .midi = midi};
    const struct midi_parameter *part;

    if (!is_from_port(&reverse))
        return false;
    if (rule->command == RULE_MTC)
        return midi->in_time;
    if (rule->command == RULE_TEMPO)
        return midi->in_tempo;
    part = find_part(rule, midi);
    return part != NULL && take_number(&reverse, part);
}

/* Whether the message is the rule's; binds the names that its values say. */
static bool take(struct reverse *reverse)
{
    const struct rule *rule = reverse->rule;

    switch ((enum rule_command)rule->command) {
    case RULE_CONTROL_14:
    case RULE_NRPN:
    case RULE_RPN: return take_parameter(reverse);
    case RULE_RAW: return rule->var[rule->data_var].tag != 'm' || reverse->midi->bytes[0] != MIDI_SYSEX;
    case RULE_SYSEX: return take_sysex(reverse);
    case RULE_FULL_FRAME: return take_full_frame(reverse);
    case RULE_MTC: return take_mtc(reverse);
    case RULE_TEMPO: /* a tempo may be rounded */
        return reverse->midi->bpm > 0 && solve_slot(reverse, &rule->slot[0], reverse->midi->bpm, false);
    default:
        return rule->command <= RULE_RPN ? reverse->midi->bytes[0] < 0xf0 && take_channel(reverse)
                                         : take_system(reverse);
    }
}

/* Binds all names; false when this message is not the rule's. */
static bool bind(struct reverse *reverse, struct osc_binding *bindings)
{
    const struct rule *rule = reverse->rule;

    if (!take(reverse) || !is_from_port(reverse))
        return false;
    for (int i = 0; i < rule->var_count; i++) {
        const struct rule_var *var = &rule->var[i];

        if (i == rule->port_id_var)
            reverse->value[i] = reverse->midi->port_id;
        else if (!reverse->known[i])
            reverse->value[i] = var->default_value;
        if (i == rule->port_id_var && !fits_name(var, true, reverse->value[i]))
            return false;
        if (var->source != RULE_FROM_PATH)
            continue;
        bindings[var->place].number = (int32_t)whole(reverse->value[i], INT32_MIN, INT32_MAX);
        bindings[var->place].text = reverse->midi->port;
        bindings[var->place].length = reverse->midi->port_length;
    }
    return true;
}

static size_t pad4(size_t n)
{
    return (n + 3) & ~(size_t)3;
}

/* Writes one number in place of the template's zero; tag_out is its tag in the message. Returns its bytes. */
static size_t fill_number(uint8_t *out, uint8_t *tag_out, char tag, double value)
{
    uint32_t bits32;
    uint64_t bits64;
    float f = (float)value;

    switch (tag) {
    case 'f':
        memcpy(&bits32, &f, sizeof bits32);
        bytes_put_u32(out, bits32);
        return 4;
    case 'd':
        memcpy(&bits64, &value, sizeof bits64);
        bytes_put_u64(out, bits64);
        return 8;
    case 'h': bytes_put_u64(out, (uint64_t)whole(value, -9007199254740992.0, 9007199254740992.0)); return 8;
    case 'T': *tag_out = value >= 0.5 ? 'T' : 'F'; return 0;
    default: bytes_put_u32(out, (uint32_t)whole(value, INT32_MIN, INT32_MAX)); return 4;
    }
}

/* Fills the numbers of a message whose tags and zero arguments have been copied to tags and args. */
static void fill_args(const struct reverse *reverse, uint8_t *tags, uint8_t *args)
{
    const struct rule *rule = reverse->rule;

    for (int i = 0; i < rule->arg_count; i++) {
        const struct rule_arg *arg = &rule->arg[i];
        double value = arg->number;
        char tag = (char)tags[1 + i];

        if (arg->kind == RULE_ARG_VAR && arg->var == rule->data_var)
            return;
        if (arg->kind == RULE_ARG_TEXT) {
            args += pad4(strlen(arg->text) + 1);
            continue;
        }
        if (arg->kind == RULE_ARG_VAR) {
            value = reverse->value[arg->var];
            tag = rule->var[arg->var].tag;
        }
        args += fill_number(args, &tags[1 + i], tag, value);
    }
}

/* How many tags and argument bytes the data name's part of the message takes. */
static void data_size(const struct reverse *reverse, char tag, size_t *tags, size_t *bytes)
{
    size_t length = reverse->midi->length;

    *tags = 1;
    if (reverse->time != NULL) {
        *bytes = RULE_TIME_TEXT;
    } else if (tag == 'm') {
        *bytes = 4;
    } else if (tag == 'b') {
        *bytes = 4 + pad4(length);
    } else if (tag == 's') {
        *bytes = pad4(length * 3);
    } else { /* numbers: a SysEx without its F0 and F7, as osmid has it */
        *tags = reverse->midi->bytes[0] == MIDI_SYSEX ? length - 2 : length;
        *bytes = 4 * *tags;
    }
}

/* Writes a MIDI message as the argument of a data name; out is zeroed. */
static void write_data(const struct reverse *reverse, char tag, uint8_t *out)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *bytes = reverse->midi->bytes;
    size_t length = reverse->midi->length, skip = bytes[0] == MIDI_SYSEX ? 1 : 0;

    if (reverse->time != NULL) {
        rule_time_write(reverse->time, out);
    } else if (tag == 'm') {
        memcpy(out + 1, bytes, length < 3 ? length : 3);
    } else if (tag == 'b') {
        bytes_put_u32(out, (uint32_t)length);
        memcpy(out + 4, bytes, length);
    } else if (tag == 's') {
        for (size_t i = 0; i < length; i++) {
            out[3 * i] = (uint8_t)digits[bytes[i] >> 4];
            out[3 * i + 1] = (uint8_t)digits[bytes[i] & 0x0f];
            out[3 * i + 2] = i + 1 < length ? ' ' : 0;
        }
    } else {
        for (size_t i = skip; i + skip < length; i++, out += 4)
            bytes_put_u32(out, bytes[i]);
    }
}

/* The message of a rule with a data name, whose size changes. The tail holds the arguments before it. */
static size_t write_with_data(const struct reverse *reverse, uint8_t *out, size_t used, size_t size)
{
    const struct rule *rule = reverse->rule;
    char tag = rule->var[rule->data_var].tag;
    size_t fixed_tags = strlen((const char *)rule->tail); /* the comma with it */
    size_t fixed_bytes = (size_t)(rule->tail_length - rule->tail_args);
    size_t tags, bytes, tag_bytes;

    data_size(reverse, tag, &tags, &bytes);
    tag_bytes = pad4(fixed_tags + tags + 1);
    if (used + tag_bytes + fixed_bytes + bytes > size)
        return RULE_TOO_BIG;
    memset(out + used, 0, tag_bytes + fixed_bytes + bytes);
    memcpy(out + used, rule->tail, fixed_tags);
    memset(out + used + fixed_tags, tag, tags);
    memcpy(out + used + tag_bytes, rule->tail + rule->tail_args, fixed_bytes);
    fill_args(reverse, out + used, out + used + tag_bytes);
    write_data(reverse, tag, out + used + tag_bytes + fixed_bytes);
    return used + tag_bytes + fixed_bytes + bytes;
}

size_t rule_reverse(const struct rule *rule, const struct osc_template *address, const struct rule_midi *midi,
                    uint8_t *out, size_t size)
{
    struct reverse reverse = {.rule = rule, .midi = midi};
    struct osc_binding bindings[OSC_PLACES_MAX];
    size_t length, used;

    if (!bind(&reverse, bindings))
        return 0;
    length = osc_template_write(address, bindings, (char *)out, size < OSC_ADDRESS_MAX ? size : OSC_ADDRESS_MAX);
    used = pad4(length + 1);
    if (length == 0 || used > size)
        return RULE_TOO_BIG;
    memset(out + length, 0, used - length);
    if (rule->data_var >= 0)
        return write_with_data(&reverse, out, used, size);
    if (used + rule->tail_length > size)
        return RULE_TOO_BIG;
    memcpy(out + used, rule->tail, rule->tail_length);
    fill_args(&reverse, out + used, out + used + rule->tail_args);
    return used + rule->tail_length;
}
