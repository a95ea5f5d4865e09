/* OSC becomes MIDI: packets from servers, through the maps, to the output ports.
 * SPDX-License-Identifier: MIT */
#include "bridges/osc_to_midi.h"

#include "base/clock.h"
#include "base/log.h"
#include "midi/midi_words.h"
#include "osc/osc_bundle.h"

#define CLOCK_JITTER_NS 1000000ULL /* between reading one clock and the other */

/* One packet, and the message of it that is being played. */
struct packet {
    struct bridge *bridge;
    struct peer *from;
    const uint8_t *bytes;
    size_t length;
    uint16_t source;             /* the peer as midi_msg.port has it */
    uint64_t mono_now, wall_now; /* read once a packet, at its first real time tag */
    uint64_t due_ns;             /* 0: now */
    uint32_t outputs, taken;     /* of the message being played */
    uint32_t paced;              /* outputs for which it said how fast */
    uint32_t whole;              /* outputs that took all of its SysEx so far */
    const struct osc_view *view;
    uint32_t budget;     /* steps left for the patterns of the whole packet */
    bool has_functions;  /* rules with functions fit the message */
    bool counts, called; /* its fate is theirs to book; one of them got it */
};

/* -v: a line for each MIDI message. */
static void show(const struct packet *packet, const struct midi_msg *msg)
{
    char from[NET_ADDR_TEXT], osc[256], midi[MIDI_WORDS_MAX];
    size_t length;

    osc_view_text(packet->view, osc, sizeof osc);
    if ((msg->flags & MIDI_SYSEX_PART) != 0) {
        if ((msg->flags & MIDI_SYSEX_END) != 0)
            log_verbose("%s %s -> system-exclusive", net_addr_text(&packet->from->addr, from), osc);
        return;
    }
    length = midi_words_write(msg, midi);
    log_verbose("%s %s -> %.*s", net_addr_text(&packet->from->addr, from), osc, (int)length - 1, midi);
}

/* The outputs that a rule names. */
static uint32_t outputs_of(const struct packet *packet, const char *port, size_t length)
{
    const struct registry *registry = packet->bridge->registry;

    return port != NULL ? registry_match(registry, port, length) : registry_all(registry);
}

/* The rules' sink: to the ports now, or to the scheduler. */
static void play(void *user, const struct midi_msg *msg, const char *port, size_t length)
{
    struct packet *packet = user;
    struct bridge *bridge = packet->bridge;
    uint32_t outputs = outputs_of(packet, port, length);
    struct midi_msg sent = *msg;

    sent.port = packet->source;
    if (log_level() >= LOG_VERBOSE)
        show(packet, msg);
    packet->outputs |= outputs;
    if (packet->due_ns == 0)
        packet->taken |= sysex_taken(&packet->whole, &sent, registry_send(bridge->registry, outputs, &sent));
    else if (outputs != 0) /* nothing waits for an output that is not there */
        scheduler_add(bridge->scheduler, packet->due_ns, outputs, &sent);
}

/* What goes out at a pace of its own waits for no time tag. */

static void play_tempo(void *user, double bpm, const char *port, size_t length)
{
    struct packet *packet = user;
    uint32_t outputs = outputs_of(packet, port, length);

    if (outputs != 0 && pulse_tempo(packet->bridge, packet->source, outputs, bpm))
        packet->paced |= outputs;
}

static bool play_time(void *user, const struct midi_time *time, const char *port, size_t length)
{
    struct packet *packet = user;
    uint32_t outputs = outputs_of(packet, port, length);
    bool jumps = true;

    if (outputs == 0 || !pulse_time(packet->bridge, packet->source, outputs, time, &jumps) || jumps)
        return false;
    packet->paced |= outputs;
    return true;
}

/* Both clocks, once a packet. They are read one after the other, so their distance jitters: it is kept until it is off
 * by more than that (somebody set the clock, or it drifts), for equal time tags of several packets must stay equal to
 * keep their order. */
static void read_clocks(struct packet *packet)
{
    struct bridge *bridge = packet->bridge;
    uint64_t distance;

    packet->mono_now = clock_mono_ns();
    distance = clock_wall_ns() - packet->mono_now;
    if (distance - bridge->wall_distance_ns + CLOCK_JITTER_NS > 2 * CLOCK_JITTER_NS)
        bridge->wall_distance_ns = distance;
    packet->wall_now = packet->mono_now + bridge->wall_distance_ns;
}

/* When the message is due, 0 for now; counts late and far time tags. */
static uint64_t due_time(struct packet *packet, uint64_t timetag)
{
    uint64_t due;

    if (timetag <= OSC_TIMETAG_IMMEDIATE) /* python3-liblo writes 0 for it */
        return 0;
    if (packet->mono_now == 0)
        read_clocks(packet);
    due = clock_from_timetag(timetag, packet->mono_now, packet->wall_now);
    if (due <= packet->mono_now) {
        packet->bridge->counters.late++;
        return 0;
    }
    if (due - packet->mono_now > SCHEDULER_HORIZON_NS) {
        packet->bridge->counters.far++;
        return 0;
    }
    return due;
}

/* The first time a map is asked: functions are called when it is known what the ports took. */
static void note_function(void *user, const struct rule *rule, const double values[RULE_VARS_MAX],
                          const struct osc_binding bindings[OSC_PLACES_MAX])
{
    struct packet *packet = user;

    (void)rule;
    (void)values;
    (void)bindings;
    packet->has_functions = true;
}

static void call_function(void *user, const struct rule *rule, const double values[RULE_VARS_MAX],
                          const struct osc_binding bindings[OSC_PLACES_MAX])
{
    struct packet *packet = user;

    if (packet->bridge->call(rule, values, bindings, packet->view, packet->counts && !packet->called))
        packet->called = true;
}

static void play_nothing(void *user, const struct midi_msg *msg, const char *port, size_t length)
{
    (void)user;
    (void)msg;
    (void)port;
    (void)length;
}

/* Queues the message for the functions that it fits, a time tag of it notwithstanding. Returns whether they book its
 * fate. */
static bool call_functions(struct packet *packet, const struct map *map, const struct osc_view *view, bool counts)
{
    struct rule_sink sink = {
        .midi = play_nothing, .function = call_function, .budget = &packet->budget, .user = packet};
    int line;

    packet->counts = counts;
    packet->called = false;
    map_forward(map, view, &sink, &line);
    if (counts && packet->called)
        packet->bridge->counters.queued++;
    return counts && packet->called;
}

/* Asks one map. */
static enum map_result ask(struct packet *packet, const struct map *map, const struct osc_view *view, int *line)
{
    struct rule_sink sink = {
        .midi = play, .tempo = play_tempo, .time = play_time, .budget = &packet->budget, .user = packet};

    if (packet->bridge->call != NULL)
        sink.function = note_function;
    packet->has_functions = false;
    packet->outputs = packet->taken = packet->paced = 0;
    return map_forward(map, view, &sink, line);
}

/* The first output that the message was to go to; NULL without one. */
static const struct port *first_output(const struct packet *packet)
{
    const struct registry *registry = packet->bridge->registry;

    for (unsigned i = 0; i < registry_count(registry, PORT_OUTPUT); i++)
        if ((packet->outputs & 1u << i) != 0)
            return registry_port(registry, PORT_OUTPUT, i);
    return NULL;
}

/* Books a played message; one that found no room in the scheduler is played now. */
static void settle(struct packet *packet, const struct map *map, const struct osc_view *view)
{
    int line;

    if (packet->due_ns != 0 && packet->outputs != 0) {
        if (scheduler_commit(packet->bridge->scheduler)) {
            packet->bridge->counters.queued++;
            osc_source_waits(packet->bridge, packet->source);
            if (packet->has_functions)
                call_functions(packet, map, view, false);
            return;
        }
        packet->bridge->counters.far++;
        packet->due_ns = 0;
        ask(packet, map, view, &line);
    }
    if (packet->has_functions && call_functions(packet, map, view, (packet->taken | packet->paced) == 0))
        return;
    if (packet->has_functions && (packet->outputs | packet->paced) == 0) {
        bridge_drop(packet->bridge, DROP_QUEUE);
        return;
    }
    packet->taken |= packet->paced;
    bridge_settle(packet->bridge, packet->outputs | packet->paced, packet->taken);
    if (packet->taken == 0)
        hint_untaken(&packet->bridge->hints, &packet->from->addr, view, first_output(packet));
}

static void on_message(void *user, const struct osc_view *view, uint64_t timetag)
{
    struct packet *packet = user;
    struct bridge *bridge = packet->bridge;
    enum map_result result = MAP_NONE;
    const struct map *map = NULL;
    int line = 0;

    bridge->counters.received++;
    packet->view = view;
    packet->due_ns = due_time(packet, timetag);
    for (unsigned i = 0; i < bridge->map_count && result == MAP_NONE; i++) {
        map = bridge->maps[i];
        result = ask(packet, map, view, &line);
        if (result != MAP_NONE && map_is_dialect(map))
            packet->from->dialect = (int)i;
    }
    switch (result) {
    case MAP_PLAYED:
        settle(packet, map, view);
        if (packet->budget == 0)
            hint_refused(&bridge->hints, &packet->from->addr, view, map, line,
                         "its address pattern takes too long to match in full");
        break;
    case MAP_NONE:
        hint_unmapped(&bridge->hints, &packet->from->addr, view);
        bridge_drop(bridge, DROP_UNMAPPED);
        break;
    case MAP_RANGE:
        hint_refused(&bridge->hints, &packet->from->addr, view, map, line,
                     "names a channel, note or number that does not exist");
        bridge_drop(bridge, DROP_RANGE);
        break;
    case MAP_BAD_DATA:
        hint_refused(&bridge->hints, &packet->from->addr, view, map, line, "its data is not MIDI");
        bridge_drop(bridge, DROP_MALFORMED);
        break;
    case MAP_COSTLY:
        hint_refused(&bridge->hints, &packet->from->addr, view, map, line,
                     "its address pattern takes too long to match");
        bridge_drop(bridge, DROP_PATTERN);
        break;
    }
}

static void on_malformed(void *user, int error)
{
    struct packet *packet = user;

    bridge_malformed_packet(packet->bridge, &packet->from->addr, packet->bytes, packet->length, error);
}

void osc_to_midi_packet(struct bridge *bridge, struct peer *from, const uint8_t *bytes, size_t length)
{
    struct packet packet = {.bridge = bridge,
                            .from = from,
                            .bytes = bytes,
                            .length = length,
                            .source = osc_source_of(bridge, from),
                            .budget = OSC_TABLE_BUDGET};
    struct osc_packet_sink sink = {.message = on_message, .malformed = on_malformed, .user = &packet};

    osc_packet_walk(bytes, length, &sink);
}

void osc_to_midi_due(void *user, const struct midi_msg *msg, uint32_t outputs, bool last)
{
    struct bridge *bridge = user;

    bridge->scheduled_outputs |= outputs;
    bridge->scheduled_taken |=
        sysex_taken(&bridge->scheduled_whole, msg, registry_send(bridge->registry, outputs, msg));
    if (!last)
        return;
    bridge->counters.queued--;
    bridge_settle(bridge, bridge->scheduled_outputs, bridge->scheduled_taken);
    bridge->scheduled_outputs = bridge->scheduled_taken = 0;
    osc_source_played(bridge, msg->port);
}
