/* What documents need of the system: files that are replaced whole, and XML as tables when memory ends.
 * SPDX-License-Identifier: MIT */
#include "file/file.h"
#include "renoise/document.h"
#include "state_test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files, in a folder of their own, which is the working directory ---- */

static char folder[] = "/tmp/notewire-document-XXXXXX";

static int enter_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0;
}

static int leave_folder(void **state)
{
    (void)state;
    return chdir("/") != 0 || rmdir(folder) != 0;
}

static void has(const char *path, const char *wanted)
{
    size_t length;
    char *text = file_read(path, &length);

    assert_non_null(text);
    assert_string_equal(text, wanted);
    assert_int_equal(length, strlen(wanted));
    free(text);
}

static unsigned files(void)
{
    DIR *directory = opendir(".");
    unsigned count = 0;

    assert_non_null(directory);
    for (struct dirent *entry; (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(directory);
    return count;
}

static mode_t mode_of(const char *path)
{
    struct stat status;

    assert_int_equal(lstat(path, &status), 0);
    return status.st_mode;
}

static void is_replaced_whole(void **state)
{
    mode_t mask = umask(022);

    (void)state;
    assert_int_equal(file_write("new", "one", 3), 0);
    has("new", "one");
    assert_int_equal(mode_of("new") & 07777, 0644);
    assert_int_equal(chmod("new", 0600), 0);
    assert_int_equal(symlink("new", "link"), 0);
    assert_int_equal(file_write("link", "", 0), 0);
    has("new", "");
    assert_int_equal(mode_of("new") & 07777, 0600);
    assert_true(S_ISLNK(mode_of("link")));
    assert_int_equal(files(), 2);
    umask(mask);
    unlink("new");
    unlink("link");
}

static void refuses(const char *path, int wanted)
{
    errno = 0;
    assert_int_equal(file_write(path, "x", 1), -1);
    assert_int_equal(errno, wanted);
}

static void refuses_what_is_no_file(void **state)
{
    char path[5000];

    (void)state;
    refuses(".", EISDIR);
    refuses("/dev/null", EINVAL);
    refuses("nothing/here", ENOENT);
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    refuses(path, ENAMETOOLONG);
    assert_int_equal(mkfifo("pipe", 0600), 0);
    refuses("pipe", EINVAL);
    unlink("pipe");
    assert_int_equal(files(), 0);
}

/* A disk that is full stands behind this limit: the old text stays, and nothing else. */
static void keeps_the_old_when_the_new_fails(void **state)
{
    static char text[100000];
    struct rlimit limit, small;

    (void)state;
    assert_int_equal(file_write("old", "old", 3), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    small = limit;
    small.rlim_cur = sizeof text / 2;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(file_write("old", text, sizeof text), -1);
    assert_int_equal(errno, EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    has("old", "old");
    assert_int_equal(files(), 1);
    unlink("old");
}

/* ---- XML ---- */

static int setup(void **state)
{
    return setup_with(state, 0);
}

static int setup_small(void **state)
{
    return setup_with(state, 1 << 20);
}

static int parse(lua_State *L)
{
    struct fixture *f = lua_touserdata(L, 1);

    lua_pushcfunction(L, document_parse);
    lua_pushstring(L, f->text);
    lua_call(L, 1, LUA_MULTRET);
    return lua_gettop(L) - 1;
}

static int parses(lua_State *L)
{
    struct fixture *f = lua_touserdata(L, 1);

    f->text = "<a type='t' x='y'>1<b/><c><d>2</d></c></a>";
    assert_int_equal(parse(L), 1);
    assert_int_equal(lua_rawlen(L, -1), 2);
    lua_getfield(L, -1, "type");
    assert_string_equal(lua_tostring(L, -1), "t");
    lua_getfield(L, -2, "x");
    assert_true(lua_isnil(L, -1));
    lua_rawgeti(L, 2, 2);
    lua_rawgeti(L, -1, 1);
    lua_getfield(L, -1, "name");
    lua_getfield(L, -2, "text");
    assert_string_equal(lua_tostring(L, -2), "d");
    assert_string_equal(lua_tostring(L, -1), "2");
    lua_settop(L, 1);
    f->text = "<a>";
    assert_int_equal(parse(L), 2);
    assert_true(lua_isnil(L, -2));
    return 0;
}

static void elements_are_tables(void **state)
{
    struct fixture *f = *state;

    assert_true(script_call(f->script, parses, f, "parses"));
}

/* The memory of a script ends anywhere in a text; then it raises, and the parser's own memory is given back. */
static void memory_may_end(void **state)
{
    struct fixture *f = *state;
    char *text = malloc(400010);

    assert_non_null(text);
    strcpy(text, "<a>");
    for (size_t i = 0; i < 100000; i++)
        memcpy(text + 3 + i * 4, "<b/>", 4);
    strcpy(text + 400003, "</a>");
    f->text = text;
    assert_false(script_call(f->script, parse, f, "parse"));
    f->text = "<a/>";
    assert_true(script_call(f->script, parse, f, "parse"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_replaced_whole),
        cmocka_unit_test(refuses_what_is_no_file),
        cmocka_unit_test(keeps_the_old_when_the_new_fails),
        cmocka_unit_test_setup_teardown(elements_are_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(memory_may_end, setup_small, teardown),
    };

    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
