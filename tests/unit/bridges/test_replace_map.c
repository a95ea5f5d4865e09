/* Maps that come, go, and take each other's places.
 * SPDX-License-Identifier: MIT */
#include "bridge_test.h"

static struct map *make_map(const char *name, bool dialect)
{
    struct map *map = map_new(name, dialect);

    assert_non_null(map);
    add_rule(map, "/x", RULE_CONTROL, 2);
    assert_int_equal(map_build(map), 0);
    return map;
}

/* "a b c": the maps in their order. */
static void assert_maps(const struct fixture *f, const char *expected)
{
    char names[256] = "";

    for (unsigned i = 0; i < f->bridge.map_count; i++) {
        strcat(names, i > 0 ? " " : "");
        strcat(names, map_name(f->bridge.maps[i]));
    }
    assert_string_equal(names, expected);
}

static void a_map_takes_the_place_of_another(void **state)
{
    struct fixture *f = *state;
    struct map *a = make_map("a", false), *b = make_map("b", false), *c = make_map("c", false);

    assert_int_equal(bridge_add_map(&f->bridge, a), 0);
    assert_int_equal(bridge_add_map(&f->bridge, b), 0);
    assert_int_equal(bridge_replace_map(&f->bridge, a, c, 0), 0);
    map_free(a);
    assert_maps(f, "c b");
    a = make_map("a", false);
    assert_int_equal(bridge_replace_map(&f->bridge, b, a, 0), 0); /* wherever it stands behind that */
    map_free(b);
    assert_maps(f, "c a");
    assert_int_equal(bridge_replace_map(&f->bridge, NULL, NULL, 1), 0);
    assert_maps(f, "c a");
}

/* Peers go on being answered in the words of their dialect. */
static void peers_keep_their_dialect(void **state)
{
    struct fixture *f = *state;
    struct map *dialect = make_map("dialect", true), *second = make_map("second", true), *a, *b;
    struct net_addr addr = {.family = 4, .ip = {127, 0, 0, 1}, .port = 5000};
    struct peer *first, *other, *none;

    assert_int_equal(bridge_add_map(&f->bridge, dialect), 0);
    assert_int_equal(bridge_add_map(&f->bridge, second), 0);
    first = peers_udp(&f->bridge.peers, NULL, &addr, &addr);
    addr.port++;
    other = peers_udp(&f->bridge.peers, NULL, &addr, &addr);
    addr.port++;
    none = peers_udp(&f->bridge.peers, NULL, &addr, &addr);
    first->dialect = 0;
    other->dialect = 1;
    a = make_map("a", false);
    b = make_map("b", false);
    assert_int_equal(bridge_replace_map(&f->bridge, NULL, b, 0), 0);
    assert_int_equal(bridge_replace_map(&f->bridge, NULL, a, 0), 0);
    assert_maps(f, "a b dialect second");
    assert_int_equal(first->dialect, 2);
    assert_int_equal(other->dialect, 3);
    assert_int_equal(bridge_replace_map(&f->bridge, b, NULL, 1), 0);
    map_free(b);
    assert_maps(f, "a dialect second");
    assert_int_equal(first->dialect, 1);
    assert_int_equal(other->dialect, 2);
    assert_int_equal(bridge_replace_map(&f->bridge, dialect, NULL, 0), 0);
    map_free(dialect);
    assert_int_equal(first->dialect, -1);
    assert_int_equal(other->dialect, 1);
    assert_int_equal(none->dialect, -1);
}

static void there_is_room_for_so_many(void **state)
{
    struct fixture *f = *state;
    struct map *last = make_map("last", false), *first;

    for (unsigned i = 0; i < BRIDGE_MAPS_MAX; i++)
        assert_int_equal(bridge_add_map(&f->bridge, make_map("m", false)), 0);
    assert_int_equal(bridge_replace_map(&f->bridge, NULL, last, 3), NW_EFULL);
    assert_int_equal(bridge_add_map(&f->bridge, last), NW_EFULL);
    first = f->bridge.maps[0];
    assert_int_equal(bridge_replace_map(&f->bridge, first, last, 0), 0);
    map_free(first);
    assert_ptr_equal(f->bridge.maps[0], last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BRIDGE_TEST(a_map_takes_the_place_of_another),
        BRIDGE_TEST(peers_keep_their_dialect),
        BRIDGE_TEST(there_is_room_for_so_many),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
