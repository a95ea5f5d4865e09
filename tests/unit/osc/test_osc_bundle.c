/* Tests of osc_packet_walk: order, nesting, and how much a lying element takes with it.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "osc/osc_bundle.h"
#include "osc_test.h"

#include <stdio.h>

#define HEAD "#bundle\0"
#define NOW "\0\0\0\0\0\0\0\1"
#define A "\0\0\0\x08/a\0\0,\0\0\0" /* an element: its size, and a message without arguments */
#define B "\0\0\0\x08/b\0\0,\0\0\0"
#define C "\0\0\0\x08/c\0\0,\0\0\0"

/* What a walk gave out, as text: "/a@1" for a message and its time tag, "malformed" or "toobig". */
struct record {
    char text[512];
    size_t messages, malformed, toobig;
};

static void record_message(void *user, const struct osc_view *view, uint64_t timetag)
{
    struct record *record = user;
    size_t used = strlen(record->text);

    record->messages++;
    snprintf(record->text + used, sizeof record->text - used, "%s@%llu ", view->address, (unsigned long long)timetag);
}

static void record_malformed(void *user, int error)
{
    struct record *record = user;
    size_t used = strlen(record->text);

    record->malformed += error == NW_EMALFORMED;
    record->toobig += error == NW_ETOOBIG;
    snprintf(record->text + used, sizeof record->text - used, "%s ", error == NW_ETOOBIG ? "toobig" : "malformed");
}

/* Walks an exact copy. */
static struct record walk(const uint8_t *bytes, size_t length)
{
    struct record record = {.text = ""};
    struct osc_packet_sink sink = {record_message, record_malformed, &record};
    uint8_t *copy = exact_copy(bytes, length);

    osc_packet_walk(copy, length, &sink);
    free(copy);
    return record;
}

#define assert_walk(bytes, expected) assert_string_equal(walk(BYTES(bytes)).text, expected)

static void walks_messages(void **state)
{
    (void)state;
    assert_walk("/a\0\0,\0\0\0", "/a@1 ");
    assert_walk("/a\0\0,i\0\0", "malformed ");
    assert_walk("", "malformed ");
    assert_walk("#bun", "malformed ");
    assert_walk("#bundl\0\0\0\0\0\0\0\0\0\1", "malformed ");
}

static void walks_bundles(void **state)
{
    (void)state;
    assert_walk(HEAD NOW, "");
    assert_walk(HEAD NOW A B, "/a@1 /b@1 ");
    assert_walk(HEAD "\0\0\0\1\0\0\0\2" A, "/a@4294967298 ");
    assert_walk(HEAD NOW A "\0\0\0\x08/b\0\0,i\0\0" C, "/a@1 malformed /c@1 "); /* costs only itself */
    assert_walk(HEAD NOW "\0\0\0\0" A, "malformed /a@1 ");                      /* an empty element */
    assert_walk(HEAD "\0\0\0\0", "malformed ");                                 /* half a head */
    assert_walk(HEAD, "malformed ");
}

static void nests(void **state)
{
    (void)state;
    assert_walk(HEAD NOW A "\0\0\0\x1c" HEAD "\0\0\0\0\0\0\0\5" B C, "/a@1 /b@5 /c@1 ");
    assert_walk(HEAD NOW A "\0\0\0\x28" HEAD "\0\0\0\0\0\0\0\5" B C A, "/a@1 /b@5 /c@5 /a@1 ");
    assert_walk(HEAD NOW "\0\0\0\x10" HEAD NOW A, "/a@1 ");
    assert_walk(HEAD NOW "\0\0\0\x08" HEAD A, "malformed /a@1 ");
}

static void loses_rest_behind_lying_size(void **state)
{
    (void)state;
    assert_walk(HEAD NOW A "\0\0\0\x0c/b\0\0,\0\0\0", "/a@1 malformed ");         /* beyond the bundle */
    assert_walk(HEAD NOW A "\xff\xff\xff\xf8/b\0\0,\0\0\0" C, "/a@1 malformed "); /* negative */
    assert_walk(HEAD NOW A "\0\0\0\x07/b\0\0,\0\0\0" C, "/a@1 malformed ");       /* not a multiple of 4 */
    assert_walk(HEAD NOW A "\0\0", "/a@1 malformed ");                            /* half a size */
    assert_walk(HEAD NOW A "\0\0\0\x08", "/a@1 malformed ");
    /* Inside: the rest of the inner bundle is lost, the outer one goes on. */
    assert_walk(HEAD NOW "\0\0\0\x28" HEAD NOW A "\x7f\xff\xff\xfc/b\0\0,\0\0\0" C, "/a@1 malformed /c@1 ");
    assert_walk(HEAD NOW "\0\0\0\x28" HEAD NOW "\0\0\0\x09/b\0\0,\0\0\0" A C, "malformed /c@1 ");
}

/* Builds bundles within each other around one message; each level also has a message behind its inner bundle. */
static size_t build_nested(uint8_t *bytes, size_t depth)
{
    static const uint8_t message[] = A;
    size_t length = 0, inner = 12;

    for (size_t level = 1; level < depth; level++)
        inner += 4 + 16 + 12;
    for (size_t level = 0; level < depth; level++) {
        if (level > 0) {
            inner -= 4 + 16 + 12;
            bytes[length] = 0;
            bytes[length + 1] = (uint8_t)((inner + 16) >> 16);
            bytes[length + 2] = (uint8_t)((inner + 16) >> 8);
            bytes[length + 3] = (uint8_t)(inner + 16);
            length += 4;
        }
        memcpy(bytes + length, HEAD NOW, 16);
        length += 16;
    }
    for (size_t level = 0; level < depth; level++) {
        memcpy(bytes + length, message, 12);
        length += 12;
    }
    return length;
}

static void bounds_depth(void **state)
{
    static uint8_t bytes[3000 * 32 + 64];
    struct record record;

    (void)state;
    record = walk(bytes, build_nested(bytes, 8));
    assert_int_equal(record.messages, 8);
    assert_int_equal(record.malformed + record.toobig, 0);
    record = walk(bytes, build_nested(bytes, 9));
    assert_int_equal(record.messages, 8); /* those behind the bundle that is too deep */
    assert_int_equal(record.toobig, 1);
    assert_int_equal(record.malformed, 0);
    record = walk(bytes, build_nested(bytes, 3000));
    assert_int_equal(record.messages, 8);
    assert_int_equal(record.toobig, 1);
    assert_int_equal(record.malformed, 0);
}

/* A cut bundle gives the messages that are whole, and one malformed one unless the cut is between elements. */
static void survives_every_cut(void **state)
{
    static const uint8_t bytes[] = HEAD NOW A "\0\0\0\x28" HEAD NOW B "\0\0\0\x08/d\0\0,\0\0\0" C;

    (void)state;
    for (size_t n = 0; n < sizeof bytes - 1; n++) {
        struct record record = walk(bytes, n);
        size_t messages = n < 28 ? 0 : 1; /* the inner bundle's size is a lie until its last byte is there */
        bool clean = n == 16 || n == 28 || n == 72;

        if (n >= 72)
            messages = 3;
        assert_int_equal(record.messages, messages);
        assert_int_equal(record.malformed, clean ? 0 : 1);
        assert_int_equal(record.toobig, 0);
    }
}

static void passes_too_big(void **state)
{
    uint8_t bytes[8 + 8 + 4 + 520] = HEAD NOW "\0\0\2\x08";

    (void)state;
    memset(bytes + 20, 'a', 516);
    assert_string_equal(walk(bytes, sizeof bytes).text, "toobig ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_messages), cmocka_unit_test(walks_bundles),
        cmocka_unit_test(nests),          cmocka_unit_test(loses_rest_behind_lying_size),
        cmocka_unit_test(bounds_depth),   cmocka_unit_test(survives_every_cut),
        cmocka_unit_test(passes_too_big),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
