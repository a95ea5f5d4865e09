/* The host: turns of the loop, and between them what scripts wait for.
 * SPDX-License-Identifier: MIT */
#include "script/host.h"

#include "base/clock.h"
#include "script/script.h"

#include <string.h>

#define TIMED_TOGETHER 16
#define NESTED_MAX 16    /* waits of one script inside each other */
#define FOR_EVER_MS 1e12 /* about 30 years */
#define SETTLE_TURNS 100 /* after which scripts are taken for ones that never rest */
#define TURN_NS 1000000u /* what scripts get at a stretch when much waits for them */

/* What a computing script lets through: native traffic alone. */
static void turn_natively(void *user)
{
    struct host *host = user;

    if (host->loading)
        registry_hold(host->bridge->registry, true);
    loop_turn(host->loop, 0);
    if (host->loading)
        registry_hold(host->bridge->registry, false);
}

/* The bridge's hook. However many come or go in a turn, each script is told once. */
static void tell_devices_changed(void *user)
{
    const struct host *host = user;

    for (struct script *script = host->scripts; script != NULL; script = script->next)
        source_ready(&script->devices);
}

int host_init(struct host *host, struct bridge *bridge, const struct host_options *options)
{
    memset(host, 0, sizeof *host);
    host->bridge = bridge;
    host->loop = bridge->loop;
    host->options = *options;
    host->last = &host->first;
    bridge->devices_changed = tell_devices_changed;
    bridge->devices_user = host;
    return guard_init(&host->guard, options->limit_ns, turn_natively, host);
}

void host_move(struct host *host, struct script *script, const struct script *where)
{
    struct script **link = &host->scripts;

    while (*link != script)
        link = &(*link)->next;
    *link = script->next;
    for (link = &host->scripts; *link != where; link = &(*link)->next)
        ;
    script->next = *link;
    *link = script;
}

const struct package *host_package(const struct host *host, unsigned index)
{
    const struct script *script = host->scripts;

    while (script != NULL && index-- > 0)
        script = script->next;
    return script != NULL ? &script->package : NULL;
}

void source_ready(struct source *source)
{
    struct host *host = source->script->host;

    if (source->ready)
        return;
    source->ready = true;
    loop_wake(host->loop);
    source->next = NULL;
    *host->last = source;
    host->last = &source->next;
}

void source_forget(struct source *source)
{
    struct host *host = source->script->host;
    struct source **link = &host->first;

    if (!source->ready)
        return;
    while (*link != source)
        link = &(*link)->next;
    *link = source->next;
    if (host->last == &source->next)
        host->last = link;
    source->ready = false;
}

/* Gives one item of a ready source to its script; what is left makes it ready again, behind the others. deliver may
 * free the source when it says that nothing is left. */
static void give(struct source *source)
{
    source_forget(source);
    if (source->deliver(source))
        source_ready(source);
}

/* The first ready source that may be given: the one waited for, and those of scripts that do not wait for one.
 * Callbacks that wait are called inside each other; beyond NESTED_MAX the rest stays queued. */
static struct source *next_source(const struct host *host, const struct source *waited)
{
    struct source *source = host->first;

    while (source != NULL && ((source != waited && source->script->waiting != NULL && !source->script->serving) ||
                              source->script->nested >= NESTED_MAX))
        source = source->next;
    return source;
}

/* Gives scripts what waits until nothing does, or the loop is due again. Short callbacks are timed together, for
 * looking at the clock takes as long as some of them do; long ones are noticed by the guard, and one that waited has
 * turned the loop. */
static void drain(struct host *host, const struct source *waited)
{
    struct source *source = next_source(host, waited);
    uint64_t due = 0;

    for (unsigned given = 1, turns = host->turns; source != NULL; given++) {
        give(source);
        if (host->stopped || host->turns != turns || guard_ticked(&host->guard))
            return;
        if (given % TIMED_TOGETHER == 0) {
            uint64_t now = clock_mono_ns();

            if (due != 0 && now >= due)
                return;
            if (due == 0)
                due = now + TURN_NS;
        }
        source = next_source(host, waited);
    }
}

void host_hear_out(struct host *host, const struct script *script, uint64_t cpu_ns, uint64_t deadline_ns)
{
    uint64_t end_ns = clock_cpu_ns() + cpu_ns;
    struct source *source;

    do {
        source = host->first;
        while (source != NULL && source->script != script)
            source = source->next;
        if (source != NULL)
            give(source);
    } while (source != NULL && !host->stopped && clock_cpu_ns() < end_ns && clock_mono_ns() < deadline_ns);
}

/* Calls whoever wants to be called here. Not while files are loaded at the start, for they do not know each other yet.
 */
static void tend(struct host *host)
{
    if (!host->between_due || host->between == NULL || host->loading || host->stopped)
        return;
    host->between_due = false;
    host->between(host->between_user);
}

static void turn(struct host *host, const struct source *waited, uint64_t deadline_ns)
{
    host->guard.ticked = 0;
    host->turns++;
    loop_turn(host->loop, next_source(host, waited) != NULL ? 0 : deadline_ns);
}

void host_run(struct host *host)
{
    while (!host->stopped) {
        turn(host, NULL, UINT64_MAX);
        drain(host, NULL);
        tend(host);
    }
}

void host_settle(struct host *host)
{
    for (int turns = 0; turns < SETTLE_TURNS && host->first != NULL && !host->stopped; turns++) {
        turn(host, NULL, 0);
        drain(host, NULL);
    }
}

void host_stop(struct host *host)
{
    host->stopped = true;
    guard_stop(&host->guard);
    loop_stop(host->loop);
}

uint64_t host_deadline(double milliseconds)
{
    if (!(milliseconds > 0))
        return 0;
    return milliseconds < FOR_EVER_MS ? clock_mono_ns() + (uint64_t)(milliseconds * 1e6) : UINT64_MAX;
}

/* Waits for one source, or, serving, for all of the script's. */
static bool wait_for(struct host *host, lua_State *L, struct source *source, bool serving, bool (*done)(void *user),
                     void *user, uint64_t deadline_ns)
{
    struct script *script = script_of(L);
    lua_State *outer = script->waiting;
    bool outer_serving = script->serving, over = false, is_done = false;

    guard_wait_begin(&host->guard);
    script->waiting = L;
    script->serving = serving;
    script->nested++;
    while (!over) {
        turn(host, source, host->stopped ? 0 : deadline_ns); /* last words look, and wait for nothing */
        drain(host, source);
        tend(host);
        is_done = done != NULL && done(user);
        over = is_done || host->stopped || script->given_up || loop_reached(host->loop, deadline_ns);
    }
    script->nested--;
    script->waiting = outer;
    script->serving = outer_serving;
    guard_wait_end(&host->guard, L);
    if (script->given_up)
        guard_give_up(&host->guard, L);
    return is_done;
}

bool host_wait(struct host *host, lua_State *L, struct source *source, bool (*done)(void *user), void *user,
               uint64_t deadline_ns)
{
    return wait_for(host, L, source, false, done, user, deadline_ns);
}

bool host_serve(struct host *host, lua_State *L, bool (*done)(void *user), void *user, uint64_t deadline_ns)
{
    return wait_for(host, L, NULL, true, done, user, deadline_ns);
}

void host_queued(struct host *host)
{
    host->bridge->counters.received++;
    host->bridge->counters.queued++;
}

void host_delivered(struct host *host)
{
    host->bridge->counters.queued--;
    host->bridge->counters.delivered++;
}

void host_dropped(struct host *host, enum drop_reason reason)
{
    host->bridge->counters.queued--;
    host->bridge->counters.dropped[reason]++;
}
