/* The print driver: MIDI as words on standard output, one message a line. It never waits for a reader: what does not
 * fit its queue is refused. SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "base/log.h"
#include "midi/midi_words.h"
#include "port/drivers.h"
#include "port/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRINT_QUEUE (512u * 1024u) /* bytes not yet written */
#define PRINT_CONGESTED (PRINT_QUEUE / 4)
#define PRINT_RESERVE (64u * 1024u) /* of these, for note-offs alone */
#define PRINT_HELD 64               /* real-time messages that wait for the end of a SysEx line */

struct print {
    struct loop_fd *watch; /* NULL for a regular file, which never makes us wait */
    int fd;
    bool own_fd, is_socket, blocked, gone;
    bool in_sysex;
    uint8_t held[PRINT_HELD];
    unsigned held_count;
    size_t first, used; /* of the ring below */
    char queue[PRINT_QUEUE];
};

static bool print_matches(const char *name)
{
    return strcmp(name, "print") == 0;
}

/* The reader has gone, and with it what was queued for it: a message a line. */
static void give_up(struct port *port, int errno_value)
{
    struct print *print = port->impl;

    print->gone = true;
    for (size_t i = 0; i < print->used; i++)
        if (print->queue[(print->first + i) % PRINT_QUEUE] == '\n')
            port_missed(port);
    print->used = 0;
    port_cannot_tell(port);
    log_warning("E205", "print: standard output is gone (%s); its messages are dropped. Fix: restart with a reader",
                strerror(errno_value));
}

/* Writes what is queued until it is empty or would block. */
static void print_flush(struct port *port)
{
    struct print *print = port->impl;

    while (print->used > 0 && !print->gone) {
        size_t run = PRINT_QUEUE - print->first < print->used ? PRINT_QUEUE - print->first : print->used;
        ssize_t n = print->is_socket ? send(print->fd, print->queue + print->first, run, MSG_DONTWAIT | MSG_NOSIGNAL)
                                     : write(print->fd, print->queue + print->first, run);

        if (n >= 0) {
            print->first = (print->first + (size_t)n) % PRINT_QUEUE;
            print->used -= (size_t)n;
        } else if (errno == EAGAIN && print->watch != NULL) {
            print->blocked = true;
            loop_fd_watch(print->watch, LOOP_WRITABLE);
            return;
        } else if (errno != EINTR) {
            give_up(port, errno);
        }
    }
    if (print->used == 0)
        print->first = 0;
}

/* Writes, and lets senders go on when there is room again or nobody to wait for. */
static void print_relieve(struct port *port)
{
    const struct print *print = port->impl;

    print_flush(port);
    if (print->used <= PRINT_CONGESTED / 2 && !print->gone)
        port_writable(port);
}

static void print_ready(void *user, int events)
{
    struct port *port = user;
    struct print *print = port->impl;

    (void)events;
    print->blocked = false;
    loop_fd_watch(print->watch, 0);
    print_relieve(port);
}

/* A descriptor of our own for standard output that does not block, so that the shell's terminal keeps its mode. */
static int open_nonblocking(struct print *print)
{
    struct stat st;

    print->fd = STDOUT_FILENO;
    if (fstat(STDOUT_FILENO, &st) != 0)
        return NW_EIO;
    if (S_ISSOCK(st.st_mode)) {
        print->is_socket = true;
    } else if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
        int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

        if (fd >= 0) {
            print->fd = fd;
            print->own_fd = true;
        } else {
            int flags = fcntl(STDOUT_FILENO, F_GETFL);

            if (flags < 0 || fcntl(STDOUT_FILENO, F_SETFL, flags | O_NONBLOCK) != 0)
                return NW_EIO;
        }
    }
    return 0;
}

static int print_open(struct port *port)
{
    struct print *print = calloc(1, sizeof *print);
    int error;

    if (print == NULL)
        return NW_EMEMORY;
    error = open_nonblocking(print);
    if (error != 0) {
        free(print);
        return error;
    }
    print->watch = loop_fd_new(port_loop(port), print->fd, print_ready, port);
    port->impl = print;
    return 0;
}

/* Queues text whose room has been checked. */
static void put(struct print *print, const char *text, size_t length)
{
    size_t at = (print->first + print->used) % PRINT_QUEUE;
    size_t run = PRINT_QUEUE - at < length ? PRINT_QUEUE - at : length;

    memcpy(print->queue + at, text, run);
    memcpy(print->queue, text + run, length - run);
    print->used += length;
}

static int print_send(struct port *port, const struct midi_msg *msg)
{
    struct print *print = port->impl;
    bool sysex = (msg->flags & MIDI_SYSEX_PART) != 0;
    size_t reserve = port_is_release(msg) || (msg->flags & MIDI_SYSEX_END) != 0 ? 0 : PRINT_RESERVE;
    char text[MIDI_WORDS_MAX];

    if (print->used > PRINT_CONGESTED && !print->blocked)
        print_flush(port); /* a burst within one turn: what takes it at once must not make it overflow */
    if (print->gone)
        return NW_ECLOSED;
    if (PRINT_QUEUE - print->used < reserve + 2 * MIDI_WORDS_MAX)
        return NW_EFULL;
    if (print->in_sysex && !sysex) { /* a real-time message would cut the line in two */
        if (print->held_count == PRINT_HELD)
            return NW_EFULL;
        print->held[print->held_count++] = msg->b[0];
        return 0;
    }
    put(print, text, sysex ? midi_words_write_sysex(msg, text) : midi_words_write(msg, text));
    if (print->used > PRINT_CONGESTED && print->watch != NULL)
        port_congested(port);
    print->in_sysex = sysex && (msg->flags & MIDI_SYSEX_END) == 0;
    if (!print->in_sysex)
        for (unsigned i = 0; i < print->held_count; i++) {
            struct midi_msg held = midi_short(print->held[i], 0, 0);
            size_t length = midi_words_write(&held, text);

            if (PRINT_QUEUE - print->used >= length)
                put(print, text, length);
        }
    if (!print->in_sysex)
        print->held_count = 0;
    return 0;
}

static void print_flush_turn(struct port *port)
{
    if (!((struct print *)port->impl)->blocked)
        print_relieve(port);
}

static bool print_drained(const struct port *port)
{
    return ((const struct print *)port->impl)->used == 0;
}

static void print_close(struct port *port)
{
    struct print *print = port->impl;

    print_flush(port);
    if (print->used > 0)
        log_warning("E206", "print: nobody reads standard output; %zu bytes of it are lost", print->used);
    if (print->watch != NULL)
        loop_fd_free(print->watch);
    if (print->own_fd)
        close(print->fd);
    free(print);
}

const struct port_ops port_print = {
    .driver = "print",
    .syntax = "print",
    .help = "words on standard output, one message a line",
    .output = true,
    .matches = print_matches,
    .open = print_open,
    .send = print_send,
    .flush = print_flush_turn,
    .drained = print_drained,
    .close = print_close,
};
