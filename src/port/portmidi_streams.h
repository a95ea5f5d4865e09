/* The streams of the portmidi driver, all on its thread.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_PORTMIDI_STREAMS_H
#define NOTEWIRE_PORT_PORTMIDI_STREAMS_H

#include "port/portmidi_internal.h"

/* What the thread knows. */
struct thread {
    struct portmidi *pm;
    struct pm_port *ports;
    bool begun;         /* pmhost_begin */
    bool look;          /* something may be opened now */
    bool leftovers;     /* below PortMidi may lie events for inputs that are closed: it trips over them */
    bool told;          /* the loop has something to look at */
    struct seq settled; /* who was there when we last looked */
    uint64_t check_ns, eager_ns, ending_ns;
    int devices; /* inotify on /dev/snd; negative where there is none */
    unsigned count;
    struct device list[DEVICES_MAX]; /* PortMidi's, names unique */
    int id[DEVICES_MAX][2];
};

bool streams_is_closed(const struct pm_port *own);

/* A port whose device is to be opened; a closed output that still plays, whose device cannot be opened until it has. */
bool streams_any_wanted(const struct thread *t);
bool streams_any_closing(const struct thread *t);

/* Opens what is wanted; with a fresh list of PortMidi's when that may help. */
void streams_look(struct thread *t);

/* Gives PortMidi a fresh list: closes all streams and opens them again by name. */
void streams_restart(struct thread *t);

/* Closes the streams of closed ports, and frees these, as soon as they may be. */
void streams_close_closed(struct thread *t, uint64_t now);

/* Takes note of who is there now: what has changed, and what was lost, the loop hears. */
void streams_note(struct thread *t, const struct seq *now);

/* Takes a port out of the list and frees it; its stream is closed. */
void streams_remove(struct thread *t, struct pm_port *own);

/* Lets PortMidi go; all streams are closed. */
void streams_end(struct thread *t);

#endif
