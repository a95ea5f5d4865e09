/* The millisecond timer, the hook, and the ending that no pcall can catch.
 * SPDX-License-Identifier: MIT */
#include "script/guard.h"

#include "base/clock.h"
#include "base/error.h"

#include <lauxlib.h>
#include <lua.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIRST_TICK_NS 4000000 /* most calls are over by then, and the signal has not disturbed them */
#define TICK_NS 1000000
#define GRACE_NS 200000000ULL /* for a callback that is about to be done when the program is to end */
#define GUARD_SIGNAL SIGVTALRM

static void hook(lua_State *L, lua_Debug *ar);

static const struct itimerspec first_tick = {.it_value = {.tv_nsec = FIRST_TICK_NS}},
                               one_tick = {.it_value = {.tv_nsec = TICK_NS}};

/* The one thing that Lua allows a signal handler is to set a hook. */
static void on_signal(int number, siginfo_t *info, void *context)
{
    struct guard *guard = info->si_value.sival_ptr;
    lua_State *L;

    (void)number;
    (void)context;
    if (info->si_code != SI_TIMER || guard == NULL)
        return;
    guard->ticked = 1;
    L = guard->running;
    if (L == NULL) {
        guard->armed = 0;
        return;
    }
    lua_sethook(L, hook, LUA_MASKCOUNT, 1);
    timer_settime(guard->timer, 0, &one_tick, NULL);
}

static void arm(struct guard *guard, const struct itimerspec *when)
{
    if (guard->armed)
        return;
    guard->armed = 1;
    timer_settime(guard->timer, 0, when, NULL);
}

/* A coroutine knows its script (script.h), which begins with its guard. */
static struct guard *guard_of(lua_State *L)
{
    return **(struct guard ***)lua_getextraspace(L);
}

/* Pushes what people, and the script, read of the ending. */
static const char *push_reason(lua_State *L, const struct guard *guard)
{
    if (guard->ending == GUARD_LIMIT)
        return lua_pushfstring(L, "ended: it computed for longer than %d ms without waiting",
                               (int)(guard->limit_ns / 1000000));
    return lua_pushstring(L, "ended: notewire stops");
}

/* Ends the script here, and keeps where it is: once it unwinds that is lost. */
static void end(lua_State *L, struct guard *guard, enum guard_end ending)
{
    const char *text;

    guard->ending = ending;
    luaL_traceback(L, L, push_reason(L, guard), 0);
    text = lua_tostring(L, -1);
    free(guard->report);
    guard->report = strdup(text);
    lua_pop(L, 2);
}

/* Raises between any two instructions until the call has unwound: what pcall returns to is interrupted at once. */
static void end_here(lua_State *L, struct guard *guard)
{
    lua_sethook(L, hook, LUA_MASKCOUNT, 1);
    luaL_error(L, "%s", push_reason(L, guard));
}

/* When the millisecond has come: native traffic, and whether the script may go on. */
static void look(lua_State *L, struct guard *guard)
{
    if (guard->ending == GUARD_GOES_ON && guard->ticked) {
        lua_State *running = guard->running;
        uint64_t now;

        guard->running = NULL; /* the turn is not the script's time, but its ticks must go on */
        guard->ticked = 0;
        guard->turn(guard->user);
        guard->running = running;
        arm(guard, &one_tick);
        now = clock_cpu_ns();
        if (!guard->measured)
            guard->start_ns = now;
        guard->measured = true;
        if (guard->limit_ns != 0 && now - guard->start_ns > guard->limit_ns)
            end(L, guard, GUARD_LIMIT);
        else if (guard->stopped && clock_mono_ns() - guard->stopped_ns > GRACE_NS)
            end(L, guard, GUARD_CUT_OFF);
    }
    if (guard->ending != GUARD_GOES_ON)
        end_here(L, guard);
}

static void hook(lua_State *L, lua_Debug *ar)
{
    (void)ar;
    lua_sethook(L, NULL, 0, 0);
    look(L, guard_of(L));
}

void guard_check(lua_State *L)
{
    struct guard **script = *(struct guard ***)lua_getextraspace(L), *guard = script != NULL ? *script : NULL;

    if (guard == NULL || guard->running == NULL || (!guard->ticked && guard->ending == GUARD_GOES_ON))
        return;
    luaL_checkstack(L, LUA_MINSTACK, NULL); /* as a hook has */
    look(L, guard);
}

int guard_init(struct guard *guard, uint64_t limit_ns, void (*turn)(void *user), void *user)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESTART};
    struct sigevent event = {.sigev_notify = SIGEV_THREAD_ID, .sigev_signo = GUARD_SIGNAL};

    memset(guard, 0, sizeof *guard);
    guard->limit_ns = limit_ns;
    guard->turn = turn;
    guard->user = user;
    action.sa_sigaction = on_signal;
    sigemptyset(&action.sa_mask);
    event.sigev_value.sival_ptr = guard;
    event._sigev_un._tid = (pid_t)syscall(SYS_gettid);
    if (sigaction(GUARD_SIGNAL, &action, NULL) != 0 || timer_create(CLOCK_MONOTONIC, &event, &guard->timer) != 0)
        return NW_EIO;
    return 0;
}

void guard_free(struct guard *guard)
{
    timer_delete(guard->timer);
    free(guard->report);
    signal(GUARD_SIGNAL, SIG_IGN); /* one may be on its way */
}

void guard_enter(struct guard *guard, struct guard_call *call, lua_State *L)
{
    call->running = guard->running;
    call->measured = guard->measured;
    call->start_ns = guard->start_ns;
    call->longest_ns = guard->longest_ns;
    call->ending = guard->ending;
    guard->measured = false;
    guard->longest_ns = 0;
    guard->ending = GUARD_GOES_ON;
    guard->running = L;
    arm(guard, &first_tick);
}

/* A stretch of computing is over. The first look at it comes with the first signal. */
static void end_stretch(struct guard *guard)
{
    uint64_t computed = guard->measured ? clock_cpu_ns() - guard->start_ns + FIRST_TICK_NS : 0;

    if (computed > guard->longest_ns)
        guard->longest_ns = computed;
    guard->measured = false;
}

enum guard_end guard_leave(struct guard *guard, const struct guard_call *call, uint64_t *computed_ns)
{
    enum guard_end ending = guard->ending;

    end_stretch(guard);
    if (computed_ns != NULL)
        *computed_ns = guard->longest_ns;
    guard->running = call->running;
    guard->measured = call->measured;
    guard->start_ns = call->start_ns;
    guard->longest_ns = call->longest_ns;
    guard->ending = call->ending;
    return ending;
}

void guard_wait_begin(struct guard *guard)
{
    if (!guard->hasty)
        end_stretch(guard);
    guard->running = NULL;
}

void guard_give_up(struct guard *guard, lua_State *L)
{
    guard->ending = GUARD_STOPPED;
    lua_sethook(L, hook, LUA_MASKCOUNT, 1);
}

void guard_wait_end(struct guard *guard, lua_State *L)
{
    guard->running = L;
    guard->measured = guard->measured && guard->hasty;
    if (guard->stopped)
        guard_give_up(guard, L);
    else
        arm(guard, &first_tick);
}

void guard_switch(struct guard *guard, lua_State *to)
{
    guard->running = to;
    if (guard->ending != GUARD_GOES_ON)
        lua_sethook(to, hook, LUA_MASKCOUNT, 1);
}

void guard_stop(struct guard *guard)
{
    if (!guard->stopped)
        guard->stopped_ns = clock_mono_ns();
    guard->stopped = 1;
}

void guard_go_on(struct guard *guard)
{
    guard->hasty = guard->stopped;
    guard->stopped = 0;
}
