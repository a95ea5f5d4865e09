/* Fuzzes the reader of MIDI words: any line is safe, and what it gives, written and read again, is the same.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "midi/midi_words.h"

#include <stdlib.h>
#include <string.h>

/* Input: one byte of settings (channel in the low half, then hex, can wait, middle C), then lines. */
#define MESSAGES_MAX 65536

struct record {
    struct midi_msg messages[MESSAGES_MAX];
    size_t count;
};

static struct record first, again;

static void on_message(void *user, const struct midi_msg *msg)
{
    struct record *record = user;

    if (msg->len < 1 || msg->len > 8)
        abort();
    if (record->count < MESSAGES_MAX)
        record->messages[record->count++] = *msg;
}

static void on_wait(void *user, uint64_t ns, bool absolute)
{
    (void)user;
    if (ns > 100ULL * 3600 * 1000000000 || (absolute && ns >= 24ULL * 3600 * 1000000000))
        abort();
}

/* A copy without a NUL behind it, that ends where the sanitizer looks. */
static int read_line(struct midi_words *words, const char *line, size_t length, const struct midi_words_sink *sink)
{
    struct midi_words_error error;
    char *copy = malloc(length > 0 ? length : 1);
    int result;

    if (copy == NULL)
        abort();
    if (length > 0)
        memcpy(copy, line, length);
    memset(&error, 0, sizeof error);
    result = midi_words_read(words, copy, length, sink, &error);
    free(copy);
    if (result < 0) {
        if (result != NW_EINVALID || error.column < 1 || error.column > length || error.text[0] == '\0' ||
            memchr(error.text, '\0', sizeof error.text) == NULL)
            abort();
        for (const char *c = error.text; *c != '\0'; c++) {
            if (*c < ' ' || *c > '~')
                abort();
        }
    }
    return result;
}

/* SysEx is whole: every piece that begins one is followed by its other pieces, up to the end. */
static void check_sysex(const struct record *record)
{
    bool open = false;

    for (size_t i = 0; i < record->count; i++) {
        unsigned flags = record->messages[i].flags;

        if ((flags & MIDI_SYSEX_PART) == 0) {
            if (flags != 0 || (open && !midi_is_realtime(record->messages[i].b[0])) ||
                midi_length(record->messages[i].b[0]) != record->messages[i].len)
                abort();
            continue;
        }
        if (((flags & MIDI_SYSEX_BEGIN) != 0) == open || (flags & MIDI_SYSEX_CUT) != 0)
            abort();
        open = (flags & MIDI_SYSEX_END) == 0;
    }
    if (open && record->count < MESSAGES_MAX)
        abort();
}

/* Real-time bytes inside SysEx have a line of their own, so the order of lines is that of the messages' ends. */
static void write_and_read(const struct midi_words_sink *sink)
{
    static char line[MESSAGES_MAX * 26 + MIDI_WORDS_MAX];
    struct midi_words words;
    size_t length = 0;
    size_t sysex = 0;

    midi_words_init(&words);
    for (size_t i = 0; i < first.count; i++) {
        const struct midi_msg *msg = &first.messages[i];
        char out[MIDI_WORDS_MAX];
        size_t written = midi_words_write(msg, out);

        if (written >= sizeof out || strlen(out) != written || (written == 0 && (msg->flags & MIDI_SYSEX_PART) == 0))
            abort();
        again.count = 0;
        if ((msg->flags & MIDI_SYSEX_PART) == 0) {
            if (read_line(&words, out, written, sink) != 1 || again.count != 1 ||
                memcmp(&again.messages[0], msg, sizeof *msg) != 0)
                abort();
            continue;
        }
        memcpy(line + length, out, written);
        length += written;
        if ((msg->flags & MIDI_SYSEX_END) == 0)
            continue;
        if (read_line(&words, line, length, sink) != 1)
            abort();
        for (size_t j = 0; j < again.count; j++, sysex++) {
            while ((first.messages[sysex].flags & MIDI_SYSEX_PART) == 0)
                sysex++;
            if (memcmp(&again.messages[j], &first.messages[sysex], sizeof again.messages[j]) != 0)
                abort();
        }
        length = 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct midi_words_sink sink = {.message = on_message, .wait = on_wait, .user = &first};
    struct midi_words_sink back = {.message = on_message, .user = &again};
    struct midi_words words;

    if (size == 0)
        return 0;
    midi_words_init(&words);
    words.channel = (uint8_t)((data[0] & 0x0f) + 1);
    words.hex = (data[0] & 0x10) != 0;
    words.middle_c = (data[0] & 0x40) != 0 ? 4 : 3;
    if ((data[0] & 0x20) != 0)
        sink.wait = NULL;
    first.count = 0;
    for (size_t at = 1; at < size && first.count < MESSAGES_MAX / 2;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end != NULL ? (size_t)(end - (data + at)) : size - at;

        read_line(&words, (const char *)data + at, length, &sink);
        if (words.channel < 1 || words.channel > 16 || words.hex != ((data[0] & 0x10) != 0))
            abort();
        at += length + 1;
    }
    check_sysex(&first);
    if (first.count < MESSAGES_MAX)
        write_and_read(&back);
    return 0;
}
