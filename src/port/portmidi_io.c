/* What passes through the open streams of PortMidi, on the driver's thread: bytes in, and messages out at a pace that
 * those who hear them can follow. SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "port/portmidi_host.h"
#include "port/portmidi_internal.h"

#include <string.h>

/* Most programs that hear us have room for 200 events, or cells of 28 bytes, and lose all that they hold when more
 * comes; and the kernel has 4096 bytes in front of a device that plays 3125 in a second, and says nothing when a SysEx
 * does not fit. PortMidi tells neither who hears us nor how much room they have. */
#define CELLS 160 /* at once; the longest SysEx is 152 */
#define CELLS_MS 32
#define CELL_BYTES 28
#define DIN_BYTES_S 3125
#define READ_ROOM (HOST_READ_MAX * 8) /* messages that one read can make, at most */

/* ---- in ---- */

static void take_message(void *user, const struct midi_msg *msg)
{
    struct midi_msg copy = *msg;

    copy.time_us = (uint32_t)(clock_mono_ns() / 1000);
    (void)ring_put(&((struct pm_port *)user)->ring, &copy, PM_QUEUE); /* there is READ_ROOM */
}

static void take_malformed(void *user)
{
    static const struct midi_msg malformed = {.len = 0};

    (void)ring_put(&((struct pm_port *)user)->ring, &malformed, PM_QUEUE);
}

void portmidi_overrun(struct pm_port *own)
{
    struct midi_parser_sink sink = {take_message, take_malformed, own};

    if (ring_count(&own->ring) <= PM_QUEUE - READ_ROOM)
        midi_parser_end(&own->parser, &sink);
    atomic_fetch_add(&own->overruns, 1);
}

/* PortMidi packs SysEx, and the real-time bytes inside it, four bytes to an event; a short message has one to itself.
 */
static void take_event(struct pm_port *own, uint32_t event)
{
    struct midi_parser_sink sink = {take_message, take_malformed, own};
    uint8_t bytes[4] = {(uint8_t)event, (uint8_t)(event >> 8), (uint8_t)(event >> 16), (uint8_t)(event >> 24)};
    bool sysex = bytes[0] == MIDI_SYSEX || (own->parser.in_sysex && (bytes[0] < 0x80 || bytes[0] >= MIDI_SYSEX_EOX));
    size_t length = sysex ? sizeof bytes : midi_length(bytes[0]);

    if (sysex) {
        const uint8_t *end = memchr(bytes, MIDI_SYSEX_EOX, sizeof bytes);

        length = end != NULL ? (size_t)(end - bytes) + 1 : sizeof bytes;
    }
    midi_parser_feed(&own->parser, bytes, length > 0 ? length : 1, &sink);
}

bool portmidi_read(struct pm_port *own)
{
    uint32_t events[HOST_READ_MAX];
    bool any = false;
    int count = HOST_READ_MAX;

    while (count == HOST_READ_MAX && ring_count(&own->ring) <= PM_QUEUE - READ_ROOM) {
        count = pmhost_read(own->stream, events);
        if (count == NW_EFULL) {
            portmidi_overrun(own);
            count = HOST_READ_MAX; /* what is left is read now */
            any = true;
            continue;
        }
        for (int i = 0; i < count; i++)
            take_event(own, events[i]);
        any = any || count > 0;
    }
    return any;
}

/* ---- out ---- */

static void refill(struct pm_port *own, uint64_t now)
{
    uint64_t passed_us = (now - own->refilled_ns) / 1000;

    if (own->refilled_ns == 0 || passed_us > 10000000) {
        own->refilled_ns = now;
        own->cells_us = CELLS * 1000;
        own->bytes_us = PM_SYSEX_MAX * 1000000LL;
        return;
    }
    own->refilled_ns += passed_us * 1000;
    own->cells_us += (int64_t)passed_us * CELLS_MS;
    own->bytes_us += (int64_t)passed_us * DIN_BYTES_S;
    if (own->cells_us > CELLS * 1000)
        own->cells_us = CELLS * 1000;
    if (own->bytes_us > PM_SYSEX_MAX * 1000000LL)
        own->bytes_us = PM_SYSEX_MAX * 1000000LL;
}

/* Whether so many cells, and bytes of SysEx, may go now; then they are taken off. */
static bool may_send(struct pm_port *own, unsigned cells, unsigned bytes)
{
    if (own->cells_us < cells * 1000LL || own->bytes_us < bytes * 1000000LL)
        return false;
    own->cells_us -= cells * 1000LL;
    own->bytes_us -= bytes * 1000000LL;
    return true;
}

/* The oldest message is done with. */
static void done(struct pm_port *own)
{
    ring_drop(&own->ring);
    atomic_fetch_sub(&own->in_flight, 1);
}

static void finish(struct pm_port *own)
{
    const struct midi_msg *msg = ring_peek(&own->ring);

    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        own->sysex_length = 0;
    own->stuck = false;
    done(own);
}

/* Puts a piece to the others; true when it is the last, which stays in the ring until all of it has gone. */
static bool collect(struct pm_port *own, const struct midi_msg *msg)
{
    if ((msg->flags & MIDI_SYSEX_BEGIN) != 0)
        own->sysex_length = 0;
    if ((msg->flags & MIDI_SYSEX_CUT) != 0) {
        finish(own);
        return false;
    }
    memcpy(own->sysex + own->sysex_length, msg->b, msg->len);
    if ((msg->flags & MIDI_SYSEX_END) != 0)
        return true;
    own->sysex_length += msg->len;
    done(own);
    return false;
}

/* Plays the oldest message; false when it cannot go now. */
static bool write_one(struct pm_port *own, const struct midi_msg *msg, uint64_t now)
{
    int error;

    if ((msg->flags & MIDI_SYSEX_PART) != 0) {
        unsigned bytes = own->sysex_length + msg->len;

        if (!collect(own, msg))
            return true;
        if (!may_send(own, 5 + bytes / CELL_BYTES, bytes))
            return false;
        error = pmhost_write_sysex(own->stream, own->sysex);
    } else {
        if (!may_send(own, 1, 0))
            return false;
        error = pmhost_write_short(own->stream, msg->b);
    }
    if (error == 0) {
        finish(own);
        return true;
    }
    own->stuck = true;
    own->stuck_ns = now;
    return false;
}

bool portmidi_write(struct pm_port *own, uint64_t now)
{
    struct midi_msg *msg;

    if (own->stuck) {
        if (pmhost_flush(own->stream) != 0)
            return false;
        finish(own);
    }
    refill(own, now);
    while ((msg = ring_peek(&own->ring)) != NULL)
        if (!write_one(own, msg, now))
            return false;
    return true;
}

void portmidi_forget(struct pm_port *own)
{
    struct midi_msg *msg;
    unsigned missed = 0;

    for (; (msg = ring_peek(&own->ring)) != NULL; done(own))
        missed += midi_ends(msg);
    own->sysex_length = 0;
    own->stuck = false;
    atomic_fetch_add(&own->missed, missed);
}
