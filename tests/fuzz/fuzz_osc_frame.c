/* Fuzzes the framing of byte streams: any cut must give the same packets, and what is written must come back.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_frame.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SUMMED 4096                  /* bytes at either end of a packet that go into its sum */
#define LONG_RUN (OSC_FRAME_MAX - 2) /* plain bytes that bring a packet to its bound */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Stops the fuzzer with the reason when something that must hold does not. */
static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* What a reader gave out, as a sum that depends on order and content. */
struct record {
    uint64_t sum;
    size_t packets, malformed, last_length;
    enum osc_framing framing;
};

static void record_byte(struct record *record, uint8_t byte)
{
    record->sum = (record->sum ^ byte) * 0x100000001b3ULL; /* FNV-1a */
}

static void record_packet(void *user, const uint8_t *bytes, size_t length)
{
    struct record *record = user;

    must(length > 0 && length <= OSC_FRAME_MAX, "packet length");
    must(record->framing == OSC_FRAMING_SLIP || length % 4 == 0, "packet length behind a size prefix");
    record->packets++;
    record->last_length = length;
    record_byte(record, 'p');
    record_byte(record, (uint8_t)length);
    for (size_t i = 0; i < length; i++) {
        if (i == SUMMED && length > 2 * SUMMED) /* between lie plain bytes only */
            i = length - SUMMED;
        record_byte(record, bytes[i]);
    }
}

static void record_malformed(void *user, int error)
{
    struct record *record = user;

    must(error == NW_EMALFORMED || error == NW_ETOOBIG, "error of a broken frame");
    must(record->framing == OSC_FRAMING_SLIP, "broken frame that only SLIP survives");
    record->malformed++;
    record_byte(record, error == NW_ETOOBIG ? 't' : 'm');
}

/* Feeds a stream, each piece in memory of its own, cut at lengths that `cuts` draws (0: in one go). Returns the
 * reader's result; the end state goes into the sum. */
static int feed(enum osc_framing framing, const uint8_t *bytes, size_t length, uint32_t cuts, struct record *record)
{
    struct osc_frame_reader reader = {.framing = framing};
    struct osc_frame_sink sink = {record_packet, record_malformed, record};
    int result = NW_OK;

    *record = (struct record){.sum = 0xcbf29ce484222325ULL, .framing = framing};
    if (framing == OSC_FRAMING_UNKNOWN && length > 0)
        record->framing = bytes[0] == SLIP_END ? OSC_FRAMING_SLIP : OSC_FRAMING_SIZE;
    for (size_t at = 0; at < length && result == NW_OK;) {
        size_t piece = length - at;
        uint8_t *copy;

        if (cuts != 0) {
            size_t most = length < 4096 ? 1 + cuts % 16 : 65536;

            cuts = cuts * 1664525U + 1013904223U;
            piece = (cuts >> 8) % most + 1;
            if (piece > length - at)
                piece = length - at;
        }
        copy = malloc(piece);
        must(copy != NULL, "memory");
        memcpy(copy, bytes + at, piece);
        result = osc_frame_feed(&reader, copy, piece, &sink);
        free(copy);
        at += piece;
        must(reader.capacity <= OSC_FRAME_MAX, "buffer bound");
    }
    must(result == NW_OK || result == NW_EMALFORMED || result == NW_ETOOBIG, "result of a feed");
    if (result == NW_OK)
        record_byte(record, osc_frame_inside(&reader));
    osc_frame_reader_reset(&reader);
    return result;
}

static void check_cuts(enum osc_framing framing, const uint8_t *bytes, size_t length, uint32_t cuts)
{
    struct record whole, cut;
    int result = feed(framing, bytes, length, 0, &whole);

    must(feed(framing, bytes, length, cuts | 1, &cut) == result, "the same result for any cut");
    must(whole.packets == cut.packets && whole.malformed == cut.malformed, "as many packets for any cut");
    must(whole.sum == cut.sum, "the same packets for any cut");
}

/* Writes a packet, twice, and reads it back. */
static void check_round_trip(enum osc_framing framing, const uint8_t *packet, size_t length, uint32_t cuts)
{
    size_t bound = osc_frame_bound(framing, length), written;
    uint8_t *out;
    struct record record, plain = {.sum = 0xcbf29ce484222325ULL, .framing = OSC_FRAMING_SLIP};

    if (framing != OSC_FRAMING_SLIP)
        length -= length % 4;
    if (length == 0)
        return;
    out = malloc(bound * 2);
    must(out != NULL, "memory");
    written = osc_frame_write(framing, packet, length, out);
    must(written <= bound, "bound of a framed packet");
    written += osc_frame_write(framing, packet, length, out + written);
    must(feed(OSC_FRAMING_UNKNOWN, out, written, cuts, &record) == NW_OK, "reading what was written");
    record_packet(&plain, packet, length);
    record_packet(&plain, packet, length);
    record_byte(&plain, false);
    must(record.packets == 2 && record.malformed == 0 && record.sum == plain.sum, "what was written, twice");
    free(out);
}

/* The input: a byte of options, a byte that draws the cuts, the stream. With options from 0xfc on, a long run of plain
 * bytes goes in behind the first byte of a short stream, so that small inputs reach the bound of a packet. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum osc_framing framing;
    uint8_t *stream;
    size_t length;

    if (size < 2)
        return 0;
    framing = data[0] % 3 == 0 ? OSC_FRAMING_UNKNOWN : data[0] % 3 == 1 ? OSC_FRAMING_SIZE : OSC_FRAMING_SLIP;
    length = size - 2;
    if (data[0] < 0xfc || length == 0 || length > 6) {
        check_cuts(framing, data + 2, length, data[1]);
        check_round_trip(OSC_FRAMING_SIZE, data + 2, length, data[1]);
        check_round_trip(OSC_FRAMING_SLIP, data + 2, length, data[1]);
        return 0;
    }
    stream = malloc(length + LONG_RUN);
    must(stream != NULL, "memory");
    stream[0] = data[2];
    memset(stream + 1, 'a', LONG_RUN);
    memcpy(stream + 1 + LONG_RUN, data + 3, length - 1);
    check_cuts(framing, stream, length + LONG_RUN, data[1]);
    free(stream);
    return 0;
}
