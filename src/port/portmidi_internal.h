/* What the loop's side and the thread's side of the portmidi driver share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_PORTMIDI_INTERNAL_H
#define NOTEWIRE_PORT_PORTMIDI_INTERNAL_H

#include "base/ring.h"
#include "midi/midi_parser.h"
#include "port/devices.h"
#include "port/portmidi_seq.h"

#include <pthread.h>

#define PM_QUEUE 4096                     /* messages of a port between the threads */
#define PM_QUEUE_NOTES (PM_QUEUE * 3 / 4) /* of these for all; the rest is for what ends notes */
#define PM_SYSEX_MAX 4096                 /* bytes, F0 and F7 included: more does not pass PortMidi on Linux whole */

/* Whether the device of a port is open. */
enum pm_phase {
    PM_OPENING, /* the thread has not looked yet: an output keeps what it is given */
    PM_OPEN,
    PM_MISSING,
};

/* One port. Made by the loop, freed by the thread once it is closed. */
struct pm_port {
    /* set before the thread knows it */
    enum port_direction direction;
    char name[PORT_NAME_MAX];
    struct ring ring; /* outputs: loop to thread; inputs: thread to loop */
    struct midi_msg *storage;

    /* the loop's */
    struct port *port;
    struct pm_port *next_open;
    unsigned seen_losses, seen_missed, seen_overruns;
    unsigned sysex_bytes; /* of the SysEx that is going into the ring */
    bool sysex_refused; /* what was put in of it is to be forgotten, but for the note that says so there was no room */
    bool congested;

    /* told across */
    atomic_bool closed;
    atomic_int phase;           /* enum pm_phase */
    atomic_uint losses;         /* how often the device went away */
    atomic_uint missed;         /* messages that were taken and not played */
    atomic_uint overruns;       /* how often the system lost what nobody can count */
    atomic_uint in_flight;      /* what the loop put in and the thread has not played yet */
    atomic_bool tell;           /* the loop wants to know when there is room, or nothing left */
    char device[PORT_NAME_MAX]; /* under the mutex */

    /* the thread's */
    struct pm_port *next;
    void *stream;       /* PortMidiStream, NULL while it is not open */
    int id;             /* the PmDeviceID of the stream */
    uint64_t closed_ns; /* when the thread saw that it is closed */
    struct midi_parser parser;
    uint8_t sysex[PM_SYSEX_MAX];
    unsigned sysex_length;
    bool stuck;        /* its oldest message lies in a buffer below PortMidi and does not leave it */
    uint64_t stuck_ns; /* since when */
    uint64_t refilled_ns;
    int64_t cells_us, bytes_us; /* cells * 1000, and bytes of SysEx * 1000000, that may be sent now */
};

/* The state of the driver. */
struct portmidi {
    struct registry *registry;
    struct loop *loop;
    struct loop_fd *watch;
    int loop_wake, thread_wake; /* eventfd */
    struct pm_port *open;       /* the loop's ports */
    bool told_limits;
    unsigned seen_changes;

    pthread_t thread;
    pthread_mutex_t mutex; /* over fresh and pm_port.device */
    struct pm_port *fresh; /* for the thread to take over */
    atomic_bool ending;
    atomic_uint changes; /* of the list of devices */
    atomic_int self;     /* our client at the sequencer */
};

/* The thread (portmidi_thread.c); state is a struct portmidi. */
void *portmidi_thread(void *state);

/* The rest is called on the thread (portmidi_io.c). Reads all that an open input has, as far as the loop has room;
 * whether there was any. */
bool portmidi_read(struct pm_port *own);

/* The system lost some of what was on its way to an input. */
void portmidi_overrun(struct pm_port *own);

/* Plays what an open output has been given, at its pace; whether that was all. */
bool portmidi_write(struct pm_port *own, uint64_t now);

/* The device of an output has gone: what it has been given is not played. */
void portmidi_forget(struct pm_port *own);

#ifdef NOTEWIRE_PORTMIDI_VIRTUAL
#define PM_HAS_VIRTUAL true
#else
#define PM_HAS_VIRTUAL false
#endif

#endif
