/* The files that a script is made of: when they count as changed.
 * SPDX-License-Identifier: MIT */
#include "file/files.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

static char folder[] = "/tmp/notewire-files-XXXXXX";
static int64_t clock_s; /* the time of the next write: file systems' own may stand still between two */

static const char *in_folder(const char *name)
{
    static char path[4][80];
    static unsigned next;
    char *to = path[next++ % 4];

    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(in_folder(name), "w");
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = ++clock_s}};

    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(utimensat(AT_FDCWD, in_folder(name), times, 0), 0);
}

/* One look sees it, the next one that it is done. */
static void expect_change(struct script_files *files)
{
    assert_int_equal(files_look(files), FILES_CHANGING);
    assert_int_equal(files_look(files), FILES_CHANGED);
    files_accept(files);
    assert_int_equal(files_look(files), FILES_SAME);
}

static void changes_are_seen(void **state)
{
    struct script_files files = {0};

    (void)state;
    write_file("a", "1");
    write_file("b", "1");
    files_note(&files, in_folder("a"));
    files_note(&files, in_folder("b"));
    files_note(&files, in_folder("a"));
    assert_int_equal(files.count, 2);
    assert_true(files.grown);
    assert_int_equal(files_look(&files), FILES_SAME);
    write_file("b", "2");
    expect_change(&files);
    write_file("c", "2"); /* by renaming, of the same size and time */
    clock_s--;
    write_file("b", "2");
    files_accept(&files);
    assert_int_equal(rename(in_folder("c"), in_folder("b")), 0);
    expect_change(&files);
    write_file("a", "1"); /* one is done, the other goes on */
    assert_int_equal(files_look(&files), FILES_CHANGING);
    write_file("b", "33");
    assert_int_equal(files_look(&files), FILES_CHANGING);
    write_file("b", "333");
    assert_int_equal(files_look(&files), FILES_CHANGING);
    assert_int_equal(files_look(&files), FILES_CHANGED);
    files_free(&files);
    assert_int_equal(files_look(&files), FILES_SAME);
}

static void one_that_is_away_has_not_changed(void **state)
{
    struct script_files files = {0};

    (void)state;
    write_file("a", "1");
    files_note(&files, in_folder("a"));
    files_note(&files, in_folder("later"));
    assert_int_equal(unlink(in_folder("a")), 0);
    assert_int_equal(files_look(&files), FILES_SAME);
    assert_int_equal(files_look(&files), FILES_SAME);
    write_file("a", "1");
    expect_change(&files);
    write_file("later", "1"); /* it was looked for, and comes */
    expect_change(&files);
    files_free(&files);
}

static void lists_are_merged(void **state)
{
    struct script_files files = {0}, other = {0};

    (void)state;
    write_file("a", "1");
    write_file("b", "1");
    files_note(&files, in_folder("a"));
    write_file("a", "22");
    files_note(&other, in_folder("a"));
    files_note(&other, in_folder("b"));
    files_merge(&files, &other);
    assert_int_equal(files.count, 2);
    assert_int_equal(files_look(&files), FILES_SAME); /* the other has read the new a */
    files_free(&files);
    files_free(&other);
}

/* What a package has beside the files that run. */
static void manifests_belong_to_packages(void **state)
{
    struct script_files files = {0};

    (void)state;
    files_note_package(&files, folder);
    assert_int_equal(files.count, 1);
    assert_string_equal(files.first->path, in_folder("manifest.xml"));
    files_note_package(&files, in_folder("main.lua"));
    files_note_package(&files, in_folder("tool.xrnx"));
    files_note_package(&files, in_folder("tool.lua"));
    assert_int_equal(files.count, 4);
    write_file("manifest.xml", "<a/>");
    expect_change(&files);
    files_free(&files);
    files_note_package(&files, "main.lua");
    assert_string_equal(files.first->next->path, "manifest.xml");
    files_free(&files);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_seen),
        cmocka_unit_test(one_that_is_away_has_not_changed),
        cmocka_unit_test(lists_are_merged),
        cmocka_unit_test(manifests_belong_to_packages),
    };
    static const char *const names[] = {"a", "b", "later", "manifest.xml"};
    int failed;

    if (mkdtemp(folder) == NULL)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unlink(in_folder(names[i]));
    rmdir(folder);
    return failed;
}
