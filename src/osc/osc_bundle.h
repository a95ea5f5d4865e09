/* Walks one OSC packet: a message, or bundles nested up to a bound (OSC 1.0, "OSC Bundles").
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_OSC_OSC_BUNDLE_H
#define NOTEWIRE_OSC_OSC_BUNDLE_H

#include "osc/osc_view.h"

#define OSC_BUNDLE_DEPTH 8 /* bundles within bundles */
#define OSC_TIMETAG_IMMEDIATE 1ULL

struct osc_packet_sink {
    /* One valid message. timetag is that of the innermost bundle around it, OSC_TIMETAG_IMMEDIATE outside bundles. */
    void (*message)(void *user, const struct osc_view *view, uint64_t timetag);
    /* One broken message or element: error is NW_EMALFORMED or NW_ETOOBIG. */
    void (*malformed)(void *user, int error);
    void *user;
};

/* Gives out every message in order. A broken message costs only itself when its element size is right; from a lying
 * element size on (negative, not a multiple of 4, beyond its bundle) the rest of that bundle is one malformed message,
 * and the surrounding bundle goes on behind it. A bundle nested too deep is one malformed message. Neither recursion
 * nor memory grows with the input. An empty packet is one malformed message; an empty bundle is nothing. */
void osc_packet_walk(const uint8_t *bytes, size_t length, const struct osc_packet_sink *sink);

#endif
