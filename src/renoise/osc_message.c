/* renoise.Osc.Message as scripts see it: pattern, arguments, binary_data, and its text.
 * SPDX-License-Identifier: MIT */
#include "renoise/osc_object.h"

#include <stdio.h>
#include <string.h>

/* How many arguments a script sees: none without a type-tag string, whatever bytes follow. */
static int argument_count(const struct osc_view *view)
{
    return view->tags != NULL ? view->tag_count : 0;
}

/* Pushes the table of arguments. Keys and tags stay on the stack meanwhile, for looking a string up takes as long as
 * setting a field. */
static void push_arguments(lua_State *L, const struct osc_view *view)
{
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;
    int count = argument_count(view), list = lua_gettop(L) + 1;
    char tag = '\0';

    lua_createtable(L, count, 0);
    lua_pushliteral(L, "tag");
    lua_pushliteral(L, "value");
    lua_pushnil(L); /* the tag of the argument before, for most messages have one tag only */
    for (int i = 1; i <= count && osc_args_next(&args, &arg); i++) {
        if (arg.tag != tag) {
            tag = arg.tag;
            lua_pushlstring(L, &tag, 1);
            lua_replace(L, list + 3);
        }
        lua_createtable(L, 0, 2);
        lua_pushvalue(L, list + 1);
        lua_pushvalue(L, list + 3);
        lua_rawset(L, -3);
        lua_pushvalue(L, list + 2);
        osc_value_push(L, &arg);
        lua_rawset(L, -3);
        lua_rawseti(L, list, i);
    }
    lua_settop(L, list);
}

/* The table of arguments, made once. A script may change it, for the message's bytes do not come from it. */
static int get_arguments(lua_State *L)
{
    const struct osc_message *message = osc_hold(L, 1, &osc_message_type);

    if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE)
        return 1;
    push_arguments(L, &message->view);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, 1);
    return 1;
}

static int get_pattern(lua_State *L)
{
    const struct osc_message *message = osc_hold(L, 1, &osc_message_type);

    lua_pushlstring(L, message->view.address, message->view.address_len);
    return 1;
}

static int get_bytes(lua_State *L)
{
    const struct osc_message *message = osc_hold(L, 1, &osc_message_type);

    lua_pushlstring(L, (const char *)message->bytes, message->length);
    return 1;
}

/* Adds a text in quotes; as it may come from the network, nothing in it moves a terminal's cursor. */
static void add_quoted(luaL_Buffer *buffer, const uint8_t *text, size_t length)
{
    char escape[8];

    luaL_addchar(buffer, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] < 0x20 || text[i] == 0x7f) {
            snprintf(escape, sizeof escape, "\\%03u", text[i]);
            luaL_addstring(buffer, escape);
            continue;
        }
        if (text[i] == '"' || text[i] == '\\')
            luaL_addchar(buffer, '\\');
        luaL_addchar(buffer, (char)text[i]);
    }
    luaL_addchar(buffer, '"');
}

/* Adds a number, string, boolean or nil, which it pops, as tostring does, but without metamethods of a script. */
static void add_value(lua_State *L, luaL_Buffer *buffer)
{
    const char *word = lua_isnil(L, -1) ? "nil" : lua_toboolean(L, -1) ? "true" : "false";

    if (lua_isnil(L, -1) || lua_isboolean(L, -1)) {
        lua_pop(L, 1);
        lua_pushstring(L, word);
    }
    luaL_addvalue(buffer);
}

static void add_argument(lua_State *L, luaL_Buffer *buffer, const struct osc_arg *arg)
{
    switch (arg->tag) {
    case 's':
    case 'S': add_quoted(buffer, arg->v.s.bytes, arg->v.s.length); break;
    case 'b':
        lua_pushfstring(L, "[%I bytes]", (lua_Integer)arg->v.s.length);
        luaL_addvalue(buffer);
        break;
    default:
        osc_value_push(L, arg);
        add_value(L, buffer);
        break;
    }
}

/* "/pattern ,tags value value" for people. */
static int message_tostring(lua_State *L)
{
    const struct osc_message *message = osc_hold(L, 1, &osc_message_type);
    const struct osc_view *view = &message->view;
    struct osc_args args = osc_args_begin(view);
    struct osc_arg arg;
    luaL_Buffer buffer;

    luaL_buffinit(L, &buffer);
    luaL_addlstring(&buffer, view->address, view->address_len);
    luaL_addstring(&buffer, " ,");
    if (view->tags != NULL)
        luaL_addlstring(&buffer, view->tags, view->tag_count);
    for (int i = argument_count(view); i > 0 && osc_args_next(&args, &arg); i--) {
        luaL_addchar(&buffer, ' ');
        add_argument(L, &buffer, &arg);
    }
    luaL_pushresult(&buffer);
    return 1;
}

void osc_message_push(lua_State *L, const struct osc_view *view, size_t length)
{
    const uint8_t *from = (const uint8_t *)view->address;
    struct osc_message *message = object_push_new(L, &osc_message_type, sizeof *message + length);

    memcpy(message->bytes, from, length);
    message->length = length;
    message->view = *view;
    message->view.address = (const char *)message->bytes;
    if (view->tags != NULL)
        message->view.tags = (const char *)message->bytes + (view->tags - view->address);
    message->view.args = message->bytes + (view->args - from);
    message->view.end = message->bytes + length;
}

const struct object_type osc_message_type = {
    .name = "Message",
    .properties =
        (const struct object_property[]){
            {"pattern", get_pattern, NULL},
            {"arguments", get_arguments, NULL},
            {"binary_data", get_bytes, NULL},
            {NULL, NULL, NULL},
        },
    .methods = (const luaL_Reg[]){{"to_binary_data", get_bytes}, {NULL, NULL}},
    .metamethods = (const luaL_Reg[]){{"__tostring", message_tostring}, {NULL, NULL}},
    .construct = osc_message_construct,
};
