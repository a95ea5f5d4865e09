/* SysEx on its way through the bridges: collected for OSC, and its one fate. Each source has its own, because several
 * peers of one input may send at the same time. SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_BRIDGES_SYSEX_H
#define NOTEWIRE_BRIDGES_SYSEX_H

#include "midi/midi_msg.h"

#include <stddef.h>

#define SYSEX_MAX (1024u * 1024u) /* bytes; a longer one cannot be told as OSC */
#define SYSEX_OPEN 64             /* sources that can be in the middle of one */

/* The SysEx of one source. */
struct sysex {
    bool open;
    bool lost;       /* too long, no memory, or one too many: its bytes are not whole */
    bool refused;    /* an output refused a piece of it */
    bool stalled;    /* an output did not wait for its end */
    uint16_t source; /* midi_msg.port */
    uint32_t taken;  /* outputs that took every piece of it */
    uint8_t *bytes;  /* owned by the table; kept for the next one */
    size_t used, capacity;
};

/* Zero-initialise. The last place is for those that find none. */
struct sysex_table {
    struct sysex place[SYSEX_OPEN + 1];
};

/* The SysEx that a piece belongs to, with the piece added to it; its bytes are kept when keep is set at its first
 * piece. Borrowed; valid until its source's next piece. Its last piece closes it: bytes and flags can still be read. */
struct sysex *sysex_collect(struct sysex_table *table, const struct midi_msg *piece, bool keep);

/* Marks the SysEx of a source as stalled. */
void sysex_stalled(struct sysex_table *table, uint16_t source);

/* Forgets what the senders of an input have open, because it is closed; returns how many. */
unsigned sysex_forget(struct sysex_table *table, uint16_t index);

/* How many are open. */
unsigned sysex_count(const struct sysex_table *table);

/* Books which outputs took a message: a short one is taken at once, a SysEx by those that took every piece of it, known
 * at its last one. *whole keeps the books between the pieces. */
uint32_t sysex_taken(uint32_t *whole, const struct midi_msg *msg, uint32_t taken);

void sysex_free(struct sysex_table *table);

#endif
