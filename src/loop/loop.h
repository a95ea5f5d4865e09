/* The event loop: one thread, one turn at a time. With loop_*.c, udp.c and tcp.c the only files that include <uv.h>.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LOOP_LOOP_H
#define NOTEWIRE_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;

struct loop *loop_new(void); /* returns owned; NULL when the system refuses */

/* Closes what is left open (a bug in the caller: it is reported) and frees the loop. */
void loop_free(struct loop *loop);

/* Turns the loop until loop_stop. Must not be called from a callback of the loop (asserted). */
void loop_run(struct loop *loop);

/* One turn: waits for events until deadline_ns of the monotonic clock (0: does not wait; UINT64_MAX: for ever). */
void loop_turn(struct loop *loop, uint64_t deadline_ns);

/* The turn that is on sleeps no more: a flush made work for between the turns. Between turns it does nothing. */
void loop_wake(struct loop *loop);

/* Ends loop_run after the current turn; before loop_run it keeps it from turning at all. */
void loop_stop(struct loop *loop);

/* The monotonic time in nanoseconds, read at most once a turn: good enough for "when did they speak". */
uint64_t loop_now(struct loop *loop);

/* Whether the last turn ended after deadline_ns of the monotonic clock: cheap to ask after each. What passed since then
 * the next turn sees. */
bool loop_reached(const struct loop *loop, uint64_t deadline_ns);

/* Work that must happen once at the end of the current turn, before the loop may sleep: outputs flush themselves so.
 * Embed it; borrowed until it ran or was cancelled. Scheduling it twice in a turn runs it once. */
struct loop_flush {
    struct loop_flush *next;
    void (*run)(struct loop_flush *flush);
    bool scheduled;
};
void loop_flush_schedule(struct loop *loop, struct loop_flush *flush);
void loop_flush_cancel(struct loop *loop, struct loop_flush *flush);

/* A timer with the precision of the kernel's (timerfd), in monotonic nanoseconds. */
struct loop_timer;
struct loop_timer *loop_timer_new(struct loop *loop, void (*fire)(void *user), void *user); /* returns owned; NULL */
void loop_timer_set(struct loop_timer *timer,
                    uint64_t due_ns); /* one shot; 0 disarms; the past fires in the next turn */
void loop_timer_free(struct loop_timer *timer);

/* A signal, delivered between events. */
struct loop_signal;
struct loop_signal *loop_signal_new(struct loop *loop, int number, void (*fire)(void *user), void *user);
/* The same for a signal that asks the program to end: should the loop be held up, the next one ends it. Each
 * time that it has noticed one, there is one more. */
struct loop_signal *loop_signal_new_end(struct loop *loop, int number, void (*fire)(void *user), void *user);
void loop_signal_free(struct loop_signal *signal);

/* A foreign descriptor (a terminal, a pipe, a driver's). The descriptor stays the caller's. */
struct loop_fd;
#define LOOP_READABLE 1
#define LOOP_WRITABLE 2
/* Returns owned, resting; NULL when the descriptor cannot be polled (a regular file). A descriptor in error is told as
 * ready for what is watched: the read or write then shows the error. */
struct loop_fd *loop_fd_new(struct loop *loop, int fd, void (*ready)(void *user, int events), void *user);
void loop_fd_watch(struct loop_fd *watch, int events); /* 0 rests; the mask of LOOP_READABLE and LOOP_WRITABLE */
void loop_fd_free(struct loop_fd *watch);

/* A folder: changed is called when something in it has come, gone or been written, possibly several times. Returns
 * owned; NULL, with errno set, when it cannot be watched. What happens to the folder itself, such as its removal, ends
 * the watch unsaid. */
struct loop_watch;
struct loop_watch *loop_watch_new(struct loop *loop, const char *folder, void (*changed)(void *user), void *user);
void loop_watch_free(struct loop_watch *watch);

/* Looks a host name up on a thread of its own; IPv4 is preferred, for most of the programs we speak to listen on
 * nothing else. done gets 0 and an address, or NW_EADDRESS, in a later turn; never after loop_resolve_cancel. The
 * lookup is gone when done is called. Neither cancelling nor ending the loop waits for a name server. NULL when there
 * is no memory. */
struct net_addr;
struct loop_resolve;
struct loop_resolve *loop_resolve(struct loop *loop, const char *host, uint16_t port,
                                  void (*done)(void *user, int error, const struct net_addr *addr), void *user);
void loop_resolve_cancel(struct loop_resolve *resolve);

#endif
