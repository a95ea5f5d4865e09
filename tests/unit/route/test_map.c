/* Tests of maps as the compiler hands them over: bounds, what is kept, and rules found both ways.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "route/map.h"
#include "route_test.h"

/* "/x" or "/x<place>" on controller number, value as it is, both ways. */
static struct map_rule controller_rule(struct map *map, const char *address, uint8_t number)
{
    static const uint8_t tail[] = {',', 'i', 0, 0, 0, 0, 0, 0};
    struct map_rule rule = {
        .address = {.text = map_keep(map, address, strlen(address)), .length = (uint16_t)strlen(address)},
        .rule = {
            .direction = RULE_FORWARD | RULE_REVERSE,
            .command = RULE_CONTROL,
            .var_count = 1,
            .arg_count = 1,
            .port_var = -1,
            .port_id_var = -1,
            .data_var = -1,
            .channel = {.var = -1, .names = true, .offset = 1, .low = 1, .high = 16},
            .slot = {{.var = -1, .names = true, .offset = number, .high = 127}, {.var = 0, .scale = 1, .high = 127}},
            .var = {{.source = RULE_FROM_ARG, .tag = 'i'}},
            .arg = {{.kind = RULE_ARG_VAR, .var = 0}},
            .tail = map_keep(map, tail, sizeof tail),
            .tail_length = sizeof tail,
            .tail_args = 4,
            .line = number}};

    return rule;
}

static void on_midi(void *user, const struct midi_msg *msg, const char *port, size_t length)
{
    assert_null(port);
    assert_int_equal(length, 0);
    sprintf((char *)user + strlen(user), "%02X %02X %02X|", msg->b[0], msg->b[1], msg->b[2]);
}

static enum map_result forward(const struct map *map, const uint8_t *bytes, size_t length, char *out, int *line)
{
    struct rule_sink sink = {.midi = on_midi, .user = out};
    struct osc_view view;

    *out = '\0';
    assert_int_equal(osc_view_parse(&view, bytes, length), 0);
    return map_forward(map, &view, &sink, line);
}

static void on_osc(void *user, const uint8_t *bytes, size_t length)
{
    assert_int_equal(length, 12);
    sprintf((char *)user + strlen(user), "%s=%d|", (const char *)bytes, bytes[11]);
}

static const char *reverse(const struct map *map, const uint8_t *bytes, size_t length)
{
    static char out[1024];
    uint8_t room[64];
    struct rule_midi midi = {.bytes = bytes, .length = length, .port = "a", .port_length = 1};

    *out = '\0';
    map_reverse(map, &midi, room, sizeof room, on_osc, out);
    return out;
}

static void finds_rules_both_ways(void **state)
{
    static const uint8_t a[] = {'/', 'a', 0, 0, ',', 'i', 0, 0, 0, 0, 0, 5},
                         b[] = {'/', 'b', 0, 0, ',', 'i', 0, 0, 0, 0, 0, 5}, bare[] = {'/', 'a', 0, 0, ',', 0, 0, 0};
    static const uint8_t one[] = {0xb0, 1, 9}, two[] = {0xb0, 2, 9}, other[] = {0xb1, 1, 9}, note[] = {0x90, 1, 9};
    struct map *map = map_new("a map", true);
    struct map_rule rule;
    char out[256];
    int line;

    (void)state;
    rule = controller_rule(map, "/a", 1);
    assert_int_equal(map_add(map, &rule), 0);
    rule = controller_rule(map, "/b", 2);
    rule.rule.direction = RULE_REVERSE;
    assert_int_equal(map_add(map, &rule), 0);
    rule = controller_rule(map, "/a", 3);
    rule.rule.direction = RULE_FORWARD;
    assert_int_equal(map_add(map, &rule), 0);
    rule = controller_rule(map, "/c", 1);
    assert_int_equal(map_add(map, &rule), 0);
    assert_int_equal(map_build(map), 0);
    assert_string_equal(map_name(map), "a map");
    assert_true(map_is_dialect(map));
    assert_true(map_has_reverse(map));
    assert_int_equal(map_rules(map), 4);
    assert_int_equal(forward(map, a, sizeof a, out, &line), MAP_PLAYED);
    assert_string_equal(out, "B0 01 05|B0 03 05|");
    assert_int_equal(line, 0);
    assert_int_equal(forward(map, b, sizeof b, out, &line), MAP_NONE); /* only backwards */
    assert_int_equal(forward(map, bare, sizeof bare, out, &line), MAP_NONE);
    assert_string_equal(reverse(map, one, 3), "/a=9|/c=9|");
    assert_string_equal(reverse(map, two, 3), "/b=9|");
    assert_string_equal(reverse(map, other, 3), "");
    assert_string_equal(reverse(map, note, 3), "");
    map_free(map);
}

static void tells_the_line_of_what_is_out_of_range(void **state)
{
    static const uint8_t message[] = {'/', 'a', 0, 0, ',', 'i', 0, 0, 0, 0, 0, 200};
    struct map *map = map_new("m", false);
    struct map_rule rule = controller_rule(map, "/a", 7);
    char out[64];
    int line;

    (void)state;
    rule.rule.slot[1].names = true;
    assert_int_equal(map_add(map, &rule), 0);
    rule.rule.line = 8;
    assert_int_equal(map_add(map, &rule), 0);
    assert_int_equal(map_build(map), 0);
    assert_int_equal(forward(map, message, sizeof message, out, &line), MAP_RANGE);
    assert_int_equal(line, 7); /* the first */
    assert_string_equal(out, "");
    map_free(map);
}

static void holds_a_bounded_number_of_rules(void **state)
{
    struct map *map = map_new("m", false);
    struct map_rule rule = controller_rule(map, "/a", 1);

    (void)state;
    for (int i = 0; i < MAP_RULES_MAX; i++)
        assert_int_equal(map_add(map, &rule), 0);
    assert_int_equal(map_add(map, &rule), NW_EFULL);
    assert_int_equal(map_build(map), 0);
    assert_int_equal(map_rules(map), MAP_RULES_MAX);
    map_free(map);
}

static void keeps_copies(void **state)
{
    struct map *map = map_new("m", false);
    char text[] = "abc";
    const char *kept = map_keep(map, text, 2);

    (void)state;
    text[0] = 'x';
    assert_string_equal(kept, "ab");
    assert_non_null(map_keep(map, "", 0));
    assert_int_equal(map_build(map), 0);
    assert_false(map_has_reverse(map));
    map_free(map);
    map_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_rules_both_ways),
        cmocka_unit_test(tells_the_line_of_what_is_out_of_range),
        cmocka_unit_test(holds_a_bounded_number_of_rules),
        cmocka_unit_test(keeps_copies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
