/* What the files of the alsa driver share: one sequencer client, and a port of it for each port of ours.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_ALSA_INTERNAL_H
#define NOTEWIRE_PORT_ALSA_INTERNAL_H

#include "midi/midi_parser.h"
#include "port/alsa_inbox.h"
#include "port/alsa_room.h"
#include "port/devices.h"

#include <alsa/asoundlib.h>

#define ALSA_POOL 2000              /* cells of our input pool: all that the kernel grants */
#define ALSA_CELL 28                /* bytes of one */
#define ALSA_SENDERS 16             /* whose SysEx one input tells apart */
#define ALSA_READERS 16             /* for whose room one output waits */
#define ALSA_QUEUE 65536            /* messages of an output: all that a connection brings at once, 512 KiB of SysEx */
#define ALSA_QUEUE_SHORT 1024       /* of these short ones of who cannot wait: what a DIN cable plays in a second */
#define ALSA_QUEUE_RESERVE 256      /* and more, for what ends notes */
#define ALSA_SYSEX_EVENT 256        /* bytes of SysEx in an event, as other programs have it */
#define ALSA_BYTES_MAX 12           /* that alsa_bytes makes of a short event */
#define ALSA_AGAIN_NS 1000000000ULL /* until a look at what nobody tells */
#define ALSA_KERNEL_ERROR 150       /* the kernel's own name of SND_SEQ_EVENT_BOUNCE */

/* Somebody who sends to an input, and his SysEx. */
struct alsa_sender {
    bool used, subscribed; /* subscribed: by a connection, else it just sends */
    snd_seq_addr_t from;
    struct midi_parser parser;
};

/* Somebody who hears an output: a program with a pool of events that we must not overflow, for the kernel would throw
 * away all that it holds. */
struct alsa_reader {
    int client;
    unsigned pool, room;
    uint64_t asked_ns; /* when it had that room */
    uint64_t stuck_ns; /* since when it has had none; 0: it has */
};

/* One port of ours. */
struct alsa_port {
    struct alsa_port *next; /* of the client */
    struct alsa *alsa;
    struct port *port;
    int number;            /* of our sequencer port; a virtual one's input and output share it; -1: none */
    bool is_virtual;       /* others connect to it, else it is connected to a device */
    bool connected;        /* a device: it is there; virtual: somebody hears it */
    bool refused;          /* a device: it is there, and another program has it for itself */
    snd_seq_addr_t device; /* while it is connected */

    /* inputs */
    struct alsa_sender senders[ALSA_SENDERS];
    unsigned sender;  /* whose event is being given out */
    uint32_t time_us; /* when that was read */

    /* outputs */
    struct alsa_reader readers[ALSA_READERS];
    unsigned reader_count;
    bool looked_behind;   /* while they are looked up */
    unsigned rate;        /* bytes a second that the kernel's buffer for a raw device empties; 0: there is none */
    unsigned allowance;   /* bytes that it has room for, as far as time tells */
    uint64_t refilled_ns; /* when that was */
    bool failed;          /* a piece of the SysEx on its way was refused */
    unsigned first, count, shorts;
    struct midi_msg *queue; /* ALSA_QUEUE; NULL for inputs */
};

/* A record of the inbox. The bytes of SysEx are behind it, wherever it is. */
struct alsa_item {
    enum { ALSA_EVENT, ALSA_OVERRUN, ALSA_FORGOTTEN } kind; /* overrun: here the kernel had lost events */
    uint32_t time_us;                                       /* when it was read */
    snd_seq_event_t event;
};

/* The sequencer client of a registry. */
struct alsa {
    struct registry *registry;
    struct loop *loop;
    snd_seq_t *seq; /* NULL: lost, and reopened by the timer */
    int fd, client, announce;
    struct loop_fd *watch;
    struct alsa_inbox inbox;  /* struct alsa_item: read first, and given out later */
    struct loop_timer *go_on; /* giving out, in the next turn */
    struct loop_timer *reopen;
    struct loop_timer *again; /* what nobody tells: devices that others had for themselves, and new names */
    struct loop_timer *pace;  /* outputs that had to wait */
    uint64_t pace_ns;         /* when it fires, 0: not */
    struct loop_flush rescan; /* at the end of a turn in which something changed */
    struct alsa_port *ports;
    char name[DEVICE_CLIENT_MAX];
    bool listed; /* in this rescan: once for all that wait */
    unsigned found_count;
    struct device found[DEVICES_MAX];
};

/* ---- alsa.c ---- */

/* Looks for devices that ports wait for, and for those that have gone, at the end of the turn. */
void alsa_rescan(struct alsa *alsa);

/* An input is being closed: what was read for it and not given out is for nobody. Returns how many messages. */
unsigned alsa_forget_unread(struct alsa_port *own);

/* ---- alsa_list.c ---- */

/* device_driver.list */
unsigned alsa_list(struct alsa *alsa, struct device *out, unsigned max);

/* Whether a port is a device's and not a program's; and whether the kernel itself plays it. */
bool alsa_is_hardware(struct alsa *alsa, snd_seq_addr_t address);
bool alsa_is_kernel(struct alsa *alsa, int client);

/* Calls back for each port that hears a port. */
void alsa_each_reader(struct alsa *alsa, snd_seq_addr_t address, void (*reader)(void *user, snd_seq_addr_t address),
                      void *user);

/* ---- alsa_port.c ---- */

extern const struct port_ops alsa_ops;

/* Makes the sequencer port of one of ours, anew after the client was lost. 0 or NW_EIO. */
int alsa_port_make(struct alsa_port *own);

/* Connects a port to its device, or finds that it has gone, or who hears a virtual one. What refuses is looked at again
 * when the client's timer `again` fires. */
void alsa_port_look(struct alsa_port *own);

/* The client was lost: nothing is there any more. */
void alsa_port_lose(struct alsa_port *own);

/* An event for an input, and when it was read. */
void alsa_port_event(struct alsa_port *own, const snd_seq_event_t *event, uint32_t time_us);

/* The kernel lost events, nobody knows whose. */
void alsa_port_overrun(struct alsa_port *own);

/* ---- alsa_output.c ---- */

int alsa_output_send(struct port *port, const struct midi_msg *msg);
void alsa_output_flush(struct port *port);
bool alsa_output_drained(const struct port *port);

/* Learns who hears an output. */
void alsa_output_look(struct alsa_port *own);

/* Gives up what is queued, each message as lost. */
void alsa_output_forget(struct alsa_port *own);

/* The same when the port closes, but what ends notes goes into the room that was left to programs' other senders. */
void alsa_output_end(struct alsa_port *own);

/* Goes on with all that had to wait; the client's timer. */
void alsa_output_pace(void *user);

/* ---- alsa_event.c ---- */

/* The bytes of a short event, which may be several messages; 0 when it is no MIDI. Those of SysEx are the event's own.
 */
unsigned alsa_bytes(const snd_seq_event_t *event, uint8_t out[ALSA_BYTES_MAX]);

/* A short message as an event; the rest of the event is untouched. */
void alsa_event(const struct midi_msg *msg, snd_seq_event_t *event);

#endif
