/* Tests of class: its specs under four collectors, short memory, warnings, and hostile use of metamethods.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"
#include "lua/object.h"

#include <lauxlib.h>
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

/* ---- a built-in type, as the specs want one: made from a text, which is its read-only pattern ---- */

static const struct object_type message_type;

static int message_pattern(lua_State *L)
{
    object_check(L, 1, &message_type);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

static int message_construct(lua_State *L)
{
    luaL_checkstring(L, 1);
    object_push_new(L, &message_type, 1);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

static const struct object_property message_properties[] = {{"pattern", message_pattern, NULL}, {NULL, NULL, NULL}};
static const struct object_type message_type = {
    .name = "Message", .properties = message_properties, .construct = message_construct};

/* ---- states ---- */

static long allocations_left; /* negative: without end */
static bool refuse_first;     /* each growth once, so that Lua collects all it can before it asks again */
static bool refused;

static void *allocate(void *user, void *block, size_t old_size, size_t size)
{
    (void)user;
    if (size == 0) {
        free(block);
        return NULL;
    }
    if (block == NULL || size > old_size) {
        if (allocations_left == 0)
            return NULL;
        if (allocations_left > 0)
            allocations_left--;
        refused = refuse_first && !refused;
        if (refused)
            return NULL;
    }
    return realloc(block, size);
}

static lua_State *open_state(void)
{
    lua_State *L;

    allocations_left = -1;
    refuse_first = refused = false;
    L = lua_newstate(allocate, NULL);
    assert_non_null(L);
    *(void **)lua_getextraspace(L) = NULL; /* no script */
    luaL_openlibs(L);
    class_open(L);
    object_push_class(L, &message_type);
    lua_setglobal(L, "Message");
    return L;
}

/* Fails with what the script raised. */
static void assert_runs(lua_State *L, int status)
{
    if (status != LUA_OK)
        fail_msg("%s", lua_tostring(L, -1));
}

static const char strict[] = "setmetatable(_G, {__index = function(_, name)\n"
                             "  error(\"variable '\" .. name .. \"' is not declared\", 2)\n"
                             "end})";

static void run_spec(lua_State *L, const char *name)
{
    const char *root = getenv("NOTEWIRE_ROOT");

    lua_settop(L, 0);
    if (root != NULL)
        lua_pushstring(L, root);
    else
        lua_pushlstring(L, __FILE__, strlen(__FILE__) - strlen("/tests/unit/lua/test_class.c"));
    lua_getglobal(L, "package");
    lua_pushfstring(L, "%s/tests/spec/?.lua", lua_tostring(L, 1));
    lua_setfield(L, -2, "path");
    lua_pushfstring(L, "%s/tests/spec/%s.lua", lua_tostring(L, 1), name);
    assert_runs(L, luaL_dofile(L, lua_tostring(L, -1)));
}

static void run_specs(void (*prepare)(lua_State *L))
{
    static const char *const specs[] = {"test_class", "test_class_property", "test_class_operator", "test_type"};

    for (size_t i = 0; i < sizeof specs / sizeof specs[0]; i++) {
        lua_State *L = open_state();

        assert_runs(L, luaL_dostring(L, strict));
        prepare(L);
        run_spec(L, specs[i]);
        lua_close(L);
    }
}

static void prepare_nothing(lua_State *L)
{
    (void)L;
}

static void prepare_greedy(lua_State *L)
{
    lua_gc(L, LUA_GCINC, 1, 1000, 1);
}

static void prepare_generational(lua_State *L)
{
    lua_gc(L, LUA_GCGEN, 1, 1);
}

static void prepare_refusing(lua_State *L)
{
    (void)L;
    refuse_first = true;
}

static void holds_its_specs(void **state)
{
    (void)state;
    run_specs(prepare_nothing);
}

static void holds_them_with_a_greedy_collector(void **state)
{
    (void)state;
    run_specs(prepare_greedy);
}

static void holds_them_with_a_generational_collector(void **state)
{
    (void)state;
    run_specs(prepare_generational);
}

static void holds_them_when_every_allocation_collects(void **state)
{
    (void)state;
    run_specs(prepare_refusing);
}

/* ---- short memory ---- */

static const char sample[] = "class 'Base' (Message)\n"
                             "function Base:__init(text)\n"
                             "  Message.__init(self, text)\n"
                             "  self.level = property(function(this) return this.raw end,\n"
                             "                        function(this, value) this.raw = value end)\n"
                             "end\n"
                             "function Base.__add(a, b) return {a, b} end\n"
                             "function Base:__finalize() end\n"
                             "class 'Derived' (Base)\n"
                             "function Derived:__init(text) Base.__init(self, text) end\n"
                             "local one = Derived('/a')\n"
                             "one.level = 3\n"
                             "return one.level, #(one + 1), one.pattern, tostring(one), type(one), type(Derived)\n";

static void survives_every_shortage_of_memory(void **state)
{
    long allowed = 0;
    int status;

    (void)state;
    do {
        lua_State *L = open_state();

        assert_runs(L, luaL_loadstring(L, sample));
        allocations_left = allowed++;
        status = lua_pcall(L, 0, LUA_MULTRET, 0);
        allocations_left = -1;
        if (status == LUA_OK) {
            assert_int_equal(lua_gettop(L), 6);
            assert_int_equal(lua_tointeger(L, 1), 3);
            assert_int_equal(lua_tointeger(L, 2), 2);
            assert_string_equal(lua_tostring(L, 3), "/a");
            assert_string_equal(lua_tostring(L, 4), "<Derived>");
            assert_string_equal(lua_tostring(L, 5), "Derived");
            assert_string_equal(lua_tostring(L, 6), "Derived class");
        } else
            assert_int_equal(status, LUA_ERRMEM);
        lua_close(L);
    } while (status != LUA_OK);
    assert_true(allowed > 50);
}

/* ---- the end ---- */

static char warned[256];

static void note_warning(void *user, const char *text, int to_be_continued)
{
    size_t length = strlen(warned);

    (void)user;
    snprintf(warned + length, sizeof warned - length, "%s%s", text, to_be_continued ? "" : "|");
}

static void warns_of_errors_in_finalize(void **state)
{
    static const char script[] = "class 'A' function A:__init() end\n"
                                 "function A:__finalize() error('boom') end A() collectgarbage()\n"
                                 "class 'B' function B:__init() end\n"
                                 "function B:__finalize() error({}) end B() collectgarbage()\n"
                                 "return 'went on'";
    lua_State *L = open_state();

    (void)state;
    warned[0] = '\0';
    lua_setwarnf(L, note_warning, NULL);
    assert_runs(L, luaL_loadbuffer(L, script, sizeof script - 1, "=tool.lua"));
    assert_runs(L, lua_pcall(L, 0, 1, 0));
    assert_string_equal(lua_tostring(L, -1), "went on");
    assert_non_null(strstr(warned, "A.__finalize: tool.lua:2: boom|B.__finalize: an error that is no text"));
    lua_close(L);
}

static int ended;

static int count_end(lua_State *L)
{
    object_check(L, 1, &message_type);
    ended++;
    return 0;
}

static void finalizes_when_the_state_closes(void **state)
{
    lua_State *L = open_state();

    (void)state;
    ended = 0;
    lua_pushcfunction(L, count_end);
    lua_setglobal(L, "count_end");
    assert_runs(L, luaL_dostring(L, "class 'A' (Message) function A:__init() Message.__init(self, '/a') end\n"
                                    "function A:__finalize() count_end(self) end\n"
                                    "kept, another = A(), A()"));
    assert_int_equal(ended, 0);
    lua_close(L);
    assert_int_equal(ended, 2);
}

/* ---- other uses ---- */

static void knows_instances(void **state)
{
    lua_State *L = open_state();

    (void)state;
    assert_runs(L, luaL_dostring(L, "class 'A' function A:__init() end\n"
                                    "return A(), A, Message('/a'), {}, io.stdout, 'A', nil, 1"));
    assert_true(class_is_instance(L, 1));
    assert_true(class_is_instance(L, -8));
    for (int i = 2; i <= 9; i++)
        assert_false(class_is_instance(L, i));
    assert_int_equal(lua_gettop(L), 8);
    lua_pushlightuserdata(L, L);
    assert_false(class_is_instance(L, -1));
    lua_close(L);
}

/* With debug in reach, a script can call metamethods with anything. */
static void metamethods_take_anything(void **state)
{
    static const char script[] =
        "local values = {nil, 1, 'x', {}, print, io.stdout, Message('/a'), n = 7}\n"
        "class 'A' function A:__init() end\n"
        "function A:__finalize() end\n"
        "local raised = 0\n"
        "for _, owner in ipairs {A(), A, Message('/a'), Message} do\n"
        "  for name, method in pairs(debug.getmetatable(owner)) do\n"
        "    if type(method) == 'function' then\n"
        "      for i = 1, values.n do\n"
        "        if not pcall(method, values[i], values[i], values[i]) then raised = raised + 1 end\n"
        "      end\n"
        "      if not pcall(method) then raised = raised + 1 end\n"
        "    end\n"
        "  end\n"
        "end\n"
        "return raised\n";
    lua_State *L = open_state();

    (void)state;
    assert_runs(L, luaL_dostring(L, script));
    assert_true(lua_tointeger(L, -1) > 100);
    lua_close(L);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holds_its_specs),
        cmocka_unit_test(holds_them_with_a_greedy_collector),
        cmocka_unit_test(holds_them_with_a_generational_collector),
        cmocka_unit_test(holds_them_when_every_allocation_collects),
        cmocka_unit_test(survives_every_shortage_of_memory),
        cmocka_unit_test(warns_of_errors_in_finalize),
        cmocka_unit_test(finalizes_when_the_state_closes),
        cmocka_unit_test(knows_instances),
        cmocka_unit_test(metamethods_take_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
