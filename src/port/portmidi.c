/* MIDI devices through PortMidi, the loop's side: what is asked of the thread (portmidi_thread.c), and what it told.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "port/drivers.h"
#include "port/portmidi_internal.h"
#include "port/registry_internal.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void wake_thread(struct portmidi *pm)
{
    uint64_t one = 1;

    (void)!write(pm->thread_wake, &one, sizeof one);
}

static bool portmidi_present(void)
{
    return access("/dev/snd/seq", R_OK | W_OK) == 0;
}

/* ---- what the thread told ---- */

/* Gives out what an input has read until now; what comes meanwhile is for the next turn. */
static void receive(struct pm_port *own)
{
    for (unsigned n = ring_count(&own->ring); n > 0; n--) {
        struct midi_msg msg = *(struct midi_msg *)ring_peek(&own->ring);

        ring_drop(&own->ring);
        if (msg.len > 0)
            port_receive(own->port, &msg);
        else
            port_malformed(own->port, NW_EMALFORMED);
    }
}

/* Passes on what has happened to the device of a port since it was last asked. */
static void pass_on(struct portmidi *pm, struct pm_port *own)
{
    unsigned losses = atomic_load(&own->losses), overruns = atomic_load(&own->overruns);
    unsigned missed = atomic_load(&own->missed);
    char device[PORT_NAME_MAX];

    if (own->direction == PORT_INPUT)
        receive(own);
    if (overruns != own->seen_overruns)
        devices_overrun(own->port);
    own->seen_overruns = overruns;
    for (; own->seen_missed != missed; own->seen_missed++)
        port_missed(own->port);
    if (losses != own->seen_losses) {
        own->seen_losses = losses;
        own->sysex_refused = false;
        if (own->port->there)
            devices_missing(own->port);
    }
    if (!own->port->there && atomic_load(&own->phase) == PM_OPEN) {
        pthread_mutex_lock(&pm->mutex);
        memcpy(device, own->device, sizeof device);
        pthread_mutex_unlock(&pm->mutex);
        devices_found(own->port, device);
    }
    if (own->congested && ring_count(&own->ring) < PM_QUEUE / 8) {
        own->congested = false;
        port_writable(own->port);
    }
}

static void on_wake(void *user, int events)
{
    struct portmidi *pm = user;
    unsigned changes;
    uint64_t count;

    (void)events;
    (void)!read(pm->loop_wake, &count, sizeof count);
    for (struct pm_port *own = pm->open, *next; own != NULL; own = next) {
        next = own->next_open;
        pass_on(pm, own);
    }
    changes = atomic_load(&pm->changes);
    if (changes != pm->seen_changes) {
        pm->seen_changes = changes;
        devices_changed(pm->registry);
    }
}

/* ---- the driver ---- */

/* PortMidi has one state for the whole process. */
static atomic_flag started = ATOMIC_FLAG_INIT;

static int portmidi_start(struct registry *registry, const char *client, void **state)
{
    struct portmidi *pm = calloc(1, sizeof *pm);
    sigset_t all, before;
    int error;

    (void)client; /* PortMidi has no say in it */
    if (pm == NULL)
        return NW_EMEMORY;
    if (atomic_flag_test_and_set(&started)) {
        free(pm);
        return NW_EIO;
    }
    pm->registry = registry;
    pm->loop = registry->loop;
    pm->loop_wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    pm->thread_wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (pm->loop_wake < 0 || pm->thread_wake < 0)
        goto fail;
    pm->watch = loop_fd_new(pm->loop, pm->loop_wake, on_wake, pm);
    if (pm->watch == NULL)
        goto fail;
    loop_fd_watch(pm->watch, LOOP_READABLE);
    pthread_mutex_init(&pm->mutex, NULL);
    atomic_init(&pm->self, SEQ_NOBODY);
    sigfillset(&all); /* signals are the loop's */
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&pm->thread, NULL, portmidi_thread, pm);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (error != 0)
        goto fail_thread;
    *state = pm;
    return 0;

fail_thread:
    pthread_mutex_destroy(&pm->mutex);
    loop_fd_free(pm->watch);
fail:
    if (pm->loop_wake >= 0)
        close(pm->loop_wake);
    if (pm->thread_wake >= 0)
        close(pm->thread_wake);
    free(pm);
    atomic_flag_clear(&started);
    return NW_EIO;
}

/* Waits for the thread: it plays what its ports still hold, a fraction of a second at most, and is gone. */
static void portmidi_stop(void *state)
{
    struct portmidi *pm = state;

    atomic_store(&pm->ending, true);
    wake_thread(pm);
    pthread_join(pm->thread, NULL);
    pthread_mutex_destroy(&pm->mutex);
    loop_fd_free(pm->watch);
    close(pm->loop_wake);
    close(pm->thread_wake);
    free(pm);
    atomic_flag_clear(&started);
}

static unsigned portmidi_list(void *state, struct device *out, unsigned max)
{
    struct portmidi *pm = state;
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    unsigned count = 0;
    struct seq seq;

    if (list == NULL)
        return 0;
    if (seq_read(&seq, atomic_load(&pm->self), list)) {
        count = seq.count < max ? seq.count : max;
        memcpy(out, list, count * sizeof *out);
    }
    free(list);
    return count;
}

/* ---- ports ---- */

static bool is_there(const struct port *port, char *device)
{
    struct device *list = calloc(DEVICES_MAX, sizeof *list);
    const struct device *found = NULL;

    if (list != NULL)
        found = devices_find(list, devices_list(port->registry, list, DEVICES_MAX), port->name, port->direction);
    if (found != NULL)
        memcpy(device, found->name, PORT_NAME_MAX);
    free(list);
    return found != NULL;
}

/* What PortMidi cannot do and nobody would see: once, with the first port. */
static void tell_limits(struct portmidi *pm)
{
    if (pm->told_limits)
        return;
    pm->told_limits = true;
    log_info("PortMidi: a SysEx passes up to %d bytes; an input that gets more than 200 events at once loses all of "
             "them, and counts an overrun%s",
             PM_SYSEX_MAX, PM_HAS_VIRTUAL ? "" : "; no virtual ports");
}

/* 0, or NW_EADDRESS for a port of our own where PortMidi makes none. What is not there is waited for. */
static int portmidi_open(struct port *port)
{
    struct portmidi *pm = devices_state(port);
    bool own_port = strncmp(port->name, DEVICE_VIRTUAL, sizeof DEVICE_VIRTUAL - 1) == 0;
    char device[PORT_NAME_MAX];
    struct pm_port *own;

    if (own_port && !PM_HAS_VIRTUAL) {
        log_warning("E216",
                    "%s: this PortMidi cannot make ports of its own. Fix: --driver alsa, or connect to a device "
                    "that notewire ports lists, such as \"Midi Through\"",
                    port->name);
        return NW_EADDRESS;
    }
    own = calloc(1, sizeof *own);
    if (own == NULL)
        return NW_EMEMORY;
    own->storage = malloc(PM_QUEUE * sizeof *own->storage);
    if (own->storage == NULL) {
        free(own);
        return NW_EMEMORY;
    }
    ring_init(&own->ring, own->storage, PM_QUEUE, sizeof *own->storage);
    own->direction = port->direction;
    memcpy(own->name, port->name, sizeof own->name);
    own->port = port;
    atomic_init(&own->phase, PM_OPENING);
    port->impl = own;
    own->next_open = pm->open;
    pm->open = own;
    tell_limits(pm);
    if (own_port)
        devices_found(port, port->name);
    else if (is_there(port, device))
        devices_found(port, device);
    else
        devices_missing(port);
    pthread_mutex_lock(&pm->mutex);
    own->next = pm->fresh;
    pm->fresh = own;
    pthread_mutex_unlock(&pm->mutex);
    wake_thread(pm);
    return 0;
}

/* Puts a message, or the note that the SysEx before it is to be forgotten, into the ring. */
static int put(struct pm_port *own, const struct midi_msg *msg, bool last_room)
{
    unsigned waiting = ring_count(&own->ring);

    if (waiting > PM_QUEUE / 4 && !own->congested) {
        own->congested = true;
        atomic_store(&own->tell, true);
        port_congested(own->port);
    }
    atomic_fetch_add(&own->in_flight, 1);
    if (ring_put(&own->ring, msg, last_room ? PM_QUEUE : PM_QUEUE_NOTES))
        return 0;
    atomic_fetch_sub(&own->in_flight, 1);
    return NW_EFULL;
}

/* A SysEx is played whole or not at all: when a piece of it cannot be taken, the thread is told to forget the others.
 */
static int refuse_sysex(struct pm_port *own, int error)
{
    static const struct midi_msg forget = {.flags = MIDI_SYSEX_PART | MIDI_SYSEX_END | MIDI_SYSEX_CUT};

    own->sysex_refused = put(own, &forget, true) != 0;
    own->sysex_bytes = 0;
    return error;
}

static int send_sysex(struct pm_port *own, const struct midi_msg *msg)
{
    static struct log_limit limit;
    uint32_t repeated;
    int error;

    if ((msg->flags & MIDI_SYSEX_BEGIN) != 0)
        own->sysex_bytes = 0;
    else if (own->sysex_bytes == 0)
        return 0; /* the F7 behind one that was refused: nothing of it went out */
    own->sysex_bytes += msg->len;
    if (own->sysex_bytes > PM_SYSEX_MAX) {
        if (log_limit_pass(&limit, &repeated))
            log_warning("E215",
                        "MIDI out: %s: a SysEx of more than %d bytes does not pass PortMidi whole and is dropped "
                        "(%u more). Fix: --driver alsa",
                        own->port->name, PM_SYSEX_MAX, repeated);
        return refuse_sysex(own, NW_ETOOBIG);
    }
    error = put(own, msg, false);
    if (error != 0)
        return refuse_sysex(own, error);
    if ((msg->flags & MIDI_SYSEX_END) != 0)
        own->sysex_bytes = 0;
    return 0;
}

static int portmidi_send(struct port *port, const struct midi_msg *msg)
{
    struct pm_port *own = port->impl;

    if (!port->there || atomic_load(&own->phase) == PM_MISSING) {
        own->sysex_bytes = 0;
        return NW_ECLOSED;
    }
    if (own->sysex_refused)
        (void)refuse_sysex(own, 0);
    if (own->sysex_refused)
        return NW_EFULL;
    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        return send_sysex(own, msg);
    return put(own, msg, port_is_release(msg));
}

static void portmidi_flush(struct port *port)
{
    wake_thread(devices_state(port));
}

static bool portmidi_drained(const struct port *port)
{
    struct pm_port *own = port->impl;

    atomic_store(&own->tell, true);
    return atomic_load(&own->in_flight) == 0;
}

/* The thread plays what is left and frees it. */
static void portmidi_close(struct port *port)
{
    struct portmidi *pm = devices_state(port);
    struct pm_port *own = port->impl, **at = &pm->open;

    while (*at != own)
        at = &(*at)->next_open;
    *at = own->next_open;
    if (own->direction == PORT_INPUT) {
        unsigned count = 0;

        for (; ring_peek(&own->ring) != NULL; ring_drop(&own->ring))
            count += midi_ends(ring_peek(&own->ring));
        port_abandoned(port, count);
    }
    atomic_store(&own->closed, true);
    wake_thread(pm);
}

static const struct port_ops portmidi_ops = {
    .driver = "portmidi",
    .syntax = "NAME",
    .help = "a MIDI device, through PortMidi",
    .input = true,
    .output = true,
    .device = true,
    .open = portmidi_open,
    .send = portmidi_send,
    .flush = portmidi_flush,
    .drained = portmidi_drained,
    .close = portmidi_close,
};

const struct device_driver device_portmidi = {
    .name = "portmidi",
    .virtual_ports = PM_HAS_VIRTUAL,
    .ops = &portmidi_ops,
    .present = portmidi_present,
    .start = portmidi_start,
    .stop = portmidi_stop,
    .list = portmidi_list,
};
