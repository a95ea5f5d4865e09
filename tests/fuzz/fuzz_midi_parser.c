/* Fuzzes the MIDI parser against a slow reference that scans the whole stream, for any cut of the stream into calls.
 * SPDX-License-Identifier: MIT */
#include "midi/midi_parser.h"

#include <stdlib.h>
#include <string.h>

/* Input: one byte N, then N cut bytes (the length of each call, repeated when they run out), then the stream. */
#define STREAM_MAX 4096

/* What a parser gave out, as one string of bytes: each message as 'm', flags, length, bytes; each malformed as 'x'. */
struct record {
    uint8_t bytes[STREAM_MAX * 16 + 64];
    size_t length;
    size_t malformed;
};

static struct record expected, actual;

static void put(struct record *record, uint8_t byte)
{
    if (record->length == sizeof record->bytes)
        abort();
    record->bytes[record->length++] = byte;
}

static void put_message(struct record *record, unsigned flags, const uint8_t *bytes, size_t length)
{
    put(record, 'm');
    put(record, (uint8_t)flags);
    put(record, (uint8_t)length);
    for (size_t i = 0; i < length; i++)
        put(record, bytes[i]);
}

static void put_malformed(struct record *record)
{
    put(record, 'x');
    record->malformed++;
}

static void on_message(void *user, const struct midi_msg *msg)
{
    if (msg->len < 1 || msg->len > 8 || msg->time_us != 0 || msg->port != 0)
        abort();
    for (size_t i = msg->len; i < sizeof msg->b; i++) {
        if (msg->b[i] != 0)
            abort();
    }
    put_message(user, msg->flags, msg->b, msg->len);
}

static void on_malformed(void *user)
{
    put_malformed(user);
}

/* The number of data bytes behind a status, from the tables of the MIDI 1.0 specification; -1 for no message. */
static int data_bytes(uint8_t status)
{
    if (status >= 0x80 && status <= 0xef)
        return (status & 0xe0) == 0xc0 ? 1 : 2;
    if (status == 0xf2)
        return 2;
    if (status == 0xf1 || status == 0xf3)
        return 1;
    return status == 0xf6 || (status >= 0xf8 && status != 0xf9 && status != 0xfd) ? 0 : -1;
}

/* One SysEx from its F0 on: finds its end first, then walks over it again, giving pieces and real-time bytes out in
 * their order. Returns where the stream goes on. */
static size_t reference_sysex(const uint8_t *stream, size_t length, size_t begin)
{
    size_t end = begin + 1;
    uint8_t held[8];
    size_t count = 0;
    bool begun = false;
    bool whole;

    while (end < length && (stream[end] < 0x80 || stream[end] >= 0xf8))
        end++;
    whole = end < length && stream[end] == 0xf7;
    for (size_t i = begin; i < end + (whole ? 1 : 0); i++) {
        bool last = whole && i == end;

        if (stream[i] >= 0xf8) {
            if (data_bytes(stream[i]) == 0)
                put_message(&expected, 0, stream + i, 1);
            else
                put_malformed(&expected);
            continue;
        }
        held[count++] = stream[i];
        if (count == 8 || last) {
            put_message(&expected, 4U | (begun ? 0U : 1U) | (last ? 2U : 0U), held, count);
            begun = true;
            count = 0;
        }
    }
    if (!whole) {
        held[0] = 0xf7;
        if (begun)
            put_message(&expected, 4 | 2 | 8, held, 1);
        put_malformed(&expected);
    }
    return end + (whole ? 1 : 0);
}

/* One message from its status on, or under a running status from its first data byte on. Looks ahead for its data;
 * real-time bytes on the way come out before it. Returns where the stream goes on; *complete tells whether it was. */
static size_t reference_short(const uint8_t *stream, size_t length, size_t at, uint8_t status, bool *complete)
{
    uint8_t message[3] = {status, 0, 0};
    int need = data_bytes(status);
    int have = 0;

    while (at < length && have < need && (stream[at] < 0x80 || stream[at] >= 0xf8)) {
        if (stream[at] < 0x80)
            message[1 + have++] = stream[at];
        else if (data_bytes(stream[at]) == 0)
            put_message(&expected, 0, stream + at, 1);
        else
            put_malformed(&expected);
        at++;
    }
    *complete = have == need;
    if (*complete)
        put_message(&expected, 0, message, (size_t)need + 1);
    else
        put_malformed(&expected);
    return at;
}

/* The whole stream, then its end. ends[i] tells whether a call ends behind byte i, where a stray run counts anew. */
static void reference(const uint8_t *stream, size_t length, const bool *ends)
{
    uint8_t running = 0;
    bool stray = false;
    bool complete;
    size_t at = 0;

    while (at < length) {
        uint8_t byte = stream[at];
        size_t next = at + 1;

        if (byte < 0x80 && running != 0) {
            next = reference_short(stream, length, at, running, &complete);
        } else if (byte < 0x80) {
            if (!stray)
                put_malformed(&expected);
            stray = true;
        } else if (byte >= 0xf8) {
            if (data_bytes(byte) == 0)
                put_message(&expected, 0, &byte, 1);
            else
                put_malformed(&expected);
        } else {
            stray = false;
            running = 0;
            if (byte == 0xf0) {
                next = reference_sysex(stream, length, at);
            } else if (data_bytes(byte) < 0) {
                put_malformed(&expected);
            } else {
                next = reference_short(stream, length, at + 1, byte, &complete);
                running = byte < 0xf0 && complete ? byte : 0;
            }
        }
        at = next;
        if (ends[at - 1])
            stray = false;
    }
}

static void compare(void)
{
    if (expected.length != actual.length || expected.malformed != actual.malformed ||
        memcmp(expected.bytes, actual.bytes, expected.length) != 0)
        abort();
}

/* Feeds the stream in calls that end where ends says, each from a buffer of its own size, so that a read beyond it
 * shows. */
static void feed(const uint8_t *stream, size_t length, const bool *ends)
{
    struct midi_parser_sink sink = {.message = on_message, .malformed = on_malformed, .user = &actual};
    struct midi_parser parser;
    size_t begin = 0;

    memset(&parser, 0xff, sizeof parser);
    midi_parser_reset(&parser);
    actual.length = 0;
    actual.malformed = 0;
    for (size_t i = 0; i < length; i++) {
        if (ends[i] || i + 1 == length) {
            uint8_t *copy = malloc(i + 1 - begin);

            if (copy == NULL)
                abort();
            memcpy(copy, stream + begin, i + 1 - begin);
            midi_parser_feed(&parser, copy, i + 1 - begin, &sink);
            free(copy);
            begin = i + 1;
        }
    }
    midi_parser_end(&parser, &sink);
    put(&actual, 'e');
    midi_parser_end(&parser, &sink); /* gives nothing more */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ends[STREAM_MAX];
    size_t cuts;
    size_t length;
    size_t at = 0;

    if (size == 0)
        return 0;
    cuts = data[0] < size - 1 ? data[0] : size - 1;
    length = size - 1 - cuts < STREAM_MAX ? size - 1 - cuts : STREAM_MAX;
    memset(ends, 0, sizeof ends);
    for (size_t i = 0; cuts > 0; i++) {
        at += data[1 + i % cuts] + 1U;
        if (at > length)
            break;
        ends[at - 1] = true;
    }
    expected.length = 0;
    expected.malformed = 0;
    reference(data + 1 + cuts, length, ends);
    put(&expected, 'e');
    feed(data + 1 + cuts, length, ends);
    compare();
    return 0;
}
