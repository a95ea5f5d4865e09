/* Controllers that belong together, read as one value: 14-bit controllers, registered and non-registered parameters.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_MIDI_MIDI_PARAMETERS_H
#define NOTEWIRE_MIDI_MIDI_PARAMETERS_H

#include "midi/midi_msg.h"

enum midi_parameter_kind { MIDI_NO_PARAMETER, MIDI_CONTROL_14, MIDI_NRPN, MIDI_RPN };

/* What one controller is part of. */
struct midi_parameter {
    uint8_t kind;    /* enum midi_parameter_kind */
    uint8_t channel; /* 0 to 15 */
    int16_t number;  /* controller 0 to 31, or parameter; -1: it is being chosen */
    int16_t value;   /* 0 to 16383; -1: not known yet, it will be given out later */
};

struct midi_parameter_set {
    uint8_t count;
    struct midi_parameter part[2]; /* data entry is controller 6, too */
};

struct midi_parameters_channel {
    uint32_t heard, coarse; /* one bit a controller 0 to 31: its MSB was heard; the last one had no LSB */
    uint8_t msb[32];
    uint8_t kind;      /* of the parameter that is chosen, or being chosen */
    uint8_t halves;    /* 1: the LSB of its number is known, 2: the MSB */
    uint8_t number[2]; /* LSB, MSB */
    bool fine_value;   /* an LSB of its value has come */
    int16_t value;     /* -1: none has come */
};

/* Of one sender. Zero-initialise. Fixed size, owns nothing. */
struct midi_parameters {
    struct midi_parameters_channel channel[16];
    struct midi_parameter_set waiting; /* an MSB that waits for its LSB */
    uint8_t waiting_controller;
};

/* Takes a control change in. *now gets what it is part of. An MSB waits for its LSB, unless the MSB of this controller
 * before it did so in vain: then it is a value at once, whose LSB is 0. *late gets what has waited for an LSB that did
 * not come next, a value likewise: to be given out first. */
void midi_parameters_take(struct midi_parameters *parameters, const struct midi_msg *msg,
                          struct midi_parameter_set *late, struct midi_parameter_set *now);

/* Gives out what has waited for long enough. */
void midi_parameters_flush(struct midi_parameters *parameters, struct midi_parameter_set *late);

/* The control change that was the MSB of a late value. */
struct midi_msg midi_parameters_msb(const struct midi_parameter_set *late);

#endif
