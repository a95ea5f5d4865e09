/* The streams of the portmidi driver: opening by name, closing, and beginning again when devices have come or gone.
 * SPDX-License-Identifier: MIT */
#include "port/portmidi_streams.h"

#include "base/clock.h"
#include "port/portmidi_host.h"

#include <stdlib.h>
#include <string.h>

#define CLOSE_NS 1000000000ULL /* how long a closed port plays what it still has */

bool streams_is_closed(const struct pm_port *own)
{
    return atomic_load(&own->closed);
}

/* Whether a port's device is to be opened: also that of an output that was closed before anybody could play what it
 * had been given. */
bool streams_is_wanted(struct pm_port *own)
{
    if (own->stream != NULL)
        return false;
    return !streams_is_closed(own) ||
           (own->direction == PORT_OUTPUT && atomic_load(&own->phase) == PM_OPENING && ring_peek(&own->ring) != NULL);
}

/* ---- streams ---- */

/* Takes note of who is there now: what has changed, and what was lost, the loop hears. */
void streams_note(struct thread *t, const struct seq *now)
{
    if (now->others != t->settled.others) {
        atomic_fetch_add(&t->pm->changes, 1);
        t->told = true;
    }
    for (struct pm_port *own = t->ports; own != NULL && now->lost != t->settled.lost; own = own->next)
        if (own->direction == PORT_INPUT && own->stream != NULL && !streams_is_closed(own)) {
            portmidi_overrun(own);
            t->told = true;
        }
    t->settled = *now;
}

static void settle(struct thread *t)
{
    struct seq now;

    if (seq_read(&now, atomic_load(&t->pm->self), NULL))
        streams_note(t, &now);
}

/* Finds out which client of the sequencer PortMidi has become: the one that was not there before. When two came at the
 * same time it stays unknown, and lost events are not noticed. */
static void find_self(struct thread *t, const struct seq *before)
{
    int self = SEQ_NOBODY;
    struct seq now;

    if (seq_read(&now, SEQ_NOBODY, NULL))
        for (int i = 0; i < SEQ_CLIENTS; i++)
            if (now.client[i] && !before->client[i])
                self = self == SEQ_NOBODY ? i : SEQ_CLIENTS;
    atomic_store(&t->pm->self, self == SEQ_CLIENTS ? SEQ_NOBODY : self);
}

static void begin(struct thread *t)
{
    struct seq before;

    seq_read(&before, SEQ_NOBODY, NULL);
    pmhost_begin();
    find_self(t, &before);
    t->begun = true;
    t->leftovers = false;
    t->settled.lost = 0;
    t->count = pmhost_list(t->list, t->id);
    devices_make_unique(t->list, t->count);
}

void streams_end(struct thread *t)
{
    if (t->begun)
        pmhost_end();
    t->begun = false;
    atomic_store(&t->pm->self, SEQ_NOBODY);
}

static void set_open(struct thread *t, struct pm_port *own, const char *device)
{
    pthread_mutex_lock(&t->pm->mutex);
    memcpy(own->device, device, sizeof own->device);
    pthread_mutex_unlock(&t->pm->mutex);
    atomic_store(&own->phase, PM_OPEN);
    t->told = true;
}

/* The device of a port is not there, or no more. */
static void set_missing(struct thread *t, struct pm_port *own)
{
    if (atomic_load(&own->phase) == PM_MISSING)
        return;
    atomic_store(&own->phase, PM_MISSING);
    atomic_fetch_add(&own->losses, 1);
    t->told = true;
}

static void free_port(struct pm_port *own)
{
    free(own->storage);
    free(own);
}

void streams_remove(struct thread *t, struct pm_port *own)
{
    struct pm_port **at = &t->ports;

    while (*at != own)
        at = &(*at)->next;
    *at = own->next;
    free_port(own);
}

/* An input of ours that was closed, but whose stream is still open. */
static struct pm_port *find_parked(struct thread *t, int id)
{
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (own->direction == PORT_INPUT && own->stream != NULL && streams_is_closed(own) && own->id == id)
            return own;
    return NULL;
}

static int open_stream(struct thread *t, struct pm_port *own, int id)
{
    struct pm_port *parked = own->direction == PORT_INPUT ? find_parked(t, id) : NULL;
    int error = 0;

    if (parked != NULL) {
        while (portmidi_read(parked) && ring_count(&parked->ring) == 0)
            ; /* what came for the other one */
        own->stream = parked->stream;
        streams_remove(t, parked);
    } else if (own->direction == PORT_INPUT) {
        error = pmhost_open_input(&own->stream, id);
    } else {
        error = pmhost_open_output(&own->stream, id);
    }
    own->id = id;
    if (error != 0)
        own->stream = NULL;
    return error;
}

/* Opens a port's device if PortMidi's list has it. */
static bool try_open(struct thread *t, struct pm_port *own)
{
    const struct device *device;
    int id;

    if (strncmp(own->name, DEVICE_VIRTUAL, sizeof DEVICE_VIRTUAL - 1) == 0) {
        id = pmhost_make_virtual(own->name + sizeof DEVICE_VIRTUAL - 1, own->direction);
        if (id < 0 || open_stream(t, own, id) != 0)
            return false;
        set_open(t, own, own->name);
        return true;
    }
    device = devices_find(t->list, t->count, own->name, own->direction);
    if (device == NULL || open_stream(t, own, t->id[device - t->list][own->direction]) != 0)
        return false;
    set_open(t, own, device->name);
    return true;
}

/* Whether all that is wanted is open now. */
static bool open_wanted(struct thread *t)
{
    bool all = true;

    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (streams_is_wanted(own))
            all = try_open(t, own) && all;
    return all;
}

/* Gives PortMidi a fresh list: all streams are closed, and opened again by name. What the outputs have not played yet
 * they play afterwards, if they are still there. */
void streams_restart(struct thread *t)
{
    struct pm_port *next;

    for (struct pm_port *own = t->ports; own != NULL; own = next) {
        next = own->next;
        if (own->stream == NULL)
            continue;
        if (own->direction == PORT_INPUT && !streams_is_closed(own))
            portmidi_read(own);
        pmhost_close(own->stream);
        own->stream = NULL;
        own->stuck = false;
        if (!streams_is_closed(own))
            continue;
        if (own->direction == PORT_OUTPUT && ring_peek(&own->ring) != NULL)
            atomic_store(&own->phase, PM_OPENING); /* it is still wanted */
        else
            streams_remove(t, own);
    }
    streams_end(t);
    begin(t);
    open_wanted(t);
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (own->stream == NULL)
            set_missing(t, own);
    settle(t);
}

bool streams_any_wanted(const struct thread *t)
{
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (streams_is_wanted(own))
            return true;
    return false;
}

static bool any_wanted_input(const struct thread *t)
{
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (streams_is_wanted(own) && own->direction == PORT_INPUT)
            return true;
    return false;
}

/* A closed output that still plays: its device cannot be opened again until that has ended. */
bool streams_any_closing(const struct thread *t)
{
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (streams_is_closed(own) && own->stream != NULL && own->direction == PORT_OUTPUT)
            return true;
    return false;
}

/* Opens what is wanted; with a fresh list when that may help. */
void streams_look(struct thread *t)
{
    struct seq now;

    t->look = false;
    if (!t->begun || (t->leftovers && any_wanted_input(t))) {
        streams_restart(t);
        return;
    }
    if (!open_wanted(t) && streams_any_closing(t)) {
        t->look = true; /* again, then */
    } else if (streams_any_wanted(t)) {
        if (!seq_read(&now, atomic_load(&t->pm->self), NULL) || now.others != t->settled.others) {
            streams_restart(t);
            return;
        }
        for (struct pm_port *own = t->ports; own != NULL; own = own->next)
            if (streams_is_wanted(own))
                set_missing(t, own);
    }
    settle(t);
}

/* ---- closing ---- */

/* Closes the streams of closed ports. An input's stays open while others are: PortMidi has one queue for all below it,
 * and falls over an event for an input that is closed. */
void streams_close_closed(struct thread *t, uint64_t now)
{
    bool inputs = false, any = false;
    struct pm_port *next;

    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        inputs = inputs || (own->direction == PORT_INPUT && own->stream != NULL && !streams_is_closed(own));
    for (struct pm_port *own = t->ports; own != NULL; own = next) {
        next = own->next;
        if (!streams_is_closed(own) || streams_is_wanted(own))
            continue;
        if (own->closed_ns == 0)
            own->closed_ns = now;
        if (own->stream != NULL && own->direction == PORT_INPUT && inputs)
            continue;
        if (own->stream != NULL && own->direction == PORT_OUTPUT && ring_peek(&own->ring) != NULL &&
            now < own->closed_ns + CLOSE_NS)
            continue;
        if (own->stream != NULL)
            pmhost_close(own->stream);
        t->leftovers = t->leftovers || own->direction == PORT_INPUT;
        streams_remove(t, own);
        any = true;
    }
    if (t->ports == NULL)
        streams_end(t);
    if (any)
        settle(t);
}
