/* Observables fired from C: order, arguments, changes during a dispatch, and notifiers that fail.
 * SPDX-License-Identifier: MIT */
#include "renoise/observable.h"
#include "state_test.h"

/* Runs protected: text, with the Observable as its argument. */
static int run_text(lua_State *L)
{
    struct fixture *f = lua_touserdata(L, 1);

    if (luaL_loadstring(L, f->text) != LUA_OK)
        return lua_error(L);
    lua_getfield(L, LUA_REGISTRYINDEX, "test.observable");
    lua_call(L, 1, 0);
    return 0;
}

/* Runs protected: fires with the words of text, and takes what the global log has then. */
static int fire(lua_State *L)
{
    struct fixture *f = lua_touserdata(L, 1);
    int before = lua_gettop(L), count = 0;

    lua_getfield(L, LUA_REGISTRYINDEX, "test.observable");
    for (const char *at = f->text; *at != '\0'; at++, count++)
        lua_pushlstring(L, at, 1);
    observable_fire(L, before + 1, count);
    assert_int_equal(lua_gettop(L), before + 1);
    lua_getglobal(L, "log");
    snprintf(f->got, sizeof f->got, "%s", lua_tostring(L, -1));
    lua_pushliteral(L, "");
    lua_setglobal(L, "log");
    return 0;
}

static int make(lua_State *L)
{
    observable_push_new(L);
    lua_setfield(L, LUA_REGISTRYINDEX, "test.observable");
    lua_pushliteral(L, "");
    lua_setglobal(L, "log");
    return 0;
}

static int setup(void **state)
{
    struct fixture *f;

    if (setup_with(state, 0) != 0)
        return -1;
    f = *state;
    return !script_call(f->script, make, NULL, "setup");
}

static void run(struct fixture *f, const char *text)
{
    f->text = text;
    assert_true(script_call(f->script, run_text, f, text));
}

static void expect_fired(struct fixture *f, const char *arguments, const char *wanted)
{
    f->text = arguments;
    assert_true(script_call(f->script, fire, f, "fire"));
    assert_string_equal(f->got, wanted);
}

/* Notifiers that write their names down. */
static const char names[] = "function named(name, more) return function(...) log = log .. name .. "
                            "table.concat({...}, '', 1) .. ' ' if more then more() end end end o = ... ";

static void calls_in_order(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    expect_fired(f, "", "");
    run(f, "for _, n in ipairs({'c', 'a', 'b'}) do o:add_notifier(named(n)) end");
    expect_fired(f, "", "c a b ");
    expect_fired(f, "12", "c12 a12 b12 ");
}

static void the_object_comes_first(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "local t = {} o:add_notifier({t, function(self, x) log = log .. tostring(rawequal(self, t)) .. x end})");
    expect_fired(f, "1", "true1");
}

static void one_may_remove_itself(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "local me me = named('a', function() o:remove_notifier(me) end) o:add_notifier(me) "
           "o:add_notifier(named('b'))");
    expect_fired(f, "", "a b ");
    expect_fired(f, "", "b ");
}

static void what_is_removed_is_not_called(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "local last = named('z') o:add_notifier(named('a', function() if o:has_notifier(last) then "
           "o:remove_notifier(last) end end)) o:add_notifier(last) o:add_notifier(named('b'))");
    expect_fired(f, "", "a b ");
}

static void what_is_added_waits_for_the_next(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "local new = named('n') o:add_notifier(named('a', function() if not o:has_notifier(new) then "
           "o:add_notifier(new) end end))");
    expect_fired(f, "", "a ");
    expect_fired(f, "", "a n ");
}

/* Removed and added again while a dispatch is on, it is new. */
static void what_comes_back_waits_too(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "local z = named('z') o:add_notifier(named('a', function() o:remove_notifier(z) o:add_notifier(z) end)) "
           "o:add_notifier(z)");
    expect_fired(f, "", "a ");
}

static void one_that_fails_is_removed(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "o:add_notifier(named('a')) bad = named('bad', error) o:add_notifier(bad) o:add_notifier(named('b'))");
    expect_fired(f, "", "a bad b ");
    expect_fired(f, "", "a b ");
    run(f, "assert(not o:has_notifier(bad))");
}

/* The limit of time ends the script's whole call, not one notifier alone. */
static void an_endless_one_is_ended(void **state)
{
    struct fixture *f = *state;

    run(f, names);
    run(f, "o:add_notifier(function() while true do pcall(error) end end) o:add_notifier(named('b'))");
    f->text = "";
    f->host.guard.limit_ns = 200000000;
    assert_false(script_call(f->script, fire, f, "fire"));
    f->host.guard.limit_ns = 0;
    run(f, "assert(log == '')");
}

#define OBSERVABLE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OBSERVABLE_TEST(calls_in_order),
        OBSERVABLE_TEST(the_object_comes_first),
        OBSERVABLE_TEST(one_may_remove_itself),
        OBSERVABLE_TEST(what_is_removed_is_not_called),
        OBSERVABLE_TEST(what_is_added_waits_for_the_next),
        OBSERVABLE_TEST(what_comes_back_waits_too),
        OBSERVABLE_TEST(one_that_fails_is_removed),
        OBSERVABLE_TEST(an_endless_one_is_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
