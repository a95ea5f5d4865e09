/* Who plays: numbers for peers and scripts, and what happens when one goes.
 * SPDX-License-Identifier: MIT */
#include "port/registry_internal.h"

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

/* Sources that are source in the bits of mask have gone. */
static void tell_gone(struct registry *registry, uint16_t source, uint16_t mask)
{
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
        if (registry->merge[i].holders != NULL && midi_holders_has(registry->merge[i].holders, source))
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
    pass(port->registry, (uint16_t)(port->index | sender << 8), (uint16_t)(port->index | 0xff00));
}
