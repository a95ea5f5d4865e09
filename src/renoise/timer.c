/* Timers of scripts: the alarm of the loop makes the source ready, the host calls the function between turns.
 * SPDX-License-Identifier: MIT */
#include "renoise/timer.h"

#include "base/clock.h"
#include "lua/object.h"
#include "script/host.h"
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>

#define INTERVAL_MAX_MS 1e12 /* beyond it is the same as never: 30 years */

/* Counted by references: the object's, and that of a call in progress. */
struct timer {
    struct source source; /* first, for on_deliver */
    unsigned references;
    struct loop_timer *alarm; /* NULL when it does not run */
    uint64_t interval_ns, due_ns;
    bool due;     /* the alarm has come, and the function has not been called for it */
    bool keeps;   /* counted in the script's kept while it runs */
    bool calling; /* the function runs; should it wait, it is not called inside itself */
    int self_ref; /* the object, in the registry while it runs; its user value is the function */
    char what[64];
};

/* What Lua holds. */
struct timer_object {
    struct timer *timer;
};

static const struct object_type timer_type;

static void release(struct timer *timer)
{
    if (--timer->references == 0)
        free(timer);
}

static void halt(lua_State *L, struct timer *timer)
{
    if (timer->alarm == NULL)
        return;
    loop_timer_free(timer->alarm);
    timer->alarm = NULL;
    timer->due = false;
    if (timer->keeps)
        timer->source.script->kept--;
    source_forget(&timer->source);
    luaL_unref(L, LUA_REGISTRYINDEX, timer->self_ref);
}

/* ---- calling ---- */

static void on_alarm(void *user)
{
    struct timer *timer = user;

    timer->due = true;
    source_ready(&timer->source);
}

/* Sets the alarm to the next time that is still to come: what was missed is not made up for, the rhythm stays. */
static void set_alarm(struct timer *timer)
{
    uint64_t now = clock_mono_ns(), next = timer->due_ns + timer->interval_ns;

    if (next <= now)
        next += ((now - next) / timer->interval_ns + 1) * timer->interval_ns;
    timer->due_ns = next;
    loop_timer_set(timer->alarm, next);
}

/* Runs protected. The object stays on the stack, and so does the function. */
static int call_function(lua_State *L)
{
    const struct timer *timer = lua_touserdata(L, 1);

    if (timer->alarm == NULL) /* the call has collected, and a finalizer stopped it */
        return 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, timer->self_ref);
    lua_getiuservalue(L, -1, 1);
    lua_call(L, 0, 0);
    return 0;
}

/* deliver of the source. */
static bool on_deliver(struct source *source)
{
    struct timer *timer = (struct timer *)source;
    struct script *script = source->script;
    bool more;

    if (!timer->due || timer->calling || script->unloading)
        return false;
    timer->references++;
    timer->due = false;
    timer->calling = true;
    set_alarm(timer);
    if (!script_call(script, call_function, timer, timer->what))
        halt(script->L, timer);
    timer->calling = false;
    more = timer->due;
    release(timer);
    return more;
}

/* ---- the object ---- */

static struct timer *self(lua_State *L, int index)
{
    const struct timer_object *object = object_check(L, index, &timer_type);

    return object->timer;
}

void timer_push(lua_State *L, double milliseconds, bool keeps)
{
    struct script *script = script_of(L);
    struct timer_object *object;
    struct timer *timer;
    int self_ref;

    if (script->unloading)
        luaL_error(L, "the script is being unloaded");
    if (!(milliseconds > 0))
        luaL_error(L, "invalid interval: a number of milliseconds above 0 was expected");
    object = object_push_new(L, &timer_type, sizeof *object);
    timer = calloc(1, sizeof *timer);
    if (timer == NULL) {
        luaL_error(L, "not enough memory");
        return;
    }
    object->timer = timer; /* from here on the collector frees it */
    timer->references = 1;
    timer->source.script = script;
    timer->source.deliver = on_deliver;
    timer->interval_ns = (uint64_t)((milliseconds < INTERVAL_MAX_MS ? milliseconds : INTERVAL_MAX_MS) * 1e6);
    if (timer->interval_ns == 0)
        timer->interval_ns = 1;
    snprintf(timer->what, sizeof timer->what, "a timer (every %g ms)", milliseconds);
    lua_insert(L, -2);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, -1);
    self_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    timer->alarm = loop_timer_new(script->host->loop, on_alarm, timer);
    if (timer->alarm == NULL) {
        luaL_unref(L, LUA_REGISTRYINDEX, self_ref);
        luaL_error(L, "the system has no more timers: too many files are open");
    }
    timer->self_ref = self_ref;
    timer->keeps = keeps;
    if (keeps)
        script->kept++;
    timer->due_ns = clock_mono_ns() + timer->interval_ns;
    loop_timer_set(timer->alarm, timer->due_ns);
}

void timer_stop(lua_State *L, int index)
{
    halt(L, self(L, index));
}

static int stop(lua_State *L)
{
    timer_stop(L, 1);
    return 0;
}

static int get_is_running(lua_State *L)
{
    lua_pushboolean(L, self(L, 1)->alarm != NULL);
    return 1;
}

static int collect(lua_State *L)
{
    struct timer_object *object = object_check(L, 1, &timer_type);

    if (object->timer == NULL)
        return 0;
    halt(L, object->timer);
    release(object->timer);
    object->timer = NULL;
    return 0;
}

static const struct object_property properties[] = {{"is_running", get_is_running, NULL}, {NULL, NULL, NULL}};

static const luaL_Reg methods[] = {{"stop", stop}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};

static const struct object_type timer_type = {
    .name = "Timer", .properties = properties, .methods = methods, .metamethods = metamethods};
