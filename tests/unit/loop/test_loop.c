/* The loop itself: turns, flushes, signals, descriptors.
 * SPDX-License-Identifier: MIT */
#include "loop_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

static void count(void *user)
{
    (*(int *)user)++;
}

/* ---- flushes ---- */

struct counted_flush {
    struct loop_flush flush;
    struct loop *loop;
    int runs, again;
    struct counted_flush *cancels;
};

static void run_counted(struct loop_flush *flush)
{
    struct counted_flush *counted = (struct counted_flush *)(void *)flush;

    counted->runs++;
    if (counted->again > 0) {
        counted->again--;
        loop_flush_schedule(counted->loop, flush);
    }
    if (counted->cancels != NULL)
        loop_flush_cancel(counted->loop, &counted->cancels->flush);
}

static struct counted_flush counted(struct loop *loop)
{
    return (struct counted_flush){.flush.run = run_counted, .loop = loop};
}

static void flushes_once_a_turn(void **state)
{
    struct loop *loop = *state;
    struct counted_flush a = counted(loop), b = counted(loop);

    loop_flush_schedule(loop, &a.flush);
    loop_flush_schedule(loop, &a.flush);
    loop_flush_schedule(loop, &b.flush);
    loop_flush_cancel(loop, &b.flush);
    loop_flush_cancel(loop, &b.flush);
    loop_turn(loop, 0);
    assert_int_equal(a.runs, 1);
    assert_int_equal(b.runs, 0);
    loop_turn(loop, 0);
    assert_int_equal(a.runs, 1);
    loop_flush_schedule(loop, &b.flush);
    loop_flush_schedule(loop, &a.flush);
    loop_turn(loop, 0);
    assert_int_equal(a.runs + b.runs, 3);
}

/* What is scheduled between turns runs before the loop sleeps, not when it wakes. */
static void flushes_before_it_sleeps(void **state)
{
    struct loop *loop = *state;
    struct counted_flush a = counted(loop);
    int fired = 0;
    struct loop_timer *timer = loop_timer_new(loop, count, &fired);

    loop_flush_schedule(loop, &a.flush);
    loop_timer_set(timer, clock_mono_ns() + 20000000);
    loop_turn(loop, UINT64_MAX);
    assert_int_equal(a.runs, 1);
    TURN_UNTIL(loop, fired == 1);
    loop_timer_free(timer);
}

static void a_flush_that_never_ends_does_not_hold_the_loop(void **state)
{
    struct loop *loop = *state;
    struct counted_flush a = counted(loop);
    int fired = 0;
    struct loop_timer *timer = loop_timer_new(loop, count, &fired);

    a.again = 1000000;
    loop_flush_schedule(loop, &a.flush);
    loop_timer_set(timer, 1);
    loop_turn(loop, UINT64_MAX);
    assert_int_equal(fired, 1);
    assert_true(a.runs < 100);
    loop_turn(loop, UINT64_MAX); /* does not sleep over it either */
    loop_flush_cancel(loop, &a.flush);
    loop_timer_free(timer);
}

static void a_flush_may_cancel_another(void **state)
{
    struct loop *loop = *state;
    struct counted_flush a = counted(loop), b = counted(loop), c = counted(loop);

    a.cancels = &c;
    loop_flush_schedule(loop, &a.flush);
    loop_flush_schedule(loop, &b.flush);
    loop_flush_schedule(loop, &c.flush);
    loop_turn(loop, 0);
    assert_int_equal(a.runs, 1);
    assert_int_equal(b.runs, 1);
    assert_int_equal(c.runs, 0);
    loop_flush_schedule(loop, &c.flush);
    loop_turn(loop, 0);
    assert_int_equal(c.runs, 1);
}

/* ---- turns ---- */

static void a_turn_ends_at_its_deadline(void **state)
{
    struct loop *loop = *state;
    uint64_t begin = clock_mono_ns(), deadline = begin + 30000000;

    while (clock_mono_ns() < deadline)
        loop_turn(loop, deadline);
    assert_true(clock_mono_ns() - begin < 10000000000ULL);
    loop_turn(loop, 0);
    loop_turn(loop, 1);
}

/* A flush that has work for between the turns. */
struct waking {
    struct loop_flush flush;
    struct loop *loop;
};

static void wake(struct loop_flush *flush)
{
    loop_wake(((struct waking *)flush)->loop);
}

static void a_flush_may_end_the_turn(void **state)
{
    struct waking waking = {.flush.run = wake, .loop = *state};
    uint64_t begin = clock_mono_ns();

    loop_wake(waking.loop); /* between turns it does nothing */
    loop_turn(waking.loop, begin + 2000000);
    assert_true(clock_mono_ns() >= begin + 2000000);
    loop_flush_schedule(waking.loop, &waking.flush);
    begin = clock_mono_ns();
    loop_turn(waking.loop, begin + 60000000000ULL);
    assert_true(clock_mono_ns() < begin + 30000000000ULL);
}

static void stop_from_timer(void *user)
{
    loop_stop(user);
}

static void runs_until_stopped(void **state)
{
    struct loop *loop = *state;
    struct loop_timer *timer = loop_timer_new(loop, stop_from_timer, loop);

    loop_timer_set(timer, clock_mono_ns() + 10000000);
    loop_run(loop);
    loop_stop(loop);
    loop_run(loop); /* stopped before it began */
    loop_timer_set(timer, clock_mono_ns() + 1000000);
    loop_run(loop);
    loop_timer_free(timer);
}

static void nest(void *user)
{
    loop_turn(user, 0);
}

/* In a child, for the answer to nesting is the end of the process. */
static void nesting_aborts(void **state)
{
    int status;
    pid_t child = fork();

    (void)state;
    if (child == 0) {
        struct loop *loop = loop_new();
        struct loop_timer *timer = loop_timer_new(loop, nest, loop);

        close(STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        loop_timer_set(timer, 1);
        loop_turn(loop, UINT64_MAX);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void now_is_read_once_a_turn(void **state)
{
    struct loop *loop = *state;
    uint64_t first = loop_now(loop);

    assert_true(first <= clock_mono_ns());
    assert_true(loop_now(loop) >= first);
}

/* ---- signals and descriptors ---- */

static void signals_are_events(void **state)
{
    struct loop *loop = *state;
    int fired = 0;
    struct loop_signal *usr1 = loop_signal_new(loop, SIGUSR1, count, &fired);

    assert_non_null(usr1);
    assert_null(loop_signal_new(loop, SIGKILL, count, &fired));
    raise(SIGUSR1);
    assert_int_equal(fired, 0);
    TURN_UNTIL(loop, fired == 1);
    loop_signal_free(usr1);
    loop_signal_free(NULL);
}

static void a_broken_pipe_is_only_an_error(void **state)
{
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    close(ends[0]);
    assert_int_equal(write(ends[1], "x", 1), -1);
    assert_int_equal(errno, EPIPE);
    close(ends[1]);
}

struct seen {
    int events, calls;
};

static void see(void *user, int events)
{
    struct seen *seen = user;

    seen->events |= events;
    seen->calls++;
}

static void foreign_descriptors_are_watched_and_left_as_they_are(void **state)
{
    struct loop *loop = *state;
    struct seen reader = {0}, writer = {0};
    struct loop_fd *in, *out;
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    in = loop_fd_new(loop, ends[0], see, &reader);
    out = loop_fd_new(loop, ends[1], see, &writer);
    assert_non_null(in);
    assert_non_null(out);
    assert_int_equal(fcntl(ends[0], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    turn_for(loop, 2000000);
    assert_int_equal(reader.calls, 0); /* resting */
    loop_fd_watch(in, LOOP_READABLE);
    loop_fd_watch(out, LOOP_WRITABLE);
    TURN_UNTIL(loop, reader.events == LOOP_READABLE && writer.events == LOOP_WRITABLE);
    loop_fd_watch(in, 0);
    reader.calls = 0;
    loop_turn(loop, 0);
    assert_int_equal(reader.calls, 0);
    /* The reader goes: the writer is told, again and again as long as it watches. */
    loop_fd_free(in);
    close(ends[0]);
    writer.calls = 0;
    TURN_UNTIL(loop, writer.calls >= 3);
    loop_fd_watch(out, 0);
    writer.calls = 0;
    turn_for(loop, 2000000);
    assert_int_equal(writer.calls, 0);
    loop_fd_free(out);
    loop_fd_free(NULL);
    close(ends[1]);
}

static void a_file_cannot_be_polled(void **state)
{
    struct seen seen = {0};
    FILE *file = tmpfile();

    assert_non_null(file);
    assert_null(loop_fd_new(*state, fileno(file), see, &seen));
    assert_null(loop_fd_new(*state, -1, see, &seen));
    fclose(file);
}

static void what_is_left_open_is_closed(void **state)
{
    int fired = 0;
    struct loop *loop = loop_new();
    struct loop_signal *left = loop_signal_new(loop, SIGUSR2, count, &fired);

    (void)state;
    loop_stop(loop);
    loop_free(loop);
    free(left); /* the loop is gone, the memory is still its owner's */
    loop_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOOP_TEST(flushes_once_a_turn),
        LOOP_TEST(flushes_before_it_sleeps),
        LOOP_TEST(a_flush_that_never_ends_does_not_hold_the_loop),
        LOOP_TEST(a_flush_may_cancel_another),
        LOOP_TEST(a_turn_ends_at_its_deadline),
        LOOP_TEST(a_flush_may_end_the_turn),
        LOOP_TEST(runs_until_stopped),
        LOOP_TEST(nesting_aborts),
        LOOP_TEST(now_is_read_once_a_turn),
        LOOP_TEST(signals_are_events),
        LOOP_TEST(a_broken_pipe_is_only_an_error),
        LOOP_TEST(foreign_descriptors_are_watched_and_left_as_they_are),
        LOOP_TEST(a_file_cannot_be_polled),
        LOOP_TEST(what_is_left_open_is_closed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
