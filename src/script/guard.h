/* Keeps a computing script from stopping anything else: native traffic flows on, and one that never returns is ended.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_GUARD_H
#define NOTEWIRE_SCRIPT_GUARD_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

typedef struct lua_State lua_State; /* as in lua.h, which the command line need not see */

/* How: while Lua runs, a signal comes to this thread every millisecond and sets a hook on the running coroutine; the
 * hook, which Lua calls between two instructions, lets the loop turn for native traffic and looks at the CPU clock of
 * the thread. The first signal comes four milliseconds after a call, when most are over, and from then on one every
 * millisecond, until it finds no Lua running. A timer that is set stays so, so that most calls cost no system call, and
 * an idle process is woken once. It counts wall time, for a script may also block (io.read), and native traffic must
 * not wait for that longer than it has to; what ends a script is CPU time alone.
 *
 * A C function that computes for long asks itself (guard_check). Those of Lua's library do not, and are not interrupted
 * before they return; those that could go on for ever are replaced (library.c, pattern.h). */

enum guard_end {
    GUARD_GOES_ON,
    GUARD_LIMIT,   /* it computed for longer than the limit */
    GUARD_STOPPED, /* the program is to end, and it waited */
    GUARD_CUT_OFF, /* the program is to end, and it went on computing for too long */
};

/* One for all scripts of the thread. */
struct guard {
    timer_t timer;
    lua_State *volatile running;   /* the coroutine that computes; NULL when none does */
    volatile sig_atomic_t armed;   /* the timer will come */
    volatile sig_atomic_t ticked;  /* it has come since the last turn of the loop */
    volatile sig_atomic_t stopped; /* guard_stop was called */
    bool hasty;                    /* it was taken back: waiting is computing, too */
    uint64_t stopped_ns;           /* when, of the monotonic clock */
    bool measured;                 /* start_ns holds */
    uint64_t start_ns;             /* thread CPU time when this stretch was first seen computing */
    uint64_t longest_ns;           /* the longest stretch of the innermost call that has ended, as far as it was seen */
    uint64_t limit_ns;             /* 0: no limit */
    enum guard_end ending;         /* of the innermost call: it unwinds, whatever pcall catches */
    char *report;                  /* where the last one that was ended had got to; owned, NULL: none */
    void (*turn)(void *user);      /* one turn of the loop that does not wait and runs no Lua */
    void *user;
};

/* What an outer call had when an inner one began. */
struct guard_call {
    lua_State *running;
    bool measured;
    uint64_t start_ns, longest_ns;
    enum guard_end ending;
};

/* turn must not raise. 0, or NW_EIO when the system has no timer for us. limit_ns 0: scripts may compute for ever. */
int guard_init(struct guard *guard, uint64_t limit_ns, void (*turn)(void *user), void *user);
void guard_free(struct guard *guard);

/* Around each call into Lua: L is the coroutine that will run. guard_leave says why the call was ended, if it was, and
 * gives the CPU time in nanoseconds for which it computed at a stretch, waits apart; 0 when that was so short that
 * nobody looked. computed_ns may be NULL. */
void guard_enter(struct guard *guard, struct guard_call *call, lua_State *L);
enum guard_end guard_leave(struct guard *guard, const struct guard_call *call, uint64_t *computed_ns);

/* Around waiting inside a call (wait, receive, connect): its time does not count, and computing starts at 0 behind it.
 */
void guard_wait_begin(struct guard *guard);
void guard_wait_end(struct guard *guard, lua_State *L);

/* Behind guard_wait_end: the call that has waited is ended here, whatever pcall catches, as if the program stopped. */
void guard_give_up(struct guard *guard, lua_State *L);

/* Around the running of a coroutine inside a call (coroutine.resume). After it, an ending goes on in L. */
void guard_switch(struct guard *guard, lua_State *to);

/* From inside a C function of Lua's, every 100 us or so: what the hook does. Raises when the script is ended. Does
 * nothing in a state whose script is NULL. */
void guard_check(lua_State *L);

/* Ends what waits, and what computes if it has not come to an end 0.2 s later. From between two turns or from a turn
 * inside a hook. */
void guard_stop(struct guard *guard);

/* Takes guard_stop back: what is called from now on may compute up to the limit, in which waits for nothing count, or
 * one that waits in a loop would never end. */
void guard_go_on(struct guard *guard);

/* Whether the millisecond has come since the last turn: then whoever calls many callbacks in a row turns the loop. */
static inline bool guard_ticked(const struct guard *guard)
{
    return guard->ticked != 0;
}

#endif
