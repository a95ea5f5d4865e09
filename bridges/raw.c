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
    if (!input->joined || !output->joined || (input->ops->device && output->ops->device))
        return false;
    return input->ops != output->ops || strcmp(input->name, output->name) != 0;
}

void raw_join(struct bridge *bridge)
{
    for (unsigned i = 0; i < registry_count(bridge->registry, PORT_INPUT); i++) {
        bridge->raw_outputs[i] = 0;
        for (unsigned o = 0; o < registry_count(bridge->registry, PORT_OUTPUT); o++)
            if (joins(registry_port(bridge->registry, PORT_INPUT, i), registry_port(bridge->registry, PORT_OUTPUT, o)))
                bridge->raw_outputs[i] |= 1u << o;
    }
}

/* -v: a line for each message of an input. */
static void show(const struct port *from, const struct midi_msg *msg)
{
    char words[MIDI_WORDS_MAX];
    size_t length = midi_words_write(msg, words);

    log_verbose("%s: %.*s", from->name, (int)length - 1, words);
}

/* OSC is told what joined inputs hear. */
static struct midi_to_osc tell(struct bridge *bridge, const struct port *from, const struct midi_msg *msg,
                               const struct sysex *sysex)
{
    if (!from->joined)
        return (struct midi_to_osc){.result = MIDI_TO_OSC_UNMAPPED};
    return midi_to_osc_message(bridge, from, msg, sysex);
}

/* Why nobody took a whole message. */
static void drop(struct bridge *bridge, uint32_t outputs, bool refused, enum midi_to_osc_result osc, int heard)
{
    if (osc == MIDI_TO_OSC_FULL) {
        bridge_drop(bridge, DROP_QUEUE);
    } else if (refused) {
        bridge_settle(bridge, outputs, 0);
    } else if (osc == MIDI_TO_OSC_TOO_BIG) {
        bridge_drop(bridge, DROP_TOO_BIG);
    } else if (heard >= 0) {
        bridge_drop(bridge, (enum drop_reason)heard);
    } else {
        bridge_drop(bridge, osc == MIDI_TO_OSC_UNMAPPED ? DROP_UNMAPPED : DROP_NO_PEER);
    }
}

/* Offers a whole message to scripts behind ports and OSC, and books its one fate. */
static void settle(struct bridge *bridge, const struct port *from, const struct midi_msg *msg,
                   const struct sysex *sysex, uint32_t taken, bool refused, struct midi_to_osc osc)
{
    bool native = taken != 0 || osc.result == MIDI_TO_OSC_SENT;
    int heard = BRIDGE_UNHEARD;

    if (from->users > 0 && bridge->hear != NULL)
        heard = bridge->hear(bridge->hear_user, from, msg, sysex, native);
    if (native || heard == BRIDGE_HEARD)
        bridge->counters.output_lost += refused + osc.missed;
    if (!native && heard == BRIDGE_HEARD)
        return;
    bridge->counters.received++;
    if (native)
        bridge->counters.delivered++;
    else if (sysex != NULL && sysex->stalled)
        bridge_drop(bridge, DROP_STALLED);
    else
        drop(bridge, bridge->raw_outputs[from->index], refused, osc.result, heard);
}

/* A piece of SysEx: passed on as it comes, told as OSC and counted when it is whole. One that was cut off is counted as
 * malformed by whoever found that out. */
static void pass_sysex(struct bridge *bridge, const struct port *from, const struct midi_msg *msg)
{
    uint32_t outputs = bridge->raw_outputs[from->index];
    struct sysex *sysex = sysex_collect(&bridge->sysex, msg, from->users > 0 || midi_to_osc_wanted(bridge));
    uint32_t taken = registry_send(bridge->registry, outputs, msg);

    sysex_taken(&sysex->taken, msg, taken);
    sysex->refused = sysex->refused || taken != outputs;
    if (!midi_ends(msg))
        return;
    settle(bridge, from, msg, sysex, sysex->taken, sysex->refused, tell(bridge, from, msg, sysex));
}

void raw_message(void *user, struct port *from, const struct midi_msg *msg)
{
    struct bridge *bridge = user;
    uint32_t outputs = bridge->raw_outputs[from->index], taken;

    if ((msg->flags & MIDI_SYSEX_PART) != 0) {
        pass_sysex(bridge, from, msg);
        return;
    }
    if (log_level() >= LOG_VERBOSE)
        show(from, msg);
    taken = registry_send(bridge->registry, outputs, msg);
    settle(bridge, from, msg, NULL, taken, taken != outputs, tell(bridge, from, msg, NULL));
}
