/* Messages to people, on standard error. A stalled reader of ours never stalls the program: a line that
 * would block is dropped.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/clock.h"
#include "base/text.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LOG_INTERVAL_NS 5000000000ULL

static enum log_level current_level = LOG_NORMAL;

void log_set_level(enum log_level level)
{
    current_level = level;
}

enum log_level log_level(void)
{
    return current_level;
}

static void write_line(const char *code, const char *format, va_list args)
{
    char line[2048];
    struct pollfd ready = {.fd = STDERR_FILENO, .events = POLLOUT};
    size_t length = 0;
    int n;

    if (code != NULL)
        length = (size_t)snprintf(line, sizeof line, "%s ", code);
    n = vsnprintf(line + length, sizeof line - length - 1, format, args);
    if (n < 0)
        return;
    length += (size_t)n < sizeof line - length - 1 ? (size_t)n : sizeof line - length - 2;
    text_clean_lines(line, length); /* network text may reach a line: nobody repaints a terminal from afar */
    line[length++] = '\n';
    if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0) {
        ssize_t written = write(STDERR_FILENO, line, length);

        (void)written; /* nowhere left to say that saying failed */
    }
}

#define WRITE_LINE(code)                                                                                               \
    do {                                                                                                               \
        va_list args;                                                                                                  \
        va_start(args, format);                                                                                        \
        write_line(code, format, args);                                                                                \
        va_end(args);                                                                                                  \
    } while (0)

void log_info(const char *format, ...)
{
    if (current_level >= LOG_NORMAL)
        WRITE_LINE(NULL);
}

void log_verbose(const char *format, ...)
{
    if (current_level >= LOG_VERBOSE)
        WRITE_LINE(NULL);
}

void log_warning(const char *code, const char *format, ...)
{
    if (current_level >= LOG_NORMAL)
        WRITE_LINE(code);
}

void log_fatal(const char *code, const char *format, ...)
{
    WRITE_LINE(code);
}

void log_answer(const char *format, ...)
{
    WRITE_LINE(NULL);
}

bool log_limit_pass(struct log_limit *limit, uint32_t *repeated)
{
    uint64_t now = clock_mono_ns();

    if (limit->last_ns != 0 && now - limit->last_ns < LOG_INTERVAL_NS) {
        limit->suppressed++;
        return false;
    }
    *repeated = limit->suppressed;
    limit->last_ns = now;
    limit->suppressed = 0;
    return true;
}
