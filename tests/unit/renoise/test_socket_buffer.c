/* Tests of the buffer between a peer and a script: order, chunks, lines.
 * SPDX-License-Identifier: MIT */
#include "renoise/socket_buffer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

static struct socket_buffer buffer;

static void put(const char *text)
{
    assert_true(socket_buffer_put(&buffer, (const uint8_t *)text, strlen(text)));
}

static void expect(const char *text)
{
    assert_int_equal(buffer.used, strlen(text));
    if (buffer.used > 0)
        assert_memory_equal(socket_buffer_bytes(&buffer), text, strlen(text));
}

static int empty(void **state)
{
    (void)state;
    socket_buffer_free(&buffer);
    return 0;
}

static void chunks_end_when_their_last_byte_is_taken(void **state)
{
    (void)state;
    put("abc");
    put("");
    put("defg");
    expect("abcdefg");
    assert_int_equal(socket_buffer_front(&buffer), 3);
    assert_int_equal(socket_buffer_take(&buffer, 2), 0);
    assert_int_equal(socket_buffer_front(&buffer), 1);
    assert_int_equal(socket_buffer_take(&buffer, 1), 1);
    assert_int_equal(socket_buffer_front(&buffer), 0); /* the empty one */
    assert_int_equal(socket_buffer_take(&buffer, 0), 1);
    assert_int_equal(socket_buffer_front(&buffer), 4);
    assert_int_equal(socket_buffer_take(&buffer, 0), 0);
    expect("defg");
    put("h");
    assert_int_equal(socket_buffer_take(&buffer, 5), 2);
    expect("");
    assert_int_equal(buffer.chunks.count, 0);
    assert_int_equal(socket_buffer_take(&buffer, 5), 0); /* there is nothing left to take */
    expect("");
}

static void an_empty_chunk_goes_with_what_follows(void **state)
{
    (void)state;
    put("");
    put("ab");
    assert_int_equal(socket_buffer_take(&buffer, 1), 1);
    expect("b");
    assert_int_equal(socket_buffer_take(&buffer, 1), 1);
}

struct line {
    const char *text;
    size_t length, with; /* with 0: none */
};

static void lines_end_in_any_way(void **state)
{
    static const struct line lines[] = {{"one\ntwo", 3, 4}, {"one\r\ntwo", 3, 5}, {"one\rtwo", 3, 4},
                                        {"one\r", 3, 4},    {"\n", 0, 1},         {"\r\n\n", 0, 2},
                                        {"\n\r", 0, 1},     {"one", 0, 0},        {"", 0, 0}};
    size_t length, with;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        put(lines[i].text);
        assert_int_equal(socket_buffer_line(&buffer, &length, &with), lines[i].with != 0);
        if (lines[i].with != 0) {
            assert_int_equal(length, lines[i].length);
            assert_int_equal(with, lines[i].with);
        }
        socket_buffer_free(&buffer);
    }
}

static void a_line_is_found_when_its_end_comes(void **state)
{
    size_t length = 0, with = 0;

    (void)state;
    for (int i = 0; i < 1000; i++) {
        put("0123456789");
        assert_false(socket_buffer_line(&buffer, &length, &with));
    }
    put("\n");
    assert_true(socket_buffer_line(&buffer, &length, &with));
    assert_int_equal(length, 10000);
    assert_int_equal(socket_buffer_take(&buffer, with), 1001);
    put("a\n"); /* what was searched before does not count */
    assert_true(socket_buffer_line(&buffer, &length, &with));
    assert_int_equal(length, 1);
}

/* However many there are, each is counted once, and there is an end to what they take. */
static void many_chunks_become_one_with_the_last(void **state)
{
    size_t length, with;
    unsigned ended = 0;

    (void)state;
    for (unsigned i = 0; i < SOCKET_CHUNKS_MAX + 100; i++)
        put("x");
    put("a line\n");
    assert_int_equal(buffer.chunks.count, SOCKET_CHUNKS_MAX);
    assert_int_equal(socket_buffer_count(&buffer), SOCKET_CHUNKS_MAX + 101);
    assert_int_equal(socket_buffer_take(&buffer, SOCKET_CHUNKS_MAX - 1), SOCKET_CHUNKS_MAX - 1);
    put("y"); /* stays behind the others */
    assert_true(socket_buffer_line(&buffer, &length, &with));
    assert_int_equal(length, 1 + 100 + 6);
    for (size_t i = 0; i < with; i++)
        ended += socket_buffer_take(&buffer, 1);
    assert_int_equal(ended + socket_buffer_count(&buffer), 103);
    assert_int_equal(socket_buffer_take(&buffer, 1), 103 - ended);
    assert_int_equal(socket_buffer_count(&buffer), 0);
    put("z");
    assert_int_equal(buffer.chunks.count, 1);
}

static void empty_chunks_are_taken_alone(void **state)
{
    (void)state;
    put("");
    put("ab");
    assert_int_equal(socket_buffer_take(&buffer, 0), 1);
    assert_int_equal(socket_buffer_take(&buffer, 1), 0);
    for (int i = 0; i < 5000; i++)
        put("");
    put("c");
    put("");
    assert_int_equal(socket_buffer_take_empty(&buffer), 5001);
    assert_int_equal(socket_buffer_take_empty(&buffer), 0);
    assert_int_equal(socket_buffer_front(&buffer), 1);
    assert_int_equal(socket_buffer_take(&buffer, 2), 2);
    assert_int_equal(socket_buffer_count(&buffer), 0);
}

/* Against a plain array: sizes and amounts from a generator, enough for every way of moving and growing. */
static void what_goes_in_comes_out(void **state)
{
    static uint8_t in[70000], out[70000];
    size_t written = 0, read = 0, chunks = 0, ended = 0;
    uint32_t random = 1;

    (void)state;
    for (size_t i = 0; i < sizeof in; i++)
        in[i] = (uint8_t)(i * 7 + i / 256);
    while (read < sizeof in) {
        size_t amount;

        random = random * 1664525u + 1013904223u;
        amount = random >> 22; /* 0 to 1023 */
        if ((random & 0x100000u) != 0 && written < sizeof in) {
            amount = amount < sizeof in - written ? amount : sizeof in - written;
            assert_true(socket_buffer_put(&buffer, in + written, amount));
            written += amount;
            chunks++;
        } else {
            amount = amount < buffer.used ? amount : buffer.used;
            if (amount > 0)
                memcpy(out + read, socket_buffer_bytes(&buffer), amount);
            ended += socket_buffer_take(&buffer, amount);
            read += amount;
        }
        assert_int_equal(buffer.used, written - read);
        assert_int_equal(buffer.chunks.count, chunks - ended);
    }
    assert_memory_equal(in, out, sizeof in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(chunks_end_when_their_last_byte_is_taken, empty),
        cmocka_unit_test_teardown(an_empty_chunk_goes_with_what_follows, empty),
        cmocka_unit_test_teardown(lines_end_in_any_way, empty),
        cmocka_unit_test_teardown(a_line_is_found_when_its_end_comes, empty),
        cmocka_unit_test_teardown(many_chunks_become_one_with_the_last, empty),
        cmocka_unit_test_teardown(empty_chunks_are_taken_alone, empty),
        cmocka_unit_test_teardown(what_goes_in_comes_out, empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
