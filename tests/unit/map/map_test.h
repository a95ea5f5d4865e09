/* What the tests of maps share: maps from text, OSC messages and MIDI written as text, both ways.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_TESTS_UNIT_MAP_MAP_TEST_H
#define NOTEWIRE_TESTS_UNIT_MAP_MAP_TEST_H

#include "base/bytes.h"
#include "base/error.h"
#include "base/log.h"
#include "map/map_compile.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

/* The last map that was compiled: its result, its wishes, and what it said on standard error. */
struct compiled {
    struct map *map;
    struct map_wishes wishes;
    int error;
    char said[16384];
};

static struct compiled compiled;

static inline void compiled_free(void)
{
    map_free(compiled.map);
    map_wishes_free(&compiled.wishes);
    memset(&compiled, 0, sizeof compiled);
}

/* Runs call with standard error going to a file, and reads it. */
#define CAPTURE_STDERR(call)                                                                                           \
    do {                                                                                                               \
        FILE *capture_file = tmpfile();                                                                                \
        int capture_saved = dup(STDERR_FILENO);                                                                        \
        assert_non_null(capture_file);                                                                                 \
        dup2(fileno(capture_file), STDERR_FILENO);                                                                     \
        call;                                                                                                          \
        dup2(capture_saved, STDERR_FILENO);                                                                            \
        close(capture_saved);                                                                                          \
        rewind(capture_file);                                                                                          \
        compiled.said[fread(compiled.said, 1, sizeof compiled.said - 1, capture_file)] = '\0';                         \
        fclose(capture_file);                                                                                          \
    } while (0)

/* Compiles a map file of these bytes, in a fresh folder as map.lua; what it says names it "map.lua". */
static inline void compile_bytes(const char *text, size_t length)
{
    char folder[] = "/tmp/notewire-map-XXXXXX", before[4096];
    FILE *file;

    compiled_free();
    assert_non_null(mkdtemp(folder));
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(folder), 0);
    file = fopen("map.lua", "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, length, file), length);
    fclose(file);
    CAPTURE_STDERR(compiled.error = map_compile_file("map.lua", &compiled.map, &compiled.wishes));
    unlink("map.lua");
    assert_int_equal(chdir(before), 0);
    rmdir(folder);
    if (compiled.error != 0)
        compiled.map = NULL;
}

static inline void compile(const char *text)
{
    compile_bytes(text, strlen(text));
}

/* Compiles rules that must be right. */
static inline void compile_rules(const char *rules)
{
    static char text[65536];

    assert_true(snprintf(text, sizeof text, "map [==[\n%s\n]==]\n", rules) < (int)sizeof text);
    compile(text);
    assert_string_equal(compiled.said, "");
    assert_int_equal(compiled.error, 0);
}

static inline int teardown(void **state)
{
    (void)state;
    compiled_free();
    return 0;
}

#define MAP_TEST(f) cmocka_unit_test_teardown(f, teardown)

/* Hexadecimal digits, spaces between them skipped, as bytes; returns how many. */
static inline size_t hex_bytes(const char *hex, uint8_t *out)
{
    size_t count = 0;
    unsigned byte;

    for (hex += strspn(hex, " "); *hex != '\0'; hex += 2, hex += strspn(hex, " ")) {
        assert_int_equal(sscanf(hex, "%2x", &byte), 1);
        out[count++] = (uint8_t)byte;
    }
    return count;
}

static inline size_t put_padded(uint8_t *out, const void *bytes, size_t length, size_t least)
{
    size_t padded = (length + least + 3) & ~(size_t)3;

    memset(out, 0, padded);
    memcpy(out, bytes, length);
    return padded;
}

/* One argument; returns its bytes (OSC 1.0, "Atomic Data Types"). */
static inline size_t put_argument(uint8_t *out, char tag, const char *word)
{
    uint8_t bytes[2048];
    float f = strtof(word, NULL);
    double d = strtod(word, NULL);
    uint32_t bits32;
    uint64_t bits64;
    size_t length;

    switch (tag) {
    case 'i':
    case 'c': bytes_put_u32(out, (uint32_t)strtol(word, NULL, 0)); return 4;
    case 'h':
    case 't': bytes_put_u64(out, (uint64_t)strtoll(word, NULL, 0)); return 8;
    case 'f':
        memcpy(&bits32, &f, sizeof f);
        bytes_put_u32(out, bits32);
        return 4;
    case 'd':
        memcpy(&bits64, &d, sizeof d);
        bytes_put_u64(out, bits64);
        return 8;
    case 's':
    case 'S': return put_padded(out, word, strlen(word), 1);
    case 'm': assert_int_equal(hex_bytes(word, out), 4); return 4;
    case 'b':
        length = hex_bytes(word, bytes);
        bytes_put_u32(out, (uint32_t)length);
        return 4 + put_padded(out + 4, bytes, length, 0);
    default: return 0; /* T F N I and brackets */
    }
}

/* "/note iii 1 60 100" as an OSC message: address, tags, and a word for each tag that has bytes; words are parted by
 * one space, '_' in a text stands for a space. Returns its length. */
static inline size_t message_bytes(const char *text, uint8_t *out)
{
    char line[4096], *address, *tags, *rest, *word, typed[1100];
    size_t used;

    assert_true(strlen(text) < sizeof line);
    strcpy(line, text);
    address = strtok_r(line, " ", &rest);
    tags = strtok_r(NULL, " ", &rest);
    used = put_padded(out, address, strlen(address), 1);
    snprintf(typed, sizeof typed, ",%s", tags != NULL ? tags : "");
    used += put_padded(out + used, typed, strlen(typed), 1);
    for (; tags != NULL && *tags != '\0'; tags++) {
        bool sized = strchr("TFNI[]", *tags) == NULL;

        word = sized ? strsep(&rest, " ") : "";
        assert_non_null(word);
        for (char *c = word; *tags != 'm' && *tags != 'b' && *c != '\0'; c++)
            *c = *c == '_' ? ' ' : *c;
        used += put_argument(out + used, *tags, word);
    }
    return used;
}

/* The MIDI that came out, as "90 3C 64|B0 07 7F"; SysEx pieces are joined, "synth:90 3C 64" is for one port. */
struct midi_text {
    char text[65536];
    size_t used;
    bool in_sysex;
};

static struct midi_text midi_out;

static inline void on_midi(void *user, const struct midi_msg *msg, const char *port, size_t length)
{
    struct midi_text *out = user;
    bool piece = (msg->flags & MIDI_SYSEX_PART) != 0;

    assert_in_range(msg->len, 1, 8);
    assert_true(out->used + length + 32 < sizeof out->text);
    assert_int_equal(out->in_sysex, piece && (msg->flags & MIDI_SYSEX_BEGIN) == 0);
    if (!out->in_sysex) {
        out->used += (size_t)sprintf(out->text + out->used, "%s", out->used > 0 ? "|" : "");
        if (port != NULL)
            out->used += (size_t)sprintf(out->text + out->used, "%.*s:", (int)length, port);
    }
    for (unsigned i = 0; i < msg->len; i++)
        out->used += (size_t)sprintf(out->text + out->used, i > 0 || out->in_sysex ? " %02X" : "%02X", msg->b[i]);
    out->in_sysex = piece && (msg->flags & MIDI_SYSEX_END) == 0;
}

static const char *const result_names[] = {"none", "played", "range", "bad data", "costly"};

/* What a message becomes: MIDI, or why it does not ("none", "range", "bad data", "costly"). */
static inline const char *forward_of(const struct map *map, const char *message)
{
    struct rule_sink sink = {.midi = on_midi, .user = &midi_out};
    uint8_t bytes[8192];
    struct osc_view view;
    enum map_result result;
    size_t length = message_bytes(message, bytes);
    uint8_t *copy = malloc(length);
    int line = -1;

    assert_non_null(copy);
    memcpy(copy, bytes, length);
    assert_int_equal(osc_view_parse(&view, copy, length), 0);
    midi_out.text[0] = '\0';
    midi_out.used = 0;
    midi_out.in_sysex = false;
    result = map_forward(map, &view, &sink, &line);
    free(copy);
    assert_false(midi_out.in_sysex);
    assert_int_equal(midi_out.used > 0, result == MAP_PLAYED);
    assert_int_equal(line > 0, result == MAP_RANGE || result == MAP_BAD_DATA);
    return result == MAP_PLAYED ? midi_out.text : result_names[result];
}

#define assert_forward(message, midi) assert_string_equal(forward_of(compiled.map, message), midi)

/* The messages that a MIDI message becomes, joined: as bytes, and as text for people. */
struct told {
    uint8_t bytes[65536];
    size_t used;
    char text[65536];
    unsigned count;
};

static struct told told;

static inline void on_told(void *user, const uint8_t *bytes, size_t length)
{
    struct told *to = user;
    struct osc_view view;
    size_t used = strlen(to->text);

    assert_int_equal(osc_view_parse(&view, bytes, length), 0);
    assert_true(to->used + length <= sizeof to->bytes && used + 4096 < sizeof to->text);
    memcpy(to->bytes + to->used, bytes, length);
    to->used += length;
    if (to->count++ > 0)
        used += (size_t)sprintf(to->text + used, "|");
    osc_view_text(&view, to->text + used, 4096);
}

/* What MIDI (as hexadecimal) becomes, from the input "nano_key" with number 2. */
static inline const char *reverse_of(const struct map *map, const char *hex)
{
    static uint8_t out[65536];
    uint8_t *bytes = malloc(strlen(hex) / 2 + 1);
    struct rule_midi midi = {.bytes = bytes, .port = "nano_key", .port_length = 8, .port_id = 2};
    unsigned made;

    assert_non_null(bytes);
    midi.length = hex_bytes(hex, bytes);
    told.used = told.count = 0;
    told.text[0] = '\0';
    made = map_reverse(map, &midi, out, sizeof out, on_told, &told);
    free(bytes);
    assert_int_equal(made, told.count);
    return told.text;
}

#define assert_reverse(hex, text) assert_string_equal(reverse_of(compiled.map, hex), text)

/* The same, byte by byte. */
static inline void assert_reverse_bytes(const char *hex, const char *message_hex)
{
    static uint8_t expected[65536];
    size_t length = hex_bytes(message_hex, expected);

    reverse_of(compiled.map, hex);
    assert_int_equal(told.used, length);
    assert_memory_equal(told.bytes, expected, length);
}

#endif
