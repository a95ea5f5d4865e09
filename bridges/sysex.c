/* SysEx on its way through the bridges.
 * SPDX-License-Identifier: MIT */
#include "bridges/sysex.h"

#include <stdlib.h>
#include <string.h>

/* The open SysEx of a source, or a free place, or the last place. */
static struct sysex *find_place(struct sysex_table *table, uint16_t source)
{
    struct sysex *place = NULL;

    for (int i = 0; i < SYSEX_OPEN; i++) {
        if (table->place[i].open && table->place[i].source == source)
            return &table->place[i];
        if (!table->place[i].open && place == NULL)
            place = &table->place[i];
    }
    return place != NULL ? place : &table->place[SYSEX_OPEN];
}

/* Appends; what does not fit makes it lost. */
static void append(struct sysex *sysex, const uint8_t *bytes, size_t length)
{
    if (sysex->used + length > sysex->capacity) {
        size_t capacity = sysex->capacity > 0 ? sysex->capacity * 2 : 1024;
        uint8_t *grown = capacity <= SYSEX_MAX ? realloc(sysex->bytes, capacity) : NULL;

        if (grown == NULL) {
            sysex->lost = true;
            return;
        }
        sysex->bytes = grown;
        sysex->capacity = capacity;
    }
    memcpy(sysex->bytes + sysex->used, bytes, length);
    sysex->used += length;
}

struct sysex *sysex_collect(struct sysex_table *table, const struct midi_msg *piece, bool keep)
{
    struct sysex *sysex = find_place(table, piece->port);

    if (!sysex->open || (piece->flags & MIDI_SYSEX_BEGIN) != 0) {
        sysex->open = true;
        sysex->source = piece->port;
        sysex->lost = !keep || sysex == &table->place[SYSEX_OPEN] || (piece->flags & MIDI_SYSEX_BEGIN) == 0;
        sysex->refused = false;
        sysex->stalled = false;
        sysex->taken = 0;
        sysex->used = 0;
    }
    if (!sysex->lost)
        append(sysex, piece->b, piece->len);
    if ((piece->flags & MIDI_SYSEX_END) != 0)
        sysex->open = false;
    return sysex;
}

void sysex_stalled(struct sysex_table *table, uint16_t source)
{
    for (int i = 0; i < SYSEX_OPEN; i++)
        if (table->place[i].open && table->place[i].source == source)
            table->place[i].stalled = true;
}

unsigned sysex_forget(struct sysex_table *table, uint16_t index)
{
    unsigned count = 0;

    for (int i = 0; i <= SYSEX_OPEN; i++)
        if (table->place[i].open && (table->place[i].source & 0xff) == index) {
            table->place[i].open = false;
            count++;
        }
    return count;
}

unsigned sysex_count(const struct sysex_table *table)
{
    unsigned count = 0;

    for (int i = 0; i <= SYSEX_OPEN; i++)
        count += table->place[i].open;
    return count;
}

uint32_t sysex_taken(uint32_t *whole, const struct midi_msg *msg, uint32_t taken)
{
    if ((msg->flags & MIDI_SYSEX_PART) == 0)
        return taken;
    *whole = (msg->flags & MIDI_SYSEX_BEGIN) != 0 ? taken : *whole & taken;
    return (msg->flags & MIDI_SYSEX_END) != 0 ? *whole : 0;
}

void sysex_free(struct sysex_table *table)
{
    for (int i = 0; i <= SYSEX_OPEN; i++)
        free(table->place[i].bytes);
}
