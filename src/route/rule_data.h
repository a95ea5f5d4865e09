/* What playing a rule forwards shares between its files: the message on its way, and data that is MIDI already.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_RULE_DATA_H
#define NOTEWIRE_ROUTE_RULE_DATA_H

#include "route/rule.h"

/* What one message gave to the names of a rule. */
struct rule_play {
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
static inline bool rule_arg_next(struct osc_args *args, struct osc_arg *arg)
{
    while (osc_args_next(args, arg))
        if (arg->tag != '[' && arg->tag != ']')
            return true;
    return false;
}

static inline bool rule_arg_is_text(const struct osc_arg *arg)
{
    return arg->tag == 's' || arg->tag == 'S';
}

static inline void rule_emit(const struct rule_play *play, uint8_t status, int32_t data1, int32_t data2)
{
    struct midi_msg msg = midi_short(status, (uint8_t)data1, (uint8_t)data2);

    play->sink->midi(play->sink->user, &msg, play->port, play->port_length);
}

/* Plays the data name of a sysex or raw rule: checked whole before any of it is given out. */
enum rule_result rule_play_data(struct rule_play *play);

/* Gives out a whole SysEx, from F0 to F7, whose data bytes are below 0x80. */
void rule_play_sysex(struct rule_play *play, const uint8_t *bytes, size_t length);

#endif
