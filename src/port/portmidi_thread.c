/* The thread of the portmidi driver: it opens what is wanted, notices what has gone, and sleeps when nothing is to do.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "port/portmidi_host.h"
#include "port/portmidi_streams.h"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NS_PER_MS 1000000ULL
#define POLL_NS (1 * NS_PER_MS)     /* between two looks at the inputs */
#define CHECK_NS (250 * NS_PER_MS)  /* between two looks at who is there */
#define EAGER_NS (2000 * NS_PER_MS) /* how long they go on after a device file came or went */
#define STUCK_NS (1000 * NS_PER_MS) /* how long a device that is there may take nothing */
#define END_NS (200 * NS_PER_MS)    /* the same when all ends */

/* ---- who is there ---- */

/* Whether a port waits for its device, or hears one: then somebody has to look whether it is there. */
static bool is_watching(const struct thread *t)
{
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (!streams_is_closed(own) && (own->stream == NULL || own->direction == PORT_INPUT))
            return true;
    return false;
}

/* Looks who is there: tells the loop, and opens or gives up devices. */
static void check(struct thread *t)
{
    struct seq now;
    bool may_help;

    if (!seq_read(&now, atomic_load(&t->pm->self), NULL)) { /* this system does not say */
        if (streams_any_wanted(t))
            streams_restart(t);
        return;
    }
    may_help = now.connections < t->settled.connections || (now.others != t->settled.others && streams_any_wanted(t));
    streams_note(t, &now);
    if (t->begun && may_help)
        streams_restart(t);
}

/* ---- turns ---- */

/* Takes over the new ports, in the order in which they were opened. */
static bool take_fresh(struct thread *t)
{
    struct pm_port *fresh, **end_of_list = &t->ports;
    bool any;

    pthread_mutex_lock(&t->pm->mutex);
    fresh = t->pm->fresh;
    t->pm->fresh = NULL;
    pthread_mutex_unlock(&t->pm->mutex);
    any = fresh != NULL;
    while (*end_of_list != NULL)
        end_of_list = &(*end_of_list)->next;
    while (fresh != NULL) {
        struct pm_port *own = fresh;

        fresh = own->next;
        own->next = *end_of_list; /* the newest was first */
        *end_of_list = own;
    }
    return any;
}

/* A device that takes nothing: it has gone, or it is full. Below PortMidi what is for it stands in front of what is for
 * all the others. */
static void check_stuck(struct thread *t, struct pm_port *own, uint64_t now)
{
    struct seq seq;

    if (now < own->stuck_ns + STUCK_NS && seq_read(&seq, atomic_load(&t->pm->self), NULL) &&
        seq.connections >= t->settled.connections)
        return;
    if (now >= own->stuck_ns + STUCK_NS)
        portmidi_forget(own);
    streams_restart(t);
}

/* Reads and writes; whether there is more to write soon. */
static bool pass(struct thread *t, uint64_t now)
{
    bool more = false;

    for (struct pm_port *own = t->ports; own != NULL; own = own->next) {
        if (own->direction == PORT_INPUT) {
            if (own->stream != NULL && !streams_is_closed(own) && portmidi_read(own))
                t->told = true;
            continue;
        }
        if (own->stream != NULL) {
            more = !portmidi_write(own, now) || more;
            if (own->stuck) {
                check_stuck(t, own, now);
                return true; /* the list may have changed */
            }
        } else if (ring_peek(&own->ring) != NULL) {
            portmidi_forget(own);
            t->told = true;
        }
        if (atomic_load(&own->tell) && (atomic_load(&own->in_flight) == 0 || ring_count(&own->ring) < PM_QUEUE / 8)) {
            atomic_store(&own->tell, false);
            t->told = true;
        }
    }
    return more;
}

static void wake_loop(struct thread *t)
{
    uint64_t one = 1;

    if (t->told)
        (void)!write(t->pm->loop_wake, &one, sizeof one);
    t->told = false;
}

/* Sleeps until the loop calls, a device file comes or goes, or due_ns (0: for ever). */
static void sleep_until(struct thread *t, uint64_t now, uint64_t due_ns)
{
    uint64_t left = due_ns > now ? due_ns - now : 0;
    struct timespec timeout = {.tv_sec = (time_t)(left / 1000000000u), .tv_nsec = (long)(left % 1000000000u)};
    struct pollfd polls[2] = {{.fd = t->pm->thread_wake, .events = POLLIN}, {.fd = t->devices, .events = POLLIN}};
    char bytes[4096];

    if (ppoll(polls, 2, due_ns == 0 ? NULL : &timeout, NULL) <= 0)
        return;
    if ((polls[0].revents & POLLIN) != 0)
        (void)!read(t->pm->thread_wake, bytes, sizeof(uint64_t));
    if ((polls[1].revents & POLLIN) != 0) {
        (void)!read(t->devices, bytes, sizeof bytes);
        t->check_ns = now;
        t->eager_ns = now + EAGER_NS;
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

/* One turn; returns when the next is due, 0: when something happens. */
static uint64_t turn(struct thread *t, uint64_t now)
{
    bool fresh = take_fresh(t), more, watching;
    uint64_t due = 0;

    streams_close_closed(t, now);
    if ((fresh || t->look) && streams_any_wanted(t))
        streams_look(t);
    watching = is_watching(t);
    if ((watching || now < t->eager_ns) && now >= t->check_ns) {
        check(t);
        t->check_ns = now + CHECK_NS;
    }
    more = pass(t, now) || streams_any_closing(t);
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        more = more || (own->direction == PORT_INPUT && own->stream != NULL && !streams_is_closed(own));
    if (watching || now < t->eager_ns)
        due = t->check_ns;
    return more ? earlier(due, now + POLL_NS) : due;
}

/* Whether there is still something to play. */
static bool has_work(const struct thread *t)
{
    for (struct pm_port *own = t->ports; own != NULL; own = own->next)
        if (own->direction == PORT_OUTPUT && own->stream != NULL && ring_peek(&own->ring) != NULL)
            return true;
    return false;
}

static void close_all(struct thread *t)
{
    while (t->ports != NULL) {
        if (t->ports->stream != NULL)
            pmhost_close(t->ports->stream);
        streams_remove(t, t->ports);
    }
    streams_end(t);
    if (t->devices >= 0)
        close(t->devices);
}

void *portmidi_thread(void *state)
{
    struct thread thread = {.pm = state}, *t = &thread;
    uint64_t now;

    prctl(PR_SET_NAME, "portmidi");
    prctl(PR_SET_TIMERSLACK, 1UL);
    t->devices = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (t->devices >= 0)
        inotify_add_watch(t->devices, "/dev/snd", IN_CREATE | IN_DELETE);
    (void)seq_read(&t->settled, SEQ_NOBODY, NULL);
    for (;;) {
        uint64_t due;

        now = clock_mono_ns();
        due = turn(t, now);
        wake_loop(t);
        if (atomic_load(&t->pm->ending)) {
            t->ending_ns = t->ending_ns == 0 ? now + END_NS : t->ending_ns;
            if (!has_work(t) || now >= t->ending_ns)
                break;
            due = now + POLL_NS;
        }
        sleep_until(t, now, due);
    }
    close_all(t);
    return NULL;
}
