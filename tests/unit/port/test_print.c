/* Tests of the print port: words on standard output, a reader that stalls, and one that goes away.
 * SPDX-License-Identifier: MIT */
#include "port_test.h"

#include <signal.h>
#include <sys/socket.h>

/* Standard output becomes the writing end of a pipe; returns the reading end, which does not block. */
static int open_pipe(struct fixture *f, int size)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    if (size > 0)
        assert_true(fcntl(ends[1], F_SETPIPE_SZ, size) >= size);
    fflush(stdout);
    f->saved_out = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
    return ends[0];
}

/* What there is to read, behind what was read before; NUL-terminated. */
static size_t read_all(int fd, char *text, size_t size, size_t used)
{
    ssize_t n;

    while (used + 1 < size && (n = read(fd, text + used, size - 1 - used)) > 0)
        used += (size_t)n;
    text[used] = '\0';
    return used;
}

static void writes_a_line_a_message(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f, 0);
    open_port(f, "print", PORT_OUTPUT);
    char text[4096];

    send_to(f, 1, 0, "90 3C 64");
    send_to(f, 1, 0, "()F0 7E 09 F7");
    send_to(f, 1, 0, "(F0 01");
    send_to(f, 1, 1, "F8");
    send_to(f, 1, 0, "~02 03");
    send_to(f, 1, 0, ")F7");
    send_to(f, 1, 0, "E1 00 40");
    assert_int_equal(read_all(fd, text, sizeof text, 0), 0); /* at the end of the turn */
    turns(f, 1);
    read_all(fd, text, sizeof text, 0);
    restore_standard_files(f);
    assert_string_equal(text, "channel 1 note-on 60 100\n"
                              "system-exclusive hex 7E 09 dec\n"
                              "system-exclusive hex 01 02 03 dec\n"
                              "midi-clock\n" /* behind the line that it would have cut */
                              "channel 2 pitch-bend 8192\n");
    close(fd);
}

/* Fills the queue behind a reader that does not read; returns how many note-ons it took. */
static unsigned fill(struct fixture *f)
{
    unsigned taken = 0;

    while (taken < 1000000 && send_to(f, 1, 0, "90 3C 64") != 0)
        if (++taken % 100 == 0)
            turns(f, 1);
    return taken;
}

static void a_stalled_reader_blocks_nobody(void **state)
{
    static char text[2 << 20];
    struct fixture *f = *state;
    int fd = open_pipe(f, 0);
    open_port(f, "print", PORT_OUTPUT);
    unsigned taken = fill(f), released = 0, lines = 0;
    size_t used = 0;

    assert_in_range(taken, 1000, 999999);
    assert_true(f->paused); /* whoever can wait should */
    assert_int_equal(registry_full_outputs(f->registry), 1);
    while (released < 500 && send_to(f, 1, 0, "80 3C 40") != 0)
        released++;
    assert_int_equal(released, 500); /* note-offs still have room */
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 0);
    assert_false(registry_drain(f->registry, clock_mono_ns() + 20 * MS));
    for (int i = 0; i < 10000 && f->paused; i++) { /* the reader wakes up */
        used = read_all(fd, text, sizeof text, used);
        loop_turn(f->loop, clock_mono_ns() + 20 * MS);
    }
    assert_false(f->paused);
    for (int i = 0; i < 10000 && !registry_drain(f->registry, clock_mono_ns() + 5 * MS); i++)
        used = read_all(fd, text, sizeof text, used);
    used = read_all(fd, text, sizeof text, used);
    restore_standard_files(f);
    for (size_t i = 0; i < used; i++)
        lines += text[i] == '\n';
    assert_int_equal(lines, taken + released); /* all that was taken came out */
    assert_int_equal(used,
                     taken * strlen("channel 1 note-on 60 100\n") + released * strlen("channel 1 note-off 60 64\n"));
    close(fd);
}

/* A pipe that takes a burst at once never tells that it is writable again; senders must go on all the same. */
static void a_burst_that_is_written_at_once_leaves_nobody_waiting(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f, 1 << 20);

    open_port(f, "print", PORT_OUTPUT);
    for (int i = 0; i < 15000; i++)
        assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 1);
    turns(f, 3);
    assert_false(f->paused);
    restore_standard_files(f);
    close(fd);
}

static void a_reader_that_is_gone_is_told_once(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f, 0);
    open_port(f, "print", PORT_OUTPUT);

    signal(SIGPIPE, SIG_IGN);
    close(fd);
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 1);
    assert_int_equal(send_to(f, 1, 0, "80 3C 40"), 1);
    turns(f, 1);
    assert_int_equal(f->lost, 2); /* that had been taken */
    assert_int_equal(send_to(f, 1, 0, "90 3C 64"), 0);
    assert_int_equal(f->lost, 2);
    assert_int_equal(registry_full_outputs(f->registry), 0); /* closed, not full */
    assert_true(registry_drain(f->registry, clock_mono_ns()));
    restore_standard_files(f);
}

static void writes_to_sockets_and_files(void **state)
{
    struct fixture *f = *state;
    int ends[2];
    char text[256];
    FILE *file;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    fflush(stdout);
    f->saved_out = dup(STDOUT_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    open_port(f, "print", PORT_OUTPUT);
    send_to(f, 1, 0, "90 3C 64");
    turns(f, 1);
    read_all(ends[0], text, sizeof text, 0);
    registry_release_notes(f->registry);
    read_all(ends[0], text, sizeof text, strlen(text));
    close(ends[0]);
    restore_standard_files(f);
    assert_string_equal(text, "channel 1 note-on 60 100\nchannel 1 note-off 60 64\n");
    registry_free(f->registry);
    f->registry = registry_new(f->loop, &f->allow, &(struct registry_callbacks){.user = f});
    file = tmpfile();
    assert_non_null(file);
    f->saved_out = dup(STDOUT_FILENO);
    dup2(fileno(file), STDOUT_FILENO);
    open_port(f, "print", PORT_OUTPUT);
    send_to(f, 1, 0, "F8");
    turns(f, 1);
    restore_standard_files(f);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, "midi-clock\n");
}

static void closing_writes_what_is_left(void **state)
{
    struct fixture *f = *state;
    int fd = open_pipe(f, 0);
    char text[256];

    open_port(f, "print", PORT_OUTPUT);
    send_to(f, 1, 0, "90 3C 64");
    send_to(f, 1, 0, "(F0 01");
    registry_free(f->registry);
    f->registry = NULL;
    read_all(fd, text, sizeof text, 0);
    close(fd);
    restore_standard_files(f);
    assert_string_equal(text, "channel 1 note-on 60 100\nsystem-exclusive hex 01 dec\nchannel 1 note-off 60 64\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PORT_TEST(writes_a_line_a_message),
        PORT_TEST(a_stalled_reader_blocks_nobody),
        PORT_TEST(a_burst_that_is_written_at_once_leaves_nobody_waiting),
        PORT_TEST(a_reader_that_is_gone_is_told_once),
        PORT_TEST(writes_to_sockets_and_files),
        PORT_TEST(closing_writes_what_is_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
