/* An output at the speed of a DIN cable. SysEx leaves byte by byte, so that clock waits for one byte at most.
 * SPDX-License-Identifier: MIT */
#include "port/pace.h"

#include "base/clock.h"
#include "base/error.h"
#include "port/port.h"

#include <stdlib.h>

#define RETRY_NS 5000000u /* a driver that has no room is asked again */

struct ring {
    struct midi_msg *slot;
    unsigned size, first, count;
};

struct pace {
    struct pace_callbacks callbacks;
    struct loop_timer *timer; /* armed while something waits */
    uint64_t free_ns;         /* when the cable has sent all it got */
    struct ring waiting;      /* in order */
    struct ring realtime;     /* what goes ahead of it */
    unsigned positions;       /* song positions among waiting, and the real-time messages behind them */
    uint8_t sent;             /* bytes of the first piece that waits which have left */
    bool inside;              /* a SysEx has begun on the cable and not ended */
    bool skipping;            /* the rest of the SysEx that waits has no receiver */
    bool crowded;
    bool running;
    struct midi_msg realtime_slots[PACE_REALTIME_QUEUE];
    struct midi_msg waiting_slots[PACE_QUEUE];
};

static struct midi_msg *ring_at(struct ring *ring, unsigned index)
{
    return &ring->slot[(ring->first + index) % ring->size];
}

static void ring_pop(struct ring *ring)
{
    ring->first = (ring->first + 1) % ring->size;
    ring->count--;
}

static bool is_sysex(const struct midi_msg *msg)
{
    return (msg->flags & MIDI_SYSEX_PART) != 0;
}

/* Once a message; one that was cut off is counted by whoever cut it. */
static void miss(struct pace *pace, const struct midi_msg *msg)
{
    if (midi_ends(msg))
        pace->callbacks.missed(pace->callbacks.user);
}

/* One byte of a piece. */
static struct midi_msg byte_of(const struct midi_msg *piece, unsigned index)
{
    struct midi_msg msg = {
        .time_us = piece->time_us, .port = piece->port, .len = 1, .flags = MIDI_SYSEX_PART, .b = {piece->b[index]}};

    if (index == 0)
        msg.flags |= piece->flags & MIDI_SYSEX_BEGIN;
    if (index + 1u == piece->len)
        msg.flags |= piece->flags & (MIDI_SYSEX_END | MIDI_SYSEX_CUT);
    return msg;
}

/* Gives a message to the driver and occupies the cable. A cable that was free for less than a byte's time counts as
 * busy until now: the timer is that late, and the speed would suffer. */
static int put(struct pace *pace, const struct midi_msg *msg)
{
    int error = pace->callbacks.send(pace->callbacks.user, msg);
    uint64_t now;

    if (error != 0)
        return error;
    now = clock_mono_ns();
    if (pace->free_ns + PACE_BYTE_NS < now)
        pace->free_ns = now;
    pace->free_ns += (uint64_t)msg->len * PACE_BYTE_NS;
    if (is_sysex(msg))
        pace->inside = (msg->flags & MIDI_SYSEX_END) == 0;
    return 0;
}

/* The first that waits in order has left, or has no receiver. */
static void pop_waiting(struct pace *pace)
{
    uint8_t status = ring_at(&pace->waiting, 0)->b[0];

    if (!is_sysex(ring_at(&pace->waiting, 0)) && (status == MIDI_SONG_POSITION || midi_is_realtime(status)))
        pace->positions--;
    pace->sent = 0;
    ring_pop(&pace->waiting);
}

static int send_realtime(struct pace *pace)
{
    int error = put(pace, ring_at(&pace->realtime, 0));

    if (error == NW_EFULL)
        return error;
    ring_pop(&pace->realtime);
    if (error != 0)
        pace->callbacks.missed(pace->callbacks.user);
    return 0;
}

/* The next byte of the piece that is first, or none if its SysEx has no receiver any more. */
static int send_byte(struct pace *pace, const struct midi_msg *piece)
{
    struct midi_msg msg = byte_of(piece, pace->sent);
    bool last = (piece->flags & MIDI_SYSEX_END) != 0;
    int error;

    if ((msg.flags & MIDI_SYSEX_BEGIN) != 0)
        pace->skipping = false;
    error = pace->skipping ? 0 : put(pace, &msg);
    if (error == NW_EFULL)
        return error;
    if (error != 0) {
        pace->inside = false;
        pace->skipping = true;
    }
    if (!pace->skipping && ++pace->sent < piece->len)
        return 0;
    if (pace->skipping)
        miss(pace, piece);
    pop_waiting(pace);
    pace->skipping = pace->skipping && !last;
    return 0;
}

/* One message, or byte of SysEx. NW_EFULL: the driver has no room. */
static int send_next(struct pace *pace)
{
    const struct midi_msg *msg;
    int error;

    if (pace->realtime.count > 0)
        return send_realtime(pace);
    msg = ring_at(&pace->waiting, 0);
    if (is_sysex(msg))
        return send_byte(pace, msg);
    error = put(pace, msg);
    if (error == NW_EFULL)
        return error;
    pop_waiting(pace);
    if (error != 0)
        pace->callbacks.missed(pace->callbacks.user);
    return 0;
}

/* Tells when the queue has filled up or emptied. */
static void watch(struct pace *pace)
{
    const unsigned room = PACE_QUEUE - PACE_RESERVE;
    bool crowded = pace->waiting.count > (pace->crowded ? room / 4 : room / 2);

    if (crowded == pace->crowded)
        return;
    pace->crowded = crowded;
    pace->callbacks.crowded(pace->callbacks.user);
}

/* Sends what the cable has room for; the timer comes for the rest. */
static void run(void *user)
{
    struct pace *pace = user;
    uint64_t due = 0;

    if (pace->running) /* the driver says that it has room, and notes that are owed come */
        return;
    pace->running = true;
    while (!pace_empty(pace) && due == 0) {
        uint64_t now = clock_mono_ns();

        if (now < pace->free_ns)
            due = pace->free_ns;
        else if (send_next(pace) == NW_EFULL)
            due = now + RETRY_NS;
    }
    pace->running = false;
    loop_timer_set(pace->timer, due);
    watch(pace);
}

struct pace *pace_new(struct loop *loop, const struct pace_callbacks *callbacks)
{
    struct pace *pace = calloc(1, sizeof *pace);

    if (pace == NULL)
        return NULL;
    pace->callbacks = *callbacks;
    pace->waiting = (struct ring){.slot = pace->waiting_slots, .size = PACE_QUEUE};
    pace->realtime = (struct ring){.slot = pace->realtime_slots, .size = PACE_REALTIME_QUEUE};
    pace->timer = loop_timer_new(loop, run, pace);
    if (pace->timer == NULL) {
        free(pace);
        return NULL;
    }
    return pace;
}

void pace_free(struct pace *pace)
{
    if (pace == NULL)
        return;
    while (!pace_empty(pace) && send_next(pace) != NW_EFULL)
        ;
    for (; pace->realtime.count > 0; ring_pop(&pace->realtime))
        pace->callbacks.missed(pace->callbacks.user);
    for (; pace->waiting.count > 0; ring_pop(&pace->waiting))
        miss(pace, ring_at(&pace->waiting, 0));
    loop_timer_free(pace->timer);
    free(pace);
}

/* Sends the beginning of a message at once. Returns how many bytes, or what the driver said. */
static int send_directly(struct pace *pace, const struct midi_msg *msg)
{
    struct midi_msg first = is_sysex(msg) ? byte_of(msg, 0) : *msg;
    int error = put(pace, &first);

    pace->skipping = false;
    return error != 0 ? error : first.len;
}

int pace_send(struct pace *pace, const struct midi_msg *msg)
{
    bool ahead = midi_is_realtime(msg->b[0]) && !is_sysex(msg) && pace->positions == 0;
    bool ends = port_is_release(msg) || (msg->flags & MIDI_SYSEX_END) != 0;
    struct ring *ring = ahead ? &pace->realtime : &pace->waiting;
    bool skipped = pace->skipping && is_sysex(msg) && (msg->flags & MIDI_SYSEX_BEGIN) == 0;
    int sent = 0;

    if (pace_empty(pace) && !pace->running && !skipped && clock_mono_ns() >= pace->free_ns) {
        sent = send_directly(pace, msg);
        if (sent < 0)
            return sent;
        if (sent == msg->len)
            return 0;
    }
    if (ring->count >= (ahead || ends ? ring->size : PACE_QUEUE - PACE_RESERVE))
        return NW_EFULL;
    *ring_at(ring, ring->count++) = *msg;
    if (sent > 0)
        pace->sent = (uint8_t)sent;
    if (!ahead && !is_sysex(msg) && (midi_is_realtime(msg->b[0]) || msg->b[0] == MIDI_SONG_POSITION))
        pace->positions++;
    run(pace);
    return 0;
}

bool pace_crowded(const struct pace *pace)
{
    return pace->crowded;
}

bool pace_empty(const struct pace *pace)
{
    return pace->waiting.count == 0 && pace->realtime.count == 0;
}

void pace_break_off(struct pace *pace)
{
    if (!pace->inside)
        return;
    pace->inside = false;
    pace->skipping = true;
    run(pace);
}

void pace_finish(struct pace *pace)
{
    static const struct midi_msg end = {.len = 1, .flags = MIDI_SYSEX_PART | MIDI_SYSEX_END, .b = {MIDI_SYSEX_EOX}};
    unsigned count = pace->waiting.count, kept = 0;
    bool close = pace->inside; /* one that is half-way ends here */

    for (; pace->realtime.count > 0; ring_pop(&pace->realtime))
        pace->callbacks.missed(pace->callbacks.user);
    for (unsigned i = 0; i < count; i++) {
        struct midi_msg msg = *ring_at(&pace->waiting, i);

        if (close && (msg.flags & MIDI_SYSEX_END) != 0) {
            close = false;
            *ring_at(&pace->waiting, kept++) = end;
        }
        if (!is_sysex(&msg) && port_is_release(&msg))
            *ring_at(&pace->waiting, kept++) = msg;
        else
            miss(pace, &msg);
    }
    pace->waiting.count = kept;
    pace->positions = 0;
    pace->sent = 0;
    run(pace);
}
