/* The clocks, and the join of two of them to OSC time tags.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stddef.h>
#include <time.h>

/* Seconds from 1900 (NTP era 0) to 1970. */
#define NTP_UNIX_OFFSET 2208988800ULL
#define NS_PER_S 1000000000ULL

static uint64_t read_clock(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t system_mono(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

static uint64_t system_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t clock_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

/* The one exception to "no global state": a test's clocks must reach every reader. */
static uint64_t (*mono_reader)(void) = system_mono;
static uint64_t (*wall_reader)(void) = system_wall;

uint64_t clock_mono_ns(void)
{
    return mono_reader();
}

uint64_t clock_wall_ns(void)
{
    return wall_reader();
}

void clock_replace(uint64_t (*mono)(void), uint64_t (*wall)(void))
{
    mono_reader = mono != NULL ? mono : system_mono;
    wall_reader = wall != NULL ? wall : system_wall;
}

uint64_t clock_from_timetag(uint64_t timetag, uint64_t mono_now, uint64_t wall_now)
{
    uint64_t seconds = timetag >> 32;
    uint64_t fraction_ns = ((timetag & 0xffffffffULL) * NS_PER_S) >> 32;
    uint64_t wall;

    if (timetag == 1)
        return 0;
    if (seconds < NTP_UNIX_OFFSET)
        return 1;
    wall = (seconds - NTP_UNIX_OFFSET) * NS_PER_S + fraction_ns;
    if (wall >= wall_now)
        return mono_now + (wall - wall_now);
    if (wall_now - wall >= mono_now)
        return 1;
    return mono_now - (wall_now - wall);
}
