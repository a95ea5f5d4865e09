/* Files written beside the program.
 * SPDX-License-Identifier: MIT */
#include "file/file.h"
#include "file/file_save.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define LONG 3000000 /* bytes: more than one write takes */

static char folder[64], path[128];

static int set_up(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/notewire-save-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/a", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    file_remove_folder(folder);
    return 0;
}

static void assert_holds(const char *text, size_t length)
{
    size_t found;
    char *bytes = file_read(path, &found);

    assert_non_null(bytes);
    assert_int_equal(found, length);
    assert_memory_equal(bytes, text, length);
    free(bytes);
}

static void writes_a_copy(void **state)
{
    char *text = malloc(LONG);
    struct file_save *save;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', LONG);
    save = file_save_begin(path, text, LONG);
    assert_non_null(save);
    memset(text, 'y', LONG);
    assert_int_equal(file_save_end(save), 0);
    memset(text, 'x', LONG);
    assert_holds(text, LONG);
    free(text);
}

static void is_done_after_it_was_waited_for(void **state)
{
    struct file_save *save = file_save_begin(path, "", 0);

    (void)state;
    assert_non_null(save);
    file_save_wait(save);
    assert_true(file_save_is_done(save));
    assert_holds("", 0);
    file_save_wait(save);
    assert_int_equal(file_save_end(save), 0);
}

/* The first file that this process writes is a pipe, which can be opened when somebody reads it: a disk that takes its
 * time, and keeps nothing. */
static void goes_on_beside_the_caller(void **state)
{
    struct file_save *save;
    char beside[192];
    int reader;

    (void)state;
    snprintf(beside, sizeof beside, "%s.%ld.1~", path, (long)getpid());
    assert_int_equal(mkfifo(beside, 0600), 0);
    save = file_save_begin(path, "abc", 3);
    assert_non_null(save);
    usleep(50000);
    assert_false(file_save_is_done(save));
    reader = open(beside, O_RDONLY);
    assert_true(reader >= 0);
    assert_int_equal(file_save_end(save), -1);
    assert_int_equal(errno, EINVAL);
    assert_int_equal(access(path, F_OK), -1);
    close(reader);
}

static void tells_what_went_wrong(void **state)
{
    char nowhere[192];
    struct file_save *save;

    (void)state;
    snprintf(nowhere, sizeof nowhere, "%s/b/c", folder);
    save = file_save_begin(nowhere, "abc", 3);
    assert_non_null(save);
    assert_int_equal(file_save_end(save), -1);
    assert_int_equal(errno, ENOENT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(goes_on_beside_the_caller, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writes_a_copy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(is_done_after_it_was_waited_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_went_wrong, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
