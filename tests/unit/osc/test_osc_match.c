/* Tests of osc_match: the patterns of OSC 1.0, "//" of OSC 1.1, and patterns made to take for ever.
 * SPDX-License-Identifier: MIT */
#include "osc/osc_match.h"
#include "osc_test.h"

/* Matches exact copies, with a budget that the stated bound never exhausts. */
static bool matches(const char *pattern, const char *address)
{
    size_t pattern_len = strlen(pattern), address_len = strlen(address);
    uint8_t *p = exact_copy((const uint8_t *)pattern, pattern_len);
    uint8_t *a = exact_copy((const uint8_t *)address, address_len);
    uint32_t bound = (uint32_t)((pattern_len + 1) * (address_len + 1)), budget = bound + 1;
    bool result = osc_match((char *)p, pattern_len, (char *)a, address_len, &budget);

    assert_in_range(budget, 1, bound + 1);
    free(p);
    free(a);
    return result;
}

#define assert_match(pattern, address) assert_true(matches(pattern, address))
#define assert_no_match(pattern, address) assert_false(matches(pattern, address))

static void matches_plain_text(void **state)
{
    (void)state;
    assert_match("/a/b", "/a/b");
    assert_match("", "");
    assert_match("/", "/");
    assert_match("a", "a");
    assert_no_match("/a/b", "/a/c");
    assert_no_match("/a/b", "/a/b/c");
    assert_no_match("/a/b/c", "/a/b");
    assert_no_match("/a/", "/a");
    assert_no_match("/a", "/a/");
    assert_no_match("/a", "a");
    assert_no_match("/ab", "/a");
    assert_no_match("", "/");
    assert_no_match("/A", "/a");
}

static void matches_question_and_star(void **state)
{
    (void)state;
    assert_match("/?/b/*c", "/a/b/c"); /* the pattern of the specification's examples */
    assert_match("/?/b/*c", "/x/b/abc");
    assert_no_match("/?/b/*c", "/xy/b/c");
    assert_no_match("/?/b/*c", "//b/c");
    assert_match("/*", "/");
    assert_match("/*", "/abc");
    assert_no_match("/*", "/abc/d");
    assert_match("/*/d", "/abc/d");
    assert_match("/a*b*c", "/abc");
    assert_match("/a*b*c", "/axxbyybzzc");
    assert_no_match("/a*b*c", "/axxbyybzz");
    assert_match("/**a", "/ba");
    assert_match("/*?", "/a");
    assert_no_match("/*?", "/");
    assert_no_match("/?", "/");
    assert_no_match("*", "/a");
    assert_match("*/a", "/a");
    assert_no_match("/a?c", "/a/c");
    assert_no_match("/a*c", "/a/c");
}

static void matches_brackets(void **state)
{
    (void)state;
    assert_match("/[abc]", "/b");
    assert_no_match("/[abc]", "/d");
    assert_no_match("/[abc]", "/");
    assert_no_match("/[abc]", "/ab");
    assert_match("/[a-c]x", "/bx");
    assert_no_match("/[a-c]x", "/dx");
    assert_no_match("/[!a-c]", "/b");
    assert_match("/[!a-c]", "/d");
    assert_no_match("/[!a-c]", "/");
    assert_match("/cc/[0-9][0-9]", "/cc/42");
    assert_match("/[a-]", "/-"); /* a minus sign at the end has no special meaning */
    assert_match("/[a-]", "/a");
    assert_no_match("/[a-]", "/b");
    assert_match("/[-a]", "/-");
    assert_match("/[a!]", "/!"); /* nor has an exclamation point anywhere else */
    assert_match("/[!!]", "/a");
    assert_no_match("/[!!]", "/!");
    assert_match("/[c-a]", "/b"); /* "between the given two" */
    assert_match("/[a-ce-g]", "/f");
    assert_no_match("/[a-ce-g]", "/d");
    assert_match("/[?*]", "/*");
    assert_no_match("/[?*]", "/a");
    assert_no_match("/[]", "/a");
    assert_match("/[!]", "/a");
    assert_match("/*[0-9]", "/fader12");
    assert_no_match("/*[0-9]", "/fader");
    assert_match("/[\xe0-\xff]", "/\xf0");
    assert_no_match("/[!a]b", "//b"); /* not even the negation leaves its part */
}

static void matches_braces(void **state)
{
    (void)state;
    assert_match("/{foo,bar}", "/foo");
    assert_match("/{foo,bar}", "/bar");
    assert_no_match("/{foo,bar}", "/fo");
    assert_no_match("/{foo,bar}", "/foobar");
    assert_match("/{foo,bar}/1", "/bar/1");
    assert_match("/cc/{126,127}", "/cc/127");
    assert_match("/{a,ab}{c,bc}", "/abc");
    assert_match("/{a,ab}{c,bc}", "/abbc");
    assert_match("/{a,ab}{c,bc}", "/ac");
    assert_no_match("/{a,ab}{c,bc}", "/abb");
    assert_match("/x{,y}", "/x");
    assert_match("/x{,y}", "/xy");
    assert_match("/x{}", "/x");
    assert_match("/{a*,b}", "/a*"); /* a list of strings, not of patterns */
    assert_no_match("/{a*,b}", "/ax");
    assert_match("/{a?}", "/a?");
    assert_match("/*{foo,bar}*", "/xbary");
    assert_no_match("/*{foo,bar}*", "/xbay");
    assert_match("/{one}?[a-z]", "/one1z");
}

static void matches_any_depth(void **state)
{
    (void)state;
    assert_match("//spherical", "/spherical");
    assert_match("//spherical", "/position/spherical");
    assert_match("//spherical", "/a/b/c/spherical");
    assert_no_match("//spherical", "/a/spherical/b");
    assert_no_match("//spherical", "spherical");
    assert_no_match("//spherical", "/aspherical");
    assert_match("/a//b", "/a/b");
    assert_match("/a//b", "/a/x/b");
    assert_match("/a//b", "/a/x/y/b");
    assert_match("/a//b", "/a//b");
    assert_no_match("/a//b", "/ab");
    assert_no_match("/a//b", "/c/a/b");
    assert_match("/a//b/c", "/a/b/b/c"); /* the first b is not the right one */
    assert_match("//a/b//c", "/a/a/b/x/c");
    assert_no_match("//a/b//c", "/a/x/b/c");
    assert_match("/a//", "/a");
    assert_match("/a//", "/a/b/c");
    assert_no_match("/a//", "/b");
    assert_match("//", "/x/y");
    assert_match("///b", "/x/b"); /* a longer run is one "//" */
    assert_match("//{b,c}[0-9]", "/x/c7");
    assert_no_match("/a//b", "/a");
    assert_no_match("/a//a/b", "/a/b"); /* the one a cannot stand for both */
    assert_match("/a//a/b", "/a/a/b");
}

static void refuses_broken_patterns(void **state)
{
    static const char *const broken[] = {"/[a",   "/a]",    "/{a",    "/a}",   "/[a{b]", "/{a[b]}", "/{a{b}}", "/[[a]",
                                         "/[a/]", "/{a/b}", "/{a]b}", "/[a}]", "]",      "}",       "/a//[b",  "/*["};

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_true(osc_is_pattern(broken[i], strlen(broken[i])));
        assert_no_match(broken[i], "/a");
        assert_no_match(broken[i], broken[i]);
        assert_no_match(broken[i], "/b");
    }
}

static void tells_patterns(void **state)
{
    (void)state;
    assert_false(osc_is_pattern("/a/b", 4));
    assert_false(osc_is_pattern("", 0));
    assert_false(osc_is_pattern("/a!-,", 5));
    assert_false(osc_is_pattern("/a/", 3));
    assert_true(osc_is_pattern("/a*", 3));
    assert_true(osc_is_pattern("/?", 2));
    assert_true(osc_is_pattern("/[a]", 4));
    assert_true(osc_is_pattern("/{a}", 4));
    assert_true(osc_is_pattern("//a", 3));
    assert_true(osc_is_pattern("/a//", 4));
    assert_false(osc_is_pattern("/a*", 2)); /* nothing behind the length counts */
    assert_false(osc_is_pattern("/a//", 3));
}

/* What froze liblo for seconds stays within the bound, which matches() checks; so does the worst we could think of. */
static void bounds_hostile_patterns(void **state)
{
    char pattern[600], address[600];

    (void)state;
    assert_no_match("/*?*?*?*?*?*?*?*?*!", "/instrument/1/parameter/brightness/of/the/whole/thing");
    assert_no_match("/*?*?*?*?*?*?*?*?*!", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_no_match("/*a*a*a*a*a*a*a*a*b", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_no_match("/{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}{a,aa}!", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_no_match("//a//a//a//a//a//a//a//b", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a");
    assert_no_match("//*a*//*a*//*a*//*b*", "/aaa/aaa/aaa/aaa/aaa/aaa/aaa/aaa/aaa");

    memset(address, 'a', 512);
    address[0] = '/';
    address[512] = '\0';
    memset(pattern, '*', 512);
    pattern[0] = '/';
    pattern[512] = '\0';
    assert_match(pattern, address);
    pattern[511] = '!';
    assert_no_match(pattern, address);
    for (size_t i = 1; i < 511; i += 2)
        pattern[i] = 'a';
    assert_no_match(pattern, address);
    memcpy(pattern, "/*", 2);
    for (size_t i = 2; i < 512; i += 5)
        memcpy(pattern + i, "[b-a]", 5);
    pattern[512] = '\0';
    assert_match(pattern, address);
}

static void honours_budget(void **state)
{
    uint32_t budget = 3;

    (void)state;
    assert_false(osc_match("/a*b", 4, "/aaaaab", 7, &budget));
    assert_int_equal(budget, 0);
    assert_false(osc_match("/a", 2, "/a", 2, &budget));
    assert_int_equal(budget, 0);
    budget = 1000;
    assert_true(osc_match("/a*b", 4, "/aaaaab", 7, &budget));
    assert_in_range(budget, 1, 999);
    budget = 30;
    assert_false(osc_match("//*a*a!", 7, "/aaaaaaaaa/aaaaaaaaaa", 21, &budget));
    assert_int_equal(budget, 0);
}

static void refuses_long_addresses(void **state)
{
    char address[600];

    (void)state;
    memset(address, 'a', sizeof address);
    address[0] = '/';
    address[513] = '\0';
    assert_no_match("/*", address);
    assert_no_match("//", address);
    address[512] = '\0';
    assert_match("/*", address);
    assert_match("/*a", address);
}

static void matches_one_part(void **state)
{
    uint32_t budget = 1000;

    (void)state;
    assert_true(osc_match_part("cc*", 3, "cc12", 4, &budget));
    assert_true(osc_match_part("{a,b}[0-9]", 10, "b7", 2, &budget));
    assert_true(osc_match_part("", 0, "", 0, &budget));
    assert_true(osc_match_part("*", 1, "", 0, &budget));
    assert_false(osc_match_part("a", 1, "", 0, &budget));
    assert_false(osc_match_part("", 0, "a", 1, &budget));
    budget = 0;
    assert_false(osc_match_part("a", 1, "a", 1, &budget));
}

/* Parts whose length is at the edges of a 64-bit word of positions. */
static void matches_long_parts(void **state)
{
    char address[300], pattern[300];

    (void)state;
    for (size_t length = 60; length < 200; length++) {
        memset(address, 'x', length);
        address[0] = '/';
        address[length - 1] = 'z';
        address[length] = '\0';
        assert_match("/*z", address);
        assert_match("/*{y,z}", address);
        assert_match("/*[!x]", address);
        assert_no_match("/*y", address);
        assert_no_match("/*z?", address);
        strcpy(pattern, address);
        pattern[length / 2] = '*';
        assert_match(pattern, address);
        pattern[length / 2] = '?';
        pattern[1] = '*';
        assert_match(pattern, address);
        memcpy(pattern + 1, "*{x,xx}", 7);
        assert_match(pattern, address);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matches_plain_text), cmocka_unit_test(matches_question_and_star),
        cmocka_unit_test(matches_brackets),   cmocka_unit_test(matches_braces),
        cmocka_unit_test(matches_any_depth),  cmocka_unit_test(refuses_broken_patterns),
        cmocka_unit_test(tells_patterns),     cmocka_unit_test(bounds_hostile_patterns),
        cmocka_unit_test(honours_budget),     cmocka_unit_test(refuses_long_addresses),
        cmocka_unit_test(matches_one_part),   cmocka_unit_test(matches_long_parts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
