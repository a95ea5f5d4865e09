/* The counting rule: every input message is received once and meets one fate.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_ROUTE_COUNTERS_H
#define NOTEWIRE_ROUTE_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

/* Why a message was dropped. The names are what the totals line prints. */
enum drop_reason {
    DROP_MALFORMED, /* "malformed": breaks its format */
    DROP_TOO_BIG,   /* "too-big": beyond a stated bound */
    DROP_REFUSED,   /* "refused": from a source that is not allowed */
    DROP_UNMAPPED,  /* "unmapped": no rule for it */
    DROP_RANGE,     /* "range": a channel, note or controller that does not exist */
    DROP_PATTERN,   /* "pattern": an address pattern that costs too much to match */
    DROP_NO_PORT,   /* "no-port": mapped, but no output port is there */
    DROP_NO_PEER,   /* "no-peer": nobody has spoken yet to whom it could be told */
    DROP_QUEUE,     /* "queue-full": every output's queue was full */
    DROP_STALLED,   /* "stalled": a SysEx that stopped half-way */
    DROP_DISABLED,  /* "disabled": its callback failed, or its server is stopped */
    DROP_EXIT,      /* "exit": still queued when the program ended */
    DROP_REASONS
};

/* received is counted where bytes leave the kernel, delivered where a message was taken, dropped where it was given up;
 * none is computed from the others. queued is what waits for its time. */
struct counters {
    uint64_t received, delivered, queued;
    uint64_t dropped[DROP_REASONS];
    uint64_t late;         /* time tags in the past: played at once, so a figure beside the fates */
    uint64_t far;          /* time tags beyond the horizon, or more than the scheduler holds: played at once */
    uint64_t kernel_drops; /* datagrams that the kernel threw away before we could read them */
    uint64_t overruns;     /* times that MIDI came faster than it was read: each hides an unknown number of messages */
    uint64_t output_lost;  /* copies for one output that was full while another took the message */
};

const char *drop_reason_name(enum drop_reason reason);

/* Room for the line below. */
#define COUNTERS_TEXT 768

/* "received=3 delivered=2 dropped=1 (unmapped=1)", with " queued=N" when with_queued, then figures that are not 0
 * behind a ';'. Returns out. */
const char *counters_text(const struct counters *counters, int with_queued, char out[COUNTERS_TEXT]);

#endif
