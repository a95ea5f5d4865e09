/* Data that is MIDI already: hex text, blobs, numbers and OSC's type m, checked and played. No allocation, no Lua.
 * SPDX-License-Identifier: MIT */
#include "route/rule_data.h"

#include "midi/midi_parser.h"

#include <math.h>

/* Four MIDI bytes of an argument with tag m: port, status, data (OSC 1.0), or port, data 2, data 1, status as TouchOSC
 * Bridge has it. Data bytes are below 0x80, so the order shows. */
static enum rule_result play_m(const struct rule_play *play)
{
    const uint8_t *m = play->midi.v.m;
    bool touchosc = m[1] < 0x80 && m[3] >= 0x80;
    uint8_t status = touchosc ? m[3] : m[1], data1 = m[2], data2 = touchosc ? m[1] : m[3];
    uint8_t length = midi_length(status);

    if (length == 0 || (length > 1 && data1 >= 0x80) || (length > 2 && data2 >= 0x80))
        return RULE_BAD_DATA;
    rule_emit(play, status, length > 1 ? data1 : 0, length > 2 ? data2 : 0);
    return RULE_DONE;
}

/* Data on its way through the MIDI parser. */
struct data_feed {
    struct midi_parser parser;
    struct midi_parser_sink sink;
    struct osc_args args; /* not taken yet */
    bool sysex;           /* F0 and F7 are optional */
    bool begun, ended, broken;
    bool range; /* broken by a number that is no data byte */
};

static void data_message(void *user, const struct midi_msg *msg)
{
    struct rule_play *play = user;

    play->messages++;
    if (!play->dry)
        play->sink->midi(play->sink->user, msg, play->port, play->port_length);
}

static void data_malformed(void *user)
{
    struct rule_play *play = user;

    play->malformed++;
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

/* What stands at the beginning of hex text: a pair of digits, or a single one between separators; spaces, commas and
 * "0x" are skipped. Returns its letters, 0 when it is not hex. The text is not empty. */
static size_t feed_hex(struct data_feed *feed, const uint8_t *text, size_t length)
{
    int high = hex_digit(text[0]), low = length > 1 ? hex_digit(text[1]) : -1;

    if (text[0] == ' ' || text[0] == ',')
        return 1;
    if (text[0] == '0' && length > 1 && (text[1] | 0x20) == 'x')
        return 2;
    if (high < 0)
        return 0;
    feed_byte(feed, (uint8_t)(low < 0 ? high : high << 4 | low));
    return low < 0 ? 1 : 2;
}

/* What an "nn" in hex text stands for, the next argument: a data byte as a number, or hex text as Open Stage Control
 * had it once. */
static void feed_next(struct data_feed *feed)
{
    struct osc_arg arg;
    bool has = rule_arg_next(&feed->args, &arg);
    double number;

    if (has && rule_arg_is_text(&arg)) {
        size_t taken;

        for (size_t i = 0; i < arg.v.s.length && !feed->broken; i += taken) {
            taken = feed_hex(feed, arg.v.s.bytes + i, arg.v.s.length - i);
            feed->broken = feed->broken || taken == 0;
        }
    } else if (has && osc_arg_number(&arg, &number)) {
        number = floor(number + 0.5);
        feed->range = number < 0 || number > 127;
        feed->broken = feed->broken || feed->range;
        if (!feed->range)
            feed_byte(feed, (uint8_t)number);
    } else {
        feed->broken = true;
    }
}

/* Hex text in which each "nn" is filled by an argument behind it. */
static void feed_text(struct data_feed *feed, const uint8_t *text, size_t length)
{
    for (size_t i = 0; i < length && !feed->broken;) {
        if (i + 1 < length && (text[i] | 0x20) == 'n' && (text[i + 1] | 0x20) == 'n') {
            feed_next(feed);
            i += 2;
        } else {
            size_t taken = feed_hex(feed, text + i, length - i);

            feed->broken = feed->broken || taken == 0;
            i += taken;
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

    if (rule_arg_is_text(arg)) {
        feed_text(feed, arg->v.s.bytes, arg->v.s.length);
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

/* Sends all arguments from the data name on through the parser; dry counts only. RULE_DONE when they are whole
 * messages. */
static enum rule_result run_data(struct rule_play *play, bool dry)
{
    struct data_feed feed = {.sink = {.message = data_message, .malformed = data_malformed, .user = play},
                             .args = play->data,
                             .sysex = play->rule->command == RULE_SYSEX};
    struct osc_arg arg = play->first;
    static const uint8_t begin = MIDI_SYSEX, end = MIDI_SYSEX_EOX;

    play->dry = dry;
    play->messages = 0;
    if (feed.sysex)
        midi_parser_feed(&feed.parser, &begin, 1, &feed.sink);
    do {
        feed_arg(&feed, &arg);
    } while (!feed.broken && rule_arg_next(&feed.args, &arg));
    if (feed.sysex)
        midi_parser_feed(&feed.parser, &end, 1, &feed.sink);
    midi_parser_end(&feed.parser, &feed.sink);
    if (feed.range)
        return RULE_RANGE;
    return !feed.broken && play->malformed == 0 && play->messages > 0 ? RULE_DONE : RULE_BAD_DATA;
}

enum rule_result rule_play_data(struct rule_play *play)
{
    enum rule_result result;

    if (play->rule->var[play->rule->data_var].tag == 'm')
        return play_m(play);
    result = run_data(play, true);
    return result == RULE_DONE ? run_data(play, false) : result;
}

void rule_play_sysex(struct rule_play *play, const uint8_t *bytes, size_t length)
{
    struct midi_parser parser = {0};
    struct midi_parser_sink sink = {.message = data_message, .malformed = data_malformed, .user = play};

    midi_parser_feed(&parser, bytes, length, &sink);
}
