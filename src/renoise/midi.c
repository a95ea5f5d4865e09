/* renoise.Midi: what devices there are, and opening them.
 * SPDX-License-Identifier: MIT */
#include "renoise/midi.h"

#include "base/error.h"
#include "base/log.h"
#include "port/devices.h"
#include "renoise/midi_object.h"
#include "renoise/observable.h"
#include "script/host.h"
#include "script/script.h"

#include <string.h>

/* Key of the registry, by its address: what devices_changed_observable returns. */
static const char observable_mark;

static const char *direction_name(enum port_direction direction)
{
    return direction == PORT_INPUT ? "input" : "output";
}

/* Whether a name may be opened: scripts wait for no device that was never there. */
static bool is_known(struct registry *registry, const char *name, enum port_direction direction)
{
    for (unsigned i = 0; i < registry_count(registry, direction); i++)
        if (strcmp(registry_port(registry, direction, i)->name, name) == 0)
            return true;
    return !registry_means_device(name) || devices_has(registry, name, direction);
}

struct port *midi_open_port(lua_State *L, int index, enum port_direction direction)
{
    struct registry *registry = script_of(L)->host->bridge->registry;
    struct port *port = NULL;
    const char *name;
    int error = NW_ENOTFOUND;

    if (lua_type(L, index) != LUA_TSTRING)
        luaL_typeerror(L, index, "string");
    name = lua_tostring(L, index);
    if (strlen(name) == lua_rawlen(L, index) && is_known(registry, name, direction))
        error = registry_use(registry, name, direction, &port);
    if (error == NW_ENOTFOUND || error == NW_ENODEVICES || error == NW_EADDRESS)
        luaL_error(L, "there is no MIDI %s device named '%s'%s", direction_name(direction), name,
                   error == NW_EADDRESS ? ": its address cannot be used" : "");
    if (error != 0)
        log_warning("E424", "%s: MIDI %s %s does not open (%s). Fix: see notewire ports", script_of(L)->path,
                    direction_name(direction), name, nw_error_text(error));
    return port;
}

void midi_push_name(lua_State *L, const struct port *port, const char *wanted)
{
    lua_pushstring(L, port != NULL ? port->name : wanted);
}

/* ---- what there is ---- */

/* Appends a name to the array at the top of the stack, unless it is there. */
static void append_name(lua_State *L, const char *name)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, -1);

    for (lua_Integer i = 1; i <= count; i++) {
        bool same;

        lua_rawgeti(L, -1, i);
        same = strcmp(lua_tostring(L, -1), name) == 0;
        lua_pop(L, 1);
        if (same)
            return;
    }
    lua_pushstring(L, name);
    lua_rawseti(L, -2, count + 1);
}

/* Whether a driver's own name opens something. Standard input does not count: a script that opens every device it
 * finds would take it away from a terminal. */
static bool is_device(const struct port_ops *ops, enum port_direction direction)
{
    if (direction == PORT_INPUT ? !ops->input || !ops->device : !ops->output)
        return false;
    return ops->matches(ops->driver) && registry_check(ops->driver, direction) == 0;
}

/* Pushes a new array: the ports of -i or -o, the devices that are there, then what other drivers have. */
static int push_devices(lua_State *L, enum port_direction direction)
{
    struct registry *registry = script_of(L)->host->bridge->registry;
    struct device *list = lua_newuserdatauv(L, DEVICES_MAX * sizeof *list, 0);
    unsigned count = devices_list(registry, list, DEVICES_MAX);

    lua_newtable(L);
    for (unsigned i = 0; i < registry_count(registry, direction); i++)
        if (registry_port(registry, direction, i)->joined)
            append_name(L, registry_port(registry, direction, i)->name);
    for (unsigned i = 0; i < count; i++)
        if (direction == PORT_INPUT ? list[i].input : list[i].output)
            append_name(L, list[i].name);
    for (int i = 0; port_drivers[i] != NULL; i++)
        if (is_device(port_drivers[i], direction))
            append_name(L, port_drivers[i]->driver);
    return 1;
}

static int available_input_devices(lua_State *L)
{
    return push_devices(L, PORT_INPUT);
}

static int available_output_devices(lua_State *L)
{
    return push_devices(L, PORT_OUTPUT);
}

/* ---- when that changes ---- */

static int devices_changed_observable(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &observable_mark) == LUA_TNIL) {
        (void)devices_list(script_of(L)->host->bridge->registry, NULL, 0); /* from here on we are told */
        observable_push_new(L);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &observable_mark);
    }
    return 1;
}

/* Runs protected. */
static int fire(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &observable_mark) != LUA_TNIL)
        observable_fire(L, -1, 0);
    return 0;
}

bool midi_devices_changed(struct source *source)
{
    (void)script_call(source->script, fire, NULL, "devices_changed_observable");
    return false;
}

bool midi_watches_devices(const struct script *script)
{
    lua_State *L = script->waiting != NULL ? script->waiting : script->L;
    bool any;

    if (!lua_checkstack(L, 4))
        return true;
    any = lua_rawgetp(L, LUA_REGISTRYINDEX, &observable_mark) != LUA_TNIL && observable_has_any(L, -1);
    lua_pop(L, 1);
    return any;
}

/* ---- the class object ---- */

static const luaL_Reg statics[] = {{"available_input_devices", available_input_devices},
                                   {"available_output_devices", available_output_devices},
                                   {"devices_changed_observable", devices_changed_observable},
                                   {"create_input_device", midi_create_input},
                                   {"create_output_device", midi_create_output},
                                   {NULL, NULL}};

static const struct object_type midi_type = {.name = "Midi", .statics = statics};

void midi_open(lua_State *L)
{
    object_push_class(L, &midi_type);
    object_push_class(L, &midi_input_type);
    lua_setfield(L, -2, "MidiInputDevice");
    object_push_class(L, &midi_output_type);
    lua_setfield(L, -2, "MidiOutputDevice");
}
