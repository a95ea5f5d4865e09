/* Patterns: that each answer and each error is Lua's own, and that one which takes for ever can be ended.
 * SPDX-License-Identifier: MIT */
#include "lua/pattern.h"
#include "pattern_twin.h"
#include "script/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

/* clang-format off: cmocka needs the others before it */
#include <cmocka.h>
/* clang-format on */

#define ROUNDS 300000
#define SECONDS 10 /* of our own time: enough for all of them, but under sanitizers and valgrind */

static unsigned random_below(unsigned limit)
{
    static unsigned long long state = 0x9e3779b97f4a7c15u;

    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 33) % limit;
}

static void twin_close(struct twin *twin)
{
    lua_close(twin->theirs);
    lua_close(twin->ours);
}

/* A text of up to most random bytes of an alphabet. */
static size_t random_text(char *out, size_t most, const char *alphabet, size_t letters)
{
    size_t length = random_below((unsigned)most + 1);

    for (size_t i = 0; i < length; i++)
        out[i] = alphabet[random_below((unsigned)letters)];
    out[length] = '\0';
    return length;
}

/* A text of a few random words. */
static size_t random_words(char *out, unsigned most, const char *const *words, unsigned count)
{
    char *at = out;

    for (unsigned left = random_below(most + 1); left > 0; left--)
        at = stpcpy(at, words[random_below(count)]);
    return (size_t)(at - out);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const items[] = {
    "a",    "b",    "ab",    ".",     ".",    "%a",    "%d",     "%w",     "%s",          "%l",
    "%u",   "%p",   "%c",    "%g",    "%x",   "%A",    "%D",     "%W",     "%S",          "%L",
    "%U",   "%P",   "%C",    "%G",    "%X",   "%z",    "%Z",     "%%",     "%.",          "%-",
    "[ab]", "[^a]", "[a-c]", "[%a-]", "[]a]", "[^]]",  "[%w_]",  "[^%s,]", "[a-%%]",      "[--a]",
    "[%]]", "[a-]", "[^^]",  "(",     ")",    "()",    "(a",     "b)",     "(.",          ".)",
    "(a*)", "(.-)", "%b()",  "%bab",  "%baa", "%f[a]", "%f[%W]", "%f[^b]", "%1",          "%2",
    "%0",   "%9",   "^",     "$",     "*",    "+",     "-",      "?",      "*",           "+",
    "-",    "?",    "[",     "]",     "%",    "%b",    "%f",     "\xff",   "[\x80-\xff]", "[^%z\1-b]",
};

static const char *const pieces[] = {"%0", "%1", "%2", "%%", "%", "x", "ab", "%9", "%a", "%3", "-"};

static void fill(struct twin_question *question, char *subject, char *pattern, char *text)
{
    static const char letters[] = "ab\0aB1 ,()[%-_\xff\n";
    static const char signs[] = "ab%%[]^$*+-?().-\0 1x";
    static const size_t widths[] = {1, 2, 3, 5, sizeof letters - 1};

    question->subject = subject;
    question->subject_length = random_text(subject, 12, letters, widths[random_below(COUNT(widths))]);
    question->pattern = pattern;
    question->pattern_length = random_below(4) > 0 ? random_words(pattern, 8, items, COUNT(items))
                                                   : random_text(pattern, 10, signs, sizeof signs - 1);
    question->text = text;
    question->text_length = random_words(text, 4, pieces, COUNT(pieces));
    question->init = random_below(3) > 0 ? 0 : (int)random_below(32) - 15;
    question->count = random_below(3) > 0 ? 0 : (int)random_below(7) - 2;
}

static void test_random_patterns(void **state)
{
    char subject[16], pattern[128], text[32];
    struct twin_question question;
    clock_t end = clock() + SECONDS * CLOCKS_PER_SEC;
    unsigned rounds = 0, skipped = 0;
    struct twin twin;

    (void)state;
    twin_open(&twin);
    while (rounds < ROUNDS && clock() < end) {
        fill(&question, subject, pattern, text);
        if (!twin_is_bounded(&question)) {
            skipped++;
            continue;
        }
        assert_true(twin_agrees(&twin, &question));
        rounds++;
    }
    print_message("%u alike, %u too long for Lua's\n", rounds, skipped);
    twin_close(&twin);
}

/* What says the same in both states. */
static const char *const alike[] = {
    "for n = 195, 203 do say(pcall(string.find, 'a', ('a?'):rep(n))) end",
    "for n = 195, 203 do say(pcall(string.find, ('a'):rep(300), ('a*'):rep(n))) end",
    "for n = 195, 203 do say(pcall(string.find, ('a'):rep(300), ('a?'):rep(n))) end",
    "for n = 195, 203 do say(pcall(string.find, ('ab'):rep(300), ('a+b'):rep(n))) end",
    "for n = 195, 203 do say(pcall(string.find, ('a'):rep(300), ('a-'):rep(n))) end",
    "for n = 195, 203 do say(pcall(string.match, ('a'):rep(300), '(' .. ('a-'):rep(n - 2) .. ')()')) end",
    "for n = 30, 34 do say(pcall(string.match, 'abc', ('()'):rep(n))) end",
    "for n = 30, 34 do say(pcall(string.match, 'abc', ('('):rep(n) .. (')'):rep(n))) end",
    "for n = 30, 34 do say(pcall(string.match, 'abc', ('('):rep(n) .. 'x')) end",
    "for n = 30, 34 do say(pcall(string.gsub, 'abc', ('()'):rep(n), function(...) return select('#', ...) end)) end",
    "for _, init in ipairs { math.mininteger, -4, -3, 4, 0 } do say(pcall(string.find, 'abc', '', init))"
    " say(pcall(string.match, 'abc', '()', init)) end",
    "for _, init in ipairs { math.mininteger, math.maxinteger, -4, -3, 4, 5, 0 } do"
    " for at in ('abc'):gmatch('()', init) do say(at) end end",
    "say(pcall(string.find)) say(pcall(string.match, 'a')) say(pcall(string.gmatch, {}, 'a')) say(pcall(string.gsub, "
    "'a', 'b'))",
    "say(pcall(string.find, 'a', 'b', 'x')) say(pcall(string.match, 'a', 'b', print)) say(pcall(string.gmatch, 'a', "
    "'b', "
    "{}))",
    "say(pcall(string.gsub, 'a', 'a', true)) say(pcall(string.gsub, 'a', 'a', nil, 'x')) say(pcall(string.gsub, 'a', "
    "'a', print, 'x'))",
    "say(string.find(1234, 23)) say(string.match(12.5, '%.(%d)')) say(string.gsub(121, 1, 3)) say(string.gmatch(12, "
    "1)())",
    "say(pcall(function() local s = 'x' return s:find('[') end))",
    "say(select('#', string.find('x', 'y'))) say(select('#', string.gmatch('x', 'y')()))",
    "say(coroutine.resume(coroutine.create(function() return ('x'):gsub('x', coroutine.yield) end)))",
    "say(('abc'):gsub('%w', '%0%0'):gsub('b', { b = 1 }))",
    "local t = {} for k, v in ('a=1, b=2'):gmatch('(%w+)=(%w+)') do t[#t + 1] = k .. v end say(table.concat(t, ';'))",
    "local more = ('abc'):gmatch('%w') more() more() more() say(more()) say(more())",
    "local long = ('a'):rep(100000) .. 'b' say(long:find('a*b')) say(long:find('^[%w_]+$')) say(long:find('^(.-)b'))"
    " say(long:find('%a-$')) say(long:match('^a*()')) say(#long:match('.*')) say(long:find('^a*a'))",
    "local nest = ('('):rep(50000) .. (')'):rep(50000) say(nest:find('%b()')) say(nest:find('%b()', 2)) say(('x' .. "
    "nest):find('%bx)'))",
    "local half = ('ab'):rep(30000) say((half .. '-' .. half):find('^(.-)%-%1$')) say((half .. half):find('^(' .. half "
    ".. ')%1'))",
    "for _, at in ipairs { 1, 999990, 999999, 1000000, 1000001, 1000004, 2000000, 2000003, 2499990 } do"
    " local big = ('a'):rep(at - 1) .. 'bcdef' .. ('a'):rep(2500000 - at - 4)"
    " say(big:find('bcdef', 1, true)) say(big:find('bcdef')) say(big:find('efb')) say(big:find('bcdef', at + 1, true)) "
    "end",
    "say(('x'):rep(3000):gsub('x', 'yz')) say(('x'):rep(3000):gsub('', '-')) say(('a b '):rep(2000):gsub('(%w) (%w)', "
    "'%2 %1'))",
    "say(pcall(string.rep, 'x', -1)) say(('äöü'):find('ö')) say(('äöü'):gsub('[\\x80-\\xbf]', ''))",
};

static const char say[] = "local out = {}\n"
                          "local function say(...)\n"
                          "  for i = 1, select('#', ...) do out[#out + 1] = tostring((select(i, ...))) end\n"
                          "  out[#out + 1] = '|'\n"
                          "end\n";

static const char *told(lua_State *L, const char *text)
{
    lua_settop(L, 1);
    lua_pushfstring(L, "%s%s return table.concat(out, ' ')", say, text);
    if (luaL_loadbuffer(L, lua_tostring(L, -1), strlen(lua_tostring(L, -1)), "=test") != LUA_OK ||
        lua_pcall(L, 0, 1, 0) != LUA_OK)
        fail_msg("%s: %s", text, lua_tostring(L, -1));
    return lua_tostring(L, -1);
}

static void test_the_same_as_lua(void **state)
{
    struct twin twin;

    (void)state;
    twin_open(&twin);
    for (size_t i = 0; i < COUNT(alike); i++)
        assert_string_equal(told(twin.ours, alike[i]), told(twin.theirs, alike[i]));
    twin_close(&twin);
}

static void count_turn(void *user)
{
    ++*(unsigned *)user;
}

static const char *const endless[] = {
    "return ('a'):rep(40):find(('a*'):rep(40) .. 'b')",
    "return (' '):rep(65536):match('^(.-) (.-) (.-)\\r\\n')",
    "return ('a'):rep(65536):gsub(('a-'):rep(20) .. 'b', '')",
    "for _ in ('a'):rep(65536):gmatch(('a?'):rep(90) .. ('a'):rep(90) .. 'b') do end",
    "return ('('):rep(1000000):find('%b()')",
    "return (('a'):rep(300000)):find('^(.-)(.-)%1%2%1b')",
    "return ('a'):rep(20000000):gsub('', string.upper)", /* about a second */
    "return ('a'):rep(100000):find('[' .. ('b'):rep(100000) .. ']')",
    "return ('a'):rep(100000):find('%f[' .. ('b'):rep(100000) .. ']')",
    "return ('a'):rep(100000):find('.-[^' .. ('b'):rep(100000) .. ']-x')",
    "return ('a'):rep(20000000):find(('a'):rep(255) .. 'ba', 1, true), (function() while true do end end)()",
};

/* In a state whose script has only a guard, which script.h lets it begin with. */
static void test_endless_ones_are_ended(void **state)
{
    struct guard guard, *begin = &guard;
    struct guard_call outer;
    unsigned turns = 0;
    lua_State *L = luaL_newstate();

    (void)state;
    assert_int_equal(guard_init(&guard, 50000000, count_turn, &turns), 0);
    *(struct guard ***)lua_getextraspace(L) = &begin;
    luaL_openlibs(L);
    pattern_open(L);
    for (size_t i = 0; i < COUNT(endless); i++) {
        turns = 0;
        assert_int_equal(luaL_loadstring(L, endless[i]), LUA_OK);
        guard_enter(&guard, &outer, L);
        assert_int_equal(lua_pcall(L, 0, 0, 0), LUA_ERRRUN);
        assert_int_equal(guard_leave(&guard, &outer, NULL), GUARD_LIMIT);
        assert_non_null(strstr(lua_tostring(L, -1), "computed for longer than 50 ms"));
        assert_non_null(strstr(guard.report, "stack traceback"));
        assert_in_range(turns, 2, 100000);
        lua_sethook(L, NULL, 0, 0);
        lua_settop(L, 0);
    }
    lua_close(L);
    guard_free(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_patterns),
        cmocka_unit_test(test_the_same_as_lua),
        cmocka_unit_test(test_endless_ones_are_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
