/* Raw MIDI passes through: from each input to each output, devices to devices excepted.
 * SPDX-License-Identifier: MIT */
#include "bridges/raw.h"

#include "base/error.h"
#include "base/log.h"
#include "bridges/midi_to_osc.h"
#include "midi/midi_words.h"

#include <string.h>

/* Whether what input hears goes to output. Two devices are never joined: a DAW that echoes would make a circle of it.
 * The two directions of one connection are not joined either: nobody wants to hear himself. */
static bool joins(const struct port *input, const struct port *output)
{
    if (input->ops->device && output->ops->device)
        return false;
    return input->ops != output->ops || strcmp(input->name, output->name) != 0;
}

void raw_join(struct bridge *bridge)
{
    for (unsigned i = 0; i < registry_count(bridge->registry, PORT_INPUT); i++) {
        bridge->inputs[i].outputs = 0;
        for (unsigned o = 0; o < registry_count(bridge->registry, PORT_OUTPUT); o++)
            if (joins(registry_port(bridge->registry, PORT_INPUT, i), registry_port(bridge->registry, PORT_OUTPUT, o)))
                bridge->inputs[i].outputs |= 1u << o;
    }
}

/* -v: a line for each message of an input. */
static void show(const struct port *from, const struct midi_msg *msg)
{
    char words[MIDI_WORDS_MAX];
    size_t length = midi_words_write(msg, words);

    log_verbose("%s: %.*s", from->name, (int)length - 1, words);
}

/* The one fate of a whole message that ports and OSC were offered. */
static void settle(struct bridge *bridge, const struct bridge_input *input, enum midi_to_osc_result osc)
{
    bridge->counters.received++;
    if (input->taken != 0 || osc == MIDI_TO_OSC_SENT) {
        bridge->counters.delivered++;
        if (input->refused)
            bridge->counters.output_lost++;
    } else if (osc == MIDI_TO_OSC_FULL) {
        bridge_drop(bridge, DROP_QUEUE);
    } else if (input->refused) {
        bridge_settle(bridge, input->outputs, 0);
    } else if (osc == MIDI_TO_OSC_TOO_BIG) {
        bridge_drop(bridge, DROP_TOO_BIG);
    } else {
        bridge_drop(bridge, osc == MIDI_TO_OSC_UNMAPPED ? DROP_UNMAPPED : DROP_NO_PEER);
    }
}

void raw_message(void *user, struct port *from, const struct midi_msg *msg)
{
    struct bridge *bridge = user;
    struct bridge_input *input = &bridge->inputs[from->index];
    bool part = (msg->flags & MIDI_SYSEX_PART) != 0;
    struct bridge_input realtime = {.outputs = input->outputs};
    enum midi_to_osc_result osc;
    uint32_t taken;

    if (!part) /* a real-time message inside a SysEx has a fate of its own */
        input = &realtime;
    if (log_level() >= LOG_VERBOSE && !part)
        show(from, msg);
    if ((msg->flags & MIDI_SYSEX_BEGIN) != 0) {
        input->taken = 0;
        input->refused = false;
    }
    taken = registry_send(bridge->registry, input->outputs, msg);
    input->taken |= taken;
    input->refused = input->refused || taken != input->outputs;
    osc = midi_to_osc_message(bridge, from, msg);
    if (part && ((msg->flags & MIDI_SYSEX_END) == 0 || (msg->flags & MIDI_SYSEX_CUT) != 0))
        return; /* not whole yet, or cut off: then it is counted as malformed */
    settle(bridge, input, osc);
}
