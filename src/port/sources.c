/* Who plays: numbers for peers and scripts, and what happens when one goes.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "port/registry_internal.h"

#include <string.h>

#define SHARED_NUMBER (SOURCES - 1)

/* The numbers of a source's kind. */
static uint64_t *numbers_of(struct registry *registry, uint16_t source)
{
    return registry->numbers[(source & 0xff) == (REGISTRY_SOURCE_OSC & 0xff)];
}

uint16_t registry_source_new(struct registry *registry, uint16_t shared)
{
    uint64_t *numbers = numbers_of(registry, shared);

    for (unsigned i = 0; i < SHARED_NUMBER; i++)
        if ((numbers[i / 64] >> i % 64 & 1) == 0) {
            numbers[i / 64] |= 1ULL << i % 64;
            return (uint16_t)(i << 8 | (shared & 0xff));
        }
    return shared;
}

/* Gives a number back. False for one that is shared, which nobody can take with him. */
static bool give_back(struct registry *registry, uint16_t source)
{
    unsigned number = source >> 8;

    numbers_of(registry, source)[number / 64] &= ~(1ULL << number % 64);
    return number != SHARED_NUMBER;
}

static void call_gone(struct registry *registry, uint16_t source, uint16_t mask)
{
    if (registry->callbacks.gone != NULL)
        registry->callbacks.gone(registry->callbacks.user, source, mask);
}

/* Sources that are source in the bits of mask have gone. */
static void tell_gone(struct registry *registry, uint16_t source, uint16_t mask)
{
    call_gone(registry, source, mask);
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        output_source_gone(registry, i, source, mask);
}

/* From now on what a source holds is held by another. */
static void pass(struct registry *registry, uint16_t from, uint16_t to)
{
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        if (registry->merge[i].holders != NULL)
            midi_holders_pass(registry->merge[i].holders, from, to);
}

void registry_source_release(struct registry *registry, uint16_t source)
{
    tell_gone(registry, source, 0xffff);
}

void registry_source_free(struct registry *registry, uint16_t source)
{
    if (give_back(registry, source))
        tell_gone(registry, source, 0xffff);
}

void registry_source_forget(struct registry *registry, uint16_t source)
{
    if (give_back(registry, source))
        pass(registry, source, source | 0xff00);
}

bool registry_source_holds(const struct registry *registry, uint16_t source)
{
    for (unsigned i = 0; i < registry->count[PORT_OUTPUT]; i++)
        if (output_source_holds(registry, i, source))
            return true;
    return false;
}

void output_input_gone(struct port *input)
{
    tell_gone(input->registry, input->index, 0xff);
}

void port_gone(struct port *port, uint16_t sender)
{
    tell_gone(port->registry, (uint16_t)(port->index | sender << 8), 0xffff);
}

void port_forgotten(struct port *port, uint16_t sender)
{
    uint16_t source = (uint16_t)(port->index | sender << 8);

    call_gone(port->registry, source, 0xffff);
    pass(port->registry, source, (uint16_t)(port->index | 0xff00));
}

/* Notes being released on one output. */
struct release {
    struct registry *registry;
    unsigned index;
};

/* One of them. What finds no room, or no connection just now, is owed: it counts as held, by nobody, until there is. */
static void release_note(void *user, const struct midi_msg *msg)
{
    struct release *release = user;
    struct merge *merge = &release->registry->merge[release->index];
    struct port *port = release->registry->port[PORT_OUTPUT][release->index];

    if (output_send(port, msg) != 0) {
        struct midi_msg held = midi_short(msg->b[0] | MIDI_NOTE_ON, msg->b[1], 127); /* a controller stays one */

        held.port = REGISTRY_SOURCE_OWED;
        midi_holders_track(merge->holders, &held);
        merge->owes = true;
    }
}

void output_release_held(struct registry *registry, unsigned index, uint16_t source, uint16_t mask)
{
    struct release release = {.registry = registry, .index = index};

    if (registry->merge[index].holders != NULL) /* it is open */
        midi_holders_release(registry->merge[index].holders, source, mask, release_note, &release);
}

void output_release_owed(struct registry *registry, unsigned index)
{
    struct merge *merge = &registry->merge[index];

    if (!merge->owes)
        return;
    merge->owes = false;
    output_release_held(registry, index, REGISTRY_SOURCE_OWED, 0xffff);
}

void output_forget_notes(struct registry *registry, unsigned index)
{
    struct merge *merge = &registry->merge[index];

    merge->owes = false;
    if (merge->holders != NULL)
        memset(merge->holders, 0, sizeof *merge->holders);
}
