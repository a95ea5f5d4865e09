/* What has been heard as OSC: from the callbacks of the loop into a bounded queue, and from there to the function.
 * SPDX-License-Identifier: MIT */
#include "notewire/osc_receiver.h"

#include "base/error.h"
#include "osc/osc_bundle.h"
#include "renoise/osc.h"

#include <string.h>

/* Bytes of the ring. INBOX_MAX of them are used, or one message more: while little waits, any finds room. */
#define RING_MAX (4 * INBOX_MAX)

/* Places in the user value of the object. */
enum { CALL = 1, PEERS };

/* ---- what comes ---- */

/* One packet that is being walked. */
struct packet {
    struct osc_receiver *receiver;
    const struct osc_sender *from;
    const uint8_t *bytes;
    size_t length;
    unsigned queued;
};

/* Where reading can rest, it does so before the queue is full. */
static void regulate(struct osc_receiver *receiver)
{
    bool pause = receiver->inbox.used > (receiver->paused ? INBOX_MAX / 4 : INBOX_MAX / 2);

    if (pause == receiver->paused)
        return;
    receiver->paused = pause;
    receiver->ops->pause(receiver, pause);
}

/* Reading rests long before so much is used that a long message is refused. */
static bool has_room(const struct osc_receiver *receiver, size_t length)
{
    return receiver->inbox.used <= INBOX_MAX / 4 * 3 || receiver->inbox.used + length <= INBOX_MAX;
}

/* Books a message at once: it waits, or there is nobody for it or no room. */
static void on_message(void *user, const struct osc_view *view, uint64_t timetag)
{
    struct packet *packet = user;
    struct osc_receiver *receiver = packet->receiver;
    struct host *host = receiver->source.script->host;
    const uint8_t *bytes = (const uint8_t *)view->address; /* a message starts with its address */
    size_t length = (size_t)(view->end - bytes);
    uint8_t *record = NULL;

    (void)timetag;
    host_queued(host);
    if (!receiver->open || receiver->disabled) {
        host_dropped(host, receiver->disabled ? DROP_DISABLED : DROP_UNMAPPED);
        return;
    }
    if (has_room(receiver, sizeof *packet->from + length))
        record = inbox_put(&receiver->inbox, sizeof *packet->from + length);
    if (record == NULL) {
        host_dropped(host, DROP_QUEUE);
        return;
    }
    memcpy(record, packet->from, sizeof *packet->from);
    memcpy(record + sizeof *packet->from, bytes, length);
    packet->queued++;
    source_ready(&receiver->source);
}

static void on_malformed(void *user, int error)
{
    const struct packet *packet = user;

    bridge_malformed_packet(packet->receiver->source.script->host->bridge, &packet->from->from, packet->bytes,
                            packet->length, error);
}

unsigned osc_receiver_packet(struct osc_receiver *receiver, const struct osc_sender *from, const uint8_t *bytes,
                             size_t length)
{
    struct packet packet = {.receiver = receiver, .from = from, .bytes = bytes, .length = length};
    struct osc_packet_sink sink = {.message = on_message, .malformed = on_malformed, .user = &packet};

    osc_packet_walk(bytes, length, &sink);
    regulate(receiver);
    return packet.queued;
}

/* ---- what goes to the script ---- */

/* One call of the function. */
struct delivery {
    struct osc_receiver *receiver;
    struct osc_sender from;
    bool taken;     /* the message is out of the queue */
    bool called;    /* and the function has got it */
    bool malformed; /* or it is none for a script */
};

static void let_go(struct osc_receiver *receiver, struct osc_sender *from)
{
    if (receiver->ops->release != NULL)
        receiver->ops->release(receiver, from);
}

/* Copies the oldest message to the top of the stack. Returns whether it is still the oldest: any allocation may run a
 * finalizer, which may close the receiver, or wait and so have the message delivered. */
static bool push_oldest(lua_State *L, const struct osc_receiver *receiver)
{
    unsigned turns = receiver->turns;
    size_t length;
    const char *record = inbox_front(&receiver->inbox, &length);

    lua_pushlstring(L, record + sizeof(struct osc_sender), length - sizeof(struct osc_sender));
    return receiver->open && receiver->turns == turns;
}

/* Moves the oldest message out of the queue, its bytes excepted. */
static void take(struct osc_receiver *receiver, struct osc_sender *from)
{
    size_t length;

    memcpy(from, inbox_front(&receiver->inbox, &length), sizeof *from);
    inbox_pop(&receiver->inbox);
    receiver->turns++;
}

/* Runs protected. */
static int call_function(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    struct osc_receiver *receiver = delivery->receiver;
    const char *bytes;
    size_t length;

    if (!receiver->open || receiver->disabled || receiver->inbox.count == 0) /* the call has collected */
        return 0;
    lua_rawgeti(L, LUA_REGISTRYINDEX, receiver->self_ref);
    lua_getiuservalue(L, OSC_RECEIVER_OBJECT, 1);
    lua_rawgeti(L, -1, CALL);
    lua_rawgeti(L, -2, PEERS);
    lua_replace(L, OSC_RECEIVER_PEERS);
    if (!push_oldest(L, receiver))
        return 0;
    take(receiver, &delivery->from);
    delivery->taken = true;
    bytes = lua_tolstring(L, -1, &length);
    if (osc_push(L, (const uint8_t *)bytes, length) != 1) {
        delivery->malformed = true;
        hint_malformed(&receiver->source.script->host->bridge->hints, &delivery->from.from, (const uint8_t *)bytes,
                       length, "has an array, or no / at its beginning, and is not for scripts");
        return 0;
    }
    lua_remove(L, -2);
    receiver->ops->push_peer(L, receiver, &delivery->from);
    if (!receiver->open)
        return 0;
    delivery->called = true;
    lua_call(L, 2, 0);
    return 0;
}

/* Books what became of a message that has left the queue. */
static void settle(struct delivery *delivery)
{
    struct host *host = delivery->receiver->source.script->host;

    if (delivery->called)
        host_delivered(host);
    else
        host_dropped(host, delivery->malformed ? DROP_MALFORMED : DROP_DISABLED);
    let_go(delivery->receiver, &delivery->from);
}

/* Takes the oldest message out unheard. */
static void drop(struct osc_receiver *receiver, enum drop_reason reason)
{
    struct osc_sender from;

    take(receiver, &from);
    host_dropped(receiver->source.script->host, reason);
    let_go(receiver, &from);
}

/* deliver of the source. The receiver is held meanwhile: its function may close it and have it collected. */
static bool on_deliver(struct source *source)
{
    struct osc_receiver *receiver = (struct osc_receiver *)source;
    struct delivery delivery = {.receiver = receiver};
    bool more;

    if (receiver->inbox.count == 0 || source->script->unloading)
        return false;
    receiver->references++;
    if (receiver->disabled)
        drop(receiver, DROP_DISABLED);
    else if (!script_call(source->script, call_function, &delivery, receiver->what))
        receiver->disabled = true;
    if (delivery.taken)
        settle(&delivery);
    regulate(receiver);
    more = receiver->inbox.count > 0;
    osc_receiver_release(receiver);
    return more;
}

/* ---- life ---- */

void osc_receiver_init(struct osc_receiver *receiver, struct script *script, const struct osc_receiver_ops *ops)
{
    receiver->source.script = script;
    receiver->source.deliver = on_deliver;
    receiver->ops = ops;
    receiver->inbox.limit = RING_MAX;
    receiver->references = 1;
    receiver->self_ref = LUA_NOREF;
}

void osc_receiver_release(struct osc_receiver *receiver)
{
    if (--receiver->references == 0)
        receiver->ops->free(receiver);
}

void osc_receiver_start(lua_State *L, struct osc_receiver *receiver, int object, int function)
{
    lua_createtable(L, PEERS, 0);
    lua_pushvalue(L, function);
    lua_rawseti(L, -2, CALL);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "v");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_rawseti(L, -2, PEERS);
    lua_setiuservalue(L, object, 1);
    lua_pushvalue(L, object);
    receiver->self_ref = luaL_ref(L, LUA_REGISTRYINDEX);
    receiver->open = true;
    receiver->source.script->kept++;
}

/* Connections of waiting messages go with their references; the script can read who they were. */
void osc_receiver_inherit(struct osc_receiver *heir, struct osc_receiver *elder)
{
    if (!heir->open || elder->inbox.count == 0 || heir->inbox.count > 0) /* it has those of another already */
        return;
    inbox_free(&heir->inbox);
    heir->inbox = elder->inbox;
    elder->inbox = (struct inbox){.limit = RING_MAX};
    elder->turns++;
    source_ready(&heir->source);
    regulate(heir);
}

void osc_receiver_stop(lua_State *L, struct osc_receiver *receiver)
{
    if (!receiver->open)
        return;
    receiver->open = false;
    receiver->source.script->kept--;
    source_forget(&receiver->source);
    while (receiver->inbox.count > 0)
        drop(receiver, receiver->source.script->unloading ? DROP_EXIT : DROP_DISABLED);
    inbox_free(&receiver->inbox);
    luaL_unref(L, LUA_REGISTRYINDEX, receiver->self_ref);
    receiver->self_ref = LUA_NOREF;
}
