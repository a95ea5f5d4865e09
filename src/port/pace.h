/* An output at the speed of a DIN cable: never more than 31250 baud, clock first.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_PACE_H
#define NOTEWIRE_PORT_PACE_H

#include "loop/loop.h"
#include "midi/midi_msg.h"

#define PACE_BYTE_NS 320000u /* a byte on the cable: 10 bits at 31250 baud */
#define PACE_QUEUE 16384u    /* messages and pieces that wait */
#define PACE_RESERVE 4096u   /* places of these that are for what ends notes and SysEx */
#define PACE_REALTIME_QUEUE 256u

struct pace;

struct pace_callbacks {
    /* Takes a short message or one byte of a SysEx, as a driver does (port.h). */
    int (*send)(void *user, const struct midi_msg *msg);
    /* A message that had been taken was refused, or dropped by pace_finish. */
    void (*missed)(void *user);
    /* pace_crowded has changed. */
    void (*crowded)(void *user);
    void *user;
};

/* Returns owned; NULL without memory or a timer. */
struct pace *pace_new(struct loop *loop, const struct pace_callbacks *callbacks);

/* Sends what still waits at once, frees. */
void pace_free(struct pace *pace);

/* Takes a message: sends it when the cable is free, queues it otherwise. NW_EFULL, or what send said of a message for
 * which nothing was queued. Real-time messages go ahead of all others, but not of a song position that waits. */
int pace_send(struct pace *pace, const struct midi_msg *msg);

/* Whether the queue is filling up: from half of it on, until it is a quarter full. */
bool pace_crowded(const struct pace *pace);

bool pace_empty(const struct pace *pace);

/* The far end has gone: the rest of a SysEx of which it got the beginning is not sent. */
void pace_break_off(struct pace *pace);

/* The program ends: of what waits only what ends notes, and the SysEx that has begun, is still sent. */
void pace_finish(struct pace *pace);

#endif
