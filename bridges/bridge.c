/* What the translators share, set up and taken down.
 * SPDX-License-Identifier: MIT */
#include "bridges/bridge.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "bridges/midi_to_osc.h"
#include "bridges/osc_to_midi.h"
#include "bridges/raw.h"
#include "net/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How long outputs may take to write what they hold when the program ends. */
#define DRAIN_NS 500000000ULL

void bridge_drop(struct bridge *bridge, enum drop_reason reason)
{
    bridge->counters.dropped[reason]++;
}

void bridge_malformed(struct bridge *bridge, int error)
{
    bridge->counters.received++;
    bridge_drop(bridge, error == NW_ETOOBIG ? DROP_TOO_BIG : DROP_MALFORMED);
}

void bridge_malformed_packet(struct bridge *bridge, const struct net_addr *from, const uint8_t *bytes, size_t length,
                             int error)
{
    bridge_malformed(bridge, error);
    hint_malformed(&bridge->hints, from, bytes, length,
                   error == NW_ETOOBIG ? "is more than an OSC packet may hold here" : "is no OSC");
}

void bridge_settle(struct bridge *bridge, uint32_t outputs, uint32_t taken)
{
    if (taken != 0) {
        bridge->counters.delivered++;
        bridge->counters.output_lost += (uint64_t)__builtin_popcount(outputs & ~taken);
    } else {
        bridge_drop(bridge, (outputs & registry_full_outputs(bridge->registry)) == 0 ? DROP_NO_PORT : DROP_QUEUE);
    }
}

/* The servers' callbacks. */

static void server_message(void *user, struct peer *from, const uint8_t *bytes, size_t length)
{
    osc_to_midi_packet(user, from, bytes, length);
}

static void server_malformed(void *user, struct peer *from, int error)
{
    (void)from;
    bridge_malformed(user, error);
}

static void server_closed(void *user, struct peer *peer, int error)
{
    (void)error;
    osc_source_closed(user, peer);
}

static void server_refused(void *user, const struct net_addr *from)
{
    struct bridge *bridge = user;

    (void)from;
    bridge->counters.received++;
    bridge_drop(bridge, DROP_REFUSED);
}

static void server_kernel_drops(void *user, uint32_t count)
{
    struct bridge *bridge = user;

    bridge->counters.kernel_drops += count;
}

/* The registry's callbacks. */

static void port_broken(void *user, struct port *from, int error)
{
    (void)from;
    bridge_malformed(user, error);
}

static void port_turned_away(void *user, struct port *from)
{
    (void)from;
    server_refused(user, NULL);
}

static void port_at_end(void *user, struct port *from)
{
    struct bridge *bridge = user;

    if (bridge->ended != NULL)
        bridge->ended(bridge->user, from);
}

static void port_lost(void *user, struct port *from, uint32_t count)
{
    (void)from;
    server_kernel_drops(user, count);
}

/* The system lost MIDI: how much nobody knows, so it is a figure of its own. */
static void input_overrun(void *user, struct port *from)
{
    struct bridge *bridge = user;
    uint32_t repeated;

    bridge->counters.overruns++;
    if (log_limit_pass(&bridge->overrun_limit, &repeated))
        log_warning("E214", "%s: more came than could be read, some is lost. Fix: send less at once", from->name);
}

/* The outputs take no more, or do again: TCP can slow its senders down. */
static void outputs_pressure(void *user, bool paused)
{
    struct bridge *bridge = user;

    for (unsigned i = 0; i < bridge->server_count; i++)
        server_pause(bridge->servers[i], paused);
}

static void output_stalled(void *user, struct port *output, uint16_t source)
{
    struct bridge *bridge = user;

    sysex_stalled(&bridge->sysex, source);
    log_warning("E208",
                "%s: a system-exclusive message stopped half-way for a second and was ended. Fix: check its sender",
                output->name);
}

static void output_lost(void *user, struct port *output)
{
    struct bridge *bridge = user;

    (void)output;
    bridge->counters.output_lost++;
}

static void sources_gone(void *user, uint16_t source, uint16_t mask)
{
    struct bridge *bridge = user;

    if (bridge->assembles)
        assembly_forget(&bridge->assembly, source, mask);
}

static void drop_at_exit(struct bridge *bridge, unsigned count)
{
    bridge->counters.received += count;
    bridge->counters.dropped[DROP_EXIT] += count;
}

static void input_abandoned(void *user, struct port *from, unsigned count)
{
    (void)from;
    drop_at_exit(user, count);
}

static void devices_came_or_went(void *user)
{
    struct bridge *bridge = user;

    if (bridge->devices_changed != NULL)
        bridge->devices_changed(bridge->devices_user);
}

int bridge_init(struct bridge *bridge, struct loop *loop, bool local_only)
{
    struct registry_callbacks callbacks = {.message = raw_message,
                                           .malformed = port_broken,
                                           .refused = port_turned_away,
                                           .ended = port_at_end,
                                           .kernel_drops = port_lost,
                                           .pressure = outputs_pressure,
                                           .lost = output_lost,
                                           .abandoned = input_abandoned,
                                           .overrun = input_overrun,
                                           .stalled = output_stalled,
                                           .gone = sources_gone,
                                           .devices_changed = devices_came_or_went,
                                           .user = bridge};
    struct scheduler_callbacks due = {.play = osc_to_midi_due, .user = bridge};

    memset(bridge, 0, sizeof *bridge);
    bridge->loop = loop;
    allow_init(&bridge->allow, local_only);
    peers_init(&bridge->peers);
    bridge->registry = registry_new(loop, &bridge->allow, &callbacks);
    bridge->scheduler = scheduler_new(loop, &due);
    bridge->out = malloc(SYSEX_MAX);
    if (bridge->registry != NULL && bridge->scheduler != NULL && bridge->out != NULL)
        return 0;
    bridge_close(bridge);
    return NW_EMEMORY;
}

void bridge_close(struct bridge *bridge)
{
    assembly_flush(&bridge->assembly);
    bridge->assembles = false; /* inputs go on */
    assembly_free(&bridge->assembly);
    pulse_free(bridge);
    for (unsigned i = 0; i < bridge->server_count; i++) {
        if (server_udp(bridge->servers[i]) != NULL)
            udp_poll_drops(server_udp(bridge->servers[i]));
        server_close(bridge->servers[i]);
    }
    bridge->server_count = 0;
    for (; bridge->counters.queued > 0; bridge->counters.queued--)
        bridge_drop(bridge, DROP_EXIT);
    scheduler_free(bridge->scheduler);
    loop_timer_free(bridge->sources.timer);
    bridge->learn = false; /* while outputs drain, inputs go on: what they bring is no longer told as OSC */
    for (; bridge->reply_count > 0; bridge->reply_count--)
        client_close(bridge->replies[bridge->reply_count - 1].client);
    if (bridge->registry != NULL) {
        registry_release_notes(bridge->registry);
        registry_drain(bridge->registry, clock_mono_ns() + DRAIN_NS);
        registry_free(bridge->registry);
        drop_at_exit(bridge, sysex_count(&bridge->sysex));
    }
    for (unsigned i = 0; i < bridge->map_count; i++)
        map_free(bridge->maps[i]);
    sysex_free(&bridge->sysex);
    peers_free(&bridge->peers);
    free(bridge->out);
}

/* The first map with a rule for several messages makes room to put them together; the first that sends at a pace, a
 * timer. */
static int prepare(struct bridge *bridge, const struct map *map)
{
    if (map_assembles(map) && !bridge->assembles) {
        if (assembly_init(&bridge->assembly, bridge->loop, midi_to_osc_late, bridge) != 0)
            return NW_EMEMORY;
        bridge->assembles = true;
    }
    return map_paces(map) && bridge->pulses.timer == NULL && pulse_init(bridge) != 0 ? NW_EMEMORY : 0;
}

int bridge_add_map(struct bridge *bridge, struct map *map)
{
    return bridge_replace_map(bridge, NULL, map, bridge->map_count);
}

/* Moves the maps from index at on by one place, up or down. Peers know theirs by its index. */
static void shift_maps(struct bridge *bridge, unsigned at, int by)
{
    unsigned from = by > 0 ? at : at + 1;

    memmove(&bridge->maps[(int)from + by], &bridge->maps[from], (bridge->map_count - from) * sizeof(struct map *));
    bridge->map_count = (unsigned)((int)bridge->map_count + by);
    for (unsigned i = 0; i < PEERS_MAX; i++) {
        struct peer *peer = &bridge->peers.peer[i];

        if (peer->dialect == (int)at && by < 0)
            peer->dialect = -1;
        else if (peer->dialect >= (int)from)
            peer->dialect += by;
    }
}

int bridge_replace_map(struct bridge *bridge, const struct map *old, struct map *map, unsigned at)
{
    int error = map != NULL ? prepare(bridge, map) : 0;

    if (error != 0)
        return error;
    if (old == NULL && map != NULL) {
        if (bridge->map_count == BRIDGE_MAPS_MAX)
            return NW_EFULL;
        shift_maps(bridge, at, 1);
    }
    while (old != NULL && bridge->maps[at] != old)
        at++;
    if (map != NULL)
        bridge->maps[at] = map;
    else if (old != NULL)
        shift_maps(bridge, at, -1);
    return 0;
}

int bridge_listen(struct bridge *bridge, enum server_protocol protocol, const struct net_addr *bind)
{
    struct server_options options = {
        .protocol = protocol, .framing = SERVER_OSC, .bind = *bind, .allow = &bridge->allow, .peers = &bridge->peers};
    struct server_callbacks callbacks = {.message = server_message,
                                         .malformed = server_malformed,
                                         .refused = server_refused,
                                         .closed = server_closed,
                                         .kernel_drops = server_kernel_drops,
                                         .user = bridge};
    int error;

    if (bridge->server_count == BRIDGE_SERVERS_MAX)
        return NW_EFULL;
    error = server_open(bridge->loop, &options, &callbacks, &bridge->servers[bridge->server_count]);
    if (error == 0)
        bridge->server_count++;
    return error;
}

/* A name has been found, or not. Until then inputs that can wait did. */
static void reply_changed(void *user, enum client_state state)
{
    struct bridge *bridge = user;

    (void)state;
    if (bridge->replies_waited > 0)
        bridge->replies_waited--;
    registry_hold(bridge->registry, bridge->replies_waited > 0);
}

static bool is_loopback(const struct net_addr *addr)
{
    static const uint8_t one[16] = {[15] = 1};

    return addr->family == 4 ? addr->ip[0] == 127 : memcmp(addr->ip, one, sizeof one) == 0;
}

/* Whether what leaves from a socket bound to local arrives at to. */
static bool reaches(const struct net_addr *local, const struct net_addr *to)
{
    if (net_addr_is_any(local))
        return local->family == to->family || local->family == 6; /* dual-stack */
    return local->family == to->family && is_loopback(local) == is_loopback(to);
}

struct server *bridge_udp_server(const struct bridge *bridge, const struct net_addr *to)
{
    for (unsigned i = 0; to->family != 0 && i < bridge->server_count; i++) {
        struct net_addr local;

        server_local(bridge->servers[i], &local);
        if (server_protocol(bridge->servers[i]) == SERVER_UDP && reaches(&local, to))
            return bridge->servers[i];
    }
    return NULL;
}

int bridge_reply_to(struct bridge *bridge, const char *host, uint16_t port)
{
    struct bridge_reply *reply = &bridge->replies[bridge->reply_count];
    struct client_callbacks callbacks = {.state = reply_changed, .user = bridge};
    char label[300];
    int error = 0;

    if (bridge->reply_count == BRIDGE_REPLIES_MAX)
        return NW_EFULL;
    snprintf(label, sizeof label, "%s:%u", host, port);
    memset(reply, 0, sizeof *reply);
    (void)net_addr_parse_ip(host, &reply->addr);
    reply->addr.port = port;
    if (bridge_udp_server(bridge, &reply->addr) == NULL)
        error = client_open(bridge->loop, SERVER_UDP, host, port, label, &callbacks, &reply->client);
    if (error != 0)
        return error;
    bridge->reply_count++;
    if (reply->client != NULL && client_state(reply->client) == CLIENT_WAITING) {
        bridge->replies_waited++;
        registry_hold(bridge->registry, true);
    }
    return 0;
}

int bridge_open_port(struct bridge *bridge, const char *name, enum port_direction direction)
{
    struct port *port;
    int error = registry_open(bridge->registry, name, direction, &port);

    if (error == 0)
        raw_join(bridge);
    return error;
}

void bridge_release_port(struct bridge *bridge, struct port *port)
{
    if (port->direction == PORT_INPUT && port->users == 1 && !port->joined)
        drop_at_exit(bridge, sysex_forget(&bridge->sysex, port->index));
    registry_release(port);
}
