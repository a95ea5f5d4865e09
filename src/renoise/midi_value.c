/* MIDI as scripts write it, words or bytes. Words and SysEx are read twice, so that a mistake at the end emits nothing.
 * SPDX-License-Identifier: MIT */
#include "renoise/midi_value.h"

#include "midi/midi_parser.h"
#include "midi/midi_words.h"

#include <lauxlib.h>
#include <string.h>

/* For the pass that only checks. */
static void ignore_message(void *user, const struct midi_msg *msg)
{
    (void)user;
    (void)msg;
}

/* Reads all lines of a string. Returns the number of messages; raises for the first mistake. */
static int read_lines(lua_State *L, const char *text, size_t length, const struct midi_words_sink *sink)
{
    const char *end = text + length;
    struct midi_words words;
    struct midi_words_error error;
    int count = 0, number = 1;

    midi_words_init(&words);
    for (;; number++) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        int read = midi_words_read(&words, text, (size_t)((newline != NULL ? newline : end) - text), sink, &error);

        if (read < 0)
            return luaL_error(L, "invalid MIDI words: %s (line %d, column %d)", error.text, number, (int)error.column);
        count += read;
        if (newline == NULL)
            return count;
        text = newline + 1;
    }
}

static void emit_words(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    struct midi_words_sink check = {.message = ignore_message}, sink = {.message = emit, .user = user};
    size_t length;
    const char *text = lua_tolstring(L, index, &length);

    if (read_lines(L, text, length, &check) == 0)
        luaL_error(L, "invalid MIDI words: there is no message in them");
    read_lines(L, text, length, &sink);
}

/* The byte at a place of the array; raises when it is none. */
static uint8_t byte_at(lua_State *L, int index, size_t place)
{
    int type = lua_rawgeti(L, index, (lua_Integer)place);
    lua_Number number = lua_tonumber(L, -1);

    if (type != LUA_TNUMBER)
        luaL_error(L, "invalid MIDI message: byte %d is a %s, not a number", (int)place, lua_typename(L, type));
    if (!(number > -1 && number < 256))
        luaL_error(L, "invalid MIDI message: byte %d is %s, not 0 to 255", (int)place, luaL_tolstring(L, -1, NULL));
    lua_pop(L, 1);
    return (uint8_t)number;
}

/* Raises unless the array has bytes, and is as long as a message may be. Returns how many. */
static size_t check_bytes(lua_State *L, int index)
{
    size_t count = lua_rawlen(L, index);

    if (count == 0)
        luaL_error(L, "invalid MIDI message: it is empty");
    for (size_t place = 1; place <= count; place++)
        (void)byte_at(L, index, place);
    if (byte_at(L, index, 1) != MIDI_SYSEX) {
        if (count > 3)
            luaL_error(L, "invalid MIDI message: only SysEx, from 0xF0 to 0xF7, has more than 3 bytes");
    } else if (count == 1 || byte_at(L, index, count) != MIDI_SYSEX_EOX) {
        luaL_error(L, "invalid MIDI message: SysEx does not end with 0xF7 (247)");
    }
    return count;
}

/* Whether these bytes make a message, be it one that lacks some at its end. Pushes why when they do not. */
static bool is_message(lua_State *L, int index, size_t count)
{
    uint8_t status = byte_at(L, index, 1);
    size_t end = status == MIDI_SYSEX ? count : (size_t)midi_length(status) + 1; /* before it come data bytes */

    if (end == 1) {
        lua_pushfstring(L, "it begins with %d, which no message does", (int)status);
        return false;
    }
    for (size_t place = 2; place < end && place <= count; place++) {
        uint8_t byte = byte_at(L, index, place);

        if (byte <= 127)
            continue;
        lua_pushfstring(L, "byte %d is %d, but data bytes are 0 to 127", (int)place, (int)byte);
        return false;
    }
    return true;
}

/* The parser is given whole messages alone. */
static void ignore_malformed(void *user)
{
    (void)user;
}

/* Emits what is a message; bytes that it lacks are 0. */
static void emit_message(lua_State *L, int index, size_t count, void (*emit)(void *user, const struct midi_msg *msg),
                         void *user)
{
    struct midi_parser_sink sink = {.message = emit, .malformed = ignore_malformed, .user = user};
    struct midi_parser parser = {0};
    uint8_t status = byte_at(L, index, 1);
    size_t length = status == MIDI_SYSEX ? count : midi_length(status);

    for (size_t place = 1; place <= length; place++) {
        uint8_t byte = place <= count ? byte_at(L, index, place) : 0;

        midi_parser_feed(&parser, &byte, 1, &sink);
    }
}

static void emit_bytes(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    size_t count = check_bytes(L, index);
    uint8_t status = byte_at(L, index, 1);

    if (!is_message(L, index, count))
        luaL_error(L, "invalid MIDI message: %s", lua_tostring(L, -1));
    if (status != MIDI_SYSEX && count < midi_length(status))
        luaL_error(L, "invalid MIDI message: %d begins one of %d bytes, but there are %d", (int)status,
                   (int)midi_length(status), (int)count);
    emit_message(L, index, count, emit, user);
}

bool midi_value_emit_array(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    size_t count;

    index = lua_absindex(L, index);
    count = check_bytes(L, index);
    if (!is_message(L, index, count))
        return false;
    emit_message(L, index, count, emit, user);
    return true;
}

void midi_value_emit(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
    case LUA_TSTRING: emit_words(L, index, emit, user); break;
    case LUA_TTABLE: emit_bytes(L, index, emit, user); break;
    default: luaL_error(L, "invalid MIDI: words or an array of bytes expected, got %s", luaL_typename(L, index));
    }
}

void midi_push_bytes(lua_State *L, const struct midi_msg *msg)
{
    lua_createtable(L, 3, 0);
    for (int i = 0; i < 3; i++) {
        lua_pushinteger(L, i < msg->len ? msg->b[i] : 0);
        lua_rawseti(L, -2, i + 1);
    }
}
