/* What a port driver must do. A port moves MIDI in or out of the process; loopback.c is the smallest example.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_PORT_H
#define NOTEWIRE_PORT_PORT_H

#include "loop/loop.h"
#include "midi/midi_msg.h"
#include "net/allow.h"

#define PORT_NAME_MAX 128

struct pace;
struct registry;
struct port;

enum port_direction { PORT_INPUT, PORT_OUTPUT };

/* The life of a port, all calls on the loop's thread:
 *
 *   check   0 when open can use a name in this direction, else NW_EADDRESS, by the name alone. NULL: all that match.
 *   open    once. Takes what it needs from port->name (the whole text of -i or -o), sets port->impl. May fail with
 * NW_EADDRESS, NW_EBUSY, NW_EIO or NW_EMEMORY; then nothing else is called. What is not there yet (a name, a TCP peer)
 * is waited for and is no failure. send    outputs: takes one short message or one SysEx piece, or refuses with
 * NW_EFULL (no room now) or NW_ECLOSED (not connected). Copies what it keeps. Pieces of two SysEx are never mixed;
 * real-time bytes may come between. flush   outputs: once at the end of a turn in which something was sent. May be
 * NULL. pause   inputs: stop and go on reading, for inputs that can slow their sender down. NULL where nothing can.
 *   drained outputs: whether all that was taken has left. NULL: always.
 *   close   once. Flushes what it can without waiting, frees impl.
 *
 * An input hands what it reads to port_receive, broken bytes to port_malformed, and its end to port_ended. */
struct port_ops {
    const char *driver; /* "print" */
    const char *syntax; /* how -i or -o names it, for people */
    const char *help;
    bool input, output; /* what it can be */

    bool device;                       /* a MIDI device: raw MIDI is never passed from one device to another */
    bool (*matches)(const char *name); /* whether a text of -i or -o means this driver */
    int (*check)(const char *name, enum port_direction direction);
    int (*open)(struct port *port);
    int (*send)(struct port *port, const struct midi_msg *msg);
    void (*flush)(struct port *port);
    void (*pause)(struct port *port, bool paused);
    bool (*drained)(const struct port *port);
    void (*close)(struct port *port);
};

/* One open port, owned by the registry. */
struct port {
    const struct port_ops *ops;
    struct registry *registry;
    enum port_direction direction;
    uint16_t index;               /* in its direction's table */
    uint16_t users;               /* registry_use, not yet released */
    bool joined;                  /* registry_open: it takes part in routing */
    char name[PORT_NAME_MAX];     /* as the user wrote it */
    char osc_name[PORT_NAME_MAX]; /* as an OSC address carries it */
    void *impl;                   /* the driver's */
    struct pace *pace;            /* outputs: at the speed of a DIN cable; NULL: as fast as the driver is */
    bool congested, mute;         /* outputs: what the driver says of itself (port_congested, port_cannot_tell) */
    bool there;                   /* devices: it is there (devices.h) */
    uint64_t missing_ns;          /* devices: since when it is, or was, not there; 0: never missed */
    char device[PORT_NAME_MAX];   /* devices: which one the name means */
};

/* An input read a message or a SysEx piece. msg->port tells the senders of one input apart (0 where there is one, below
 * 255), so that their SysEx are not mixed. */
void port_receive(struct port *port, const struct midi_msg *msg);

/* An input read bytes of an open SysEx of this sender which it holds back for a full piece: that it has not stalled. */
void port_alive(struct port *port, uint16_t sender);

/* An input read bytes that are no message: one malformed message, or too big a one. */
void port_malformed(struct port *port, int error);

/* A sender of an input has gone: the notes that it alone holds are released. */
void port_gone(struct port *port, uint16_t sender);

/* A sender's number is another's from now on; whether it has gone nobody knows. */
void port_forgotten(struct port *port, uint16_t sender);

/* A network input turned somebody away. */
void port_refused(struct port *port);

/* An input has come to its end (standard input). */
void port_ended(struct port *port);

/* An output's queue is filling up, or has refused a message: inputs that can wait should, once all outputs say so. The
 * driver calls port_writable when there is room again; and port_cannot_tell while nobody hears it, or always when it
 * never knows: then inputs wait for the other outputs without it. */
void port_congested(struct port *port);
void port_writable(struct port *port);
void port_cannot_tell(struct port *port);

/* An input that is being closed had read messages which it has not given out. */
void port_abandoned(struct port *port, unsigned count);

/* An output did not pass on a message that it had taken, or not to everybody who hears it: once a message; once for all
 * that a broken connection held. */
void port_missed(struct port *port);

/* The far end of an output has gone: a SysEx that is open there is refused from here on, and what waited behind it goes
 * on. */
void port_break_off(struct port *port);

/* The kernel threw away datagrams of a network input. */
void port_kernel_drops(struct port *port, uint32_t count);

struct loop *port_loop(const struct port *port);
const struct allow *port_allow(const struct port *port);

/* Whether a message is one that always finds room: a note-off, or a controller that ends notes. Bounded outputs keep a
 * part of their queue for these. */
bool port_is_release(const struct midi_msg *msg);

#endif
