/* MIDI as scripts write it: what each value emits, and that a mistake emits nothing.
 * SPDX-License-Identifier: MIT */
#include "renoise/midi_value.h"

#include <lauxlib.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* What was emitted: hexadecimal, a '|' before each message or piece, with the flags of pieces: ( begin, ) end. */
struct emitted {
    char text[4096];
    size_t length, pieces;
};

static void emit(void *user, const struct midi_msg *msg)
{
    struct emitted *emitted = user;
    char *out = emitted->text;
    size_t size = sizeof emitted->text, at = emitted->length;

    emitted->pieces++;
    assert_int_equal(msg->time_us, 0);
    assert_int_equal(msg->port, 0);
    if ((msg->flags & MIDI_SYSEX_PART) == 0)
        at += (size_t)snprintf(out + at, size - at, "|");
    if ((msg->flags & MIDI_SYSEX_BEGIN) != 0)
        at += (size_t)snprintf(out + at, size - at, "(");
    for (int i = 0; i < msg->len && at < size - 8; i++)
        at += (size_t)snprintf(out + at, size - at, i > 0 ? " %02X" : "%02X", msg->b[i]);
    if ((msg->flags & MIDI_SYSEX_END) != 0)
        at += (size_t)snprintf(out + at, size - at, ")");
    emitted->length = at;
}

/* Pushes the value that the Lua expression at 1 makes, and returns where it is. */
static int push_value(lua_State *L)
{
    if (luaL_loadstring(L, lua_tostring(L, 1)) != LUA_OK)
        return lua_error(L);
    lua_call(L, 0, 1);
    return lua_gettop(L);
}

/* Runs protected: emits the array of bytes that the Lua expression at 1 makes, as devices take it; returns why not. */
static int emit_array(lua_State *L)
{
    struct emitted *emitted = lua_touserdata(L, 2);
    int before = push_value(L);

    if (midi_value_emit_array(L, -1, emit, emitted)) {
        assert_int_equal(lua_gettop(L), before);
        return 0;
    }
    assert_int_equal(lua_gettop(L), before + 1);
    assert_int_equal(emitted->pieces, 0);
    snprintf(emitted->text, sizeof emitted->text, "not: %s", lua_tostring(L, -1));
    return 0;
}

/* Runs protected: emits the value that the Lua expression at 1 makes. */
static int emit_value(lua_State *L)
{
    struct emitted *emitted = lua_touserdata(L, 2);
    int before = push_value(L);

    midi_value_emit(L, -1, emit, emitted);
    assert_int_equal(lua_gettop(L), before);
    return 0;
}

/* The text of what a function emits for an expression, or of the error that it raises. */
static const char *emitted_with(lua_CFunction function, const char *expression, struct emitted *emitted)
{
    lua_State *L = luaL_newstate();

    memset(emitted, 0, sizeof *emitted);
    luaL_openlibs(L);
    lua_pushcfunction(L, function);
    lua_pushfstring(L, "return %s", expression);
    lua_pushlightuserdata(L, emitted);
    if (lua_pcall(L, 2, 0, 0) != LUA_OK) {
        assert_int_equal(emitted->pieces, 0);
        snprintf(emitted->text, sizeof emitted->text, "%s", lua_tostring(L, -1));
    }
    lua_close(L);
    return emitted->text;
}

static const char *emitted_by(const char *expression, struct emitted *emitted)
{
    return emitted_with(emit_value, expression, emitted);
}

static void expect(const char *expression, const char *wanted)
{
    struct emitted emitted;

    assert_string_equal(emitted_by(expression, &emitted), wanted);
}

/* The same for an array as devices take it; wanted is the text, or the beginning of why not. */
static void expect_array(const char *expression, const char *wanted)
{
    struct emitted emitted;
    const char *text = emitted_with(emit_array, expression, &emitted);

    if (strncmp(text, wanted, strlen(wanted)) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", expression, text, wanted);
}

/* part is of the error. */
static void expect_error(const char *expression, const char *part)
{
    struct emitted emitted;
    const char *text = emitted_by(expression, &emitted);

    if (strstr(text, part) == NULL)
        fail_msg("%s: \"%s\" lacks \"%s\"", expression, text, part);
}

static void emits_short_messages(void **state)
{
    (void)state;
    expect("{0x90, 60, 100}", "|90 3C 64");
    expect("{0x90, 60, 0}", "|90 3C 00");
    expect("{0xC1, 5}", "|C1 05");
    expect("{0xF8}", "|F8");
    expect("{0xFE}", "|FE");
    expect("{0xF2, 1, 2}", "|F2 01 02");
    expect("{0x8F, 127, 127}", "|8F 7F 7F");
    expect("setmetatable({0xB0, 1, 2}, {__index = table})", "|B0 01 02");
    expect("{0xB0, 1, 2, name = 'ignored'}", "|B0 01 02");
}

static void ignores_what_fills_up(void **state)
{
    (void)state;
    expect("{0xC1, 5, 0}", "|C1 05");
    expect("{0xD2, 9, 255}", "|D2 09");
    expect("{0xF8, 0, 0}", "|F8");
    expect_error("{0xF8, 0, 256}", "byte 3 is 256, not 0 to 255");
    expect_error("{0xF8, 0, 'x'}", "byte 3 is a string, not a number");
}

static void cuts_fractions(void **state)
{
    (void)state;
    expect("{144.0, 60.0, 100.0}", "|90 3C 64");
    expect("{144.9, 60.5, 127.99}", "|90 3C 7F");
    expect("{0x90, -0.5, 1}", "|90 00 01");
    expect_error("{0x90, 60, 128.5}", "byte 3 is 128, but data bytes are 0 to 127");
}

static void emits_sysex(void **state)
{
    (void)state;
    expect("{0xF0, 0xF7}", "(F0 F7)");
    expect("{0xF0, 1, 0xF7}", "(F0 01 F7)");
    expect("{0xF0, 0x7E, 0x7F, 6, 1, 0xF7}", "(F0 7E 7F 06 01 F7)");
    expect("{0xF0, 1, 2, 3, 4, 5, 6, 0xF7}", "(F0 01 02 03 04 05 06 F7)");
    expect("{0xF0, 1, 2, 3, 4, 5, 6, 7, 0xF7}", "(F0 01 02 03 04 05 06 07F7)");
}

static void emits_long_sysex(void **state)
{
    struct emitted emitted;

    (void)state;
    emitted_by("(function() local t = {0xF0} for i = 1, 99998 do t[i + 1] = i % 128 end t[#t + 1] = 0xF7 return t "
               "end)()",
               &emitted);
    assert_int_equal(emitted.pieces, 100000 / 8);
    assert_memory_equal(emitted.text, "(F0 01 02", 9);
}

static void devices_take_what_is_short(void **state)
{
    (void)state;
    expect_array("{0x90, 60, 100}", "|90 3C 64");
    expect_array("{0x90, 60}", "|90 3C 00");
    expect_array("{0xF2}", "|F2 00 00");
    expect_array("{0xC1}", "|C1 00");
    expect_array("{0xF8}", "|F8");
    expect_array("{0xC1, 5, 200}", "|C1 05");
    expect_array("{0xF0, 1, 0xF7}", "(F0 01 F7)");
}

static void devices_leave_what_is_no_midi(void **state)
{
    (void)state;
    expect_array("{0xE8, 0, 128}", "not: byte 3 is 128, but data bytes are 0 to 127");
    expect_array("{0xE8, 255}", "not: byte 2 is 255, but");
    expect_array("{0xF0, 1, 200, 0xF7}", "not: byte 3 is 200, but");
    expect_array("{0xF4, 1}", "not: it begins with 244, which no message does");
    expect_array("{1, 2, 3}", "not: it begins with 1,");
    expect_array("{}", "invalid MIDI message: it is empty");
    expect_array("{0x90, 60, 100, 1}", "invalid MIDI message: only SysEx");
    expect_array("{60, 60, 100, 1}", "invalid MIDI message: only SysEx");
    expect_array("{0xE8, 200, 256}", "invalid MIDI message: byte 3 is 256, not 0 to 255");
    expect_array("{0xF0, 200, -1, 0xF7}", "invalid MIDI message: byte 3 is -1, not 0 to 255");
    expect_array("{0xF4, 'x'}", "invalid MIDI message: byte 2 is a string");
    expect_array("{0xF0, 200}", "invalid MIDI message: SysEx does not end");
    expect_array("{0xF0}", "invalid MIDI message: SysEx does not end");
}

static void refuses_bytes(void **state)
{
    (void)state;
    expect_error("{}", "it is empty");
    expect_error("{n = 3}", "it is empty");
    expect_error("{1, 2, 3}", "it begins with 1, which no message does");
    expect_error("{0xF7}", "it begins with 247, which no message does");
    expect_error("{0xF4}", "it begins with 244");
    expect_error("{0x90, 60, 100, 1}", "only SysEx");
    expect_error("{0x90, 60, 100, 0xF7}", "only SysEx");
    expect_error("{0x90, 60}", "144 begins one of 3 bytes, but there are 2");
    expect_error("{0x90}", "but there are 1");
    expect_error("{0x90, -1, 2}", "byte 2 is -1, not 0 to 255");
    expect_error("{256, 1, 2}", "byte 1 is 256, not 0 to 255");
    expect_error("{0x90, 200, 2}", "byte 2 is 200, but data bytes are 0 to 127");
    expect_error("{0x90, '60', 2}", "byte 2 is a string, not a number");
    expect_error("{0x90, nil, 2}", "byte 2 is a nil, not a number");
    expect_error("{0x90, 0/0, 2}", "byte 2 is ");
    expect_error("{0x90, 1/0, 2}", "byte 2 is inf");
    expect_error("{0xF0}", "does not end with 0xF7");
    expect_error("{0xF0, 1, 2}", "does not end with 0xF7");
    expect_error("{0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}", "does not end with 0xF7");
    expect_error("{0xF0, 1, 0xF7, 2, 0xF7}", "byte 3 is 247, but data bytes");
    expect_error("{0xF0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 300, 0xF7}", "byte 11 is 300");
    expect_error("setmetatable({}, {__index = function() return 0x90 end, __len = function() return 3 end})",
                 "it is empty");
}

static void emits_words(void **state)
{
    (void)state;
    expect("'note-on 60 100'", "|90 3C 64");
    expect("'channel 2 note-on 60 100\\n'", "|91 3C 64");
    expect("'channel 2 note-on 60 100\\nchannel 3 note-off 60 0\\n'", "|91 3C 64|82 3C 00");
    expect("'channel 2 note-on 60 100\\r\\nnote-off 60 0\\r\\n'", "|91 3C 64|81 3C 00");
    expect("'ch 5 on C3 100 off C3 0 cc 7 127'", "|94 3C 64|84 3C 00|B4 07 7F");
    expect("'# what follows is a fifth\\non 60 1\\n\\non 67 1'", "|90 3C 01|90 43 01");
    expect("'syx hex 7E 7F 06 01 dec'", "(F0 7E 7F 06 01 F7)");
    expect("'system-exclusive hex 01 02 03 04 05 06 07 08 dec\\nmc'", "(F0 01 02 03 04 05 06 0708 F7)|F8");
    expect("'on 60 100'", "|90 3C 64"); /* channel 1 again: nothing is left of the one before */
}

static void refuses_words(void **state)
{
    (void)state;
    expect_error("''", "there is no message");
    expect_error("'\\n\\n'", "there is no message");
    expect_error("'channel 3'", "there is no message");
    expect_error("'# on 60 100'", "there is no message");
    expect_error("'note-on 60 128'", "velocity 128 is above 127 (line 1, column 12)");
    expect_error("'on 60 100\\non 61 100\\n on 62'", "on lacks its velocity (line 3, column 2)");
    expect_error("'on 60 100 bogus'", "unknown word \"bogus\" (line 1, column 11)");
    expect_error("'+01.000 on 60 100'", "cannot be waited for");
    expect_error("'on 60 100\\0off 60 0'", "velocity");
}

static void refuses_other_values(void **state)
{
    (void)state;
    expect_error("nil", "words or an array of bytes expected, got nil");
    expect_error("144", "got number");
    expect_error("true", "got boolean");
    expect_error("print", "got function");
    expect_error("io.stdout", "got userdata");
}

/* What the protected part of a push leaves: the array's count and bytes as text. */
static int push_message(lua_State *L)
{
    midi_push_bytes(L, lua_touserdata(L, 1));
    return 1;
}

static void expect_pushed(struct midi_msg msg, int first, int second, int third)
{
    int wanted[3] = {first, second, third};
    lua_State *L = luaL_newstate();

    lua_pushcfunction(L, push_message);
    lua_pushlightuserdata(L, &msg);
    assert_int_equal(lua_pcall(L, 1, 1, 0), LUA_OK);
    assert_int_equal(lua_rawlen(L, -1), 3);
    for (int i = 0; i < 3; i++) {
        lua_rawgeti(L, -1, i + 1);
        assert_true(lua_isinteger(L, -1));
        assert_int_equal(lua_tointeger(L, -1), wanted[i]);
        lua_pop(L, 1);
    }
    lua_close(L);
}

static void pushes_three_integers(void **state)
{
    struct midi_msg dirty = {.len = 1, .b = {0xf8, 7, 7}};

    (void)state;
    expect_pushed(midi_short(0x90, 60, 100), 0x90, 60, 100);
    expect_pushed(midi_short(0xc3, 5, 0), 0xc3, 5, 0);
    expect_pushed(dirty, 0xf8, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(emits_short_messages),
        cmocka_unit_test(ignores_what_fills_up),
        cmocka_unit_test(cuts_fractions),
        cmocka_unit_test(emits_sysex),
        cmocka_unit_test(emits_long_sysex),
        cmocka_unit_test(refuses_bytes),
        cmocka_unit_test(devices_take_what_is_short),
        cmocka_unit_test(devices_leave_what_is_no_midi),
        cmocka_unit_test(emits_words),
        cmocka_unit_test(refuses_words),
        cmocka_unit_test(refuses_other_values),
        cmocka_unit_test(pushes_three_integers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
