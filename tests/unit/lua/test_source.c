/* Compiling text of Lua 5.1: escapes that 5.4 does not know, and everything that only looks like one.
 * SPDX-License-Identifier: MIT */
#include "source_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

/* A text and what becomes of it. */
static const char *const repaired[][2] = {
    {"'\\-'", "'-'"},
    {"\"\\[\\|\\^\\o\"", "\"[|^o\""},
    {"'\\\\-' '\\\\\\-'", "'\\\\-' '\\\\-'"},
    {"'\\'\\-' \"\\\"\\-\"", "'\\'-' \"\\\"-\""},
    {"'\"\\-\"'", "'\"-\"'"},
    {"'\\x4g \\x4' '\\x'", "'x4g x4' 'x'"},
    {"'\\u{}' '\\u{12' '\\u1' '\\u{80000000}' '\\u{110000000000}'",
     "'u{}' 'u{12' 'u1' 'u{80000000}' 'u{110000000000}'"},
    {"'\\\n\\-\\\r\n\\-'", "'\\\n-\\\r\n-'"},
    {"'\\z \n\t \\-'", "'\\z \n\t -'"},
    {"'\\\xc3\xa4'", "'\xc3\xa4'"},
    {"a['\\-'] = b[[\\-]]", "a['-'] = b[[\\-]]"},
    {"[==[ ]] ]=] '\\-' ]==] '\\-'", "[==[ ]] ]=] '\\-' ]==] '-'"},
    {"-- '\\-'\n'\\-'", "-- '\\-'\n'-'"},
    {"--[[ '\\-'\n]] '\\-'", "--[[ '\\-'\n]] '-'"},
    {"--[=[ ]] '\\-'\n]=] '\\-'", "--[=[ ]] '\\-'\n]=] '-'"},
    {"--[ '\\-'\n'\\-'", "--[ '\\-'\n'-'"},
    {"'it is\n'\\-'", "'it is\n'-'"},
};

/* Texts that stay as they are. */
static const char *const kept[] = {
    "",
    "return 1 - -1, a[b[1]]",
    "'\\a\\b\\f\\n\\r\\t\\v\\\\\\\"\\'\\065\\9\\x41\\u{41}\\u{7FFFFFFF}\\u{00000000041}\\z  '",
    "'\\300'", /* too large in 5.1, too */
    "[[\\-",
    "--[[\\-",
    "-- \\-",
    "'\\",
    "[==",
    "\\ - x",
};

static void test_repair(void **state)
{
    char out[256];

    (void)state;
    for (size_t i = 0; i < COUNT(repaired); i++) {
        size_t length = source_repair(repaired[i][0], strlen(repaired[i][0]), out);

        out[length] = '\0';
        assert_string_equal(out, repaired[i][1]);
    }
    for (size_t i = 0; i < COUNT(kept); i++) {
        size_t length = source_repair(kept[i], strlen(kept[i]), out);

        out[length] = '\0';
        assert_string_equal(out, kept[i]);
    }
}

static void test_zero_bytes(void **state)
{
    char out[8];

    (void)state;
    assert_int_equal(source_repair("'\\\0'\0", 5, out), 4);
    assert_memory_equal(out, "'\0'\0", 4);
}

/* What is left behind a text is no part of it: it lies at the end of what was allocated, for the sanitizer to see. */
static void test_every_beginning(void **state)
{
    lua_State *L = luaL_newstate();

    (void)state;
    for (size_t i = 0; i < COUNT(repaired); i++)
        for (size_t length = 1; length <= strlen(repaired[i][0]); length++) {
            char *text = malloc(length), *out = malloc(length);
            const char *fault;

            memcpy(text, repaired[i][0], length);
            fault = source_fault(L, text, length, out);
            if (fault != NULL)
                fail_msg("%.*s: %s", (int)length, text, fault);
            free(text);
            free(out);
        }
    lua_close(L);
}

/* Texts of pieces that mean something, at random. */
static void test_random_texts(void **state)
{
    static const char *const pieces[] = {"'", "\"", "\\", "\\-",  "\\z",  "\\x",  "4",      "[",   "]",
                                         "=", "--", "\n", "\r\n", "[[",   "]]",   "[=[",    "]=]", "\\u{",
                                         "}", "a",  " ",  "\\\n", "\\\\", "\\\"", "return "};
    lua_State *L = luaL_newstate();
    uint32_t dice = 1;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        char text[128], out[128];
        size_t length = 0;
        const char *fault;

        while (length < 40) {
            const char *piece;

            dice = dice * 1664525u + 1013904223u;
            if (dice >> 28 == 0)
                break;
            piece = pieces[(dice >> 8) % COUNT(pieces)];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        fault = source_fault(L, text, length, out);
        if (fault != NULL)
            fail_msg("%.*s: %s", (int)length, text, fault);
    }
    lua_close(L);
}

static void test_load(void **state)
{
    lua_State *L = luaL_newstate();
    static const char broken[] = "x = '\\-'\ny = = 1";

    (void)state;
    assert_true(source_load(L, "return '\\-'", 11, "=t"));
    assert_int_equal(lua_pcall(L, 0, 1, 0), LUA_OK);
    assert_string_equal(lua_tostring(L, -1), "-");
    assert_false(source_load(L, broken, strlen(broken), "=t"));
    assert_string_equal(lua_tostring(L, -1), "t:2: unexpected symbol near '='");
    assert_false(source_load(L, "'\\300'", 6, "=t"));
    assert_false(source_load(L, LUA_SIGNATURE "\\-", 6, "=t"));
    assert_string_equal(lua_tostring(L, -1), "attempt to load a binary chunk (mode is 't')");
    assert_false(source_load_file(L, "/there/is/no/such/file", "@file"));
    assert_string_equal(lua_tostring(L, -1), "cannot open file (No such file or directory)");
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repair),       cmocka_unit_test(test_zero_bytes), cmocka_unit_test(test_every_beginning),
        cmocka_unit_test(test_random_texts), cmocka_unit_test(test_load),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
