/* The open ports by name: fan-out to outputs, one SysEx at a time on each, and what sounds on them.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_REGISTRY_H
#define NOTEWIRE_PORT_REGISTRY_H

#include "port/port.h"

#define REGISTRY_PORTS_MAX 32           /* of each direction; a set of outputs is one bit each */
#define REGISTRY_WAITING 256            /* messages of others that wait while a SysEx is open on an output */
#define REGISTRY_STALL_NS 1000000000ULL /* a SysEx without a byte for this long is ended */

/* midi_msg.port of what does not come from an input port, whose numbers end in its index. In the upper byte, which peer
 * or script it is: registry_source_new. These are of those that are not told apart. */
#define REGISTRY_SOURCE_OSC 0xffff
#define REGISTRY_SOURCE_SCRIPT 0xfffe

struct registry_callbacks {
    /* A message or SysEx piece of an input. */
    void (*message)(void *user, struct port *from, const struct midi_msg *msg);
    void (*malformed)(void *user, struct port *from, int error);
    void (*refused)(void *user, struct port *from);
    void (*ended)(void *user, struct port *from);
    void (*kernel_drops)(void *user, struct port *from, uint32_t count);
    /* Every output that can tell is congested, or no longer: whoever can slow a sender down should, or need not. Ports
     * know by themselves. May be NULL. */
    void (*pressure)(void *user, bool paused);
    /* A message that had been taken was refused by the driver after all (it had waited behind a SysEx), or by some of
     * those who hear the output; or its reader went before it had left. */
    void (*lost)(void *user, struct port *output); /* may be NULL */
    /* Messages that an input had read and not yet given out when it was closed. */
    void (*abandoned)(void *user, struct port *from, unsigned count); /* may be NULL */
    /* Devices have come or gone, by their names (devices.h). May be NULL. */
    void (*devices_changed)(void *user);
    /* The system lost messages of an input, nobody knows how many. May be NULL. */
    void (*overrun)(void *user, struct port *from);
    /* The SysEx of a source (midi_msg.port) stalled on an output and was ended with F7. May be NULL. */
    void (*stalled)(void *user, struct port *output, uint16_t source);
    /* Sources that are source in the bits of mask have gone, or their numbers are another's from now on. May be NULL.
     */
    void (*gone)(void *user, uint16_t source, uint16_t mask);
    void *user;
};

struct registry;

/* Borrows the loop and the allow list. Returns owned; NULL without memory. */
struct registry *registry_new(struct loop *loop, const struct allow *allow, const struct registry_callbacks *callbacks);

/* Releases all notes, closes all ports, frees. */
void registry_free(struct registry *registry);

/* What can be said of a text of -i or -o without opening it: 0; NW_ENOTFOUND when it names a port of the other
 * direction; NW_EADDRESS. What no driver's name means is a device, there or not. */
int registry_check(const char *name, enum port_direction direction);

/* Whether a name means a device: no other driver's text looks so. */
bool registry_means_device(const char *name);

/* Opens a port by the text of -i or -o; one that is open already is given back. *out is borrowed. 0; NW_ENOTFOUND when
 * it names a port of the other direction; NW_ENODEVICES when it means a device on a machine that has none; NW_EFULL; or
 * what open said. */
int registry_open(struct registry *registry, const char *name, enum port_direction direction, struct port **out);

/* The same for a script: a port that nobody opened but with this takes no part in routing. Each call wants its
 * registry_release; the last one closes the port, if it is not joined. */
int registry_use(struct registry *registry, const char *name, enum port_direction direction, struct port **out);

/* Between turns only. The place of a port that this closes stays, without a name and refusing all, until it is used
 * again. */
void registry_release(struct port *port);

/* An output never sends more than a DIN cable carries from now on (pace.h). 0 or NW_EMEMORY. */
int registry_pace(struct port *port);

unsigned registry_count(const struct registry *registry, enum port_direction direction);
struct port *registry_port(const struct registry *registry, enum port_direction direction, unsigned index);

/* Every output that takes part in routing. */
uint32_t registry_all(const struct registry *registry);

/* Those of them whose name as OSC addresses carry it fits an OSC pattern part; case is ignored. */
uint32_t registry_match(const struct registry *registry, const char *pattern, size_t length);

/* Gives a message or SysEx piece to a set of outputs; returns the set that took it. While another source's SysEx is
 * open on an output, it waits there and counts as taken. */
uint32_t registry_send(struct registry *registry, uint32_t outputs, const struct midi_msg *msg);

/* A number for one peer or script: shared is the number of its kind, one of the two above, and what it gets when all
 * 255 of its kind are taken. */
uint16_t registry_source_new(struct registry *registry, uint16_t shared);

/* It has gone: what it alone holds is released on every output. */
void registry_source_release(struct registry *registry, uint16_t source);

/* The same, and its number may be another's. */
void registry_source_free(struct registry *registry, uint16_t source);

/* It is not told apart any more, but nobody knows that it has gone: what it holds goes on sounding, until somebody ends
 * it or the program ends. Its number may be another's. */
void registry_source_forget(struct registry *registry, uint16_t source);

/* Whether it holds notes or pedals, or may when what waits behind a SysEx has been sent. */
bool registry_source_holds(const struct registry *registry, uint16_t source);

/* Lets inputs that can wait rest, whatever the outputs say: somebody who should hear them is still being looked up. */
void registry_hold(struct registry *registry, bool held);

/* The outputs whose last refusal was for want of room. */
uint32_t registry_full_outputs(const struct registry *registry);

/* Forgets what sounds, so that it goes on sounding when the registry is freed (`notewire send`). */
void registry_keep_notes(struct registry *registry);

/* Releases the notes that sound, on every output. */
void registry_release_notes(struct registry *registry);

/* Turns the loop until every output has drained or deadline_ns (monotonic) has come; returns whether all have. */
bool registry_drain(struct registry *registry, uint64_t deadline_ns);

/* All drivers, NULL-terminated, for `notewire ports` and help. */
extern const struct port_ops *const port_drivers[];

/* The name as OSC addresses carry it: small letters, '_' for space and # * , / ? [ ] { }. out has PORT_NAME_MAX bytes.
 */
void registry_osc_name(const char *name, char *out);

#endif
