/* Folders that are watched.
 * SPDX-License-Identifier: MIT */
#include "loop_test.h"

#include <sys/stat.h>

static char folder[] = "/tmp/notewire-watch-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[64];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void on_changed(void *user)
{
    ++*(unsigned *)user;
}

/* Turns until it has been told, and it is quiet again. */
static void expect_told(struct loop *loop, unsigned *told)
{
    TURN_UNTIL(loop, *told > 0);
    turn_for(loop, 20000000);
    *told = 0;
}

static void all_changes_are_told(void **state)
{
    unsigned told = 0, also = 0;
    struct loop_watch *watch = loop_watch_new(*state, folder, on_changed, &told);
    struct loop_watch *other = loop_watch_new(*state, folder, on_changed, &also);
    char to[64];

    assert_non_null(watch);
    assert_non_null(other);
    turn_for(*state, 20000000);
    assert_int_equal(told, 0);
    write_file("a", "1");
    expect_told(*state, &told);
    assert_true(also > 0);
    loop_watch_free(other);
    write_file("a", "2");
    expect_told(*state, &told);
    snprintf(to, sizeof to, "%s", in_folder("b"));
    assert_int_equal(rename(in_folder("a"), to), 0);
    expect_told(*state, &told);
    assert_int_equal(unlink(to), 0);
    expect_told(*state, &told);
    loop_watch_free(watch);
    write_file("a", "3");
    turn_for(*state, 50000000);
    assert_int_equal(told, 0);
    assert_int_equal(unlink(in_folder("a")), 0);
}

static void what_is_not_there_is_not_watched(void **state)
{
    assert_null(loop_watch_new(*state, in_folder("none"), on_changed, NULL));
    assert_int_equal(errno, ENOENT);
    loop_watch_free(NULL);
}

/* Freed inside its own callback. */
struct once {
    struct loop_watch *watch;
    unsigned told;
};

static void free_it(void *user)
{
    struct once *once = user;

    once->told++;
    loop_watch_free(once->watch);
    once->watch = NULL;
}

static void a_folder_that_goes_is_told(void **state)
{
    struct once once = {0};

    assert_int_equal(mkdir(in_folder("sub"), 0700), 0);
    once.watch = loop_watch_new(*state, in_folder("sub"), free_it, &once);
    assert_int_equal(rmdir(in_folder("sub")), 0);
    TURN_UNTIL(*state, once.told == 1);
    turn_for(*state, 20000000);
    assert_int_equal(once.told, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(all_changes_are_told),
        LOOP_TEST(what_is_not_there_is_not_watched),
        LOOP_TEST(a_folder_that_goes_is_told),
    };
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    rmdir(folder);
    return failed;
}
