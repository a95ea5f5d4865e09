/* The counting rule, as text.
 * SPDX-License-Identifier: MIT */
#include "route/counters.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

const char *drop_reason_name(enum drop_reason reason)
{
    static const char *const names[DROP_REASONS] = {
        [DROP_MALFORMED] = "malformed", [DROP_TOO_BIG] = "too-big",   [DROP_REFUSED] = "refused",
        [DROP_UNMAPPED] = "unmapped",   [DROP_RANGE] = "range",       [DROP_PATTERN] = "pattern",
        [DROP_NO_PORT] = "no-port",     [DROP_NO_PEER] = "no-peer",   [DROP_QUEUE] = "queue-full",
        [DROP_STALLED] = "stalled",     [DROP_DISABLED] = "disabled", [DROP_EXIT] = "exit",
    };

    return names[reason];
}

/* Appends to out, which has room for every figure at its largest. */
static size_t append(char *out, size_t used, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(out + used, COUNTERS_TEXT - used, format, args);
    va_end(args);
    if (n < 0)
        return used;
    return (size_t)n < COUNTERS_TEXT - used ? used + (size_t)n : COUNTERS_TEXT - 1;
}

const char *counters_text(const struct counters *counters, int with_queued, char out[COUNTERS_TEXT])
{
    const struct {
        const char *name;
        uint64_t value;
    } figures[] = {{"late", counters->late},
                   {"far", counters->far},
                   {"kernel-drops", counters->kernel_drops},
                   {"overruns", counters->overruns},
                   {"output-lost", counters->output_lost}};
    uint64_t dropped = 0;
    size_t used;
    const char *between = " (";

    for (int i = 0; i < DROP_REASONS; i++)
        dropped += counters->dropped[i];
    used = append(out, 0, "received=%" PRIu64 " delivered=%" PRIu64 " dropped=%" PRIu64, counters->received,
                  counters->delivered, dropped);
    for (int i = 0; i < DROP_REASONS; i++)
        if (counters->dropped[i] > 0) {
            used = append(out, used, "%s%s=%" PRIu64, between, drop_reason_name((enum drop_reason)i),
                          counters->dropped[i]);
            between = " ";
        }
    if (dropped > 0)
        used = append(out, used, ")");
    if (with_queued)
        used = append(out, used, " queued=%" PRIu64, counters->queued);
    between = "; ";
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++)
        if (figures[i].value > 0) {
            used = append(out, used, "%s%s=%" PRIu64, between, figures[i].name, figures[i].value);
            between = " ";
        }
    return out;
}
