/* Tests of the stdin port: words from pipes and files, in any pieces, with time stamps, until their end.
 * SPDX-License-Identifier: MIT */
#include "port_test.h"

/* Standard input becomes the reading end of a pipe; returns the writing end. */
static int open_pipe(struct fixture *f)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    f->saved_in = dup(STDIN_FILENO);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    open_port(f, "stdin", PORT_INPUT);
    return ends[1];
}

static void put(int fd, const char *text)
{
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void reads_lines(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f);

    put(fd, "channel 2 note-on 60 100\nnote-off 60 64\r\n\n# nothing\ncc 7 127 start\nsyx hex 7e 09 dec\n");
    TURN_UNTIL(f, f->messages == 5);
    heard(f, "91 3C 64|81 3C 40|B1 07 7F|FA|F0 7E 09 F7~.");
    assert_int_equal(f->malformed, 0);
    put(fd, "note-");
    turns(f, 3);
    assert_int_equal(f->messages, 5);
    put(fd, "on 60 1");
    turns(f, 3);
    put(fd, "\nstop");
    TURN_UNTIL(f, f->messages == 6);
    heard(f, "91 3C 01");
    assert_int_equal(f->ended, 0);
    close(fd);
    TURN_UNTIL(f, f->ended == 1); /* the last line needs no newline */
    heard(f, "FC");
    turns(f, 3);
    assert_int_equal(f->ended, 1);
}

static void a_mistake_costs_its_line(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f);

    put(fd, "nonsense\nnote-on 60\nstart\ncc 7 200\nstop\n");
    close(fd);
    TURN_UNTIL(f, f->ended == 1);
    heard(f, "FA|FC");
    assert_int_equal(f->malformed, 3);
}

static void an_overlong_line_is_one_mistake(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f);
    char spaces[4096];

    memset(spaces, ' ', sizeof spaces);
    put(fd, "start\n");
    for (int i = 0; i < 40; i++) {
        assert_int_equal(write(fd, spaces, sizeof spaces), sizeof spaces);
        turns(f, 2);
    }
    put(fd, "start\nstop\n");
    TURN_UNTIL(f, f->messages == 2);
    heard(f, "FA|FC");
    assert_int_equal(f->too_big, 1);
    assert_int_equal(f->malformed, 0);
    close(fd);
}

static void time_stamps_wait(void **state)
{
    struct fixture *f = *state;
    uint64_t begin = clock_mono_ns();
    int fd = open_pipe(f);

    put(fd, "start +00:00:00.050 note-on 60 100 +00:00:00.050 note-off 60 64\nstop\n");
    TURN_UNTIL(f, f->messages >= 1);
    heard(f, "FA");
    TURN_UNTIL(f, f->messages == 4);
    assert_true(clock_mono_ns() - begin >= 100 * MS);
    heard(f, "90 3C 64|80 3C 40|FC"); /* the next line waits for this one */
    put(fd, "start +00:00:10.000 stop\n");
    close(fd);
    TURN_UNTIL(f, f->messages == 5);
    turns(f, 3);
    assert_int_equal(f->ended, 0); /* not before all has been played */
    registry_free(f->registry);
    f->registry = NULL;
    assert_int_equal(f->abandoned, 1);
}

static void reads_regular_files(void **state)
{
    struct fixture *f = *state;
    FILE *file = tmpfile();

    assert_non_null(file);
    for (int i = 0; i < 20000; i++)
        fputs("note-on 60 100\n", file);
    fputs("stop", file);
    fflush(file);
    rewind(file);
    f->saved_in = dup(STDIN_FILENO);
    dup2(fileno(file), STDIN_FILENO);
    lseek(STDIN_FILENO, 0, SEEK_SET);
    f->keep_quiet = true;
    open_port(f, "-", PORT_INPUT);
    TURN_UNTIL(f, f->ended == 1);
    assert_int_equal(f->messages, 20001);
    assert_int_equal(f->malformed + f->too_big, 0);
    fclose(file);
}

static void rests_while_outputs_are_full(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f);
    unsigned before;

    registry_hold(f->registry, true);
    put(fd, "start\nstop\n");
    turns(f, 5);
    before = f->messages;
    assert_int_equal(before, 0);
    registry_hold(f->registry, false);
    TURN_UNTIL(f, f->messages == 2);
    heard(f, "FA|FC");
    registry_hold(f->registry, true);
    close(fd);
    turns(f, 5);
    registry_hold(f->registry, false);
    TURN_UNTIL(f, f->ended == 1);
}

static void a_line_waits_with_a_bounded_number_of_messages(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f);

    f->keep_quiet = true;
    put(fd, "+00.001 ");
    for (int i = 0; i < 4094; i++)
        put(fd, "start ");
    turns(f, 1);
    put(fd, "syx 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 stop stop stop\nstart\n");
    TURN_UNTIL(f, f->messages == 4094 + 3);
    assert_int_equal(f->too_big, 2); /* no room for the SysEx, which leaves it to two of the others */
    assert_int_equal(f->malformed, 0);
    put(fd, "+00.001 ");
    for (int i = 0; i < 4100; i++)
        put(fd, "start ");
    put(fd, "\n");
    TURN_UNTIL(f, f->messages == 4094 + 3 + 4096);
    assert_int_equal(f->too_big, 2 + 4);
    close(fd);
}

static void counts_messages_and_lines_at_the_end(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f);

    put(fd,
        "+00:10:00.000 syx 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 stop\nstart\n\n # none\r\nstop\nhalf");
    turns(f, 5);
    assert_int_equal(f->messages, 0);
    registry_free(f->registry);
    f->registry = NULL;
    assert_int_equal(f->abandoned, 4);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(reads_lines),
        PORT_TEST(a_mistake_costs_its_line),
        PORT_TEST(an_overlong_line_is_one_mistake),
        PORT_TEST(time_stamps_wait),
        PORT_TEST(reads_regular_files),
        PORT_TEST(rests_while_outputs_are_full),
        PORT_TEST(a_line_waits_with_a_bounded_number_of_messages),
        PORT_TEST(counts_messages_and_lines_at_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
