/* The global table notewire: its short functions, and where the others are.
 * SPDX-License-Identifier: MIT */
#include "notewire/notewire.h"

#include "bridges/sysex.h"
#include "renoise/midi_value.h"
#include "renoise/timer.h"
#include "renoise/tool.h"
#include "script/host.h"
#include "script/script.h"

#include <string.h>

#define WAIT_MAX_MS 1e12 /* beyond it is the same as for ever: 30 years */

static struct bridge *bridge_of(lua_State *L)
{
    return script_of(L)->host->bridge;
}

/* ---- time ---- */

/* (milliseconds, function) -> Timer */
static int every(lua_State *L)
{
    lua_Number milliseconds;

    luaL_checktype(L, 1, LUA_TNUMBER);
    milliseconds = lua_tonumber(L, 1);
    luaL_argcheck(L, milliseconds > 0, 1, "a number of milliseconds above 0 was expected");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    timer_push(L, milliseconds, true);
    return 1;
}

static bool nothing_is_kept(void *user)
{
    return !script_is_kept(user);
}

/* ([milliseconds]) */
static int wait(lua_State *L)
{
    struct script *script = script_of(L);
    lua_Number milliseconds;

    if (lua_isnoneornil(L, 1)) {
        if (script_is_kept(script))
            host_serve(script->host, L, nothing_is_kept, script, UINT64_MAX);
        return 0;
    }
    luaL_checktype(L, 1, LUA_TNUMBER);
    milliseconds = lua_tonumber(L, 1);
    luaL_argcheck(L, milliseconds >= 0, 1, "a number of milliseconds from 0 on was expected");
    host_serve(script->host, L, NULL, NULL, host_deadline(milliseconds < WAIT_MAX_MS ? milliseconds : WAIT_MAX_MS));
    return 0;
}

/* ---- ports ---- */

/* One call of send: what became of its messages. */
struct sending {
    struct bridge *bridge;
    uint16_t source;         /* the script */
    uint32_t outputs, whole; /* whole: who took all of the SysEx so far */
    bool refused;            /* by every output, one message or more */
    bool full;               /* for want of room */
};

static void send_message(void *user, const struct midi_msg *msg)
{
    struct sending *sending = user;
    struct midi_msg copy = *msg;
    uint32_t taken;

    copy.port = sending->source;
    taken = sysex_taken(&sending->whole, msg, registry_send(sending->bridge->registry, sending->outputs, &copy));
    if ((msg->flags & MIDI_SYSEX_PART) != 0 && (msg->flags & MIDI_SYSEX_END) == 0)
        return;
    if (taken != 0) {
        sending->bridge->counters.output_lost += (uint64_t)__builtin_popcount(sending->outputs & ~taken);
        return;
    }
    sending->refused = true;
    if ((sending->outputs & registry_full_outputs(sending->bridge->registry)) != 0)
        sending->full = true;
}

/* (port | nil, midi) -> true | false, text */
static int play(lua_State *L)
{
    struct sending sending = {.bridge = bridge_of(L), .source = script_of(L)->plays};
    const char *port;
    size_t length;

    lua_settop(L, 2);
    port = luaL_optlstring(L, 1, "*", &length);
    sending.outputs = registry_match(sending.bridge->registry, port, length);
    midi_value_emit(L, 2, send_message, &sending);
    lua_pushboolean(L, sending.outputs != 0 && !sending.refused);
    if (sending.outputs == 0)
        lua_pushliteral(L, "no such port");
    else if (sending.refused)
        lua_pushstring(L, sending.full ? "queue full" : "not connected");
    else
        lua_pushnil(L);
    return 2;
}

static void push_ports(lua_State *L, enum port_direction direction)
{
    const struct registry *registry = bridge_of(L)->registry;
    lua_Integer place = 0;

    lua_newtable(L);
    for (unsigned i = 0; i < registry_count(registry, direction); i++) {
        const struct port *port = registry_port(registry, direction, i);

        if (!port->joined) /* a script's own */
            continue;
        lua_pushstring(L, port->name);
        lua_rawseti(L, -2, ++place);
    }
}

/* () -> {inputs, outputs} */
static int ports(lua_State *L)
{
    lua_createtable(L, 0, 2);
    push_ports(L, PORT_INPUT);
    lua_setfield(L, -2, "inputs");
    push_ports(L, PORT_OUTPUT);
    lua_setfield(L, -2, "outputs");
    return 1;
}

/* ---- figures ---- */

static void set_figure(lua_State *L, const char *name, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, name);
}

/* () -> the figures of the totals line, by their names there */
static int counters(lua_State *L)
{
    const struct counters now = bridge_of(L)->counters; /* a copy: allocating may let a finalizer change them */
    uint64_t dropped = 0;

    lua_createtable(L, 0, 9);
    set_figure(L, "received", now.received);
    set_figure(L, "delivered", now.delivered);
    set_figure(L, "queued", now.queued);
    set_figure(L, "late", now.late);
    set_figure(L, "far", now.far);
    set_figure(L, "kernel-drops", now.kernel_drops);
    set_figure(L, "overruns", now.overruns);
    set_figure(L, "output-lost", now.output_lost);
    lua_createtable(L, 0, DROP_REASONS + 1);
    for (int i = 0; i < DROP_REASONS; i++) {
        set_figure(L, drop_reason_name((enum drop_reason)i), now.dropped[i]);
        dropped += now.dropped[i];
    }
    set_figure(L, "total", dropped);
    lua_setfield(L, -2, "dropped");
    return 1;
}

static const luaL_Reg functions[] = {
    {"every", every},
    {"wait", wait},
    {"listen", osc_listener_create},
    {"connect", osc_client_create},
    {"framer", framer_create},
    {"send", play},
    {"ports", ports},
    {"counters", counters},
    {NULL, NULL},
};

void notewire_open(lua_State *L)
{
    luaL_newlib(L, functions);
    lua_pushliteral(L, NOTEWIRE_VERSION);
    lua_setfield(L, -2, "version");
    lua_setglobal(L, "notewire");
}
