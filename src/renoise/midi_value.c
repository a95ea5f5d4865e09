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

/* As byte_at, for a data byte. */
static uint8_t data_at(lua_State *L, int index, size_t place)
{
    uint8_t byte = byte_at(L, index, place);

    if (byte > 127)
        luaL_error(L, "invalid MIDI message: byte %d is %d, but data bytes are 0 to 127", (int)place, (int)byte);
    return byte;
}

/* Raises unless the array, of count bytes, is a SysEx; then emits it. */
static void emit_sysex(lua_State *L, int index, size_t count, const struct midi_parser_sink *sink)
{
    struct midi_parser parser = {0};

    if (count == 1 || byte_at(L, index, count) != MIDI_SYSEX_EOX)
        luaL_error(L, "invalid MIDI message: SysEx does not end with 0xF7 (247)");
    for (size_t place = 2; place < count; place++)
        (void)data_at(L, index, place);
    for (size_t place = 1; place <= count; place++) {
        uint8_t byte = byte_at(L, index, place);

        midi_parser_feed(&parser, &byte, 1, sink);
    }
}

/* Raises unless the array, of count bytes, is a short message that begins with status; then emits it. */
static void emit_short(lua_State *L, int index, uint8_t status, size_t count, const struct midi_parser_sink *sink)
{
    struct midi_parser parser = {0};
    size_t length = midi_length(status);
    uint8_t bytes[3] = {status};

    if (length == 0)
        luaL_error(L, "invalid MIDI message: it begins with %d, which no message does", (int)status);
    if (count > 3)
        luaL_error(L, "invalid MIDI message: only SysEx, from 0xF0 to 0xF7, has more than 3 bytes");
    if (count < length)
        luaL_error(L, "invalid MIDI message: %d begins one of %d bytes, but there are %d", (int)status, (int)length,
                   (int)count);
    for (size_t place = 2; place <= length; place++)
        bytes[place - 1] = data_at(L, index, place);
    for (size_t place = length + 1; place <= count; place++)
        (void)byte_at(L, index, place);
    midi_parser_feed(&parser, bytes, length, sink);
}

/* The parser is given whole messages alone. */
static void ignore_malformed(void *user)
{
    (void)user;
}

static void emit_bytes(lua_State *L, int index, void (*emit)(void *user, const struct midi_msg *msg), void *user)
{
    struct midi_parser_sink sink = {.message = emit, .malformed = ignore_malformed, .user = user};
    size_t count = lua_rawlen(L, index);
    uint8_t status;

    if (count == 0)
        luaL_error(L, "invalid MIDI message: it is empty");
    status = byte_at(L, index, 1);
    if (status == MIDI_SYSEX)
        emit_sysex(L, index, count, &sink);
    else
        emit_short(L, index, status, count, &sink);
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
