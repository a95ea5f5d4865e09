/* What the drivers of raw MIDI bytes share.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_PORT_WIRE_H
#define NOTEWIRE_PORT_WIRE_H

#include "base/error.h"
#include "midi/midi_parser.h"
#include "port/port.h"

/* Where to connect, out of "HOST:PORT" with neither left out. 0 or NW_EADDRESS. */
static inline int wire_parse_peer(const char *text, char host[PORT_NAME_MAX], uint16_t *port)
{
    if (net_addr_split(text, host, PORT_NAME_MAX, port) != 0 || host[0] == '\0' || *port == 0)
        return NW_EADDRESS;
    return 0;
}

/* How many of the parsers are in the middle of a message of which nothing has been given out. A SysEx that has been
 * begun is counted by whoever got its pieces. */
static inline unsigned wire_unfinished(const struct midi_parser *parsers, size_t count)
{
    unsigned unfinished = 0;

    for (const struct midi_parser *parser = parsers; parser < parsers + count; parser++)
        if (parser->in_sysex)
            unfinished += !parser->sysex_begun;
        else
            unfinished += parser->pending != 0 || parser->started || parser->have > 0;
    return unfinished;
}

#endif
