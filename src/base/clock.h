/* The clocks, and the join of two of them to OSC time tags. Tests replace these two.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BASE_CLOCK_H
#define NOTEWIRE_BASE_CLOCK_H

#include <stdint.h>

/* Nanoseconds of the monotonic clock. */
uint64_t clock_mono_ns(void);

/* Nanoseconds since 1970-01-01 UTC of the wall clock. */
uint64_t clock_wall_ns(void);

/* Nanoseconds of the processor's time that the calling thread has had. */
uint64_t clock_cpu_ns(void);

/* Replaces both clocks for a test; NULL restores the system's. */
void clock_replace(uint64_t (*mono)(void), uint64_t (*wall)(void));

/* When an OSC time tag is due, in monotonic nanoseconds: 0 for "immediately" (OSC 1.0, "Time Tags"; the
 * NTP format of RFC 5905 section 6, era 0). mono_now and wall_now are one reading of both clocks. A time before
 * mono_now is returned as it is when it can be expressed, else as 1. */
uint64_t clock_from_timetag(uint64_t timetag, uint64_t mono_now, uint64_t wall_now);

#endif
