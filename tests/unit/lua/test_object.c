/* Tests of built-in types: properties, methods, class objects, and what classes that derive from them inherit.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"
#include "lua/object.h"

#include <lauxlib.h>
#include <lualib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* ---- a type with everything ---- */

struct fader {
    lua_Integer level;
    int arguments; /* that a getter or setter was called with */
};

static const struct object_type fader_type;
static int faders_ended;

static int fader_get_level(lua_State *L)
{
    struct fader *fader = object_check(L, 1, &fader_type);

    fader->arguments = lua_gettop(L);
    lua_pushinteger(L, fader->level);
    return 1;
}

static int fader_set_level(lua_State *L)
{
    struct fader *fader = object_check(L, 1, &fader_type);

    fader->arguments = lua_gettop(L);
    fader->level = luaL_checkinteger(L, 2);
    return 0;
}

static int fader_get_name(lua_State *L)
{
    object_check(L, 1, &fader_type);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

static int fader_rename(lua_State *L)
{
    object_check(L, 1, &fader_type);
    lua_settop(L, 2);
    lua_setiuservalue(L, 1, 1);
    return 0;
}

static int fader_arguments(lua_State *L)
{
    struct fader *fader = object_check(L, 1, &fader_type);

    lua_pushinteger(L, fader->arguments);
    return 1;
}

static int fader_end(lua_State *L)
{
    (void)object_check(L, 1, &fader_type);
    faders_ended++;
    return 0;
}

static int fader_equal(lua_State *L)
{
    const struct fader *a = object_check(L, 1, &fader_type), *b = object_check(L, 2, &fader_type);

    lua_pushboolean(L, a->level == b->level);
    return 1;
}

static int fader_text(lua_State *L)
{
    const struct fader *fader = object_check(L, 1, &fader_type);

    lua_pushfstring(L, "fader %d", (int)fader->level);
    return 1;
}

/* Numbers are names, too: fader[2] is twice the level. */
static int fader_index(lua_State *L)
{
    const struct fader *fader = object_check(L, 1, &fader_type);

    if (lua_gettop(L) != 2)
        return luaL_error(L, "called with %d arguments", lua_gettop(L));
    if (lua_type(L, 2) != LUA_TNUMBER)
        return 0;
    lua_pushinteger(L, fader->level * lua_tointeger(L, 2));
    return 1;
}

static int fader_newindex(lua_State *L)
{
    struct fader *fader = object_check(L, 1, &fader_type);

    if (lua_gettop(L) != 3)
        return luaL_error(L, "called with %d arguments", lua_gettop(L));
    fader->level = luaL_checkinteger(L, 3) / luaL_checkinteger(L, 2);
    return 0;
}

static int fader_highest(lua_State *L)
{
    lua_pushinteger(L, 127);
    return 1;
}

/* Fader(level, name) */
static int fader_construct(lua_State *L)
{
    lua_Integer level = luaL_checkinteger(L, 1);
    struct fader *fader;

    lua_settop(L, 2);
    fader = object_push_new(L, &fader_type, sizeof *fader);
    fader->level = level;
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

static const struct object_property fader_properties[] = {
    {"level", fader_get_level, fader_set_level}, {"name", fader_get_name, NULL}, {NULL, NULL, NULL}};
static const luaL_Reg fader_methods[] = {{"rename", fader_rename}, {"arguments", fader_arguments}, {NULL, NULL}};
static const luaL_Reg fader_metamethods[] = {
    {"__gc", fader_end},      {"__eq", fader_equal},          {"__tostring", fader_text},
    {"__index", fader_index}, {"__newindex", fader_newindex}, {NULL, NULL}};
static const luaL_Reg fader_statics[] = {{"highest", fader_highest}, {NULL, NULL}};
static const struct object_type fader_type = {"Fader",           fader_properties, fader_methods,
                                              fader_metamethods, fader_statics,    fader_construct};

/* ---- a type with nothing ---- */

static const struct object_type bare_type = {.name = "Bare"};

static int make_bare(lua_State *L)
{
    object_push_new(L, &bare_type, 0);
    return 1;
}

/* ---- states ---- */

static int setup(void **state)
{
    lua_State *L = luaL_newstate();

    assert_non_null(L);
    *(void **)lua_getextraspace(L) = NULL; /* no script */
    luaL_openlibs(L);
    class_open(L);
    object_push_class(L, &fader_type);
    lua_setglobal(L, "Fader");
    object_push_class(L, &bare_type);
    lua_setglobal(L, "Bare");
    lua_pushcfunction(L, make_bare);
    lua_setglobal(L, "make_bare");
    assert_int_equal(lua_gettop(L), 0);
    *state = L;
    return 0;
}

static int teardown(void **state)
{
    lua_close(*state);
    return 0;
}

/* The script must return true. */
static void assert_holds(lua_State *L, const char *script)
{
    lua_settop(L, 0);
    if (luaL_loadbuffer(L, script, strlen(script), "=script") != LUA_OK || lua_pcall(L, 0, 1, 0) != LUA_OK)
        fail_msg("%s\n%s", script, lua_tostring(L, -1));
    if (lua_type(L, -1) != LUA_TBOOLEAN || !lua_toboolean(L, -1))
        fail_msg("%s\nreturned %s", script, luaL_tolstring(L, -1, NULL));
}

/* The script must raise exactly this; its chunk is called script. */
static void assert_raises(lua_State *L, const char *script, const char *text)
{
    lua_settop(L, 0);
    assert_int_equal(luaL_loadbuffer(L, script, strlen(script), "=script"), LUA_OK);
    assert_int_equal(lua_pcall(L, 0, 0, 0), LUA_ERRRUN);
    assert_string_equal(lua_tostring(L, -1), text);
}

/* ---- objects ---- */

static void reads_and_writes_properties(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "local f = Fader(5, 'left') return f.level == 5 and f.name == 'left'");
    assert_holds(L, "local f = Fader(5) f.level = 6 return f.level == 6");
    assert_holds(L, "local f = Fader(5) local _ = f.level return f:arguments() == 1");
    assert_holds(L, "local f = Fader(5) f.level = 1 return f:arguments() == 2");
    assert_raises(L, "Fader(1).name = 'x'", "script:1: property 'name' is read only");
    assert_raises(L, "Fader(1).rename = 'x'", "script:1: property 'rename' is read only");
}

static void unknown_names_raise(void **state)
{
    lua_State *L = *state;

    assert_raises(L, "return make_bare().x", "script:1: unknown property or function 'x' for an object of type 'Bare'");
    assert_raises(L, "make_bare().x = 1", "script:1: unknown property or function 'x' for an object of type 'Bare'");
    assert_raises(L, "return make_bare()[2]",
                  "script:1: unknown property or function '2' for an object of type 'Bare'");
    assert_raises(L, "return make_bare()[nil]",
                  "script:1: unknown property or function 'nil' for an object of type 'Bare'");
}

static void types_may_answer_for_more_names(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "return Fader(5)[3] == 15");
    assert_holds(L, "return Fader(5).unknown == nil");
    assert_holds(L, "local f = Fader(5) f[3] = 12 return f.level == 4");
}

static void calls_methods(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "local f = Fader(5) f:rename('right') return f.name == 'right'");
    assert_holds(L, "local f = Fader(5) local rename = f.rename rename(f, 'x') return f.name == 'x'");
    assert_holds(L, "local f = Fader(5) return pcall(f.rename, f) and f.name == nil");
    assert_holds(L, "local f = Fader(5) f:rename('a', 'b', 'c') return f.name == 'a'");
    assert_holds(L, "return Fader(1).rename == Fader(2).rename");
    assert_raises(L, "Fader(1).rename()", "script:1: bad argument #1 to 'rename' (Fader expected, got no value)");
    assert_raises(L, "local f = Fader(1).rename f({})", "script:1: bad argument #1 to 'f' (Fader expected, got table)");
    assert_raises(L, "local f = Fader(1).rename f(make_bare())",
                  "script:1: bad argument #1 to 'f' (Fader expected, got Bare)");
    assert_raises(L, "local f = Fader(1).rename f(Fader)",
                  "script:1: bad argument #1 to 'f' (Fader expected, got Fader class)");
    assert_raises(L, "class 'A' function A:__init() end local f = Fader(1).rename f(A())",
                  "script:1: bad argument #1 to 'f' (Fader expected, got A)");
}

static void uses_metamethods(void **state)
{
    lua_State *L = *state;

    faders_ended = 0;
    assert_holds(L, "return Fader(5) == Fader(5) and Fader(5) ~= Fader(6)");
    assert_holds(L, "return tostring(Fader(5)) == 'fader 5'");
    assert_holds(L, "collectgarbage() return true");
    assert_int_equal(faders_ended, 5);
    assert_holds(L, "return tostring(make_bare()):find('^Bare: ') == 1");
}

static void new_objects_are_zero(void **state)
{
    lua_State *L = *state;
    const char zeros[64] = {0};
    const char *bytes = object_push_new(L, &bare_type, sizeof zeros);

    assert_memory_equal(bytes, zeros, sizeof zeros);
    assert_int_equal(lua_getiuservalue(L, -1, 1), LUA_TNIL);
    assert_int_equal(lua_getiuservalue(L, 1, 2), LUA_TNONE);
}

static void tells_types_apart(void **state)
{
    lua_State *L = *state;
    void *bare = object_push_new(L, &bare_type, 8), *fader = object_push_new(L, &fader_type, sizeof(struct fader));

    lua_newtable(L);
    lua_getglobal(L, "Fader");
    lua_pushlightuserdata(L, fader);
    assert_ptr_equal(object_test(L, 1, &bare_type), bare);
    assert_ptr_equal(object_test(L, -5, &bare_type), bare);
    assert_ptr_equal(object_test(L, 2, &fader_type), fader);
    assert_ptr_equal(object_check(L, -4, &fader_type), fader);
    assert_null(object_test(L, 1, &fader_type));
    for (int i = 3; i <= 6; i++)
        assert_null(object_test(L, i, &fader_type));
    assert_int_equal(lua_gettop(L), 5);
}

static int check_last(lua_State *L)
{
    object_check(L, -1, &fader_type);
    return 0;
}

static void counts_from_the_top_in_refusals(void **state)
{
    lua_State *L = *state;

    lua_pushcfunction(L, check_last);
    lua_setglobal(L, "check_last");
    assert_raises(L, "check_last(Fader(1), 'x')",
                  "script:1: bad argument #2 to 'check_last' (Fader expected, got string)");
}

/* ---- class objects ---- */

static void class_objects_have_statics(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "return type(Fader) == 'Fader class' and type(Fader(1)) == 'Fader'");
    assert_holds(L, "return type(Bare) == 'Bare class' and type(make_bare()) == 'Bare'");
    assert_holds(L, "return Fader.highest() == 127");
    assert_holds(L, "Fader.added = 3 return Fader.added == 3");
    assert_raises(L, "return Fader.level", "script:1: no static 'level' in class 'Fader'");
    assert_raises(L, "return Bare[1]", "script:1: no static '1' in class 'Bare'");
    assert_raises(L, "Bare()", "script:1: attempt to call a Bare class value (global 'Bare')");
    object_push_class(L, &fader_type);
    lua_pushinteger(L, 9);
    lua_setfield(L, -2, "FROM_C");
    lua_getglobal(L, "Fader");
    assert_true(lua_rawequal(L, -1, -2));
    assert_holds(L, "return Fader.FROM_C == 9");
}

/* ---- classes that derive from a type ---- */

static void classes_derive_from_types(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "class 'Knob' (Fader)\n"
                    "function Knob:__init(level) Fader.__init(self, level, 'knob') self.own = 1 end\n"
                    "function Knob:double() self.level = self.level * 2 end\n"
                    "knob = Knob(7) return type(knob) == 'Knob'");
    assert_holds(L, "return knob.level == 7 and knob.name == 'knob' and knob.own == 1");
    assert_holds(L, "knob:double() return knob.level == 14");
    assert_holds(L, "knob:rename('x') return knob.name == 'x'");
    assert_holds(L, "return Knob.highest() == 127 and tostring(knob) == 'fader 14'");
    assert_holds(L, "return knob == Fader(14) and Fader(14) == knob and knob ~= Knob(1)");
    assert_holds(L, "return knob[2] == 28 and knob.unknown == nil");
    assert_raises(L, "knob.name = 1", "script:1: property 'name' is read only");
    lua_getglobal(L, "knob");
    assert_int_equal(((struct fader *)object_check(L, -1, &fader_type))->level, 14);
    assert_null(object_test(L, -1, &bare_type));
}

static void derived_instances_need_their_object(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "class 'Early' (Fader) function Early:__init() end early = Early() return early.unknown == nil");
    assert_raises(
        L, "local rename = early.rename rename(early)",
        "script:1: bad argument #1 to 'rename' (Fader expected, got Early whose Fader.__init was not called)");
    assert_raises(L, "Fader.__init(make_bare(), 1)",
                  "script:1: bad argument #1 to '__init' (an instance of a class "
                  "derived from Fader expected, got Bare)");
    assert_raises(L, "Fader.__init(early, {})", "bad argument #1 to '?' (number expected, got table)");
    assert_holds(L, "Fader.__init(early, 1) Fader.__init(early, 2) return early.level == 2");
}

static void derived_instances_keep_their_object(void **state)
{
    lua_State *L = *state;

    faders_ended = 0;
    assert_holds(L, "class 'A' (Fader) function A:__init() Fader.__init(self, 3) end\n"
                    "class 'B' (A) function B:__init() A.__init(self) end\n"
                    "b = B() collectgarbage() collectgarbage() return b.level == 3");
    assert_int_equal(faders_ended, 0);
    assert_holds(L, "b = nil collectgarbage() return true");
    assert_int_equal(faders_ended, 1);
}

/* rawequal is about the thing that objects stand for, as far as their type knows it. */
static void rawequal_asks_the_type(void **state)
{
    lua_State *L = *state;

    assert_holds(L, "return rawequal(Fader(1), Fader(1)) and not rawequal(Fader(1), Fader(2))");
    assert_holds(L, "local bare = make_bare() return rawequal(bare, bare) and not rawequal(bare, make_bare())");
    assert_holds(L, "return not rawequal(Fader(1), make_bare()) and not rawequal(Fader(1), Fader)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_and_writes_properties, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_names_raise, setup, teardown),
        cmocka_unit_test_setup_teardown(types_may_answer_for_more_names, setup, teardown),
        cmocka_unit_test_setup_teardown(calls_methods, setup, teardown),
        cmocka_unit_test_setup_teardown(uses_metamethods, setup, teardown),
        cmocka_unit_test_setup_teardown(new_objects_are_zero, setup, teardown),
        cmocka_unit_test_setup_teardown(tells_types_apart, setup, teardown),
        cmocka_unit_test_setup_teardown(counts_from_the_top_in_refusals, setup, teardown),
        cmocka_unit_test_setup_teardown(class_objects_have_statics, setup, teardown),
        cmocka_unit_test_setup_teardown(classes_derive_from_types, setup, teardown),
        cmocka_unit_test_setup_teardown(derived_instances_need_their_object, setup, teardown),
        cmocka_unit_test_setup_teardown(derived_instances_keep_their_object, setup, teardown),
        cmocka_unit_test_setup_teardown(rawequal_asks_the_type, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
