/* What the tests of the words share: a line in, its messages, waits and mistake out.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_MIDI_WORDS_TEST_H
#define NOTEWIRE_TESTS_UNIT_MIDI_WORDS_TEST_H

#include "base/error.h"
#include "midi/midi_words.h"
#include "midi_test.h"

/* What one line gave: messages, with waits between them. */
struct heard {
    struct midi_msg messages[4200];
    size_t count;
    uint64_t wait_ns[64];
    bool wait_absolute[64];
    size_t wait_at[64]; /* messages before the wait */
    size_t waits;
    struct midi_words_error error;
};

static inline void hear_message(void *user, const struct midi_msg *msg)
{
    struct heard *heard = user;

    assert_true(heard->count < sizeof heard->messages / sizeof heard->messages[0]);
    heard->messages[heard->count++] = *msg;
}

static inline void hear_wait(void *user, uint64_t ns, bool absolute)
{
    struct heard *heard = user;

    assert_true(heard->waits < 64);
    heard->wait_ns[heard->waits] = ns;
    heard->wait_absolute[heard->waits] = absolute;
    heard->wait_at[heard->waits++] = heard->count;
}

/* Reads a copy of the line that ends where memory checkers look, without a NUL behind it. */
static inline int read_words(struct midi_words *words, const char *line, size_t length, bool can_wait,
                             struct heard *heard)
{
    struct midi_words_sink sink = {.message = hear_message, .wait = can_wait ? hear_wait : NULL, .user = heard};
    char *copy = malloc(length > 0 ? length : 1);
    int result;

    assert_non_null(copy);
    memcpy(copy, line, length);
    memset(heard, 0, sizeof *heard);
    result = midi_words_read(words, copy, length, &sink, &heard->error);
    free(copy);
    return result;
}

/* Reads a line with the given settings and compares the messages with text as describe() gives it. */
static inline void expect_with(struct midi_words *words, const char *line, int result, const char *messages)
{
    static struct heard heard;
    static char text[16384];

    assert_int_equal(read_words(words, line, strlen(line), true, &heard), result);
    describe(heard.messages, heard.count, text);
    assert_string_equal(text, messages);
}

/* The same with the settings that every program begins with. */
static inline void expect(const char *line, int result, const char *messages)
{
    struct midi_words words;

    midi_words_init(&words);
    expect_with(&words, line, result, messages);
    assert_false(words.hex);
}

/* A line with a mistake: what had been given out before, the column, and the text. */
static inline void expect_error(const char *line, const char *messages, size_t column, const char *error)
{
    static struct heard heard;
    struct midi_words words;
    char text[1024];

    midi_words_init(&words);
    assert_int_equal(read_words(&words, line, strlen(line), true, &heard), NW_EINVALID);
    describe(heard.messages, heard.count, text);
    assert_string_equal(heard.error.text, error);
    assert_int_equal(heard.error.column, column);
    assert_string_equal(text, messages);
    assert_false(words.hex);
}

#endif
