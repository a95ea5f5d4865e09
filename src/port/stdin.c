/* The stdin driver: MIDI words from standard input, as the print driver writes them and as SendMIDI takes them, time
 * stamps included. SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "midi/midi_words.h"
#include "port/drivers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define STDIN_LINE (64u * 1024u) /* bytes of one line */
#define STDIN_LATER 4096         /* messages of one line that wait for their time stamp */
#define DAY_NS (24ULL * 3600 * 1000000000)

struct later {
    uint64_t due_ns;
    struct midi_msg msg;
};

struct stdin_port {
    struct loop_fd *watch;    /* NULL for a regular file, read a piece a turn by timer */
    struct loop_timer *timer; /* next piece of a file, or next message that waits */
    struct midi_words words;
    struct midi_words_sink sink;
    unsigned long line_number;
    uint64_t offset_ns; /* how far the time stamps have gone ahead of now; 0 when nothing waits */
    uint64_t stamp_ns;  /* last absolute time stamp, UINT64_MAX before the first */
    unsigned later_first, later_count;
    bool paused, skipping, ended, told;
    bool no_room;         /* the line being read has had too many messages */
    bool broken_off;      /* the SysEx being read has found no room */
    size_t used, scanned; /* of buffer; scanned bytes hold no newline */
    struct later later[STDIN_LATER];
    char buffer[STDIN_LINE];
};

static bool stdin_matches(const char *name)
{
    return strcmp(name, "stdin") == 0;
}

/* Whether a message ends with this: it is short, or the last piece of a SysEx. */
static bool ends_message(const struct midi_msg *msg)
{
    return (msg->flags & MIDI_SYSEX_PART) == 0 || (msg->flags & MIDI_SYSEX_END) != 0;
}

static struct later *later_at(struct stdin_port *in, unsigned index)
{
    return &in->later[(in->later_first + index) % STDIN_LATER];
}

/* Whether there is a place for what has to wait. A SysEx waits whole or not at all. */
static bool has_place(struct stdin_port *in, const struct midi_msg *msg)
{
    bool part = (msg->flags & MIDI_SYSEX_PART) != 0, goes_on = part && (msg->flags & MIDI_SYSEX_BEGIN) == 0;

    if (goes_on && in->broken_off)
        return false;
    in->broken_off = part && in->later_count == STDIN_LATER;
    if (in->later_count < STDIN_LATER)
        return true;
    for (bool begin = !goes_on; !begin && in->later_count > 0; in->later_count--)
        begin = (later_at(in, in->later_count - 1)->msg.flags & MIDI_SYSEX_BEGIN) != 0;
    return false;
}

/* One message of the line being read: at once, or behind the time stamps before it. */
static void read_message(void *user, const struct midi_msg *msg)
{
    struct port *port = user;
    struct stdin_port *in = port->impl;

    if (in->offset_ns == 0) {
        port_receive(port, msg);
    } else if (!has_place(in, msg)) {
        if (!in->no_room)
            log_warning("E207", "stdin:%lu: more than %d messages that wait. Fix: end the line before", in->line_number,
                        STDIN_LATER);
        in->no_room = true;
        if (ends_message(msg))
            port_malformed(port, NW_ETOOBIG);
    } else {
        *later_at(in, in->later_count++) = (struct later){.due_ns = in->offset_ns, .msg = *msg};
    }
}

/* A time stamp: relative, or the time since the one before it. */
static void read_wait(void *user, uint64_t ns, bool absolute)
{
    struct port *port = user;
    struct stdin_port *in = port->impl;
    uint64_t by = ns;

    if (absolute) {
        by = in->stamp_ns == UINT64_MAX ? 0 : (ns + DAY_NS - in->stamp_ns) % DAY_NS;
        in->stamp_ns = ns;
    }
    if (in->offset_ns == 0)
        in->offset_ns = clock_mono_ns();
    in->offset_ns += by;
}

/* Reads one line; a mistake in it is one malformed message. */
static void read_line(struct port *port, const char *line, size_t length)
{
    struct stdin_port *in = port->impl;
    struct midi_words_error error;

    in->line_number++;
    in->no_room = in->broken_off = false;
    if (length > 0 && line[length - 1] == '\r')
        length--;
    if (midi_words_read(&in->words, line, length, &in->sink, &error) < 0) {
        log_warning("E207", "stdin:%lu:%zu: %s. Fix: see the words in notewire(1)", in->line_number, error.column,
                    error.text);
        port_malformed(port, NW_EMALFORMED);
    }
}

/* Reads the lines that the buffer holds until one of them has to wait, or the outputs are full. */
static void read_lines(struct port *port)
{
    struct stdin_port *in = port->impl;
    size_t begin = 0;

    while (in->later_count == 0 && !in->paused) {
        char *newline = memchr(in->buffer + begin + in->scanned, '\n', in->used - begin - in->scanned);

        in->offset_ns = 0;
        if (newline == NULL) {
            in->scanned = in->used - begin;
            break;
        }
        if (!in->skipping)
            read_line(port, in->buffer + begin, (size_t)(newline - in->buffer) - begin);
        in->skipping = false;
        in->scanned = 0;
        begin = (size_t)(newline - in->buffer) + 1;
    }
    memmove(in->buffer, in->buffer + begin, in->used - begin);
    in->used -= begin;
    if (in->used == STDIN_LINE && in->later_count == 0 && !in->paused) {
        if (!in->skipping)
            port_malformed(port, NW_ETOOBIG);
        in->skipping = true;
        in->used = in->scanned = 0;
    }
}

/* Sees to what comes next: a message in time, more input, or the end. */
static void carry_on(struct port *port)
{
    struct stdin_port *in = port->impl;
    bool read_more;

    if (!in->told)
        read_lines(port);
    if (in->ended && !in->told && in->later_count == 0 && !in->paused) {
        if (in->used > 0 && !in->skipping) /* a last line without its newline */
            read_line(port, in->buffer, in->used);
        in->used = 0;
    }
    if (in->ended && !in->told && in->later_count == 0 && in->used == 0) {
        in->told = true;
        port_ended(port);
    }
    read_more = !in->ended && in->later_count == 0 && !in->paused;
    if (in->watch != NULL)
        loop_fd_watch(in->watch, read_more ? LOOP_READABLE : 0);
    if (in->later_count > 0)
        loop_timer_set(in->timer, in->later[in->later_first].due_ns);
    else if (in->watch == NULL && read_more)
        loop_timer_set(in->timer, 1);
}

static void read_some(struct port *port)
{
    struct stdin_port *in = port->impl;
    ssize_t n = read(STDIN_FILENO, in->buffer + in->used, STDIN_LINE - in->used);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        in->ended = true;
    else
        in->used += (size_t)n;
    carry_on(port);
}

static void stdin_ready(void *user, int events)
{
    (void)events;
    read_some(user);
}

/* The timer: messages whose time has come, or the next piece of a file. */
static void stdin_due(void *user)
{
    struct port *port = user;
    struct stdin_port *in = port->impl;
    bool waited = in->later_count > 0;

    while (in->later_count > 0 && in->later[in->later_first].due_ns <= clock_mono_ns()) {
        struct midi_msg msg = in->later[in->later_first].msg;

        in->later_first = (in->later_first + 1) % STDIN_LATER;
        in->later_count--;
        port_receive(port, &msg);
    }
    if (waited || in->watch != NULL || in->ended)
        carry_on(port);
    else if (!in->paused)
        read_some(port);
}

static int stdin_open(struct port *port)
{
    struct stdin_port *in = calloc(1, sizeof *in);

    if (in == NULL)
        return NW_EMEMORY;
    port->impl = in;
    midi_words_init(&in->words);
    in->stamp_ns = UINT64_MAX;
    in->sink.message = read_message;
    in->sink.wait = read_wait;
    in->sink.user = port;
    in->timer = loop_timer_new(port_loop(port), stdin_due, port);
    in->watch = loop_fd_new(port_loop(port), STDIN_FILENO, stdin_ready, port);
    if (in->timer == NULL) {
        free(in);
        return NW_EIO;
    }
    if (in->watch != NULL)
        loop_fd_watch(in->watch, LOOP_READABLE);
    else
        loop_timer_set(in->timer, 1);
    return 0;
}

static void stdin_pause(struct port *port, bool paused)
{
    struct stdin_port *in = port->impl;

    in->paused = paused;
    if (in->watch != NULL && paused)
        loop_fd_watch(in->watch, 0);
    if (!paused) /* from the timer: never inside a send */
        loop_timer_set(in->timer, in->later_count > 0 ? in->later[in->later_first].due_ns : 1);
}

/* What has been read and not given out: messages that wait for their time, and lines, of which each that says something
 * counts as one. The last needs no newline once all has been read. */
static unsigned count_unread(struct stdin_port *in)
{
    unsigned count = 0;
    bool skipping = in->skipping;

    for (unsigned i = 0; i < in->later_count; i++)
        count += ends_message(&later_at(in, i)->msg);
    for (size_t at = 0; at < in->used; at++) {
        const char *line = in->buffer + at, *end = memchr(line, '\n', in->used - at);
        size_t length = end != NULL ? (size_t)(end - line) : in->used - at, blank = 0;

        while (blank < length && memchr(" \t\r", line[blank], 3) != NULL)
            blank++;
        count += !skipping && (end != NULL || in->ended) && blank < length && line[blank] != '#';
        skipping = false;
        at += length;
    }
    return count;
}

static void stdin_close(struct port *port)
{
    struct stdin_port *in = port->impl;

    port_abandoned(port, count_unread(in));
    if (in->watch != NULL)
        loop_fd_free(in->watch);
    loop_timer_free(in->timer);
    free(in);
}

const struct port_ops port_stdin = {
    .driver = "stdin",
    .syntax = "stdin",
    .help = "words from standard input, as print writes them",
    .input = true,
    .matches = stdin_matches,
    .open = stdin_open,
    .pause = stdin_pause,
    .close = stdin_close,
};
