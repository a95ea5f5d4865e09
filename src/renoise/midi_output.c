/* renoise.Midi.MidiOutputDevice: a port that a script plays on.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"
#include "renoise/midi_object.h"
#include "renoise/midi_value.h"
#include "script/host.h"
#include "script/script.h"

/* What Lua holds; the user value is the name that was asked for. */
struct midi_output {
    struct port *port; /* NULL: closed, or it could not be opened */
    uint16_t plays;    /* its number as a source of MIDI, while it has a port */
    bool open;
    bool told; /* that something was no MIDI */
};

static struct midi_output *self(lua_State *L)
{
    return object_check(L, 1, &midi_output_type);
}

static void close_output(lua_State *L, struct midi_output *output)
{
    struct port *port = output->port;

    output->open = false;
    output->port = NULL;
    if (port == NULL)
        return;
    registry_source_free(port->registry, output->plays);
    bridge_release_port(script_of(L)->host->bridge, port);
}

/* (name) -> device */
int midi_create_output(lua_State *L)
{
    struct midi_output *output;

    lua_settop(L, 1);
    if (script_of(L)->unloading)
        return luaL_error(L, "the script is being unloaded");
    output = object_push_new(L, &midi_output_type, sizeof *output);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, 2, 1);
    output->port = midi_open_port(L, 1, PORT_OUTPUT);
    if (output->port != NULL)
        output->plays = registry_source_new(output->port->registry, REGISTRY_SOURCE_SCRIPT);
    output->open = true;
    return 1;
}

/* ---- sending ---- */

struct sending {
    struct registry *registry;
    uint16_t source;
    uint32_t output;
    bool refused;
};

static void send_message(void *user, const struct midi_msg *msg)
{
    struct sending *sending = user;
    struct midi_msg sent = *msg;

    sent.port = sending->source;
    if (registry_send(sending->registry, sending->output, &sent) == 0)
        sending->refused = true;
}

/* What comes by itself and is not there is not there. */
static void send_nowhere(void *user, const struct midi_msg *msg)
{
    (void)user;
    (void)msg;
}

/* What is no MIDI does not raise: nobody says that it does in Renoise, and a tool would play no more. Why is at the top
 * of the stack. Told once for each device. */
static void report_no_midi(lua_State *L, struct midi_output *output)
{
    const char *where;

    if (output->told)
        return;
    output->told = true;
    luaL_where(L, 1);
    where = lua_tostring(L, -1);
    if (*where == '\0')
        where = lua_pushfstring(L, "%s: ", script_of(L)->path);
    lua_getiuservalue(L, 1, 1);
    log_warning("E429", "%swhat is sent to %s is no MIDI and is lost: %s. Fix: mend the line (this is told once)",
                where, lua_tostring(L, -1), lua_tostring(L, 3));
}

/* (bytes) */
static int output_send(lua_State *L)
{
    struct midi_output *output = self(L);
    struct bridge *bridge = script_of(L)->host->bridge;
    struct sending sending = {.registry = bridge->registry};
    bool emitted;

    if (!output->open)
        return luaL_error(L, "this MIDI output device is closed");
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    if (output->port != NULL) {
        sending.source = output->plays;
        sending.output = 1u << output->port->index;
        emitted = midi_value_emit_array(L, 2, send_message, &sending);
    } else {
        emitted = midi_value_emit_array(L, 2, send_nowhere, NULL);
    }
    if (!emitted)
        report_no_midi(L, output);
    if (!emitted || sending.refused)
        bridge->counters.output_lost++;
    return 0;
}

/* ---- the object ---- */

static int output_close(lua_State *L)
{
    close_output(L, self(L));
    return 0;
}

static int output_gc(lua_State *L)
{
    close_output(L, self(L));
    return 0;
}

static int output_is_open(lua_State *L)
{
    lua_pushboolean(L, self(L)->open);
    return 1;
}

static int output_name(lua_State *L)
{
    const struct midi_output *output = self(L);

    lua_getiuservalue(L, 1, 1);
    midi_push_name(L, output->port, output->open ? lua_tostring(L, -1) : "");
    return 1;
}

static const struct object_property properties[] = {
    {"is_open", output_is_open, NULL}, {"name", output_name, NULL}, {NULL, NULL, NULL}};
static const luaL_Reg methods[] = {{"close", output_close}, {"send", output_send}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__gc", output_gc}, {NULL, NULL}};

const struct object_type midi_output_type = {
    .name = "MidiOutputDevice", .properties = properties, .methods = methods, .metamethods = metamethods};
