/* The numbers of OSC peers as sources of MIDI, and what happens when one goes or falls silent.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "bridges/bridge.h"

static struct osc_source *state_of(struct bridge *bridge, uint16_t source)
{
    return &bridge->sources.state[source >> 8];
}

/* A peer has gone: what it holds is released, what it set going stops. */
static void leave(struct bridge *bridge, uint16_t source)
{
    pulse_stop(bridge, source);
    registry_source_free(bridge->registry, source);
}

/* Gives the number of a peer that is no longer there back, once nothing of it waits. */
static void give_back(struct bridge *bridge, uint16_t source)
{
    struct osc_source *state = state_of(bridge, source);

    if (state->waiting > 0 || source == REGISTRY_SOURCE_OSC)
        return;
    if (state->closed || bridge->sources.release_after_ns > 0)
        leave(bridge, source);
    else
        registry_source_forget(bridge->registry, source);
    state->closed = state->forgotten = false;
}

/* Looks at the UDP peers again when the first of them can have been silent for long enough. */
static void arm(struct bridge *bridge, uint64_t due_ns)
{
    bridge->sources.armed = true;
    loop_timer_set(bridge->sources.timer, due_ns);
}

/* Whether the source in this place is a UDP peer's: also of one who made room for a connection that has not spoken. */
static bool is_udp(const struct bridge *bridge, unsigned place)
{
    const struct peer *peer = &bridge->peers.peer[place];

    return bridge->sources.source[place] != 0 && (peer->tcp == NULL || peer->user == NULL);
}

/* Releases what silent UDP peers hold. Nobody has to look again when none holds anything. */
static void release_silent(void *user)
{
    struct bridge *bridge = user;
    struct osc_sources *sources = &bridge->sources;
    uint64_t now = loop_now(bridge->loop), next = 0;

    sources->armed = false;
    for (unsigned i = 0; i < PEERS_MAX; i++) {
        uint16_t source = sources->source[i];
        uint64_t due = state_of(bridge, source)->played_ns + sources->release_after_ns;

        if (!is_udp(bridge, i) || !(registry_source_holds(bridge->registry, source) || pulse_holds(bridge, source)))
            continue;
        if (due <= now) {
            log_verbose("a udp peer is silent: its notes are released");
            pulse_stop(bridge, source);
            registry_source_release(bridge->registry, source);
        } else if (next == 0 || due < next) {
            next = due;
        }
    }
    if (next != 0)
        arm(bridge, next);
}

int osc_source_release_after(struct bridge *bridge, uint64_t silence_ns)
{
    if (silence_ns > 0 && bridge->sources.timer == NULL)
        bridge->sources.timer = loop_timer_new(bridge->loop, release_silent, bridge);
    if (silence_ns > 0 && bridge->sources.timer == NULL)
        return NW_EMEMORY;
    bridge->sources.release_after_ns = silence_ns;
    return 0;
}

/* A message has come, or one that waited is played: from then on silence counts. */
static void watch(struct bridge *bridge, uint16_t source)
{
    state_of(bridge, source)->played_ns = loop_now(bridge->loop);
    if (bridge->sources.release_after_ns > 0 && !bridge->sources.armed)
        arm(bridge, loop_now(bridge->loop) + bridge->sources.release_after_ns);
}

uint16_t osc_source_of(struct bridge *bridge, struct peer *peer)
{
    uint16_t *source;

    if (peer < bridge->peers.peer || peer >= bridge->peers.peer + PEERS_MAX) /* the table has no place for him */
        return REGISTRY_SOURCE_OSC;
    source = &bridge->sources.source[peer - bridge->peers.peer];
    if (peer->user == NULL) { /* a new one in this place */
        if (*source != 0) {
            state_of(bridge, *source)->forgotten = true;
            give_back(bridge, *source);
        }
        *source = registry_source_new(bridge->registry, REGISTRY_SOURCE_OSC);
        peer->user = source;
    }
    if (peer->tcp == NULL)
        watch(bridge, *source);
    return *source;
}

void osc_source_closed(struct bridge *bridge, struct peer *peer)
{
    uint16_t *source = peer->user;

    if (source == NULL) /* it never spoke */
        return;
    state_of(bridge, *source)->closed = true;
    give_back(bridge, *source);
    *source = 0;
}

void osc_source_waits(struct bridge *bridge, uint16_t source)
{
    state_of(bridge, source)->waiting++;
}

void osc_source_played(struct bridge *bridge, uint16_t source)
{
    struct osc_source *state = state_of(bridge, source);

    state->waiting--;
    if (state->closed || state->forgotten)
        give_back(bridge, source);
    else
        watch(bridge, source);
}
