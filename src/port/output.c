/* What goes to the outputs: one SysEx at a time on each, books of what sounds, one flush a turn.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "port/registry_internal.h"

void output_mark_dirty(struct port *port)
{
    struct registry *registry = port->registry;

    if (port->ops->flush == NULL)
        return;
    registry->dirty |= 1u << port->index;
    loop_flush_schedule(registry->loop, &registry->flush);
}

void output_flush(struct loop_flush *flush)
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
    int error = output_send(port, msg);

    if (error != 0) {
        registry->full = error == NW_EFULL ? registry->full | 1u << index : registry->full & ~(1u << index);
        return false;
    }
    registry->full &= ~(1u << index);
    if ((msg->flags & MIDI_SYSEX_PART) == 0)
        midi_holders_track(registry->merge[index].holders, msg);
    output_release_owed(registry, index);
    return true;
}

/* That sources have gone goes through the queue as if it were a message, a short one of no bytes: behind what they
 * sent.
 */
static struct midi_msg gone(uint16_t source, uint16_t mask)
{
    struct midi_msg msg = {.port = source, .b = {[1] = (uint8_t)mask, [2] = (uint8_t)(mask >> 8)}};

    return msg;
}

static bool is_gone(const struct midi_msg *msg)
{
    return msg->len == 0;
}

static struct midi_msg *waiting_at(const struct merge *merge, unsigned index)
{
    return &merge->waiting[(merge->first + index) % REGISTRY_WAITING];
}

bool output_source_holds(const struct registry *registry, unsigned index, uint16_t source)
{
    const struct merge *merge = &registry->merge[index];

    for (unsigned i = merge->count; i-- > 0;)
        if (waiting_at(merge, i)->port == source)
            return !is_gone(waiting_at(merge, i));
    return merge->holders != NULL && midi_holders_has(merge->holders, source);
}

/* Whether the last SysEx of a source that waits has not ended yet. */
static bool waits_unfinished(struct merge *merge, uint16_t source)
{
    for (unsigned i = merge->count; i-- > 0;) {
        const struct midi_msg *msg = waiting_at(merge, i);

        if (msg->port == source && (msg->flags & MIDI_SYSEX_PART) != 0)
            return (msg->flags & MIDI_SYSEX_END) == 0;
    }
    return false;
}

/* Takes the unfinished SysEx of a source out of the queue: a SysEx is played whole or not at all. */
static void forget_unfinished(struct merge *merge, uint16_t source)
{
    unsigned begin = merge->count, kept;

    do
        begin--;
    while (waiting_at(merge, begin)->port != source || (waiting_at(merge, begin)->flags & MIDI_SYSEX_BEGIN) == 0);
    kept = begin;
    for (unsigned i = begin; i < merge->count; i++) {
        struct midi_msg msg = *waiting_at(merge, i);

        if (msg.port != source || (msg.flags & MIDI_SYSEX_PART) == 0)
            *waiting_at(merge, kept++) = msg;
    }
    merge->count = (uint16_t)kept;
}

/* Puts a message behind an open SysEx. A quarter of the room is for note-offs. */
static bool wait_behind(struct merge *merge, const struct midi_msg *msg)
{
    bool part = (msg->flags & MIDI_SYSEX_PART) != 0, goes_on = part && (msg->flags & MIDI_SYSEX_BEGIN) == 0;
    unsigned room = is_gone(msg) || port_is_release(msg) ? REGISTRY_WAITING : REGISTRY_WAITING * 3 / 4;

    if (goes_on && !waits_unfinished(merge, msg->port))
        return false; /* the rest of one that found no room */
    if (merge->count >= room) {
        if (goes_on)
            forget_unfinished(merge, msg->port);
        return false;
    }
    *waiting_at(merge, merge->count++) = *msg;
    return true;
}

static bool send_one(struct registry *registry, unsigned index, const struct midi_msg *msg);

/* Whether a message has to wait until the SysEx that is open has ended. */
static bool must_wait(const struct merge *merge, const struct midi_msg *msg)
{
    return merge->open && !midi_is_realtime(msg->b[0]) &&
           (merge->source != msg->port || (msg->flags & MIDI_SYSEX_PART) == 0);
}

static void remove_waiting(struct merge *merge, unsigned index)
{
    for (; index > 0; index--)
        *waiting_at(merge, index) = *waiting_at(merge, index - 1);
    merge->first = (uint16_t)((merge->first + 1) % REGISTRY_WAITING);
    merge->count--;
}

/* The SysEx has ended: what waited goes out, in order. One of them may open the next SysEx: then only that goes on, and
 * when it has ended the rest is looked at again from its beginning. */
static void release_waiting(struct registry *registry, unsigned index)
{
    struct merge *merge = &registry->merge[index];
    unsigned at = 0;

    if (merge->releasing)
        return;
    merge->releasing = true;
    while (at < merge->count) {
        struct midi_msg msg = *waiting_at(merge, at);

        if (must_wait(merge, &msg)) {
            at++;
            continue;
        }
        remove_waiting(merge, at);
        if (!send_one(registry, index, &msg) && midi_ends(&msg))
            port_missed(registry->port[PORT_OUTPUT][index]);
        if (!merge->open)
            at = 0;
    }
    merge->releasing = false;
}

/* The open SysEx of an output has ended, with a piece of it refused or not. One that was refused is closed for its
 * receiver, which must not hang in it; that this works does not make the refusal another. */
static void close_sysex(struct registry *registry, unsigned index, bool taken)
{
    static const struct midi_msg end = {.len = 1, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END, .b = {MIDI_SYSEX_EOX}};
    uint32_t full = registry->full & 1u << index;

    registry->merge[index].open = false;
    if (!taken)
        (void)give(registry, index, &end);
    release_waiting(registry, index);
    if (!taken)
        registry->full = (registry->full & ~(1u << index)) | full;
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
        close_sysex(registry, index, taken);
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

void port_alive(struct port *port, uint16_t sender)
{
    struct registry *registry = port->registry;
    uint16_t source = (uint16_t)(port->index | sender << 8);

    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        if (registry->merge[i].open && registry->merge[i].source == source)
            registry->merge[i].last_ns = clock_mono_ns();
}

void port_break_off(struct port *port)
{
    struct merge *merge = &port->registry->merge[port->index];

    if (port->pace != NULL)
        pace_break_off(port->pace);
    if (!merge->open)
        return;
    merge->open = false;
    release_waiting(port->registry, port->index);
}

static bool send_one(struct registry *registry, unsigned index, const struct midi_msg *msg)
{
    struct merge *merge = &registry->merge[index];

    if (must_wait(merge, msg)) {
        if (wait_behind(merge, msg))
            return true;
        registry->full |= 1u << index;
        return false;
    }
    if (is_gone(msg)) {
        output_release_held(registry, index, msg->port, (uint16_t)(msg->b[1] | msg->b[2] << 8));
        return true;
    }
    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        return send_sysex(registry, index, msg);
    return give(registry, index, msg);
}

uint32_t registry_send(struct registry *registry, uint32_t outputs, const struct midi_msg *msg)
{
    uint32_t taken = 0;

    if (registry->count[PORT_OUTPUT] < 32)
        outputs &= (1u << registry->count[PORT_OUTPUT]) - 1;
    for (unsigned i = 0; outputs != 0; i++, outputs >>= 1)
        if ((outputs & 1) != 0 && send_one(registry, i, msg))
            taken |= 1u << i;
    return taken;
}

/* Ends the SysEx that is open on an output with F7, and lets the next one in. */
static void end_sysex(struct registry *registry, unsigned index)
{
    struct midi_msg end = {.port = registry->merge[index].source,
                           .len = 1,
                           .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END,
                           .b = {MIDI_SYSEX_EOX}};

    (void)send_sysex(registry, index, &end);
}

void output_held_up(struct registry *registry)
{
    uint64_t now = clock_mono_ns();

    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        registry->merge[i].last_ns = now;
}

/* Ends every SysEx that has had no byte for a second, so that others come through. */
void output_check_stalls(void *user)
{
    struct registry *registry = user;
    uint64_t now = clock_mono_ns(), next = 0;

    registry->stall_armed = false;
    if (registry->paused)
        output_held_up(registry);
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
        struct merge *merge = &registry->merge[i];
        uint64_t due = merge->last_ns + REGISTRY_STALL_NS;
        uint16_t source = merge->source;

        if (!merge->open)
            continue;
        if (now < due) {
            next = next == 0 || due < next ? due : next;
            continue;
        }
        end_sysex(registry, i);
        if (registry->callbacks.stalled != NULL)
            registry->callbacks.stalled(registry->callbacks.user, registry->port[PORT_OUTPUT][i], source);
    }
    if (next != 0) {
        registry->stall_armed = true;
        loop_timer_set(registry->stall, next);
    }
}

void output_source_gone(struct registry *registry, unsigned index, uint16_t source, uint16_t mask)
{
    struct merge *merge = &registry->merge[index];
    struct midi_msg msg = gone(source, mask);

    while (merge->open && (merge->source & mask) == (source & mask)) /* what waited may open the next */
        end_sysex(registry, index);
    while (!send_one(registry, index, &msg)) /* no room behind another's SysEx: a note for ever is worse */
        end_sysex(registry, index);
}

void output_release(struct registry *registry, unsigned index)
{
    struct port *port = registry->port[PORT_OUTPUT][index];

    while (registry->merge[index].open) /* what waited may open the next */
        end_sysex(registry, index);
    if (port->pace != NULL)
        pace_finish(port->pace);
    output_release_held(registry, index, 0, 0);
    if ((registry->dirty & 1u << index) != 0)
        port->ops->flush(port);
    registry->dirty &= ~(1u << index);
}

void registry_release_notes(struct registry *registry)
{
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        output_release(registry, i);
}

/* Flushes every output; whether all have drained. */
static bool flush_all(struct registry *registry)
{
    bool drained = true;

    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++) {
        struct port *port = registry->port[PORT_OUTPUT][i];

        if (port->ops->flush != NULL)
            port->ops->flush(port);
        drained = drained && (port->pace == NULL || pace_empty(port->pace));
        drained = drained && (port->ops->drained == NULL || port->ops->drained(port));
    }
    return drained;
}

bool registry_drain(struct registry *registry, uint64_t deadline_ns)
{
    bool drained = flush_all(registry);

    while (!drained && clock_mono_ns() < deadline_ns) {
        loop_turn(registry->loop, deadline_ns);
        drained = flush_all(registry);
    }
    return drained;
}

bool port_is_release(const struct midi_msg *msg)
{
    uint8_t kind = msg->b[0] & 0xf0;

    return kind == MIDI_NOTE_OFF || (kind == MIDI_NOTE_ON && msg->b[2] == 0) ||
           (kind == MIDI_CONTROL_CHANGE &&
            (msg->b[1] == 120 || msg->b[1] >= 123 || (midi_notes_is_pedal(msg->b[1]) && msg->b[2] < 64)));
}
