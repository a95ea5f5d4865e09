/* Tests of osc_table: what is found by hash, by last part and by trying, in the order of the entries.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "osc/osc_table.h"
#include "template_test.h"

#define ENTRIES_MAX 4096

/* A table over templates written as text, and the hits of the last search as "0 3(5) ". */
struct fixture {
    struct osc_table table;
    struct osc_table_entry entries[ENTRIES_MAX];
    int32_t buckets[2 * ENTRIES_MAX];
    char texts[ENTRIES_MAX][64];
    char hits[4096];
    unsigned count;
    bool refuses;
};

static struct fixture fixture;

static void add(const char *spec)
{
    struct osc_table_entry *entry = &fixture.entries[fixture.table.count];

    memset(entry, 0, sizeof *entry);
    entry->address = template_of(spec, fixture.texts[fixture.table.count]);
    fixture.table.count++;
}

static void build(uint32_t buckets)
{
    fixture.table.entries = fixture.entries;
    fixture.table.buckets = fixture.buckets;
    fixture.table.bucket_count = buckets > 0 ? buckets : osc_table_buckets(fixture.table.count);
    osc_table_index(&fixture.table);
}

static void table_of(const char *const *specs)
{
    fixture.table.count = 0;
    fixture.refuses = false;
    for (; *specs != NULL; specs++)
        add(*specs);
    build(0);
}

#define TABLE(...) table_of((const char *const[]){__VA_ARGS__, NULL})

static bool on_hit(void *user, int32_t entry, const struct osc_binding bindings[OSC_PLACES_MAX])
{
    const struct osc_template *template = &fixture.entries[entry].address;
    char places[512] = "", one[600];

    assert_ptr_equal(user, &fixture);
    if (fixture.count++ > 100) /* of hostile patterns: only how many */
        return !fixture.refuses;
    describe_bindings(template, bindings, places);
    snprintf(one, sizeof one, template->place_count > 0 ? "%d(%s) " : "%d ", (int)entry, places);
    if (strlen(fixture.hits) + strlen(one) < sizeof fixture.hits)
        strcat(fixture.hits, one);
    return !fixture.refuses;
}

static enum osc_table_result find(const char *address)
{
    uint32_t budget = OSC_TABLE_BUDGET;
    size_t length = strlen(address);
    uint8_t *copy = exact_copy((const uint8_t *)address, length);
    enum osc_table_result result;

    fixture.hits[0] = '\0';
    fixture.count = 0;
    result = osc_table_find(&fixture.table, (const char *)copy, length, &budget, on_hit, &fixture);
    free(copy);
    return result;
}

static void expect(const char *address, const char *hits)
{
    assert_int_equal(find(address), hits[0] != '\0' ? OSC_TABLE_TAKEN : OSC_TABLE_NONE);
    assert_string_equal(fixture.hits, hits);
}

static void finds_addresses_and_numbers(void **state)
{
    (void)state;
    TABLE("/a", "/1/fader{1..8}", "/1/fader5", "/b/{}/c", "/{-8..8}/x", "/{}.{}/v", "/");
    expect("/a", "0 ");
    expect("a", "0 ");
    expect("/a/", "0 ");
    expect("a/", "0 ");
    expect("/1/fader5", "1(5) 2 ");
    expect("/1/fader05", "1(5) ");
    expect("/1/fader5.0", "1(5) ");
    expect("/1/fader9", "");
    expect("/b/77/c", "3(77) ");
    expect("/b/7.0/c", "3(7) ");
    expect("/b/-7/c", "3(-7) "); /* any whole number */
    expect("/-8/x", "4(-8) ");
    expect("/8/x", "4(8) ");
    expect("/-9/x", "");
    expect("/5.3/v", "5(5,3) ");
    expect("/5.05/v", "5(5,5) ");
    expect("/", "6 ");
    expect("", "6 "); /* its first '/' is missing */
    expect("/nothing", "");
}

static void gives_hits_in_the_order_of_the_entries(void **state)
{
    (void)state;
    TABLE("/{*}/on", "/x/{*}", "/x/on", "/{*}/on", "", "/x/on", "/{*}/{*}");
    expect("/x/on", "0(x) 1(on) 2 3(x) 4 5 6(x,on) ");
    expect("/y/on", "0(y) 3(y) 4 6(y,on) ");
    expect("/x/off", "1(off) 4 6(x,off) ");
    expect("/z", "4 ");
    fixture.refuses = true; /* all are asked; none takes it */
    assert_int_equal(find("/x/on"), OSC_TABLE_NONE);
    assert_int_equal(fixture.count, 7);
}

static void any_address_is_asked_for_everything(void **state)
{
    (void)state;
    TABLE("");
    expect("/a", "0 ");
    expect("no_slash", "0 ");
    expect("", "0 ");
    expect("/a*", "0 ");
    expect("//", "0 ");
}

static void survives_collisions(void **state)
{
    char spec[32], address[32], hits[32];

    (void)state;
    fixture.table.count = 0;
    fixture.refuses = false;
    for (int i = 0; i < 100; i++)
        for (int kind = 0; kind < 3; kind++) {
            sprintf(spec, kind == 0 ? "/p%c%c{}" : kind == 1 ? "/p%c%c9" : "/{*}/p%c%c", 'a' + i / 10, 'a' + i % 10);
            add(spec);
        }
    build(1); /* one bucket for all */
    for (int i = 0; i < 100; i++) {
        sprintf(address, "/p%c%c9", 'a' + i / 10, 'a' + i % 10);
        sprintf(hits, "%d(9) %d ", 3 * i, 3 * i + 1);
        expect(address, hits);
        sprintf(address, "/dev/p%c%c", 'a' + i / 10, 'a' + i % 10);
        sprintf(hits, "%d(dev) ", 3 * i + 2);
        expect(address, hits);
    }
}

static void bucket_counts_are_powers_of_two(void **state)
{
    (void)state;
    assert_int_equal(osc_table_buckets(0), 16);
    assert_int_equal(osc_table_buckets(8), 16);
    assert_int_equal(osc_table_buckets(9), 32);
    assert_int_equal(osc_table_buckets(4096), 8192);
}

static void patterns_are_tried_on_every_entry(void **state)
{
    (void)state;
    TABLE("/1/fader{1..3}", "/2/fader{1..3}", "/1/mute", "/{*}/mute", "", "/1/fader2");
    expect("/1/fader*", "0(1) 0(2) 0(3) 4 5 ");
    expect("/*/fader2", "0(2) 1(2) 4 5 ");
    expect("/{1,3}/{mute,solo}", "2 3({1,3}) 4 ");
    expect("//mute", "2 3(*) 4 ");
    expect("/2//", "1(1) 1(2) 1(3) 3(2) 4 ");
}

static void costly_patterns_end_in_time(void **state)
{
    static const char *const hostile[] = {"/*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*?*x",
                                          "//*//*//*//*//*//*//*//*//*//*//*//*//*//*//*//*x",
                                          "/{a,aa,aaa}{a,aa,aaa}{a,aa,aaa}{a,aa,aaa}*", "/*/*/*/*/*/*/*/*", "//"};

    (void)state;
    fixture.table.count = 0;
    fixture.refuses = false;
    for (int i = 0; i < ENTRIES_MAX; i++)
        add(i % 2 == 0 ? "/{0..999999}/{0..999999}/{0..9999}" : "/aaaaaaaaaaaaaaaaaaaaaaaaaaaa/aaaaaaaaaaaaaaaaaaaaaa");
    build(0);
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        uint64_t begin = clock_mono_ns();

        assert_int_equal(find(hostile[i]), OSC_TABLE_COSTLY);
        assert_true(clock_mono_ns() - begin < 5000000000ULL); /* a thousand times what it takes: for valgrind */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_addresses_and_numbers),         cmocka_unit_test(gives_hits_in_the_order_of_the_entries),
        cmocka_unit_test(any_address_is_asked_for_everything), cmocka_unit_test(survives_collisions),
        cmocka_unit_test(bucket_counts_are_powers_of_two),     cmocka_unit_test(patterns_are_tried_on_every_entry),
        cmocka_unit_test(costly_patterns_end_in_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
