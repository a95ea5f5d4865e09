/* One compiled rule of a map: an OSC message on one side, a MIDI message on the other (docs/maps.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_RULE_H
#define NOTEWIRE_ROUTE_RULE_H

#include "midi/midi_parameters.h"
#include "midi/midi_time_code.h"
#include "midi/midi_time_run.h"
#include "osc/osc_template.h"
#include "osc/osc_view.h"

#define RULE_VARS_MAX 12  /* names of one rule */
#define RULE_ARGS_MAX 12  /* arguments of one rule */
#define RULE_SLOTS_MAX 3  /* channel and two values */
#define RULE_BYTES_MAX 64 /* constant and variable bytes of one SysEx rule */

#define RULE_FORWARD 1 /* OSC to MIDI */
#define RULE_REVERSE 2 /* MIDI to OSC */

enum rule_command {
    RULE_NOTE, /* note-on, or note-off when the velocity is 0 */
    RULE_NOTE_ON,
    RULE_NOTE_OFF,
    RULE_KEY_PRESSURE,
    RULE_CONTROL,
    RULE_CONTROL_14,
    RULE_PROGRAM,
    RULE_PRESSURE,
    RULE_BEND,
    RULE_NRPN,
    RULE_RPN,
    RULE_TIME_CODE,
    RULE_QUARTER_FRAME, /* time code as one data byte */
    RULE_SONG_POSITION,
    RULE_SONG_SELECT,
    RULE_SYSTEM, /* one status byte */
    RULE_SYSEX,
    RULE_FULL_FRAME, /* time code as text, in a SysEx; slot[0] is its rate, without bounds when the rule says none */
    RULE_TEMPO,      /* beats a minute in slot[0]: clock at this tempo; backwards that of the clock that is heard */
    RULE_MTC, /* the same, or as numbers in bytes[]: hours to frames, and the rate or not; backwards quarter frames too
               */
    RULE_RAW,
    RULE_FUNCTION, /* a function of a script gets the message and the names (src/map/script_route.h) */
};

/* A number on the MIDI side: var * scale + offset, or a constant when var is -1. */
struct rule_slot {
    int8_t var;
    bool names; /* channel, note, controller ...: out of bounds drops instead of being held at the end */
    double scale, offset;
    int32_t low, high; /* bounds of the slot */
};

enum rule_source { RULE_FROM_PATH, RULE_FROM_ARG };

/* A name of the OSC side. */
struct rule_var {
    enum rule_source source;
    uint8_t place; /* path: index of the placeholder */
    char tag;      /* type tag it is sent back with: i f h d s b m T */
    bool text;     /* path: the place holds any text, not a number */
    bool ranged;
    bool has_default;
    double low, high; /* of the range, as written (low may be the greater) */
    double default_value;
};

enum rule_arg_kind { RULE_ARG_VAR, RULE_ARG_NUMBER, RULE_ARG_TEXT };

struct rule_arg {
    enum rule_arg_kind kind;
    int8_t var;
    double number;
    const char *text; /* borrowed from the map */
};

struct rule {
    uint8_t direction; /* RULE_FORWARD | RULE_REVERSE */
    uint8_t command;   /* enum rule_command */
    uint8_t status;    /* RULE_SYSTEM: the byte */
    uint8_t var_count, arg_count, byte_count;
    bool running;       /* RULE_MTC: time that goes on goes out as quarter frames */
    bool channel_all;   /* channel 0 or below is all sixteen */
    int8_t port_var;    /* the name that selects the port; -1 none */
    int8_t port_id_var; /* backwards only: the name that gets the port's number; -1 none */
    int8_t data_var;    /* sysex, raw, full frame, mtc: the name that holds the bytes; -1 when bytes[] do */
    const char *port;   /* a constant port name; NULL none; borrowed from the map */
    struct rule_slot channel;
    struct rule_slot slot[2];
    const struct rule_slot *bytes; /* sysex, mtc without a data name: byte_count slots, borrowed from the map */
    struct rule_var var[RULE_VARS_MAX];
    struct rule_arg arg[RULE_ARGS_MAX];
    const uint8_t *tail; /* backwards: type tags and argument bytes as liblo composed them, borrowed from the map */
    uint16_t tail_length;
    uint16_t tail_args; /* offset in tail of the first argument byte */
    int line;           /* in the map's file, for messages to people */
    void *function;     /* RULE_FUNCTION: what the sink's function knows it by; lives as long as messages come */
};

/* What became of a message in one rule. */
enum rule_result {
    RULE_NO_MATCH, /* the arguments do not fit: another rule may */
    RULE_DONE,     /* MIDI has been given out */
    RULE_RANGE,    /* it fits, but a channel, note or number does not exist */
    RULE_BAD_DATA, /* it fits, but its data is no MIDI, not hex, or no time */
};

struct rule_sink {
    /* One message or SysEx piece for the outputs whose name fits port (an OSC pattern part of length bytes; NULL: all).
     */
    void (*midi)(void *user, const struct midi_msg *msg, const char *port, size_t length);
    /* A rule whose target is a function, with its names: a number in values, and for a text in the address its binding.
     * NULL: such rules are not for this sink. */
    void (*function)(void *user, const struct rule *rule, const double values[RULE_VARS_MAX],
                     const struct osc_binding bindings[OSC_PLACES_MAX]);
    /* Clock at a tempo (0: none), and a time that may go on, for outputs as above. time: false when midi shall tell
     * the time as a full frame. NULL: tempos are not for this sink, and every time is told. */
    void (*tempo)(void *user, double bpm, const char *port, size_t length);
    bool (*time)(void *user, const struct midi_time *time, const char *port, size_t length);
    uint32_t *budget; /* steps left for patterns (osc_table.h); NULL: OSC_TABLE_BUDGET for each message */
    void *user;
};

/* Plays a rule forwards. Nothing is given out unless the result is RULE_DONE. */
enum rule_result rule_forward(const struct rule *rule, const struct osc_binding bindings[OSC_PLACES_MAX],
                              const struct osc_view *view, const struct rule_sink *sink);

/* A whole MIDI message on its way to OSC. */
struct rule_midi {
    const uint8_t *bytes; /* whole message; SysEx with F0 and F7 */
    size_t length;
    const char *port; /* name of the input as OSC addresses carry it */
    size_t port_length;
    int32_t port_id;                             /* number of the input */
    const struct midi_parameter_set *parameters; /* a controller: what it is part of; NULL: of nothing */
    bool in_time;                                /* a quarter frame: it is part of a time */
    const uint8_t *time;                         /* a quarter frame: the full frame that it completes, or NULL */
    bool in_tempo;                               /* a clock: it is part of a tempo */
    double bpm;                                  /* the new tempo that it shows, 0: none */
    bool late;                                   /* the message has been here before, parameters have not */
};

/* Whether a rule makes one thing of several messages. */
bool rule_assembles(const struct rule *rule);

/* Whether such a rule wants a message as a part, whatever is known of the value yet. */
bool rule_wants_part(const struct rule *rule, const struct rule_midi *midi);

/* Writes the OSC message that a rule makes of a MIDI message; returns its length, 0 when the rule is not for it,
 * RULE_TOO_BIG when it does not fit in size. */
#define RULE_TOO_BIG SIZE_MAX
size_t rule_reverse(const struct rule *rule, const struct osc_template *address, const struct rule_midi *midi,
                    uint8_t *out, size_t size);

#endif
