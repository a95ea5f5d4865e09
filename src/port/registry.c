/* The open ports by name: fan-out to outputs, one SysEx at a time on each, and what sounds on them.
 * SPDX-License-Identifier: MIT */
#include "port/registry.h"

#include "base/clock.h"
#include "base/error.h"
#include "osc/osc_match.h"

#include <stdlib.h>
#include <string.h>

/* What merging needs to know of one output. */
struct merge {
    bool open;                /* a SysEx has begun and not ended */
    uint16_t source;          /* whose SysEx is open */
    uint64_t last_ns;         /* when its last piece came */
    struct midi_msg *waiting; /* REGISTRY_WAITING messages of others, allocated with the output */
    uint16_t first, count;
};

struct registry {
    struct loop *loop;
    const struct allow *allow;
    struct registry_callbacks callbacks;
    struct port *port[2][REGISTRY_PORTS_MAX];
    unsigned count[2];
    struct merge merge[REGISTRY_PORTS_MAX];
    uint32_t full;      /* outputs whose last send found no room */
    uint32_t congested; /* outputs that asked for a pause */
    bool paused;        /* all of them did: inputs rest */
    uint32_t dirty;     /* outputs to flush at the end of the turn */
    struct loop_flush flush;
    struct loop_timer *stall;
    bool stall_armed;
};

static void flush_outputs(struct loop_flush *flush);
static void check_stalls(void *user);

struct registry *registry_new(struct loop *loop, const struct allow *allow, const struct registry_callbacks *callbacks)
{
    struct registry *registry = calloc(1, sizeof *registry);

    if (registry == NULL)
        return NULL;
    registry->loop = loop;
    registry->allow = allow;
    registry->callbacks = *callbacks;
    registry->flush.run = flush_outputs;
    registry->stall = loop_timer_new(loop, check_stalls, registry);
    if (registry->stall == NULL) {
        free(registry);
        return NULL;
    }
    return registry;
}

void registry_free(struct registry *registry)
{
    if (registry == NULL)
        return;
    registry_release_notes(registry);
    for (int direction = PORT_INPUT; direction <= PORT_OUTPUT; direction++)
        for (unsigned i = 0; i < registry->count[direction]; i++) {
            struct port *port = registry->port[direction][i];

            port->ops->close(port);
            free(port);
        }
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        free(registry->merge[i].waiting);
    loop_flush_cancel(registry->loop, &registry->flush);
    loop_timer_free(registry->stall);
    free(registry);
}

void registry_osc_name(const char *name, char *out)
{
    size_t i;

    for (i = 0; name[i] != '\0' && i < PORT_NAME_MAX - 1; i++) {
        char c = name[i];

        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        out[i] = strchr(" #*,/?[]{}", c) != NULL ? '_' : c;
    }
    out[i] = '\0';
}

/* The driver that knows a name, in the direction asked for. */
static const struct port_ops *find_driver(const char *name, enum port_direction direction)
{
    for (int i = 0; port_drivers[i] != NULL; i++) {
        const struct port_ops *ops = port_drivers[i];

        if ((direction == PORT_INPUT ? ops->input : ops->output) && ops->matches(name))
            return ops;
    }
    return NULL;
}

/* Tells everybody who can slow a sender down whether to read: not while every output is congested. */
static void spread_pressure(struct registry *registry)
{
    uint32_t all = registry_all(registry);
    bool paused = all != 0 && registry->congested == all;

    if (paused == registry->paused)
        return;
    registry->paused = paused;
    for (unsigned i = 0; i < registry->count[PORT_INPUT]; i++) {
        struct port *port = registry->port[PORT_INPUT][i];

        if (port->ops->pause != NULL)
            port->ops->pause(port, paused);
    }
    if (registry->callbacks.pressure != NULL)
        registry->callbacks.pressure(registry->callbacks.user, paused);
}

int registry_open(struct registry *registry, const char *name, enum port_direction direction, struct port **out)
{
    const struct port_ops *ops = find_driver(name, direction);
    unsigned index = registry->count[direction];
    struct port *port;
    int error = NW_EMEMORY;

    if (ops == NULL || strlen(name) >= PORT_NAME_MAX)
        return NW_ENOTFOUND;
    for (unsigned i = 0; i < index; i++)
        if (strcmp(registry->port[direction][i]->name, name) == 0) { /* named twice is meant once */
            *out = registry->port[direction][i];
            return 0;
        }
    if (index == REGISTRY_PORTS_MAX)
        return NW_EFULL;
    port = calloc(1, sizeof *port);
    if (port == NULL)
        return NW_EMEMORY;
    port->ops = ops;
    port->registry = registry;
    port->direction = direction;
    port->index = (uint16_t)index;
    strcpy(port->name, name);
    registry_osc_name(name, port->osc_name);
    if (direction == PORT_OUTPUT) {
        registry->merge[index].waiting = malloc(REGISTRY_WAITING * sizeof(struct midi_msg));
        if (registry->merge[index].waiting == NULL)
            goto fail;
    }
    error = ops->open(port);
    if (error != 0)
        goto fail_waiting;
    registry->port[direction][index] = port;
    registry->count[direction]++;
    if (direction == PORT_OUTPUT)
        spread_pressure(registry);
    else if (registry->paused && ops->pause != NULL)
        ops->pause(port, true);
    *out = port;
    return 0;

fail_waiting:
    if (direction == PORT_OUTPUT) {
        free(registry->merge[index].waiting);
        registry->merge[index].waiting = NULL;
    }
fail:
    free(port);
    return error;
}

unsigned registry_count(const struct registry *registry, enum port_direction direction)
{
    return registry->count[direction];
}

struct port *registry_port(const struct registry *registry, enum port_direction direction, unsigned index)
{
    return registry->port[direction][index];
}

uint32_t registry_all(const struct registry *registry)
{
    unsigned count = registry->count[PORT_OUTPUT];

    return count == 32 ? UINT32_MAX : (1u << count) - 1;
}

uint32_t registry_match(const struct registry *registry, const char *pattern, size_t length)
{
    char lower[PORT_NAME_MAX];
    uint32_t found = 0, budget;

    if (length == 1 && pattern[0] == '*')
        return registry_all(registry);
    if (length >= sizeof lower)
        return 0;
    for (size_t i = 0; i < length; i++)
        lower[i] = (char)(pattern[i] >= 'A' && pattern[i] <= 'Z' ? pattern[i] - 'A' + 'a' : pattern[i]);
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
        const char *name = registry->port[PORT_OUTPUT][i]->osc_name;

        budget = PORT_NAME_MAX * PORT_NAME_MAX;
        if (osc_match_part(lower, length, name, strlen(name), &budget))
            found |= 1u << i;
    }
    return found;
}

static void mark_dirty(struct registry *registry, unsigned index)
{
    if (registry->port[PORT_OUTPUT][index]->ops->flush == NULL)
        return;
    registry->dirty |= 1u << index;
    loop_flush_schedule(registry->loop, &registry->flush);
}

static void flush_outputs(struct loop_flush *flush)
{
    struct registry *registry = (struct registry *)((char *)flush - offsetof(struct registry, flush));
    uint32_t dirty = registry->dirty;

    registry->dirty = 0;
    for (unsigned i = 0; dirty != 0; i++, dirty >>= 1)
        if ((dirty & 1) != 0)
            registry->port[PORT_OUTPUT][i]->ops->flush(registry->port[PORT_OUTPUT][i]);
}

/* Hands a message to the driver and keeps the books. */
static bool give(struct registry *registry, unsigned index, const struct midi_msg *msg)
{
    struct port *port = registry->port[PORT_OUTPUT][index];
    int error = port->ops->send(port, msg);

    if (error != 0) {
        port->refused++;
        if (error == NW_EFULL)
            registry->full |= 1u << index;
        return false;
    }
    registry->full &= ~(1u << index);
    mark_dirty(registry, index);
    if ((msg->flags & MIDI_SYSEX_PART) == 0)
        midi_notes_track(&port->notes, msg);
    if ((msg->flags & MIDI_SYSEX_PART) == 0 || (msg->flags & MIDI_SYSEX_END) != 0)
        port->messages++;
    return true;
}

/* Puts a message behind an open SysEx. A quarter of the room is for note-offs. */
static bool wait_behind(struct merge *merge, const struct midi_msg *msg)
{
    unsigned room = port_is_release(msg) ? REGISTRY_WAITING : REGISTRY_WAITING * 3 / 4;

    if (merge->count >= room)
        return false;
    merge->waiting[(merge->first + merge->count++) % REGISTRY_WAITING] = *msg;
    return true;
}

static bool send_one(struct registry *registry, unsigned index, const struct midi_msg *msg);

/* The SysEx has ended: what waited goes out, in order; one of them may open the next SysEx. */
static void release_waiting(struct registry *registry, unsigned index)
{
    struct merge *merge = &registry->merge[index];
    unsigned count = merge->count;

    while (count-- > 0) {
        struct midi_msg msg = merge->waiting[merge->first];

        merge->first = (uint16_t)((merge->first + 1) % REGISTRY_WAITING);
        merge->count--;
        (void)send_one(registry, index, &msg); /* refusals are counted by the port */
    }
}

/* Books a piece of SysEx that may or may not belong to the one that is open. */
static bool send_sysex(struct registry *registry, unsigned index, const struct midi_msg *msg)
{
    struct merge *merge = &registry->merge[index];
    bool taken;

    if (!merge->open && (msg->flags & MIDI_SYSEX_BEGIN) == 0)
        return false; /* the rest of one that was refused or ended */
    taken = give(registry, index, msg);
    if (!taken && !merge->open)
        return false;
    if ((msg->flags & MIDI_SYSEX_END) != 0 || !taken) {
        merge->open = false;
        if (!taken) { /* no room for the middle of it: the receiver must not hang in it */
            struct midi_msg end = {.len = 1, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END, .b = {MIDI_SYSEX_EOX}};

            (void)give(registry, index, &end);
        }
        release_waiting(registry, index);
        return taken;
    }
    merge->open = true;
    merge->source = msg->port;
    merge->last_ns = clock_mono_ns();
    if (!registry->stall_armed) {
        registry->stall_armed = true;
        loop_timer_set(registry->stall, merge->last_ns + REGISTRY_STALL_NS);
    }
    return true;
}

static bool send_one(struct registry *registry, unsigned index, const struct midi_msg *msg)
{
    struct merge *merge = &registry->merge[index];

    if (merge->open && merge->source != msg->port && !midi_is_realtime(msg->b[0]))
        return wait_behind(merge, msg);
    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        return send_sysex(registry, index, msg);
    return give(registry, index, msg);
}

uint32_t registry_send(struct registry *registry, uint32_t outputs, const struct midi_msg *msg)
{
    uint32_t taken = 0;

    outputs &= registry_all(registry);
    for (unsigned i = 0; outputs != 0; i++, outputs >>= 1)
        if ((outputs & 1) != 0 && send_one(registry, i, msg))
            taken |= 1u << i;
    return taken;
}

/* Ends every SysEx that has had no byte for a second, so that others come through. */
static void check_stalls(void *user)
{
    struct registry *registry = user;
    uint64_t now = clock_mono_ns(), next = 0;

    registry->stall_armed = false;
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
        struct merge *merge = &registry->merge[i];
        struct midi_msg end = {.len = 1, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END, .b = {MIDI_SYSEX_EOX}};

        if (!merge->open)
            continue;
        if (now - merge->last_ns < REGISTRY_STALL_NS) {
            if (next == 0 || merge->last_ns + REGISTRY_STALL_NS < next)
                next = merge->last_ns + REGISTRY_STALL_NS;
            continue;
        }
        end.port = merge->source;
        (void)send_sysex(registry, i, &end);
        registry->callbacks.stalled(registry->callbacks.user, registry->port[PORT_OUTPUT][i]);
    }
    if (next != 0) {
        registry->stall_armed = true;
        loop_timer_set(registry->stall, next);
    }
}

uint32_t registry_full_outputs(const struct registry *registry)
{
    return registry->full;
}

void registry_keep_notes(struct registry *registry)
{
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        registry->port[PORT_OUTPUT][i]->notes = (struct midi_notes){0};
}

/* One released note for one output. */
struct release {
    struct registry *registry;
    unsigned index;
};

static void release_note(void *user, const struct midi_msg *msg)
{
    struct release *release = user;
    struct port *port = release->registry->port[PORT_OUTPUT][release->index];

    if (port->ops->send(port, msg) == 0)
        mark_dirty(release->registry, release->index);
    else
        port->refused++;
}

void registry_release_notes(struct registry *registry)
{
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
        struct release release = {.registry = registry, .index = i};

        midi_notes_release(&registry->port[PORT_OUTPUT][i]->notes, release_note, &release);
    }
    flush_outputs(&registry->flush);
}

bool registry_drain(struct registry *registry, uint64_t deadline_ns)
{
    for (;;) {
        bool drained = true;

        flush_outputs(&registry->flush);
        for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
            struct port *port = registry->port[PORT_OUTPUT][i];

            drained = drained && (port->ops->drained == NULL || port->ops->drained(port));
        }
        if (drained || clock_mono_ns() >= deadline_ns)
            return drained;
        loop_turn(registry->loop, deadline_ns);
    }
}

/* The drivers' side. */

void port_receive(struct port *port, const struct midi_msg *msg)
{
    struct midi_msg copy = *msg;

    copy.port = port->index;
    if ((msg->flags & MIDI_SYSEX_PART) == 0 || (msg->flags & MIDI_SYSEX_END) != 0)
        port->messages++;
    port->registry->callbacks.message(port->registry->callbacks.user, port, &copy);
}

void port_malformed(struct port *port, int error)
{
    port->registry->callbacks.malformed(port->registry->callbacks.user, port, error);
}

void port_refused(struct port *port)
{
    port->registry->callbacks.refused(port->registry->callbacks.user, port);
}

void port_ended(struct port *port)
{
    port->registry->callbacks.ended(port->registry->callbacks.user, port);
}

void port_kernel_drops(struct port *port, uint32_t count)
{
    port->registry->callbacks.kernel_drops(port->registry->callbacks.user, port, count);
}

void port_congested(struct port *port)
{
    port->registry->congested |= 1u << port->index;
    spread_pressure(port->registry);
}

void port_writable(struct port *port)
{
    port->registry->congested &= ~(1u << port->index);
    spread_pressure(port->registry);
}

struct loop *port_loop(const struct port *port)
{
    return port->registry->loop;
}

const struct allow *port_allow(const struct port *port)
{
    return port->registry->allow;
}

bool port_is_release(const struct midi_msg *msg)
{
    uint8_t kind = msg->b[0] & 0xf0;

    return kind == MIDI_NOTE_OFF || (kind == MIDI_NOTE_ON && msg->b[2] == 0) ||
           (kind == MIDI_CONTROL_CHANGE &&
            (msg->b[1] == 120 || msg->b[1] >= 123 || (msg->b[1] == 64 && msg->b[2] < 64)));
}
