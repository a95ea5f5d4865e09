/* Walks one OSC packet with a small stack of its own, so that nesting costs neither recursion nor memory.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_bundle.h"

#include "base/bytes.h"
#include "base/error.h"

#include <string.h>

#define BUNDLE_HEAD 16 /* "#bundle", NUL, time tag */

/* A bundle being walked. */
struct level {
    const uint8_t *at;
    const uint8_t *end;
    uint64_t timetag;
};

struct walk {
    const struct osc_packet_sink *sink;
    struct level levels[OSC_BUNDLE_DEPTH];
    size_t depth;
};

static bool is_bundle(const uint8_t *bytes, size_t length)
{
    return length >= 8 && memcmp(bytes, "#bundle", 8) == 0;
}

/* Takes a packet or an element: a message goes to the sink at once, a bundle onto the stack. */
static void walk_enter(struct walk *walk, const uint8_t *bytes, size_t length, uint64_t timetag)
{
    struct osc_view view;
    int error;

    if (!is_bundle(bytes, length)) {
        error = osc_view_parse(&view, bytes, length);
        if (error == NW_OK)
            walk->sink->message(walk->sink->user, &view, timetag);
        else
            walk->sink->malformed(walk->sink->user, error);
        return;
    }
    if (length < BUNDLE_HEAD || walk->depth == OSC_BUNDLE_DEPTH) {
        walk->sink->malformed(walk->sink->user, length < BUNDLE_HEAD ? NW_EMALFORMED : NW_ETOOBIG);
        return;
    }
    walk->levels[walk->depth++] = (struct level){bytes + BUNDLE_HEAD, bytes + length, bytes_get_u64(bytes + 8)};
}

void osc_packet_walk(const uint8_t *bytes, size_t length, const struct osc_packet_sink *sink)
{
    struct walk walk;

    walk.sink = sink;
    walk.depth = 0;
    walk_enter(&walk, bytes, length, OSC_TIMETAG_IMMEDIATE);
    while (walk.depth > 0) {
        struct level *level = &walk.levels[walk.depth - 1];
        size_t room = (size_t)(level->end - level->at), size;
        const uint8_t *element;

        if (room == 0) {
            walk.depth--;
            continue;
        }
        size = room >= 4 ? bytes_get_u32(level->at) : 0;
        if (room < 4 || size % 4 != 0 || size > room - 4) { /* a negative size is beyond any room */
            sink->malformed(sink->user, NW_EMALFORMED);
            walk.depth--;
            continue;
        }
        element = level->at + 4;
        level->at = element + size;
        walk_enter(&walk, element, size, level->timetag);
    }
}
