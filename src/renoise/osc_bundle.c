/* renoise.Osc.Bundle as scripts see it: made of a time and messages, read as timetag, elements and binary_data.
 * SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "osc/osc_frame.h"
#include "renoise/osc.h"
#include "renoise/osc_object.h"

#include <string.h>

#define WHO "renoise.Osc.Bundle: "
#define HEAD "#bundle" /* with its zero byte */

bool osc_bundle_begins(const uint8_t *bytes, size_t length)
{
    return length >= sizeof HEAD && memcmp(bytes, HEAD, sizeof HEAD) == 0;
}

/* One element of a bundle that was checked, and the next; NULL bytes at the end. */
struct element {
    const uint8_t *bytes;
    size_t length;
};

static struct element element_at(const struct osc_bundle *bundle, const uint8_t *at)
{
    struct element element = {NULL, 0};

    if (at < bundle->bytes + bundle->length) {
        element.length = bytes_get_u32(at);
        element.bytes = at + 4;
    }
    return element;
}

static struct element element_first(const struct osc_bundle *bundle)
{
    return element_at(bundle, bundle->bytes + OSC_BUNDLE_HEAD);
}

static struct element element_next(const struct osc_bundle *bundle, struct element element)
{
    return element_at(bundle, element.bytes + element.length);
}

/* The table of elements, made once: Messages, and Bundles where bundles are nested. */
static int get_elements(lua_State *L)
{
    const struct osc_bundle *bundle = osc_hold(L, 1, &osc_bundle_type);
    struct element element = element_first(bundle);

    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE)
        return 1;
    lua_newtable(L);
    for (lua_Integer i = 1; element.bytes != NULL; i++) {
        osc_push(L, element.bytes, element.length);
        lua_rawseti(L, -2, i);
        element = element_next(bundle, element);
    }
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
    return 1;
}

static int get_timetag(lua_State *L)
{
    const struct osc_bundle *bundle = osc_hold(L, 1, &osc_bundle_type);

    osc_time_push(L, bytes_get_u64(bundle->bytes + sizeof HEAD));
    return 1;
}

static int get_bytes(lua_State *L)
{
    const struct osc_bundle *bundle = osc_hold(L, 1, &osc_bundle_type);

    lua_pushlstring(L, (const char *)bundle->bytes, bundle->length);
    return 1;
}

/* "#bundle 99 { /a ,i 1; /b , }" for people. Bundles within are as deep as osc_push lets them be. */
static int bundle_tostring(lua_State *L)
{
    const struct osc_bundle *bundle = osc_hold(L, 1, &osc_bundle_type);
    const char *between = " ";
    luaL_Buffer buffer;

    luaL_checkstack(L, LUA_MINSTACK, "bundles within bundles");
    luaL_buffinit(L, &buffer);
    luaL_addstring(&buffer, HEAD " ");
    get_timetag(L);
    luaL_addvalue(&buffer);
    luaL_addstring(&buffer, " {");
    for (struct element element = element_first(bundle); element.bytes != NULL;
         element = element_next(bundle, element)) {
        luaL_addstring(&buffer, between);
        osc_push(L, element.bytes, element.length);
        luaL_tolstring(L, -1, NULL);
        lua_remove(L, -2);
        luaL_addvalue(&buffer);
        between = "; ";
    }
    luaL_addstring(&buffer, " }");
    luaL_pushresult(&buffer);
    return 1;
}

/* Replaces index 2, one Message or an array of them, by an array of our own, which no metamethod changes while the
 * bundle is made. It holds no instances, whose bytes may become others meanwhile, but their Messages. Returns the bytes
 * that the bundle takes, or raises. */
static size_t collect_messages(lua_State *L)
{
    bool single = object_test(L, 2, &osc_message_type) != NULL;
    const struct osc_message *message;
    size_t size = OSC_BUNDLE_HEAD;
    lua_Integer count;

    if (!single && lua_type(L, 2) != LUA_TTABLE)
        luaL_error(L, WHO "a Message or an array of them must follow the time");
    count = single ? 1 : luaL_len(L, 2);
    lua_newtable(L);
    for (lua_Integer i = 1; i <= count; i++) {
        if (single)
            lua_pushvalue(L, 2);
        else
            lua_geti(L, 2, i);
        if (object_test(L, -1, &osc_bundle_type) != NULL)
            luaL_error(L, WHO "element %I: a Bundle cannot be put into a Bundle", i);
        message = osc_hold_test(L, -1, &osc_message_type);
        if (message == NULL)
            return (size_t)luaL_error(L, WHO "element %I: must be a Message, not a %s", i, luaL_typename(L, -1));
        size += 4 + message->length;
        if (size > OSC_FRAME_MAX)
            luaL_error(L, WHO "element %I: the bundle is larger than %d bytes", i, (int)OSC_FRAME_MAX);
        lua_rawseti(L, -2, i);
    }
    lua_replace(L, 2);
    return size;
}

/* Bundle(time, message or {messages}). */
static int bundle_construct(lua_State *L)
{
    const struct osc_message *message;
    struct osc_bundle *bundle;
    uint64_t timetag;
    uint8_t *at;
    size_t size;

    lua_settop(L, 2);
    if (lua_type(L, 1) != LUA_TNUMBER)
        return luaL_error(L, WHO "the time must be a number, not a %s", luaL_typename(L, 1));
    if (!osc_time_read(lua_tonumber(L, 1), &timetag))
        return luaL_error(L, WHO "the time is out of range");
    size = collect_messages(L);
    bundle = object_push_new(L, &osc_bundle_type, sizeof *bundle + size);
    bundle->length = size;
    memcpy(bundle->bytes, HEAD, sizeof HEAD);
    bytes_put_u64(bundle->bytes + sizeof HEAD, timetag);
    at = bundle->bytes + OSC_BUNDLE_HEAD;
    for (lua_Integer i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++) {
        message = object_test(L, -1, &osc_message_type);
        bytes_put_u32(at, (uint32_t)message->length);
        memcpy(at + 4, message->bytes, message->length);
        at += 4 + message->length;
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

void osc_bundle_push(lua_State *L, const uint8_t *bytes, size_t length)
{
    struct osc_bundle *bundle = object_push_new(L, &osc_bundle_type, sizeof *bundle + length);

    memcpy(bundle->bytes, bytes, length);
    bundle->length = length;
}

const struct object_type osc_bundle_type = {
    .name = "Bundle",
    .properties =
        (const struct object_property[]){
            {"timetag", get_timetag, NULL},
            {"elements", get_elements, NULL},
            {"binary_data", get_bytes, NULL},
            {NULL, NULL, NULL},
        },
    .methods = (const luaL_Reg[]){{"to_binary_data", get_bytes}, {NULL, NULL}},
    .metamethods = (const luaL_Reg[]){{"__tostring", bundle_tostring}, {NULL, NULL}},
    .construct = bundle_construct,
};
