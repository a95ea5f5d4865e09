/* renoise.Osc.Message(pattern, arguments): from the tables of a script to the bytes of a message.
 * SPDX-License-Identifier: MIT */
#include "base/bytes.h"
#include "base/error.h"
#include "osc/osc_frame.h"
#include "renoise/osc_object.h"

#include <string.h>

#define WHO "renoise.Osc.Message: "

/* Bytes of a text with its zero byte, padded to 4. */
static size_t padded_text(size_t length)
{
    return length / 4 * 4 + 4;
}

static size_t argument_size(const struct osc_arg *arg)
{
    switch (arg->tag) {
    case 's':
    case 'S': return padded_text(arg->v.s.length);
    case 'b': return 4 + (arg->v.s.length + 3) / 4 * 4;
    case 'h':
    case 't':
    case 'd': return 8;
    case 'T':
    case 'F':
    case 'N':
    case 'I': return 0;
    default: return 4;
    }
}

/* Returns the pattern at index 1, or raises. */
static const char *read_pattern(lua_State *L, size_t *length)
{
    const char *pattern;

    if (lua_type(L, 1) != LUA_TSTRING)
        luaL_error(L, WHO "the pattern must be a string, not a %s", luaL_typename(L, 1));
    pattern = lua_tolstring(L, 1, length);
    if (pattern[0] != '/')
        luaL_error(L, WHO "the pattern must start with '/'");
    if (*length > OSC_ADDRESS_MAX)
        luaL_error(L, WHO "the pattern is longer than %d bytes", OSC_ADDRESS_MAX);
    for (size_t i = 0; i < *length; i++) {
        if ((unsigned char)pattern[i] < 0x20 || pattern[i] == 0x7f)
            luaL_error(L, WHO "the pattern must not hold control characters");
    }
    return pattern;
}

/* Returns how many arguments the table at index 2 has, or raises. */
static int read_count(lua_State *L)
{
    lua_Integer count;

    if (lua_isnoneornil(L, 2))
        return 0;
    if (lua_type(L, 2) != LUA_TTABLE)
        luaL_error(L, WHO "the arguments must be a table, not a %s", luaL_typename(L, 2));
    count = luaL_len(L, 2);
    if (count > OSC_ARGS_MAX)
        luaL_error(L, WHO "more than %d arguments", OSC_ARGS_MAX);
    if (count <= 0 && lua_getfield(L, 2, "tag") != LUA_TNIL)
        luaL_error(L, WHO "the arguments must be an array of {tag=, value=} tables, also when there is one");
    return count > 0 ? (int)count : 0;
}

/* Returns the tag of the argument table at the top of the stack, or raises. */
static char read_tag(lua_State *L, int number)
{
    const char *tag;
    size_t length = 0;
    char letter;

    if (lua_getfield(L, -1, "tag") != LUA_TSTRING)
        luaL_error(L, WHO "argument %d: the tag must be a string, not a %s", number, luaL_typename(L, -1));
    tag = lua_tolstring(L, -1, &length);
    if (length != 1 || strchr("ifsSbhtdcrmTFNI", tag[0]) == NULL)
        luaL_error(L, WHO "argument %d: unknown tag '%s'", number, tag);
    letter = tag[0];
    lua_pop(L, 1);
    return letter;
}

/* Reads the table at the top of the stack. Leaves one value in its place, which the argument may borrow, or raises. */
static void read_argument(lua_State *L, int number, struct osc_arg *arg)
{
    const char *problem;

    if (lua_type(L, -1) != LUA_TTABLE)
        luaL_error(L, WHO "argument %d: must be a {tag=, value=} table, not a %s", number, luaL_typename(L, -1));
    arg->tag = read_tag(L, number);
    lua_getfield(L, -1, "value");
    lua_remove(L, -2);
    if (lua_isnil(L, -1) && strchr("TFNI", arg->tag) == NULL)
        luaL_error(L, WHO "argument %d: tag '%c' needs a value", number, arg->tag);
    problem = osc_value_read(L, arg);
    if (problem != NULL)
        luaL_error(L, WHO "argument %d: the value of tag '%c' %s (a %s)", number, arg->tag, problem,
                   luaL_typename(L, -1));
}

/* Writes a text; its zero byte and padding are there already. Returns what is behind it, as put_argument does. */
static uint8_t *put_text(uint8_t *at, const uint8_t *text, size_t length)
{
    memcpy(at, text, length);
    return at + padded_text(length);
}

static uint8_t *put_argument(uint8_t *at, const struct osc_arg *arg)
{
    uint32_t word;
    uint64_t bits;

    switch (arg->tag) {
    case 's':
    case 'S': return put_text(at, arg->v.s.bytes, arg->v.s.length);
    case 'b':
        bytes_put_u32(at, (uint32_t)arg->v.s.length);
        memcpy(at + 4, arg->v.s.bytes, arg->v.s.length);
        break;
    case 'h': bytes_put_u64(at, (uint64_t)arg->v.h); break;
    case 't': bytes_put_u64(at, arg->v.t); break;
    case 'd':
        memcpy(&bits, &arg->v.d, sizeof bits);
        bytes_put_u64(at, bits);
        break;
    case 'f':
        memcpy(&word, &arg->v.f, sizeof word);
        bytes_put_u32(at, word);
        break;
    case 'm': memcpy(at, arg->v.m, 4); break;
    case 'T':
    case 'F':
    case 'N':
    case 'I': break;
    default: bytes_put_u32(at, (uint32_t)arg->v.i); break; /* i c r */
    }
    return at + argument_size(arg);
}

/* Writes the message into its object, which has the right size and is zero. Not through liblo: version 0.31 writes
 * beyond its buffer when that grows to just above a large power of two, as it can with 128 KiB. */
static int write_message(struct osc_message *message, const char *pattern, size_t length, const struct osc_arg *args,
                         int count)
{
    uint8_t *tags = put_text(message->bytes, (const uint8_t *)pattern, length);
    uint8_t *at = tags + padded_text((size_t)count + 1);

    *tags++ = ',';
    for (int i = 0; i < count; i++) {
        *tags++ = (uint8_t)args[i].tag;
        at = put_argument(at, &args[i]);
    }
    return osc_view_parse(&message->view, message->bytes, message->length);
}

int osc_message_construct(lua_State *L)
{
    struct osc_message *message;
    struct osc_arg *args;
    const char *pattern;
    size_t size, length;
    int count, result;

    lua_settop(L, 2);
    pattern = read_pattern(L, &length);
    count = read_count(L);
    luaL_checkstack(L, count + LUA_MINSTACK, "too many arguments"); /* each one's value stays there */
    args = lua_newuserdatauv(L, (size_t)count * sizeof *args, 0);
    size = padded_text(length) + padded_text((size_t)count + 1);
    for (int i = 0; i < count; i++) {
        lua_geti(L, 2, i + 1);
        read_argument(L, i + 1, &args[i]);
        size += argument_size(&args[i]);
        if (size > OSC_FRAME_MAX)
            luaL_error(L, WHO "argument %d: the message is larger than %d bytes", i + 1, (int)OSC_FRAME_MAX);
    }
    message = object_push_new(L, &osc_message_type, sizeof *message + size);
    message->length = size;
    result = write_message(message, pattern, length, args, count);
    if (result != NW_OK)
        luaL_error(L, WHO "%s", nw_error_text(result));
    return 1;
}
