/* MIDI becomes OSC: through the maps backwards, to who spoke last or to fixed addresses.
 * SPDX-License-Identifier: MIT */
#include "bridges/midi_to_osc.h"

#include "base/error.h"
#include "base/log.h"
#include "net/client.h"

#include <string.h>

/* One message on its way to one listener. */
struct telling {
    struct bridge *bridge;
    struct peer *peer;                /* who spoke last, or NULL */
    const struct bridge_reply *reply; /* or a fixed address */
    unsigned sent;
    bool kept;       /* a rule will tell what it is part of */
    int error;       /* the last refusal */
    bool refused;    /* by the listener who is being told */
    unsigned missed; /* listeners who refused something */
};

/* To a fixed address: from the socket of the first UDP server that can reach it, else from one of its own. */
static int send_fixed(const struct bridge *bridge, const struct bridge_reply *reply, const uint8_t *bytes,
                      size_t length)
{
    struct net_addr to = reply->addr;
    struct server *server;

    if (reply->client != NULL && reply->addr.family == 0)
        client_peer(reply->client, &to);
    server = bridge_udp_server(bridge, &to);
    if (server != NULL)
        return server_send_to(server, &to, bytes, length);
    return reply->client != NULL ? client_send(reply->client, bytes, length) : NW_ECLOSED;
}

/* Sends one composed OSC message. */
static void send_osc(void *user, const uint8_t *bytes, size_t length)
{
    struct telling *telling = user;
    struct bridge *bridge = telling->bridge;
    int error;

    if (bytes == NULL) {
        error = NW_ETOOBIG;
    } else if (telling->reply != NULL) {
        error = send_fixed(bridge, telling->reply, bytes, length);
    } else if (bridge->learn_port != 0 && telling->peer->tcp == NULL) {
        struct net_addr to = telling->peer->addr;

        to.port = bridge->learn_port;
        error = server_send_to(telling->peer->server, &to, bytes, length);
    } else {
        error = server_send(telling->peer, bytes, length);
    }
    if (error == 0) {
        telling->sent++;
    } else {
        telling->error = error;
        telling->refused = true;
    }
}

/* The dialect for a listener: the one they spoke, else the first that can answer. */
static const struct map *dialect_for(const struct bridge *bridge, const struct peer *peer)
{
    if (peer != NULL && peer->dialect >= 0 && map_has_reverse(bridge->maps[peer->dialect]))
        return bridge->maps[peer->dialect];
    for (unsigned i = 0; i < bridge->map_count; i++)
        if (map_is_dialect(bridge->maps[i]) && map_has_reverse(bridge->maps[i]))
            return bridge->maps[i];
    return NULL;
}

/* Tells one listener: in the words of the first map of the user's that has a rule, else in the listener's dialect.
 * Returns the messages that rules made. */
static unsigned tell(struct telling *telling, const struct rule_midi *midi)
{
    struct bridge *bridge = telling->bridge;
    const struct map *dialect = dialect_for(bridge, telling->peer);
    unsigned made = 0;

    telling->refused = false;
    for (unsigned i = 0; i < bridge->map_count && made == 0; i++)
        if (!map_is_dialect(bridge->maps[i]))
            made = map_reverse(bridge->maps[i], midi, bridge->out, SYSEX_MAX, send_osc, telling);
    if (made == 0 && dialect != NULL)
        made = map_reverse(dialect, midi, bridge->out, SYSEX_MAX, send_osc, telling);
    telling->kept = telling->kept || made == MAP_KEPT;
    telling->missed += telling->refused;
    return made != MAP_KEPT ? made : 0;
}

/* Tells everybody a whole message. Returns the messages that rules made. */
static unsigned tell_all(struct telling *telling, const struct rule_midi *midi)
{
    struct bridge *bridge = telling->bridge;
    unsigned made = 0;

    for (unsigned i = 0; i < bridge->reply_count; i++) {
        telling->reply = &bridge->replies[i];
        made += tell(telling, midi);
    }
    telling->reply = NULL;
    if (bridge->learn && bridge->peers.last != NULL) {
        telling->peer = bridge->peers.last;
        made += tell(telling, midi);
    }
    return made;
}

bool midi_to_osc_wanted(const struct bridge *bridge)
{
    return bridge->reply_count > 0 || (bridge->learn && bridge->peers.last != NULL);
}

static struct rule_midi whole_message(const struct port *from, const uint8_t *bytes, size_t length)
{
    return (struct rule_midi){.bytes = bytes,
                              .length = length,
                              .port = from->osc_name,
                              .port_length = strlen(from->osc_name),
                              .port_id = from->index};
}

void midi_to_osc_late(void *user, uint16_t source, const struct midi_parameter_set *value)
{
    struct bridge *bridge = user;
    struct telling telling = {.bridge = bridge};
    struct midi_msg msb = midi_parameters_msb(value);
    struct rule_midi midi = whole_message(registry_port(bridge->registry, PORT_INPUT, source & 0xff), msb.b, msb.len);

    midi.parameters = value;
    midi.late = true;
    tell_all(&telling, &midi);
    bridge->counters.output_lost += telling.missed;
}

/* What a message is part of, for rules that make one thing of several. value and frame hold it. */
static void assemble(struct bridge *bridge, const struct midi_msg *msg, struct rule_midi *midi,
                     struct midi_parameter_set *value, uint8_t frame[MIDI_FULL_FRAME])
{
    if ((msg->b[0] & 0xf0) == MIDI_CONTROL_CHANGE) {
        assembly_controller(&bridge->assembly, msg, value);
        midi->parameters = value->count > 0 ? value : NULL;
    } else if (msg->b[0] == MIDI_TIME_CODE) {
        enum midi_time_result result = assembly_quarter_frame(&bridge->assembly, msg, frame);

        midi->in_time = result != MIDI_TIME_STRAY;
        midi->time = result == MIDI_TIME_WHOLE ? frame : NULL;
    } else if (msg->b[0] == MIDI_CLOCK) {
        midi->in_tempo = true;
        if (!assembly_clock(&bridge->assembly, msg, &midi->bpm))
            midi->bpm = 0;
    }
}

/* What became of a message of which the rules made so many. */
static enum midi_to_osc_result result_of(const struct telling *telling, unsigned made)
{
    if (telling->sent > 0 || (made == 0 && telling->kept))
        return MIDI_TO_OSC_SENT;
    if (made == 0)
        return MIDI_TO_OSC_UNMAPPED;
    return telling->error == NW_ETOOBIG ? MIDI_TO_OSC_TOO_BIG : MIDI_TO_OSC_FULL;
}

struct midi_to_osc midi_to_osc_message(struct bridge *bridge, const struct port *from, const struct midi_msg *msg,
                                       const struct sysex *sysex)
{
    struct telling telling = {.bridge = bridge};
    struct rule_midi midi = whole_message(from, msg->b, msg->len);
    struct midi_parameter_set value;
    uint8_t frame[MIDI_FULL_FRAME];
    unsigned made;

    if (bridge->assembles && sysex == NULL)
        assemble(bridge, msg, &midi, &value, frame);
    if (!midi_to_osc_wanted(bridge))
        return (struct midi_to_osc){.result = MIDI_TO_OSC_NO_PEER};
    if (sysex != NULL) {
        if (sysex->lost)
            return (struct midi_to_osc){.result = MIDI_TO_OSC_TOO_BIG, .missed = 1};
        midi.bytes = sysex->bytes;
        midi.length = sysex->used;
    }
    made = tell_all(&telling, &midi);
    return (struct midi_to_osc){.result = result_of(&telling, made), .missed = telling.missed};
}
