/* Tests of osc_frame: both framings, any cut, and broken streams.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_frame.h"
#include "osc_test.h"

#include <stdio.h>

#define E "\xc0" /* END */

/* What a reader gave out: each packet in '<' '>', "!" for a malformed one, "^" for one too big. */
struct record {
    char text[512];
    size_t packets, longest;
    const uint8_t *last;
};

static void record_packet(void *user, const uint8_t *bytes, size_t length)
{
    struct record *record = user;
    size_t used = strlen(record->text);

    record->packets++;
    record->last = bytes;
    if (length > record->longest)
        record->longest = length;
    snprintf(record->text + used, sizeof record->text - used, "<%.*s>", (int)(length < 64 ? length : 64),
             (const char *)bytes);
}

static void record_malformed(void *user, int error)
{
    struct record *record = user;

    strcat(record->text, error == NW_ETOOBIG ? "^" : "!");
}

/* Feeds the stream in pieces of `step` bytes, each an exact copy; returns the first error. */
static int feed(struct osc_frame_reader *reader, struct record *record, const uint8_t *bytes, size_t length,
                size_t step)
{
    struct osc_frame_sink sink = {record_packet, record_malformed, record};
    int result = NW_OK;

    for (size_t at = 0; at < length && result == NW_OK; at += step) {
        size_t piece = length - at < step ? length - at : step;
        uint8_t *copy = exact_copy(bytes + at, piece);

        result = osc_frame_feed(reader, copy, piece, &sink);
        free(copy);
    }
    return result;
}

/* Every way to cut the stream into equal pieces must give the same result, the same text, and the same end. */
static void check_stream(const uint8_t *bytes, size_t length, int expected, const char *text, bool inside)
{
    for (size_t step = 1; step <= length; step++) {
        struct osc_frame_reader reader = {0};
        struct record record = {.text = ""};

        assert_int_equal(feed(&reader, &record, bytes, length, step), expected);
        assert_string_equal(record.text, text);
        if (expected == NW_OK)
            assert_int_equal(osc_frame_inside(&reader), inside);
        osc_frame_reader_reset(&reader);
        assert_null(reader.buffer);
    }
}

static void reads_size_prefix(void **state)
{
    (void)state;
    check_stream(BYTES("\0\0\0\4abcd"), NW_OK, "<abcd>", false);
    check_stream(BYTES("\0\0\0\4abcd\0\0\0\x08"
                       "efghijkl"),
                 NW_OK, "<abcd><efghijkl>", false);
    check_stream(BYTES("\0\0\0\0\0\0\0\4abcd\0\0\0\0"), NW_OK, "<abcd>", false); /* zero is skipped */
    check_stream(BYTES("\0\0\0\4abc"), NW_OK, "", true);
    check_stream(BYTES("\0\0\0\4"), NW_OK, "", true);
    check_stream(BYTES("\0\0"), NW_OK, "", true);
    check_stream(BYTES("\0\0\0\4abcd\0"), NW_OK, "<abcd>", true);
    check_stream(BYTES("\0\0\0\4\xc0\xdb\xc0\xdb"), NW_OK, "<\xc0\xdb\xc0\xdb>", false);
}

static void closes_on_broken_size(void **state)
{
    (void)state;
    check_stream(BYTES("\0\0\0\4abcd\xff\xff\xff\xfc"
                       "abcd"),
                 NW_EMALFORMED, "<abcd>", false); /* negative */
    check_stream(BYTES("\0\0\0\4abcd\x80\0\0\0"), NW_EMALFORMED, "<abcd>", false);
    check_stream(BYTES("\0\0\0\5abcde"), NW_EMALFORMED, "", false);
    check_stream(BYTES("\0\0\0\2ab"), NW_EMALFORMED, "", false);
    check_stream(BYTES("\0\x10\0\4abcd"), NW_ETOOBIG, "", false); /* 1 MiB + 4 */
    check_stream(BYTES("\0\0\0\4abcd\x7f\xff\xff\xfc"), NW_ETOOBIG, "<abcd>", false);
}

static void tells_framing_by_first_byte(void **state)
{
    struct osc_frame_reader reader = {0};
    struct record record = {.text = ""};

    (void)state;
    assert_int_equal(reader.framing, OSC_FRAMING_UNKNOWN);
    assert_false(osc_frame_inside(&reader));
    assert_int_equal(feed(&reader, &record, BYTES(""), 1), NW_OK);
    assert_int_equal(osc_frame_feed(&reader, NULL, 0, NULL), NW_OK);
    assert_int_equal(reader.framing, OSC_FRAMING_UNKNOWN);
    assert_int_equal(feed(&reader, &record, BYTES("\0"), 1), NW_OK);
    assert_int_equal(reader.framing, OSC_FRAMING_SIZE);
    osc_frame_reader_reset(&reader);
    assert_int_equal(feed(&reader, &record, BYTES(E), 1), NW_OK);
    assert_int_equal(reader.framing, OSC_FRAMING_SLIP);
    assert_false(osc_frame_inside(&reader));
    osc_frame_reader_reset(&reader);
    check_stream(BYTES("/note\0\0\0"), NW_EMALFORMED, "", false); /* OSC without any framing */
    check_stream(BYTES("#bundle\0"), NW_EMALFORMED, "", false);
    check_stream(BYTES("\1\0\0\0"), NW_EMALFORMED, "", false);

    reader.framing = OSC_FRAMING_SLIP; /* forced: no END is needed before the first packet */
    assert_int_equal(feed(&reader, &record, BYTES("abcd" E), 1), NW_OK);
    assert_string_equal(record.text, "<abcd>");
    osc_frame_reader_reset(&reader);
    reader.framing = OSC_FRAMING_SIZE;
    assert_int_equal(feed(&reader, &record, BYTES("\xc0\0\0\0"), 1), NW_EMALFORMED);
    assert_false(osc_frame_inside(&reader));
    osc_frame_reader_reset(&reader);
}

static void reads_slip(void **state)
{
    (void)state;
    check_stream(BYTES(E "abcd" E), NW_OK, "<abcd>", false);
    check_stream(BYTES(E "abcd" E E "ef" E), NW_OK, "<abcd><ef>", false); /* END on both sides */
    check_stream(BYTES(E "abcd" E "ef" E), NW_OK, "<abcd><ef>", false);   /* or one between */
    check_stream(BYTES(E E E "abcd" E E E), NW_OK, "<abcd>", false);
    check_stream(BYTES(E "a\xdb\xdc"
                         "b\xdb\xdd"
                         "c" E),
                 NW_OK,
                 "<a\xc0"
                 "b\xdb"
                 "c>",
                 false);
    check_stream(BYTES(E "\xdb\xdc" E), NW_OK, "<\xc0>", false);
    check_stream(BYTES(E "\xdb\xdd\xdb\xdd" E), NW_OK, "<\xdb\xdb>", false);
    check_stream(BYTES(E "\xdc\xdd" E), NW_OK, "<\xdc\xdd>", false); /* plain bytes without their ESC */
    check_stream(BYTES(E "abc"), NW_OK, "", true);
    check_stream(BYTES(E "\xdb"), NW_OK, "", true);
}

static void survives_bad_escape(void **state)
{
    (void)state;
    check_stream(BYTES(E "ab\xdbxcd" E "ef" E), NW_OK, "!<ef>", false);
    check_stream(BYTES(E "\xdb\xdb\xdc" E "ef" E), NW_OK, "!<ef>", false);
    check_stream(BYTES(E "ab\xdb" E "ef" E), NW_OK, "!<ef>", false);           /* ESC END: the END counts */
    check_stream(BYTES(E "ab\xdbx\xdby\xdb" E "ef" E), NW_OK, "!<ef>", false); /* one packet, one report */
    check_stream(BYTES(E "ab\xdbxcd"), NW_OK, "!", false);
}

/* A stream of 1 MiB packets: the largest passes, a byte more does not, and SLIP recovers. */
static void bounds_packets(void **state)
{
    size_t length = OSC_FRAME_MAX + 1;
    uint8_t *bytes = malloc(length + 8);
    static const size_t steps[] = {1 << 22, 65536, 1000};

    (void)state;
    assert_non_null(bytes);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct osc_frame_reader reader = {0};
        struct record record = {.text = ""};

        memset(bytes, 'a', length + 8);
        bytes[0] = SLIP_END;
        bytes[OSC_FRAME_MAX + 1] = SLIP_END;
        assert_int_equal(feed(&reader, &record, bytes, OSC_FRAME_MAX + 2, steps[i]), NW_OK);
        assert_int_equal(record.packets, 1);
        assert_int_equal(record.longest, OSC_FRAME_MAX);
        bytes[OSC_FRAME_MAX + 1] = 'a';
        bytes[OSC_FRAME_MAX + 2] = SLIP_END;
        memset(&record, 0, sizeof record);
        assert_int_equal(feed(&reader, &record, bytes, OSC_FRAME_MAX + 3, steps[i]), NW_OK);
        assert_int_equal(feed(&reader, &record, BYTES("ef" E), 1), NW_OK);
        assert_string_equal(record.text, "^<ef>");
        memset(bytes + 1, 'a', OSC_FRAME_MAX); /* the byte too many is an escaped one */
        memcpy(bytes + OSC_FRAME_MAX + 1, "\xdb\xdc" E, 3);
        memset(&record, 0, sizeof record);
        assert_int_equal(feed(&reader, &record, bytes, OSC_FRAME_MAX + 4, steps[i]), NW_OK);
        assert_string_equal(record.text, "^");
        assert_true(reader.capacity <= OSC_FRAME_MAX);
        osc_frame_reader_reset(&reader);

        memcpy(bytes, "\0\x10\0\0", 4);
        memset(&record, 0, sizeof record);
        assert_int_equal(feed(&reader, &record, bytes, OSC_FRAME_MAX + 4, steps[i]), NW_OK);
        assert_int_equal(record.longest, OSC_FRAME_MAX);
        assert_true(reader.capacity <= OSC_FRAME_MAX);
        osc_frame_reader_reset(&reader);
    }
    free(bytes);
}

/* A promise of 1 MiB must not cost 1 MiB before anything has come. */
static void grows_by_what_comes(void **state)
{
    struct osc_frame_reader reader = {0};
    struct record record = {.text = ""};

    (void)state;
    assert_int_equal(feed(&reader, &record, BYTES("\0\x10\0\0abcd"), 8), NW_OK);
    assert_true(reader.capacity <= 4096);
    osc_frame_reader_reset(&reader);
}

static void passes_whole_packets_uncopied(void **state)
{
    static const uint8_t sized[] = "\0\0\0\4abcd", slip[] = E "abcd" E;
    struct osc_frame_reader reader = {0};
    struct record record = {.text = ""};
    struct osc_frame_sink sink = {record_packet, record_malformed, &record};

    (void)state;
    assert_int_equal(osc_frame_feed(&reader, sized, 8, &sink), NW_OK);
    assert_ptr_equal(record.last, sized + 4);
    assert_null(reader.buffer);
    osc_frame_reader_reset(&reader);
    assert_int_equal(osc_frame_feed(&reader, slip, 6, &sink), NW_OK);
    assert_ptr_equal(record.last, slip + 1);
    assert_null(reader.buffer);
    osc_frame_reader_reset(&reader);
}

static void writes_both(void **state)
{
    uint8_t out[16];

    (void)state;
    assert_int_equal(osc_frame_bound(OSC_FRAMING_UNKNOWN, 4), 8);
    assert_int_equal(osc_frame_bound(OSC_FRAMING_SIZE, 4), 8);
    assert_int_equal(osc_frame_bound(OSC_FRAMING_SLIP, 4), 10);
    assert_int_equal(osc_frame_write(OSC_FRAMING_UNKNOWN, BYTES("abcd"), out), 8);
    assert_memory_equal(out, "\0\0\0\4abcd", 8);
    assert_int_equal(osc_frame_write(OSC_FRAMING_SIZE, BYTES("abcd"), out), 8);
    assert_memory_equal(out, "\0\0\0\4abcd", 8);
    assert_int_equal(osc_frame_write(OSC_FRAMING_SIZE, NULL, 0, out), 4);
    assert_memory_equal(out, "\0\0\0\0", 4);
    assert_int_equal(osc_frame_write(OSC_FRAMING_SLIP, BYTES("ab"), out), 4);
    assert_memory_equal(out, E "ab" E, 4);
    assert_int_equal(osc_frame_write(OSC_FRAMING_SLIP, BYTES("\xc0\xdb\xdc\xdd"), out), 8);
    assert_memory_equal(out, E "\xdb\xdc\xdb\xdd\xdc\xdd" E, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_size_prefix),
        cmocka_unit_test(closes_on_broken_size),
        cmocka_unit_test(tells_framing_by_first_byte),
        cmocka_unit_test(reads_slip),
        cmocka_unit_test(survives_bad_escape),
        cmocka_unit_test(bounds_packets),
        cmocka_unit_test(grows_by_what_comes),
        cmocka_unit_test(passes_whole_packets_uncopied),
        cmocka_unit_test(writes_both),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
