/* Tests of orders: they are done between turns, and who waits for one hears of it, whatever becomes of its script.
 * SPDX-License-Identifier: MIT */
#include "host_test.h"
#include "life/order.h"

/* Keeps the script. */
#define TIMER "timer = notewire.every(1e9, function() end)\n"

/* A letter for each call. */
static void hear(struct fixture *f, char letter)
{
    f->heard[strlen(f->heard)] = letter;
}

static void on_done(void *user, enum order_outcome outcome)
{
    hear(user, "dil"[outcome]);
}

static void on_later(void *user)
{
    hear(user, 'c');
}

static void are_done_in_the_order_they_were_told(void **state)
{
    struct fixture *f = *state;

    load(f, TIMER);
    assert_int_equal(order_evaluate(&f->host, 0, "1 +", on_done, f), 0);
    assert_int_equal(order_later(&f->host, on_later, f), 0);
    assert_int_equal(order_evaluate(&f->host, 0, "x = 1", on_done, f), 0);
    assert_int_equal(order_evaluate(&f->host, 1, "x = 1", on_done, f), NW_ENOTFOUND);
    assert_string_equal(f->heard, "");
    host_settle(&f->host);
    assert_string_equal(f->heard, "icd");
}

static void are_told_of_when_the_script_goes(void **state)
{
    struct fixture *f = *state;
    struct script *script = load(f, TIMER);

    assert_int_equal(order_evaluate(&f->host, 0, "x = 1", on_done, f), 0);
    assert_int_equal(order_later(&f->host, on_later, f), 0);
    host_unload(&f->host, script);
    assert_string_equal(f->heard, "lc");
    assert_int_equal(order_later(&f->host, on_later, f), NW_ENOTFOUND);
    host_settle(&f->host);
    assert_string_equal(f->heard, "lc");
}

/* The last words of a script may wait, and then what else waits for it is done. */
static void are_not_told_of_who_has_gone(void **state)
{
    struct fixture *f = *state;
    struct fixture other = {.heard = {0}};

    load(f, TIMER "tool.tool_will_unload_observable:add_notifier(function() notewire.wait(200) end)");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(order_later(&f->host, on_later, f), 0);
        assert_int_equal(order_evaluate(&f->host, 0, "x = 1", on_done, f), 0);
        assert_int_equal(order_later(&f->host, on_later, &other), 0);
    }
    order_cancel(&f->host, f);
    host_end(&f->host);
    assert_string_equal(f->heard, "");
    assert_string_equal(other.heard, "ccc");
}

static void take_any_number_of_values(void **state)
{
    struct fixture *f = *state;

    load(f, TIMER "shown = 0 function print() shown = shown + 1 end");
    assert_int_equal(order_evaluate(&f->host, 0, "table.unpack({}, 1, 100000)", on_done, f), 0);
    assert_int_equal(order_evaluate(&f->host, 0, "assert(shown == 100000) kept = true", on_done, f), 0);
    host_settle(&f->host);
    assert_string_equal(f->heard, "dd");
    lua_getglobal(f->host.scripts->L, "kept");
    assert_true(lua_toboolean(f->host.scripts->L, -1));
    lua_pop(f->host.scripts->L, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(are_done_in_the_order_they_were_told),
        HOST_TEST(are_told_of_when_the_script_goes),
        HOST_TEST(are_not_told_of_who_has_gone),
        HOST_TEST(take_any_number_of_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
