/* MIDI messages as the words that ReceiveMIDI prints and SendMIDI reads.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_words.h"

#include <string.h>

/* Appends a space and a decimal number; printf would cost more than the rest of the message's way. No line reaches
 * MIDI_WORDS_MAX, so nothing here looks at the bound. */
static char *put_number(char *out, unsigned number)
{
    char digits[10];
    size_t count = 0;

    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    *out++ = ' ';
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

/* The seven bits that a data byte has. */
static unsigned data7(uint8_t byte)
{
    return byte & 0x7fU;
}

/* The 14-bit number of two data bytes, low one first. */
static unsigned data14(const uint8_t *bytes)
{
    return data7(bytes[0]) | data7(bytes[1]) << 7;
}

/* Channel messages carry their channel in front, so that every line stands alone. */
static char *put_channel_message(char *out, const struct midi_msg *msg)
{
    static const char *const word[7] = {" note-off",       " note-on",          " poly-pressure", " control-change",
                                        " program-change", " channel-pressure", " pitch-bend"};
    uint8_t status = msg->b[0];

    out = stpcpy(out, "channel");
    out = put_number(out, (status & 0x0fU) + 1);
    out = stpcpy(out, word[(status >> 4) - 8]);
    if ((status & 0xf0) == MIDI_PITCH_BEND)
        return put_number(out, data14(msg->b + 1));
    out = put_number(out, data7(msg->b[1]));
    return midi_length(status) == 3 ? put_number(out, data7(msg->b[2])) : out;
}

/* System messages; NULL when the status is no message. */
static char *put_system_message(char *out, const struct midi_msg *msg)
{
    switch (msg->b[0]) {
    case MIDI_TIME_CODE:
        out = put_number(stpcpy(out, "time-code"), data7(msg->b[1]) >> 4);
        return put_number(out, msg->b[1] & 0x0fU);
    case MIDI_SONG_POSITION: return put_number(stpcpy(out, "song-position"), data14(msg->b + 1));
    case MIDI_SONG_SELECT: return put_number(stpcpy(out, "song-select"), data7(msg->b[1]));
    case MIDI_TUNE_REQUEST: return stpcpy(out, "tune-request");
    case MIDI_CLOCK: return stpcpy(out, "midi-clock");
    case MIDI_START: return stpcpy(out, "start");
    case MIDI_CONTINUE: return stpcpy(out, "continue");
    case MIDI_STOP: return stpcpy(out, "stop");
    case MIDI_ACTIVE_SENSING: return stpcpy(out, "active-sensing");
    case MIDI_RESET: return stpcpy(out, "reset");
    default: return NULL;
    }
}

/* Borrows both; out is the caller's. */
size_t midi_words_write(const struct midi_msg *msg, char *out)
{
    char *end = NULL;

    if ((msg->flags & MIDI_SYSEX_PART) != 0)
        return midi_words_write_sysex(msg, out);
    if (msg->b[0] >= MIDI_NOTE_OFF)
        end = msg->b[0] < MIDI_SYSEX ? put_channel_message(out, msg) : put_system_message(out, msg);
    if (end == NULL)
        end = out;
    else
        *end++ = '\n';
    *end = '\0';
    return (size_t)(end - out);
}

/* Borrows both; out is the caller's. F0 and F7 are the words before and after, so they are not written. */
size_t midi_words_write_sysex(const struct midi_msg *piece, char *out)
{
    static const char hex[] = "0123456789ABCDEF";
    char *end = out;

    if ((piece->flags & MIDI_SYSEX_BEGIN) != 0)
        end = stpcpy(end, "system-exclusive hex");
    for (size_t i = 0; i < piece->len && i < sizeof piece->b; i++) {
        if (piece->b[i] >= 0x80)
            continue;
        *end++ = ' ';
        *end++ = hex[piece->b[i] >> 4];
        *end++ = hex[piece->b[i] & 0x0f];
    }
    if ((piece->flags & MIDI_SYSEX_END) != 0)
        end = stpcpy(end, " dec\n");
    *end = '\0';
    return (size_t)(end - out);
}
