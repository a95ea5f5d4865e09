/* Tests of renoise.Osc: its specs, and bytes that are cut, changed, from liblo, or come when memory is short.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"
#include "renoise/osc.h"

#include <lauxlib.h>
#include <lo/lo.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define BYTES(text) (const uint8_t *)(text), sizeof(text) - 1

/* Every tag but brackets, and a bundle in a bundle. */
#define ALL_TAGS                                                                                                       \
    "/all\0\0\0\0,ifsShtdcrmTFNIb\0\0\0\0"                                                                             \
    "\0\0\0\1\x3f\x80\0\0one\0two\0\0\0\0\0\0\0\0\2\0\0\0\x63\x80\0\0\0\x3f\xb9\x99\x99\x99\x99\x99\x9a\0\0\0A"        \
    "\x01\x02\x03\x04\x01\x90\x3c\x64\0\0\0\5abcde\0\0\0"
#define ELEMENT "\0\0\0\x0c/a\0\0,i\0\0\0\0\0\7"
#define NESTED "#bundle\0\0\0\0\0\0\0\0\1" ELEMENT "\0\0\0\x30#bundle\0\0\0\0\x63\0\0\0\0" ELEMENT ELEMENT ELEMENT

/* What the state's memory may still be asked for; negative: without end. */
static long allocations_left = -1;

static void *allocate(void *user, void *block, size_t old_size, size_t size)
{
    (void)user;
    (void)old_size;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (allocations_left == 0)
        return NULL;
    if (allocations_left > 0)
        allocations_left--;
    return realloc(block, size);
}

static int setup(void **state)
{
    lua_State *L = lua_newstate(allocate, NULL);

    assert_non_null(L);
    *(void **)lua_getextraspace(L) = NULL; /* no script */
    luaL_openlibs(L);
    class_open(L);
    lua_newtable(L);
    osc_open(L);
    lua_setfield(L, -2, "Osc");
    lua_setglobal(L, "renoise");
    *state = L;
    return 0;
}

static int teardown(void **state)
{
    lua_close(*state);
    return 0;
}

/* Runs Lua that must not fail. */
static void run(lua_State *L, const char *text)
{
    if (luaL_dostring(L, text) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
}

/* Runs a file of tests/spec, which lies beside this one. */
static void run_spec(lua_State *L, const char *name)
{
    const char *root = luaL_gsub(L, __FILE__, "tests/unit/renoise/test_osc.c", "");
    const char *file = lua_pushfstring(L, "%stests/spec/%s", root, name);

    lua_getglobal(L, "package");
    lua_pushfstring(L, "%stests/spec/?.lua", root);
    lua_setfield(L, -2, "path");
    if (luaL_dofile(L, file) != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
}

static void keeps_its_spec(void **state)
{
    run_spec(*state, "test_osc.lua");
}

static void keeps_the_spec_of_tags(void **state)
{
    run_spec(*state, "test_osc_tags.lua");
}

/* Gives osc_push a copy that ends where memory checkers look, and reads all that it made of it. */
static bool push(lua_State *L, const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);
    const uint8_t *kept;
    size_t kept_length = 0;
    int top = lua_gettop(L), count;
    bool made;

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    count = osc_push(L, copy, length);
    free(copy);
    assert_int_equal(lua_gettop(L), top + count);
    made = count == 1;
    if (made) {
        kept = osc_bytes(L, -1, &kept_length);
        assert_non_null(kept);
        assert_int_equal(kept_length, length);
        assert_memory_equal(kept, bytes, length);
        lua_getglobal(L, "read");
        lua_insert(L, -2);
        if (lua_pcall(L, 1, 0, 0) != LUA_OK)
            fail_msg("%s", lua_tostring(L, -1));
    } else {
        assert_int_equal(count, 2);
        assert_true(lua_isnil(L, -2));
        assert_true(lua_rawlen(L, -1) > 0);
    }
    lua_settop(L, top);
    return made;
}

/* Defines the global read: it asks an object for everything, and a message composed of what it says is the same. */
static void define_read(lua_State *L)
{
    run(L, "function read(object)\n"
           "  assert(#tostring(object) > 0)\n"
           "  local bytes = object.binary_data\n"
           "  assert(renoise.Osc.from_binary_data(bytes).binary_data == bytes)\n"
           "  if type(object) == 'Bundle' then\n"
           "    assert(object.timetag >= 0)\n"
           "    for _, element in ipairs(object.elements) do read(element) end\n"
           "    return\n"
           "  end\n"
           "  assert(object.pattern:sub(1, 1) == '/')\n"
           "  if bytes:byte(#object.pattern // 4 * 4 + 5) ~= 44 then return end\n"
           "  local exact = true\n"
           "  for _, argument in ipairs(object.arguments) do\n"
           "    local value = argument.value\n"
           "    -- NaN, -0 and time tags beyond a double's precision do not keep each bit\n"
           "    exact = exact and value == value and value ~= 0 and argument.tag ~= 't'\n"
           "  end\n"
           "  local again = renoise.Osc.Message(object.pattern, object.arguments).binary_data\n"
           "  assert(#again == #bytes and (not exact or again == bytes))\n"
           "end");
}

static void refuses_what_is_cut(void **state)
{
    define_read(*state);
    assert_true(push(*state, BYTES(ALL_TAGS)));
    for (size_t length = 0; length < sizeof ALL_TAGS - 1; length++) {
        if (length != 8) /* "/all" alone is a message of an old client */
            assert_false(push(*state, (const uint8_t *)ALL_TAGS, length));
    }
    assert_true(push(*state, BYTES(NESTED)));
    for (size_t length = 0; length < sizeof NESTED - 1; length++) /* a bundle may end behind each of its elements */
        assert_int_equal(push(*state, (const uint8_t *)NESTED, length), length == 16 || length == 32 || length == 84);
}

static uint32_t random_next(uint32_t *seed)
{
    *seed = *seed * 1664525 + 1013904223;
    return *seed >> 8;
}

/* Messages and bundles with a few bytes changed: nothing may raise, and what is taken can be read to the last byte. */
static void survives_changed_bytes(void **state)
{
    static const char packets[2][128] = {ALL_TAGS, NESTED};
    static const size_t lengths[] = {sizeof ALL_TAGS - 1, sizeof NESTED - 1};
    uint32_t seed = 1, made = 0;
    uint8_t bytes[128];

    define_read(*state);
    for (int round = 0; round < 20000; round++) {
        size_t length = lengths[round % 2];

        memcpy(bytes, packets[round % 2], sizeof bytes);
        for (uint32_t changes = random_next(&seed) % 3; changes < 3; changes++) {
            static const uint8_t likely[] = {0, 1, 4, 8, ',', '/', '[', ']', 'i', 'b', 's', 0x7f, 0xff};
            uint32_t at = random_next(&seed) % (uint32_t)length, what = random_next(&seed);

            bytes[at] = what % 2 != 0 ? likely[what / 2 % sizeof likely] : (uint8_t)(what / 2);
        }
        if (random_next(&seed) % 4 == 0)
            length -= random_next(&seed) % length;
        made += push(*state, bytes, length) ? 1 : 0;
    }
    assert_in_range(made, 1000, 19000);
}

static void survives_random_bytes(void **state)
{
    uint32_t seed = 2;
    uint8_t bytes[64];

    define_read(*state);
    for (int round = 0; round < 20000; round++) {
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)random_next(&seed);
        bytes[0] = '/';
        push(*state, bytes, random_next(&seed) % (sizeof bytes + 1));
    }
}

static void lends_bytes_of_its_objects_only(void **state)
{
    lua_State *L = *state;
    size_t length = 99;

    run(L, "return renoise.Osc.Message('/a'), renoise.Osc.Message, {}, '/a', nil, io.stdout");
    assert_non_null(osc_bytes(L, 1, &length));
    assert_int_equal(length, 8);
    assert_memory_equal(osc_bytes(L, 1, &length), "/a\0\0,\0\0\0", 8);
    for (int i = 2; i <= 6; i++)
        assert_null(osc_bytes(L, i, &length));
    run(L, "class 'Mine' (renoise.Osc.Message)\n"
           "function Mine:__init() renoise.Osc.Message.__init(self, '/mine') end\n"
           "return Mine()");
    assert_non_null(osc_bytes(L, -1, &length));
    assert_int_equal(length, 12);
}

/* Composed by liblo, read by us; composed by us, read by liblo. */
static void agrees_with_liblo(void **state)
{
    lua_State *L = *state;
    lo_message message = lo_message_new(), read;
    lo_timetag timetag = {99, 0x80000000};
    uint8_t midi[4] = {1, 0x90, 60, 100};
    lo_blob blob = lo_blob_new(5, "abcde");
    size_t length;
    char *bytes;
    int ignored;

    lo_message_add(message, "ifsSh", 1, 1.0, "one", "two", (int64_t)2);
    lo_message_add_timetag(message, timetag);
    lo_message_add_double(message, 0.1);
    lo_message_add_char(message, 'A');
    lo_message_add_midi(message, midi);
    lo_message_add(message, "TFNI");
    lo_message_add_blob(message, blob);
    bytes = lo_message_serialise(message, "/all", NULL, &length);
    lua_pushlstring(L, bytes, length);
    lua_setglobal(L, "bytes");
    run(L, "local wanted = {{'i', 1}, {'f', 1}, {'s', 'one'}, {'S', 'two'}, {'h', 2}, {'t', 99.5}, {'d', 0.1},\n"
           "  {'c', 'A'}, {'m', 0x01903c64}, {'T', true}, {'F', false}, {'N', nil}, {'I', math.huge}, {'b', 'abcde'}}\n"
           "message = renoise.Osc.from_binary_data(bytes)\n"
           "assert(#message.arguments == #wanted)\n"
           "for i, argument in ipairs(message.arguments) do\n"
           "  assert(argument.tag == wanted[i][1] and argument.value == wanted[i][2])\n"
           "end\n"
           "return renoise.Osc.Message('/all', message.arguments).binary_data");
    assert_int_equal(lua_rawlen(L, -1), length);
    assert_memory_equal(lua_tostring(L, -1), bytes, length);
    read = lo_message_deserialise((void *)(uintptr_t)lua_tostring(L, -1), length, &ignored);
    assert_non_null(read);
    assert_string_equal(lo_message_get_types(read), lo_message_get_types(message));
    lo_message_free(read);
    lo_message_free(message);
    lo_blob_free(blob);
    free(bytes);
}

/* Defines a(), which makes an instance of a class derived from Message, and again(), which gives it another object and
 * has the one before collected. */
static void define_again(lua_State *L)
{
    run(L, "class 'M' (renoise.Osc.Message)\n"
           "function M:__init(...) renoise.Osc.Message.__init(self, ...) end\n"
           "function again(a, ...)\n"
           "  renoise.Osc.Message.__init(a, ...)\n"
           "  collectgarbage()\n"
           "  collectgarbage()\n"
           "end");
}

/* An array whose metamethods give a message that was taken already a larger object, and its finalizers do. */
static void bundles_what_it_measured(void **state)
{
    lua_State *L = *state;

    define_again(L);
    run(L, "local a, large = M('/a'), {{tag = 'b', value = ('y'):rep(100000)}}\n"
           "local bundle = renoise.Osc.Bundle(1, setmetatable({}, {__len = function() return 2 end,\n"
           "  __index = function(_, i) if i == 2 then again(a, '/x', large) end return a end}))\n"
           "assert(#bundle.binary_data == 16 + 4 + 8 + 4 + #a.binary_data)\n"
           "assert(bundle.elements[1].pattern == '/a' and bundle.elements[2].pattern == '/x')\n"
           "assert(#renoise.Osc.from_binary_data(bundle.binary_data).elements == 2)");
    run(L, "local a, large = M('/a'), {{tag = 'b', value = ('y'):rep(100000)}}\n"
           "collectgarbage('setpause', 1)\n"
           "local function arm(n)\n"
           "  setmetatable({}, {__gc = function()\n"
           "    renoise.Osc.Message.__init(a, '/x', n % 2 == 0 and large or nil)\n"
           "    if n > 0 then arm(n - 1) end\n"
           "  end})\n"
           "end\n"
           "arm(200)\n"
           "for i = 1, 200 do\n"
           "  local short = {}\n"
           "  for k = 1, i % 4 do short[k] = a end\n"
           "  local bundle = renoise.Osc.Bundle(1, short)\n"
           "  assert(#renoise.Osc.from_binary_data(bundle.binary_data).elements == #short)\n"
           "end");
}

/* What is read stays there, whatever happens to the instance meanwhile. */
static void holds_what_it_reads(void **state)
{
    lua_State *L = *state;
    const uint8_t *bytes;
    size_t length;

    define_again(L);
    run(L, "local list = {{tag = 'c', value = 'x'}, {tag = 'c', value = 'y'}, {tag = 'c', value = 'z'}}\n"
           "local a, n = M('/a', list), 0\n"
           "getmetatable('').__tostring = function()\n"
           "  n = n + 1\n"
           "  if n > 1 then again(a, '/bbbbbbbbbbbbbbbbbbbb') end\n"
           "  return 'S'\n"
           "end\n"
           "local text, bundle = a:__tostring(), tostring(renoise.Osc.Bundle(0, {a, a}))\n"
           "getmetatable('').__tostring = nil\n"
           "assert(text == '/a ,ccc x y z', text)\n"
           "assert(bundle == '#bundle 0 { /a ,ccc x y z; /a ,ccc x y z }', bundle)");
    run(L, "a = M('/a', {{tag = 's', value = 'one'}})\n"
           "assert(a.arguments[1].value == 'one')\n"
           "again(a, '/b', {{tag = 's', value = 'two'}})\n"
           "assert(a.arguments[1].value == 'two' and rawequal(a.arguments, a.arguments))\n"
           "return a");
    bytes = osc_bytes(L, -1, &length);
    assert_non_null(bytes);
    run(L, "again(a, '/c')");
    assert_int_equal(length, 12);
    assert_memory_equal(bytes, "/b\0\0,s\0\0two\0", 12);
}

/* Each allocation fails once, in turn: it must raise, and the leak checker finds nothing. */
static void leaks_nothing_when_memory_is_short(void **state)
{
    lua_State *L = *state;
    long failures = 0;
    int result = LUA_ERRMEM;

    run(L, "function much()\n"
           "  local Osc, list = renoise.Osc, {}\n"
           "  for i = 1, 20 do list[i] = {tag = 's', value = ('y'):rep(100)} end\n"
           "  local message = Osc.Message('/a', list)\n"
           "  local bundle = Osc.from_binary_data(Osc.Bundle(0, {message, message}).binary_data)\n"
           "  return #bundle.elements[2].arguments, tostring(bundle)\n"
           "end\n"
           "much()"); /* once without a lack: Lua 5.4.4 does not survive one in its first long buffer */
    for (long allowed = 0; result != LUA_OK; allowed++) {
        lua_getglobal(L, "much");
        allocations_left = allowed;
        result = lua_pcall(L, 0, 0, 0);
        allocations_left = -1;
        if (result != LUA_OK && result != LUA_ERRMEM) /* the stack could not grow */
            assert_non_null(strstr(lua_tostring(L, -1), "stack overflow"));
        failures += result != LUA_OK;
        lua_settop(L, 0);
        lua_gc(L, LUA_GCCOLLECT);
    }
    assert_in_range(failures, 20, 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(keeps_its_spec, setup, teardown),
        cmocka_unit_test_setup_teardown(keeps_the_spec_of_tags, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_what_is_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_changed_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(survives_random_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(lends_bytes_of_its_objects_only, setup, teardown),
        cmocka_unit_test_setup_teardown(bundles_what_it_measured, setup, teardown),
        cmocka_unit_test_setup_teardown(holds_what_it_reads, setup, teardown),
        cmocka_unit_test_setup_teardown(agrees_with_liblo, setup, teardown),
        cmocka_unit_test_setup_teardown(leaks_nothing_when_memory_is_short, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
