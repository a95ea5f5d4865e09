/* notewire.framer: OSC packets in a byte stream, for TCP sockets that scripts hold themselves.
 * SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "base/error.h"
#include "notewire/notewire.h"
#include "osc/osc_frame.h"
#include "renoise/socket_object.h"
#include "script/script.h"

#include <string.h>

struct framer {
    struct osc_frame_reader reader;
    enum osc_framing framing;
    const char *broken; /* why the stream cannot be followed any further; NULL: it can */
};

static const struct object_type framer_type;

/* (bytes) -> string */
static int encode(lua_State *L)
{
    const struct framer *framer = object_check(L, 1, &framer_type);
    size_t length;
    const uint8_t *bytes = socket_check_bytes(L, 2, &length);
    luaL_Buffer buffer;
    uint8_t *room;

    luaL_argcheck(L, length <= OSC_FRAME_MAX, 2, "a packet is larger than 1 MiB");
    luaL_argcheck(L, framer->framing == OSC_FRAMING_SLIP || length % 4 == 0, 2,
                  "the length of an OSC packet is a multiple of 4");
    room = (uint8_t *)luaL_buffinitsize(L, &buffer, osc_frame_bound(framer->framing, length));
    luaL_pushresultsize(&buffer, osc_frame_write(framer->framing, bytes, length, room));
    return 1;
}

/* ---- feed ---- */

/* What one chunk completes, each packet behind its length. Nothing of Lua's is called while it is collected, so no
 * error leaves the reader in the middle of a byte, and no finalizer feeds it once more. */
struct harvest {
    uint8_t *bytes;
    size_t used;
    const char *problem;
};

static const char *problem_text(int error)
{
    return error == NW_ETOOBIG ? "a packet is larger than 1 MiB" : nw_error_text(error);
}

static void on_packet(void *user, const uint8_t *bytes, size_t length)
{
    struct harvest *harvest = user;

    bytes_put_u32(harvest->bytes + harvest->used, (uint32_t)length);
    memcpy(harvest->bytes + harvest->used + 4, bytes, length);
    harvest->used += 4 + length;
}

static void on_malformed(void *user, int error)
{
    struct harvest *harvest = user;

    harvest->problem = problem_text(error);
}

/* Bytes that the packets of a chunk and their lengths need at most: every packet has a byte and an END of its own, or a
 * size prefix. */
static size_t bound(const struct framer *framer, size_t length)
{
    return framer->reader.used + length + 4 * (length / 2 + 2);
}

static void push_packets(lua_State *L, const struct harvest *harvest)
{
    lua_Integer place = 0;
    size_t length;

    lua_newtable(L);
    for (size_t at = 0; at < harvest->used; at += 4 + length) {
        length = bytes_get_u32(harvest->bytes + at);
        lua_pushlstring(L, (const char *)harvest->bytes + at + 4, length);
        lua_rawseti(L, -2, ++place);
    }
}

/* (chunk) -> array of packets, nil | text */
static int feed(lua_State *L)
{
    struct framer *framer = object_check(L, 1, &framer_type);
    size_t length, room;
    const uint8_t *bytes;
    struct harvest harvest = {0};
    struct osc_frame_sink sink = {.packet = on_packet, .malformed = on_malformed, .user = &harvest};
    int error;

    luaL_checktype(L, 2, LUA_TSTRING);
    bytes = (const uint8_t *)lua_tolstring(L, 2, &length);
    do {
        lua_settop(L, 2);
        room = bound(framer, length);
        harvest.bytes = lua_newuserdatauv(L, room, 0);
    } while (bound(framer, length) > room); /* a finalizer has fed it */
    if (framer->broken == NULL) {
        framer->reader.framing = framer->framing;
        error = osc_frame_feed(&framer->reader, bytes, length, &sink);
        if (error != NW_OK)
            framer->broken = problem_text(error);
    }
    push_packets(L, &harvest);
    lua_pushstring(L, framer->broken != NULL ? framer->broken : harvest.problem);
    return 2;
}

/* ---- the object ---- */

static int collect(lua_State *L)
{
    struct framer *framer = object_check(L, 1, &framer_type);

    osc_frame_reader_reset(&framer->reader);
    return 0;
}

static const luaL_Reg methods[] = {{"encode", encode}, {"feed", feed}, {NULL, NULL}};

static const luaL_Reg metamethods[] = {{"__gc", collect}, {NULL, NULL}};

static const struct object_type framer_type = {.name = "Framer", .methods = methods, .metamethods = metamethods};

/* ("size" | "slip") -> Framer */
int framer_create(lua_State *L)
{
    static const char *const names[] = {"size", "slip", NULL};
    static const enum osc_framing framings[] = {OSC_FRAMING_SIZE, OSC_FRAMING_SLIP};
    int choice = luaL_checkoption(L, 1, NULL, names);
    struct framer *framer;

    if (script_of(L)->unloading)
        return luaL_error(L, "the script is being unloaded");
    framer = object_push_new(L, &framer_type, sizeof *framer);
    framer->framing = framings[choice];
    return 1;
}
