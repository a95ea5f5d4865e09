/* The event loop: turns, and the work that each turn ends with.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/log.h"
#include "loop/loop_internal.h"

#include <signal.h>
#include <stdlib.h>

#define NS_PER_MS 1000000u
#define FLUSH_PASSES 4 /* a flush that always schedules another must not keep the loop from its sockets */

/* Runs what is scheduled, and what that schedules, a bounded number of times. */
static void run_flushes(struct loop *loop)
{
    for (int pass = 0; pass < FLUSH_PASSES && loop->first != NULL; pass++) {
        for (unsigned left = loop->scheduled; left > 0 && loop->first != NULL; left--) {
            struct loop_flush *flush = loop->first;

            loop_flush_cancel(loop, flush);
            flush->run(flush);
        }
    }
}

/* The loop is about to sleep: first send what was queued between turns; if even that queued more, do not sleep. */
static void on_prepare(uv_prepare_t *prepare)
{
    struct loop *loop = CONTAINER_OF(prepare, struct loop, prepare);

    if (loop->first != NULL) {
        run_flushes(loop);
        if (loop->first != NULL)
            uv_stop(&loop->uv);
    }
    loop->now_ns = 0;
}

static void on_check(uv_check_t *check)
{
    struct loop *loop = CONTAINER_OF(check, struct loop, check);

    if (loop->first != NULL)
        run_flushes(loop);
}

/* Unlike SIG_IGN, a handler is not passed on to the programs that a script starts. */
static void ignore(int number)
{
    (void)number;
}

struct loop *loop_new(void)
{
    struct loop *loop = calloc(1, sizeof *loop);

    if (loop == NULL)
        return NULL;
    /* A peer that goes away while we write is an error of that write, not the end of the program. */
    signal(SIGPIPE, ignore);
    /* Nothing of ours waits for the pool; should a library start it, one thread is plenty. */
    setenv("UV_THREADPOOL_SIZE", "1", 1);
    if (uv_loop_init(&loop->uv) != 0) {
        free(loop);
        return NULL;
    }
    loop->last = &loop->first;
    /* These two stay active and referenced: a turn without any socket still sleeps until its deadline. */
    uv_prepare_init(&loop->uv, &loop->prepare);
    uv_prepare_start(&loop->prepare, on_prepare);
    uv_check_init(&loop->uv, &loop->check);
    uv_check_start(&loop->check, on_check);
    return loop;
}

static void close_leftover(uv_handle_t *handle, void *user)
{
    unsigned *count = user;

    if (uv_is_closing(handle))
        return;
    (*count)++;
    uv_close(handle, NULL);
}

void loop_free(struct loop *loop)
{
    unsigned leftovers = 0;

    if (loop == NULL)
        return;
    loop_timer_free(loop->deadline);
    resolver_close(loop);
    uv_close((uv_handle_t *)&loop->prepare, NULL);
    uv_close((uv_handle_t *)&loop->check, NULL);
    uv_walk(&loop->uv, close_leftover, &leftovers);
    if (leftovers != 0)
        log_warning("E901", "%u sockets or timers were still open when their loop ended. Fix: please report this bug",
                    leftovers);
    while (uv_loop_close(&loop->uv) == UV_EBUSY)
        uv_run(&loop->uv, UV_RUN_DEFAULT);
    udp_slab_free(loop->udp_slab);
    free(loop->tcp_slab);
    free(loop);
}

/* uv_run inside uv_run reads freed handles and overwrites the outer datagram: better to end here and now, in every
 * kind of build. */
static void turn(struct loop *loop, uv_run_mode mode)
{
    if (loop->turning) {
        log_fatal("E900",
                  "the event loop was turned from inside one of its own callbacks. Fix: please report this bug");
        abort();
    }
    loop->turning = true;
    uv_run(&loop->uv, mode);
    loop->turning = false;
    loop->now_ns = 0;
}

void loop_run(struct loop *loop)
{
    while (!loop->stop)
        loop_turn(loop, UINT64_MAX);
    loop->stop = false;
}

static void on_deadline(void *user)
{
    (void)user; /* waking up is all there is to do */
}

void loop_turn(struct loop *loop, uint64_t deadline_ns)
{
    bool wait = deadline_ns != 0;

    if (wait && loop->deadline == NULL && deadline_ns != UINT64_MAX) {
        loop->deadline = loop_timer_new(loop, on_deadline, NULL);
        wait = loop->deadline != NULL;
    }
    /* The alarm costs a system call only when the deadline differs from the last turn's; one in the past rings at
     * once, so the clock need not be read. */
    if (wait && loop->deadline != NULL)
        loop_timer_set(loop->deadline, deadline_ns == UINT64_MAX ? 0 : deadline_ns);
    turn(loop, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
}

void loop_wake(struct loop *loop)
{
    if (loop->turning)
        uv_stop(&loop->uv);
}

void loop_stop(struct loop *loop)
{
    loop->stop = true;
    loop_wake(loop);
}

uint64_t loop_now(struct loop *loop)
{
    if (loop->now_ns == 0 || !loop->turning)
        loop->now_ns = clock_mono_ns();
    return loop->now_ns;
}

bool loop_reached(const struct loop *loop, uint64_t deadline_ns)
{
    /* What the turn has read is a millisecond's start, and old: enough to see that it is not nearly time. */
    return deadline_ns / NS_PER_MS <= uv_now(&loop->uv) && deadline_ns <= clock_mono_ns();
}

void loop_flush_schedule(struct loop *loop, struct loop_flush *flush)
{
    if (flush->scheduled)
        return;
    flush->scheduled = true;
    flush->next = NULL;
    *loop->last = flush;
    loop->last = &flush->next;
    loop->scheduled++;
}

void loop_flush_cancel(struct loop *loop, struct loop_flush *flush)
{
    struct loop_flush **link = &loop->first;

    if (!flush->scheduled)
        return;
    while (*link != NULL && *link != flush)
        link = &(*link)->next;
    if (*link == NULL)
        return;
    *link = flush->next;
    if (loop->last == &flush->next)
        loop->last = link;
    flush->scheduled = false;
    flush->next = NULL;
    loop->scheduled--;
}
