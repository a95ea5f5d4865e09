/* renoise.Midi.MidiInputDevice: what a port hears waits for the script's callbacks.
 * SPDX-License-Identifier: MIT */
#include "renoise/midi_fate.h"
#include "renoise/midi_object.h"
#include "renoise/midi_value.h"
#include "renoise/observable.h"
#include "script/host.h"
#include "script/inbox.h"
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INBOX_LIMIT (2 * INBOX_MAX) /* bytes that wait: the longest SysEx has room beside others */

enum kind { SHORT, SYSEX, KINDS };

/* An input, counted by references: the object's, and that of a call in progress. */
struct midi_input {
    struct source source; /* first, for on_deliver */
    struct midi_input *next;
    struct ears *ears; /* while it is open */
    struct port *port; /* NULL: closed, or it could not be opened */
    struct inbox inbox;
    unsigned turns; /* how many have left it */
    unsigned references;
    bool open;
    bool wanted[KINDS], disabled[KINDS];
    char what[KINDS][PORT_NAME_MAX + 64];
};

/* The open inputs of all scripts, which the bridge knows. It is there while there is one. */
struct ears {
    struct host *host;
    struct midi_input *first;
    struct midi_fates fates;
};

/* What Lua holds. The user value is a table: function and object for each kind, and the name that was asked for. */
struct midi_input_object {
    struct midi_input *input;
};

enum { PLACE_NAME = 2 * KINDS + 1 };

/* A message that waits. */
struct record {
    uint32_t fate; /* its number, if it is booked */
    bool booked;   /* no port took it, so that its fate is the scripts' */
    bool sysex;
    uint8_t bytes[];
};

/* Key of the registry, by its address: a table with weak values, from inputs to their objects. An input that only its
 * own callbacks know can be collected. */
static const char objects_mark;

/* ---- hearing: inside turns ---- */

static bool put(struct midi_input *input, uint32_t fate, bool booked, const struct midi_msg *msg,
                const struct sysex *sysex)
{
    size_t length = sysex != NULL ? sysex->used : msg->len;
    struct record *record = inbox_put(&input->inbox, sizeof *record + length);

    if (record == NULL)
        return false;
    record->fate = fate;
    record->booked = booked;
    record->sysex = sysex != NULL;
    memcpy(record->bytes, sysex != NULL ? sysex->bytes : msg->b, length);
    source_ready(&input->source);
    return true;
}

/* The bridge's hook. */
static int hear(void *user, const struct port *from, const struct midi_msg *msg, const struct sysex *sysex, bool taken)
{
    struct ears *ears = user;
    enum kind kind = sysex != NULL ? SYSEX : SHORT;
    unsigned copies = 0, full = 0;
    int reason = BRIDGE_UNHEARD;

    if (msg->b[0] == MIDI_ACTIVE_SENSING && kind == SHORT)
        return BRIDGE_UNHEARD;
    if (!midi_fates_reserve(&ears->fates))
        return DROP_QUEUE;
    for (struct midi_input *input = ears->first; input != NULL; input = input->next) {
        if (input->port != from || !input->wanted[kind] || input->source.script->deaf)
            continue;
        if (input->disabled[kind])
            reason = reason != DROP_QUEUE ? DROP_DISABLED : reason;
        else if (kind == SYSEX && sysex->lost)
            reason = DROP_TOO_BIG;
        else if (put(input, ears->fates.free, !taken, msg, sysex))
            copies++;
        else {
            reason = DROP_QUEUE;
            full++;
        }
    }
    if (taken || copies > 0)
        ears->host->bridge->counters.output_lost += full;
    if (!taken && copies > 0)
        midi_fates_add(&ears->fates, ears->host, copies);
    return copies > 0 ? BRIDGE_HEARD : reason;
}

/* Opens the ears with the first input. False without memory. */
static bool join_ears(struct host *host, struct midi_input *input)
{
    struct ears *ears = host->bridge->hear != NULL ? host->bridge->hear_user : calloc(1, sizeof *ears);
    struct midi_input **link;

    if (ears == NULL)
        return false;
    ears->host = host;
    for (link = &ears->first; *link != NULL; link = &(*link)->next)
        ;
    *link = input;
    input->ears = ears;
    host->bridge->hear = hear;
    host->bridge->hear_user = ears;
    return true;
}

static void leave_ears(struct midi_input *input)
{
    struct ears *ears = input->ears;
    struct midi_input **link = &ears->first;

    while (*link != input)
        link = &(*link)->next;
    *link = input->next;
    input->ears = NULL;
    if (ears->first != NULL)
        return;
    ears->host->bridge->hear = NULL;
    ears->host->bridge->hear_user = NULL;
    midi_fates_free(&ears->fates);
    free(ears);
}

/* ---- calling: between turns ---- */

struct delivery {
    struct midi_input *input;
    enum kind kind;
    unsigned turn; /* of the message */
    bool taken;
};

/* Whether the message is still the oldest: any allocation may run a finalizer, which may close the input, or wait and
 * so have the message delivered. */
static bool is_oldest(const struct delivery *delivery)
{
    return delivery->input->open && delivery->input->turns == delivery->turn;
}

/* Takes the oldest message out of the inbox. reason is why no callback gets it, or BRIDGE_HEARD. */
static void take(struct midi_input *input, int reason)
{
    struct ears *ears = input->ears;
    size_t length;
    const struct record *record = inbox_front(&input->inbox, &length);

    if (record->booked && reason == BRIDGE_HEARD)
        midi_fates_taken(&ears->fates, ears->host, record->fate);
    else if (record->booked)
        midi_fates_given_up(&ears->fates, ears->host, record->fate, (enum drop_reason)reason);
    inbox_pop(&input->inbox);
    input->turns++;
}

/* Pushes the oldest message as an array, a short one filled up to three. False when it is no
 * longer the oldest. */
static bool push_message(lua_State *L, const struct delivery *delivery)
{
    const struct midi_input *input = delivery->input;
    const struct record *record;
    size_t length, count;

    if (!is_oldest(delivery)) /* the call may have collected already */
        return false;
    inbox_front(&input->inbox, &length);
    length -= sizeof *record;
    count = delivery->kind == SHORT ? 3 : length;
    lua_createtable(L, (int)count, 0);
    if (!is_oldest(delivery))
        return false;
    record = inbox_front(&input->inbox, &length); /* from here on nothing is allocated */
    length -= sizeof *record;
    for (size_t i = 0; i < count; i++) {
        lua_pushinteger(L, i < length ? record->bytes[i] : 0);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return true;
}

/* Runs protected. The object stays on the stack. */
static int call_callback(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    int callbacks, arguments = 1;

    lua_rawgetp(L, LUA_REGISTRYINDEX, &objects_mark);
    if (lua_rawgetp(L, -1, delivery->input) == LUA_TNIL)
        return 0;
    lua_getiuservalue(L, -1, 1);
    callbacks = lua_gettop(L);
    lua_rawgeti(L, callbacks, 2 * (int)delivery->kind + 1);
    if (lua_rawgeti(L, callbacks, 2 * (int)delivery->kind + 2) == LUA_TNIL)
        lua_pop(L, 1);
    else
        arguments = 2;
    if (!push_message(L, delivery))
        return 0;
    take(delivery->input, BRIDGE_HEARD);
    delivery->taken = true;
    lua_call(L, arguments, 0);
    return 0;
}

static void release(struct midi_input *input)
{
    if (--input->references == 0)
        free(input);
}

/* deliver of the source. */
static bool on_deliver(struct source *source)
{
    struct midi_input *input = (struct midi_input *)source;
    struct delivery delivery = {.input = input, .turn = input->turns};
    const struct record *record;
    size_t length;
    bool more;

    record = inbox_front(&input->inbox, &length);
    if (record == NULL || source->script->unloading)
        return false;
    delivery.kind = record->sysex ? SYSEX : SHORT;
    input->references++;
    if (!input->disabled[delivery.kind] &&
        !script_call(source->script, call_callback, &delivery, input->what[delivery.kind]))
        input->disabled[delivery.kind] = true;
    if (!delivery.taken && is_oldest(&delivery))
        take(input, DROP_DISABLED);
    more = input->open && input->inbox.count > 0;
    release(input);
    return more;
}

/* ---- the object ---- */

static void close_input(struct midi_input *input)
{
    struct script *script = input->source.script;

    if (!input->open)
        return;
    while (input->inbox.count > 0)
        take(input, script->unloading ? DROP_EXIT : DROP_DISABLED);
    input->open = false;
    inbox_free(&input->inbox);
    source_forget(&input->source);
    leave_ears(input);
    script->kept--;
    if (input->port != NULL)
        bridge_release_port(script->host->bridge, input->port);
    input->port = NULL;
}

/* Puts the callback at index into the table of callbacks, at the top of the stack. Returns whether there is one. */
static bool keep_callback(lua_State *L, int index, enum kind kind)
{
    if (lua_isnil(L, index))
        return false;
    if (!notifier_push(L, index))
        luaL_argerror(L, index, "a function, or a table of an object and a function expected");
    lua_rawseti(L, -3, 2 * (int)kind + 2);
    lua_rawseti(L, -2, 2 * (int)kind + 1);
    return true;
}

/* Pushes the table of inputs and their objects. */
static void push_objects(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &objects_mark) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &objects_mark);
}

/* Whether its script hears the same port by another input as well. */
static bool is_doubled(const struct midi_input *input)
{
    for (const struct midi_input *other = input->ears->first; other != NULL; other = other->next)
        if (other != input && other->port == input->port && other->source.script == input->source.script)
            return true;
    return false;
}

/* (name [, callback] [, sysex_callback]) -> device */
int midi_create_input(lua_State *L)
{
    static const char *const names[KINDS] = {"callback", "sysex callback"};
    struct script *script = script_of(L);
    struct midi_input_object *object;
    struct midi_input *input;

    lua_settop(L, 3);
    if (script->unloading)
        return luaL_error(L, "the script is being unloaded");
    object = object_push_new(L, &midi_input_type, sizeof *object);
    object->input = input = calloc(1, sizeof *input);
    if (input == NULL)
        return luaL_error(L, "not enough memory");
    input->references = 1;
    input->source.script = script;
    input->source.deliver = on_deliver;
    input->inbox.limit = INBOX_LIMIT;
    lua_createtable(L, PLACE_NAME, 0);
    input->wanted[SHORT] = keep_callback(L, 2, SHORT);
    input->wanted[SYSEX] = keep_callback(L, 3, SYSEX);
    if (!input->wanted[SHORT] && !input->wanted[SYSEX])
        return luaL_error(L, "a MIDI input device needs a callback, a sysex callback, or both");
    lua_pushvalue(L, 1);
    lua_rawseti(L, -2, PLACE_NAME);
    lua_setiuservalue(L, 4, 1);
    push_objects(L);
    lua_pushvalue(L, 4);
    lua_rawsetp(L, -2, input);
    lua_settop(L, 4);
    input->port = midi_open_port(L, 1, PORT_INPUT);
    for (int kind = 0; kind < KINDS; kind++)
        snprintf(input->what[kind], sizeof input->what[kind], "the %s of MIDI input %s", names[kind],
                 lua_tostring(L, 1));
    if (!join_ears(script->host, input)) {
        if (input->port != NULL)
            bridge_release_port(script->host->bridge, input->port);
        return luaL_error(L, "not enough memory");
    }
    input->open = true;
    script->kept++;
    if (is_doubled(input))
        lua_gc(L, LUA_GCCOLLECT); /* one that the script has forgotten would go on hearing, and all would come twice */
    return 1;
}

static struct midi_input *self(lua_State *L)
{
    const struct midi_input_object *object = object_check(L, 1, &midi_input_type);

    return object->input;
}

static int input_close(lua_State *L)
{
    struct midi_input *input = self(L);

    if (input != NULL)
        close_input(input);
    lua_pushnil(L); /* what the callbacks know can be collected */
    lua_setiuservalue(L, 1, 1);
    return 0;
}

/* A script that has put its input into a variable that is gone would only see that nothing comes any more. Not told
 * when it has opened the port anew, and forgot the one before: tools that look for their controllers do that every
 * second. */
static void tell_of_loss(lua_State *L, const struct midi_input *input)
{
    const struct script *script = script_of(L);

    if (!input->open || script->unloading || is_doubled(input))
        return;
    lua_getiuservalue(L, 1, 1);
    lua_rawgeti(L, -1, PLACE_NAME);
    log_warning("E428",
                "%s: MIDI input \"%s\" is closed, for nothing in the script refers to it any more. "
                "Fix: keep it in a global, or close it",
                script->path, lua_tostring(L, -1));
    lua_pop(L, 2);
}

static int input_gc(lua_State *L)
{
    struct midi_input_object *object = object_check(L, 1, &midi_input_type);

    if (object->input == NULL)
        return 0;
    tell_of_loss(L, object->input);
    close_input(object->input);
    release(object->input);
    object->input = NULL;
    return 0;
}

static int input_is_open(lua_State *L)
{
    const struct midi_input *input = self(L);

    lua_pushboolean(L, input != NULL && input->open);
    return 1;
}

static int input_name(lua_State *L)
{
    const struct midi_input *input = self(L);

    if (input == NULL || !input->open) {
        lua_pushliteral(L, "");
        return 1;
    }
    lua_getiuservalue(L, 1, 1);
    lua_rawgeti(L, -1, PLACE_NAME);
    midi_push_name(L, input->port, lua_tostring(L, -1));
    return 1;
}

static const struct object_property properties[] = {
    {"is_open", input_is_open, NULL}, {"name", input_name, NULL}, {NULL, NULL, NULL}};
static const luaL_Reg methods[] = {{"close", input_close}, {NULL, NULL}};
static const luaL_Reg metamethods[] = {{"__gc", input_gc}, {NULL, NULL}};

const struct object_type midi_input_type = {
    .name = "MidiInputDevice", .properties = properties, .methods = methods, .metamethods = metamethods};
