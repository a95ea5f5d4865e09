/* Tests of osc_template: addresses and patterns against placeholders, and addresses written back.
 * SPDX-License-Identifier: MIT */
#include "template_test.h"

/* What an address gives the places of a template; "no" when it is none of its addresses. */
static const char *match(const char *spec, const char *address)
{
    static char out[1024];
    char text[OSC_ADDRESS_MAX];
    struct osc_template template = template_of(spec, text);
    struct osc_binding bindings[OSC_PLACES_MAX];
    size_t length = strlen(address);
    uint8_t *copy = exact_copy((const uint8_t *)address, length);

    if (osc_template_match(&template, (const char *)copy, length, bindings))
        describe_bindings(&template, bindings, out);
    else
        strcpy(out, "no");
    free(copy);
    return out;
}

#define assert_places(spec, address, places) assert_string_equal(match(spec, address), places)

static void matches_plain_addresses(void **state)
{
    (void)state;
    assert_places("/a/b", "/a/b", "");
    assert_places("/a/b", "/a/c", "no");
    assert_places("/a/b", "/a", "no");
    assert_places("/a/b", "/a/b/c", "no");
    assert_places("/a/b", "/A/b", "no");
    assert_places("/", "/", "");
    assert_places("/a", "", "no");
    assert_places("/v1.0/x", "/v1.0/x", "");
}

static void forgives_slashes_at_both_ends(void **state)
{
    (void)state;
    assert_places("/a/b", "a/b", "");
    assert_places("/a/b", "/a/b/", "");
    assert_places("/a/b", "a/b/", "");
    assert_places("/a/b", "/a/b//", "no");
    assert_places("/a/{}", "a/7/", "7");
    assert_places("/{*}/on", "synth/on/", "synth");
}

static void reads_numbers_in_every_spelling(void **state)
{
    (void)state;
    assert_places("/1/fader{}", "/1/fader5", "5");
    assert_places("/1/fader{}", "/1/fader05", "5");
    assert_places("/1/fader{}", "/1/fader5.0", "5");
    assert_places("/1/fader{}", "/1/fader005.000", "5");
    assert_places("/1/fader{}/z", "/1/fader5.0/z", "5");
    assert_places("/1/fader{}", "/1/fader-5", "-5");
    assert_places("/1/fader{}", "/1/fader-0", "0");
    assert_places("/1/fader{}", "/1/fader999999", "999999");
    assert_places("/1/fader{}", "/1/fader1000000", "no");
    assert_places("/1/fader{}", "/1/fader5.5", "no");
    assert_places("/1/fader{}", "/1/fader5.", "no");
    assert_places("/1/fader{}", "/1/fader", "no");
    assert_places("/1/fader{}", "/1/fader-", "no");
    assert_places("/1/fader{}", "/1/fader+5", "no");
    assert_places("/1/fader{}", "/1/fader5x", "no");
    assert_places("/1/fader{}", "/1/fader0x5", "no");
    assert_places("/{}.{}", "/5.3", "5,3");
    assert_places("/{}.{}", "/5.05", "5,5");
    assert_places("/{}-{}", "/3-5", "3,5");
    assert_places("/{}x{}", "/640x480", "640,480");
}

static void keeps_ranges(void **state)
{
    (void)state;
    assert_places("/n{1..8}", "/n1", "1");
    assert_places("/n{1..8}", "/n8", "8");
    assert_places("/n{1..8}", "/n08.0", "8");
    assert_places("/n{1..8}", "/n0", "no");
    assert_places("/n{1..8}", "/n9", "no");
    assert_places("/n{1..8}", "/n-1", "no");
    assert_places("/n{-3..-1}", "/n-3", "-3");
    assert_places("/n{-3..-1}", "/n-4", "no");
    assert_places("/n{-3..-1}", "/n0", "no");
    assert_places("/{-64..63}/bend", "/-64/bend", "-64");
    assert_places("/{-64..63}/bend", "/63/bend", "63");
}

static void takes_text_up_to_the_next_slash(void **state)
{
    (void)state;
    assert_places("/{*}/note", "/usb_midi/note", "usb_midi");
    assert_places("/{*}/note", "//note", "no");
    assert_places("/{*}/note", "/a/b/note", "no");
    assert_places("/midi:{*}:{}/x", "/midi:nano_key:0/x", "nano_key,0");
    assert_places("/{*}", "/5", "5");
    assert_places("/{*}", "/", "no");
}

/* All hits of a pattern in a template, as "(1)(2)"; the budget that is left goes to *left. */
struct hits {
    const struct osc_template *template;
    char text[8192];
};

static void on_hit(void *user, const struct osc_binding bindings[OSC_PLACES_MAX])
{
    struct hits *hits = user;
    char one[512];

    describe_bindings(hits->template, bindings, one);
    assert_true(strlen(hits->text) + strlen(one) + 3 < sizeof hits->text);
    sprintf(hits->text + strlen(hits->text), "(%s)", one);
}

static const char *pattern_hits(const char *spec, const char *pattern, uint32_t *left)
{
    static struct hits hits;
    char text[OSC_ADDRESS_MAX];
    struct osc_template template = template_of(spec, text);
    size_t length = strlen(pattern);
    uint8_t *copy = exact_copy((const uint8_t *)pattern, length);

    hits.template = &template;
    hits.text[0] = '\0';
    osc_template_match_pattern(&template, (const char *)copy, length, left, on_hit, &hits);
    free(copy);
    return hits.text;
}

static void expect_hits(const char *spec, const char *pattern, const char *hits)
{
    uint32_t budget = 65536;

    assert_string_equal(pattern_hits(spec, pattern, &budget), hits);
    assert_true(budget > 0);
}

static void matches_patterns_on_plain_addresses(void **state)
{
    (void)state;
    expect_hits("/1/fader", "/1/fad*", "()");
    expect_hits("/1/fader", "/?/fader", "()");
    expect_hits("/1/fader", "/*/fader", "()");
    expect_hits("/1/fader", "/{1,2}/fader", "()");
    expect_hits("/1/fader", "/[1-3]/fader", "()");
    expect_hits("/1/fader", "/[!1]/fader", "");
    expect_hits("/1/fader", "/*", "");
    expect_hits("/1/fader", "/1/fader/*", "");
    expect_hits("/1/fader", "*/fader", "()");
    expect_hits("/1/fader", "x1/f*", "");
    expect_hits("/1/fader", "/1/f*/", "()");
}

static void matches_gaps_once(void **state)
{
    (void)state;
    expect_hits("/a/b/c", "//c", "()");
    expect_hits("/a/b/c", "/a//c", "()");
    expect_hits("/a/c", "/a//c", "()");
    expect_hits("/a/b/c", "/a//", "()");
    expect_hits("/a", "/a//", "()");
    expect_hits("/ab", "/a//", "");
    expect_hits("/a/b/c", "//", "()");
    expect_hits("/a/b/c", "///c", "()");
    expect_hits("/a/b/c", "//b", "");
    expect_hits("/a/x/y/b", "/a//*//b", "()"); /* two ways, one address */
    expect_hits("/a/a/a", "//a//", "()");
}

static void patterns_play_all_of_a_range(void **state)
{
    (void)state;
    expect_hits("/1/fader{1..4}", "/1/fader*", "(1)(2)(3)(4)");
    expect_hits("/1/fader{1..4}", "/1/fader?", "(1)(2)(3)(4)");
    expect_hits("/1/fader{1..8}", "/1/fader[1-3]", "(1)(2)(3)");
    expect_hits("/1/fader{1..8}", "/1/fader[!1-6]", "(7)(8)");
    expect_hits("/1/fader{1..12}", "/1/fader{2,12,13}", "(2)(12)");
    expect_hits("/1/fader{1..12}", "/1/fader1?", "(10)(11)(12)");
    expect_hits("/{1..2}/fader{1..2}", "/*/fader*", "(1,1)(1,2)(2,1)(2,2)");
    expect_hits("/{1..2}/fader{1..2}", "/2/fader*", "(2,1)(2,2)");
    expect_hits("/{1..2}/fader{1..2}", "/02/fader*", "(2,1)(2,2)");
    expect_hits("/{1..2}/fader{1..2}", "/3/fader*", "");
    expect_hits("/{}/x", "/300/?", "(300)");
    expect_hits("/{-1..1}", "/*", "(-1)(0)(1)");
    expect_hits("/n{126..200}", "/n12*", "(126)(127)(128)(129)");
    expect_hits("/n{}", "/n12?", "(120)(121)(122)(123)(124)(125)(126)(127)"); /* without a range: 0 to 127 */
    expect_hits("/{}-{}", "/*", "");                                          /* two numbers in one part: plain only */
    expect_hits("/{}-{}/x", "/1-2/*", "(1,2)");
}

static void gaps_run_over_numbers(void **state)
{
    (void)state;
    expect_hits("/{1..3}/mute", "//mute", "(1)(2)(3)");
    expect_hits("/{1..3}/mute{1..2}", "//mute2", "(1,2)(2,2)(3,2)");
    expect_hits("/mix/{1..3}", "/mix//", "(1)(2)(3)");
    expect_hits("/{1..2}/{1..2}", "//", "(1,1)(1,2)(2,1)(2,2)");
    expect_hits("/{1..2}/{1..2}", "//2", "(1,2)(2,2)");
    expect_hits("/{1..2}/{1..2}", "//*//", "(1,1)(1,2)(2,1)(2,2)");
}

static void text_places_take_the_pattern_itself(void **state)
{
    (void)state;
    expect_hits("/{*}/note_on", "/*/note_on", "(*)");
    expect_hits("/{*}/note_on", "/{usb,din}*/note_on", "({usb,din}*)");
    expect_hits("/{*}/note_on", "/usb/note_o?", "(usb)");
    expect_hits("/{*}/note_on", "//note_on", "(*)");
    expect_hits("/{*}/{1..2}/note", "/dev/*/note", "(dev,1)(dev,2)");
    expect_hits("/{*}/{*}/x", "//*//x", "(*,*)");
    expect_hits("/{*}/{*}/x", "//b/x", "(*,b)");
    expect_hits("/dev{*}/x", "/dev5/?", "(5)");
    expect_hits("/dev{*}/x", "/dev*/x", "");
}

static void hostile_patterns_run_out_of_budget(void **state)
{
    uint32_t budget = 1000;
    char pattern[OSC_ADDRESS_MAX];

    (void)state;
    pattern_hits("/{0..999999}/{0..999999}", "/*/*x", &budget);
    assert_int_equal(budget, 0);
    budget = 1000;
    assert_string_equal(pattern_hits("/{1..4}", "/*", &budget), "(1)(2)(3)(4)");
    assert_in_range(budget, 1000 - 4 * (OSC_HIT_STEPS + 20), 1000 - 4 * OSC_HIT_STEPS);
    budget = 3; /* what was found until then has been given out */
    pattern_hits("/{1..4}", "/*", &budget);
    assert_int_equal(budget, 0);
    for (size_t i = 0; i < 128; i += 2)
        memcpy(pattern + i, "/*", 3);
    budget = 65536;
    assert_string_equal(pattern_hits("/a", pattern, &budget), ""); /* 64 parts */
    assert_int_equal(budget, 0);
    budget = 65536;
    assert_string_equal(pattern_hits("/a", pattern + 2, &budget), "");
    assert_true(budget > 0);
}

static size_t write_back(const char *spec, const struct osc_binding *bindings, char *out, size_t size)
{
    char text[OSC_ADDRESS_MAX];
    struct osc_template template = template_of(spec, text);

    memset(out, '!', size + 1);
    return osc_template_write(&template, bindings, out, size);
}

static void writes_addresses_back(void **state)
{
    struct osc_binding bindings[OSC_PLACES_MAX] = {{.number = 7}, {.text = "usb_midi", .length = 8}, {.number = -120}};
    char out[64];

    (void)state;
    assert_int_equal(write_back("/a/b", bindings, out, 40), 4);
    assert_memory_equal(out, "/a/b!", 5);
    assert_int_equal(write_back("/m/{}/{*}/x{}", bindings, out, 40), 19);
    assert_memory_equal(out, "/m/7/usb_midi/x-120!", 20);
    assert_int_equal(write_back("/m/{}/{*}/x{}", bindings, out, 19), 19);
    assert_int_equal(write_back("/m/{}/{*}/x{}", bindings, out, 18), 0);
    bindings[0].number = INT32_MIN;
    assert_int_equal(write_back("/{}", bindings, out, 40), 12);
    assert_memory_equal(out, "/-2147483648!", 13);
    bindings[0].number = 0;
    assert_int_equal(write_back("/{}", bindings, out, 2), 2);
    assert_memory_equal(out, "/0!", 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_plain_addresses),
        cmocka_unit_test(forgives_slashes_at_both_ends),
        cmocka_unit_test(reads_numbers_in_every_spelling),
        cmocka_unit_test(keeps_ranges),
        cmocka_unit_test(takes_text_up_to_the_next_slash),
        cmocka_unit_test(matches_patterns_on_plain_addresses),
        cmocka_unit_test(matches_gaps_once),
        cmocka_unit_test(patterns_play_all_of_a_range),
        cmocka_unit_test(gaps_run_over_numbers),
        cmocka_unit_test(text_places_take_the_pattern_itself),
        cmocka_unit_test(hostile_patterns_run_out_of_budget),
        cmocka_unit_test(writes_addresses_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
