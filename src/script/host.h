/* The host of scripts: what they wait for queues between turns of the loop and is given to them from there, never
 * inside a turn. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_HOST_H
#define NOTEWIRE_SCRIPT_HOST_H

#include "bridges/bridge.h"
#include "file/package.h"
#include "script/guard.h"

struct script;

/* Something that calls a script: a server, a MIDI input, a timer, a route. Embed it; zero it and set script and
 * deliver. It must be out of the host (source_forget) before it is freed. */
struct source {
    struct source *next;
    struct script *script;
    bool ready;
    /* Gives the script the oldest of what waits, through script_call. Returns whether more waits. Runs between turns,
     * and may be called again inside its own callback (wait): take the item out of the queue before the call, and hold
     * the source (a reference of its own) while calling, for the callback may close it. */
    bool (*deliver)(struct source *source);
};

struct host_options {
    uint64_t limit_ns;   /* --script-limit; 0: none */
    size_t memory_limit; /* --script-memory; 0: none */
};

struct host {
    struct bridge *bridge; /* borrowed */
    struct loop *loop;     /* borrowed */
    struct host_options options;
    struct guard guard;
    struct script *scripts;
    struct source *first, **last; /* ready sources, in the order they became ready */
    unsigned turns;               /* of the loop, to notice one inside a callback */
    void (*between)(void *user);  /* called between turns when between_due is set; may be NULL */
    void *between_user;
    bool between_due;
    bool loading; /* files are: inputs that can wait do while one computes, for rules may follow */
    bool stopped; /* host_stop was called */
    bool looking; /* scripts are only looked at: their preferences are not written */
    bool exiting; /* a program called os.exit */
    int exit_code;
};

/* 0, or NW_EIO when the system refuses a timer. Borrows the bridge for the host's life. */
int host_init(struct host *host, struct bridge *bridge, const struct host_options *options);

/* Moves a script to where another one stands among the others: people know them by their order. */
void host_move(struct host *host, struct script *script, const struct script *where);

/* Gives a script that is in no call what waits for it, until nothing does, or that has taken cpu_ns of the thread's
 * time (so that a busy machine does not cut it short), or deadline_ns of the monotonic clock has come. Between turns.
 */
void host_hear_out(struct host *host, const struct script *script, uint64_t cpu_ns, uint64_t deadline_ns);

/* What a script that runs came as: index from 0, NULL behind the last. */
const struct package *host_package(const struct host *host, unsigned index);

/* Turns the loop and gives scripts what they wait for, until host_stop. */
void host_run(struct host *host);

/* Gives scripts what waits for them now, and what comes of that, without waiting for anything. */
void host_settle(struct host *host);

/* Ends host_run and every wait, and the script that computes. From a callback of the loop. */
void host_stop(struct host *host);

/* Something waits for a script: deliver will be called between turns. Legal at any time; twice is once. */
void source_ready(struct source *source);

/* Out of the host; what waits in the source is the caller's to count. */
void source_forget(struct source *source);

/* Waits inside a call from Lua, for wait, receive and connect: turns the loop, gives the script what source queues
 * (NULL: nothing) and other scripts what theirs do, until done(user) holds (NULL: never), the program stops, or
 * deadline_ns of the monotonic clock (0: only looks). Returns done(user). L is the coroutine of the call. Never raises.
 */
bool host_wait(struct host *host, lua_State *L, struct source *source, bool (*done)(void *user), void *user,
               uint64_t deadline_ns);

/* The same for a script that wants everything meanwhile, its own timers and messages too (notewire.wait). */
bool host_serve(struct host *host, lua_State *L, bool (*done)(void *user), void *user, uint64_t deadline_ns);

/* Milliseconds from now, as scripts give time-outs, as a deadline for host_wait. */
uint64_t host_deadline(double milliseconds);

/* The counting rule for what goes to scripts: host_queued where it was received and waits (received is booked there,
 * too); then one of the two others. */
void host_queued(struct host *host);
void host_delivered(struct host *host);
void host_dropped(struct host *host, enum drop_reason reason);

#endif
