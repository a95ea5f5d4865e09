/* Messages to people, on standard error: a stable code, what, where, who, and one thing to do.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BASE_LOG_H
#define NOTEWIRE_BASE_LOG_H

#include <stdbool.h>
#include <stdint.h>

enum log_level {
    LOG_QUIET,  /* -q: only what stops the program */
    LOG_NORMAL, /* the start, warnings, totals */
    LOG_VERBOSE /* -v: each message too */
};

/* The log level is the program's one setting that every folder may read. */
void log_set_level(enum log_level level);
enum log_level log_level(void);

/* A line for everybody, dropped under -q. */
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A line for -v only. */
void log_verbose(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* "E102 ...": something is wrong but the program goes on; dropped under -q. */
void log_warning(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "E102 ...": the reason why the program stops; shown even under -q. */
void log_fatal(const char *code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A line that was asked for by name (SIGUSR1), shown at every level. */
void log_answer(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Limits a repeating line to one in five seconds. Zero-initialise one per place that may repeat. */
struct log_limit {
    uint64_t last_ns;
    uint32_t suppressed;
};

/* Whether the line may be written now; *repeated is how many were held back since the last one. */
bool log_limit_pass(struct log_limit *limit, uint32_t *repeated);

#endif
