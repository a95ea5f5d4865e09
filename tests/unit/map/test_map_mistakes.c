/* Tests of the map language's mistakes: each is told with file, line, column and what is wrong.
 * SPDX-License-Identifier: MIT */
#include "map_test.h"

/* A rule, the column where it is wrong, and what is said. */
struct mistake {
    const char *rule;
    int column;
    const char *said;
};

/* The rule stands in the third line, two columns in. */
static void check(const struct mistake *mistakes)
{
    char text[8192], expected[1024];

    for (; mistakes->rule != NULL; mistakes++) {
        snprintf(text, sizeof text, "-- a map\nmap [[\n  %s\n]]\n", mistakes->rule);
        compile(text);
        snprintf(expected, sizeof expected, "E410 map.lua:3:%d: %s\n", mistakes->column + 2, mistakes->said);
        if (strncmp(compiled.said, expected, strlen(expected)) != 0)
            fail_msg("%s gave\n%sinstead of\n%s", mistakes->rule, compiled.said, expected);
        assert_int_equal(compiled.error, NW_EINVALID);
        /* the line, and a mark below the column */
        snprintf(expected, sizeof expected, "        %s\n", mistakes->rule);
        assert_non_null(strstr(compiled.said, expected));
        snprintf(expected, sizeof expected, "\n%*s\n", mistakes->column + 8, "^");
        assert_non_null(strstr(compiled.said, expected));
    }
}

static void addresses(void **state)
{
    static const struct mistake mistakes[] = {
        {"cc 1 x", 7, "an arrow is missing: ->, <- or <->"},
        {"/x -> cc 1 1 -> cc 2 2", 14, "a rule has one arrow"},
        {"-> cc 1 1", 1, "an OSC address is missing on the left"},
        {"x -> cc 1 1", 1, "an OSC address starts with \"/\", not \"x\""},
        {"/a*b -> cc 1 1", 3, "an OSC address cannot hold \"*\""},
        {"/a/b? -> cc 1 1", 5, "an OSC address cannot hold \"?\""},
        {"/a[1] -> cc 1 1", 3, "an OSC address cannot hold \"[\""},
        {"/a]1 -> cc 1 1", 3, "an OSC address cannot hold \"]\""},
        {"/a}1 -> cc 1 1", 3, "an OSC address cannot hold \"}\""},
        {"/a,1 -> cc 1 1", 3, "an OSC address cannot hold \",\""},
        {"/a//b -> cc 1 1", 3, "an OSC address cannot hold \"//\""},
        {"/a/ -> cc 1 1", 3, "an OSC address does not end with \"/\""},
        {"/a{n -> cc n 1", 3, "this \"{\" has no \"}\""},
        {"/a{} -> cc 1 1", 3, "\"{}\" is no name in braces"},
        {"/a{1} -> cc 1 1", 3, "\"{1}\" is no name in braces"},
        {"/a{n:x} -> cc n 1", 3, "\"{n:x}\" needs a range of whole numbers, such as {n:1-8}"},
        {"/a{n:1-2.5} -> cc n 1", 3, "\"{n:1-2.5}\" needs a range of whole numbers, such as {n:1-8}"},
        {"/a{n:8-1} -> cc n 1", 3, "\"{n:8-1}\" goes down; write {n:1-8}"},
        {"/a{n:0-1000000} -> cc n 1", 3, "a number in an address has at most 6 digits"},
        {"/{a}/{a} -> cc a 1", 6, "\"a\" is on the left twice"},
        {"/{a} a -> cc a 1", 6, "\"a\" is on the left twice"},
        {"/e{n}{m} x -> cc n x", 6, "two names in braces need something between them"},
        {"/{d}{n} v -> port d cc n v", 5, "two names in braces need something between them"},
        {"/f{n}.0 x -> cc n x", 6, "\".0\" belongs to the number before it"},
        {"/f{n}.00/g x -> cc n x", 6, "\".00\" belongs to the number before it"},
        {"/f{n}7a x -> cc n x", 6, "\"7\" belongs to the number before it"},
        {"/f{n:1-8}0 -> start", 10, "\"0\" belongs to the number before it"},
        {"/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i} -> cc a 1", 34, "an address has at most 8 names"},
        {"* x <-> cc 1 x", 1, "\"*\" is no address to send to; use ->"},
        {NULL, 0, NULL}};

    (void)state;
    check(mistakes);
}

static void arguments(void **state)
{
    static const struct mistake mistakes[] = {
        {"/x \"open -> cc 1 1", 4, "this text has no closing \""},
        {"/x 1.2.3 -> cc 1 1", 4, "\"1.2.3\" is no name, number or \"text\""},
        {"/x v:q -> cc 1 v", 6, "\"q\" is neither a range such as 0-1 nor a type tag (i f h d s b m T)"},
        {"/x v:f:0-1-2 -> cc 1 v", 8, "\"0-1-2\" is neither a range such as 0-1 nor a type tag (i f h d s b m T)"},
        {"/x v:i:f -> cc 1 v", 8, "\"v\" has a type tag already"},
        {"/x v:0-1:0-2 -> cc 1 v", 10, "\"v\" has a range already"},
        {"/x v: -> cc 1 v", 6, "a range such as 0-1 or a type tag (i f h d s b m T) is missing"},
        {"/x v:f: -> cc 1 v", 8, "a range such as 0-1 or a type tag (i f h d s b m T) is missing"},
        {"/x v::f -> cc 1 v", 6, "a range such as 0-1 or a type tag (i f h d s b m T) is missing"},
        {"/x v:=5 -> cc 1 v", 6, "a range such as 0-1 or a type tag (i f h d s b m T) is missing"},
        {"/x v:1-1 -> cc 1 v", 6, "\"1-1\" is no range"},
        {"/x v=five -> cc 1 v", 6, "\"five\" is no number"},
        {"/x v=1e999 -> cc 1 v", 6, "\"1e999\" is no number"},
        {"/x v-5-1 -> cc 1 v", 5, "write \"v:0-1\" or \"v=1\""},
        {"/x v v -> cc 1 v", 6, "\"v\" is on the left twice"},
        {"/x 1 2 3 4 5 6 7 8 9 10 11 12 13 -> cc 1 1", 31, "a rule has at most 12 arguments"},
        {"/{m} a b c d e f g h i j k l -> cc 1 1", 28, "a rule has at most 12 names"},
        {NULL, 0, NULL}};

    (void)state;
    check(mistakes);
}

static void midi_words(void **state)
{
    static const struct mistake mistakes[] = {
        {"/x ->", 4, "a MIDI word is missing on the right"},
        {"/x -> channel 10 nte n 1", 18, "\"nte\" is not a MIDI word; did you mean \"note\"?"},
        {"/x -> zzzzzzzz", 7, "\"zzzzzzzz\" is not a MIDI word"},
        {"/x -> channel", 7, "\"channel\" needs a value"},
        {"/x -> channel 17 cc 1 1", 15, "a channel goes from 1 to 16"},
        {"/x -> channel 0 cc 1 1", 15, "a channel goes from 1 to 16"},
        {"/x -> cc 1", 7, "\"cc\" needs a value"},
        {"/x -> cc", 7, "\"cc\" needs a controller"},
        {"/x -> cc 1 2 3", 14, "\"3\" is one too many for \"cc\""},
        {"/x -> cc 128 1", 10, "a controller goes from 0 to 127"},
        {"/x -> cc 1 128", 12, "a value goes from 0 to 127"},
        {"/x -> cc 1 -1", 12, "a value goes from 0 to 127"},
        {"/x -> cc14 32 1", 12, "a controller goes from 0 to 31"},
        {"/x -> cc 1.5 1", 10, "a controller is a whole number"},
        {"/x -> note H3 1", 12, "\"H3\" is no number and no name from the left"},
        {"/x value -> cc 1 valeu", 18, "\"valeu\" is no number and no name from the left; did you mean \"value\"?"},
        {"/x v -> cc 1 v:q", 15, "\":q\" is no range such as :0-127"},
        {"/x v:0-1 -> cc 1 v:0-128", 18, "a value goes from 0 to 127"},
        {"/x v -> cc 1 v:127-0", 14, "to turn \"v\" round, give it a range on the left, such as v:0-1"},
        {"/x{n:3-3} -> cc 1 n", 19, "\"n\" has one value only and cannot be scaled"},
        {"/x v -> cc 1 v|all", 15, "\"|all\" is no range such as :0-127"},
        {"/x -> sysex", 7, "\"sysex\" needs bytes or a name"},
        {"/x -> sysex 128", 13, "a byte goes from 0 to 127"},
        {"/x -> sysex hex 80", 17, "a byte goes from 0 to 127"},
        {"/x -> raw", 7, "\"raw\" needs a name from the left"},
        {"/x d -> raw e", 13, "\"raw\" takes the last argument of the left side, \"e\" is not it"},
        {"/x d e -> raw d", 15, "\"raw\" takes the last argument of the left side, \"d\" is not it"},
        {"/{d} -> raw d", 13, "\"raw\" takes the last argument of the left side, \"d\" is not it"},
        {"/x d -> raw d d", 15, "\"d\" is one too many for \"raw\""},
        {"/x d:f -> raw d", 4, "\"d\" must be :s, :b, :i or :m"},
        {"/c y:s x -> sysex y", 19, "\"sysex\" takes the last argument of the left side, \"y\" is not it"},
        {"/c y:b 1 <-> sysex y", 20, "\"sysex\" takes the last argument of the left side, \"y\" is not it"},
        {"/x d:m -> sysex d", 4, "type m goes with raw"},
        {"/t -> full-frame", 7, "\"full-frame\" needs a name from the left"},
        {"/t t:b -> full-frame t", 4, "\"t\" must be :s, a text"},
        {"/t t v -> full-frame t", 22, "\"full-frame\" takes the last argument of the left side, \"t\" is not it"},
        {"/t/{t} -> full-frame t", 22, "\"full-frame\" takes the last argument of the left side, \"t\" is not it"},
        {"/t t -> full-frame t 4", 22, "a rate goes from 0 to 3"},
        {"/t t -> full-frame t r", 22, "\"r\" is no number and no name from the left"},
        {"/t t -> full-frame t 1 2", 24, "\"2\" is one too many for \"full-frame\""},
        {"/t t -> full-frme t", 9, "\"full-frme\" is not a MIDI word; did you mean \"full-frame\"?"},
        {"/t -> mtc", 7, "\"mtc\" needs a name from the left"},
        {"/t t:i -> mtc t", 4, "\"t\" must be :s, a text"},
        {"/t h m -> mtc h m", 15, "\"mtc\" takes the last argument of the left side, \"h\" is not it"},
        {"/t h m s -> mtc h m s", 13, "\"mtc\" needs a number of frames"},
        {"/t h -> mtc 24 0 0 0", 13, "a number of hours goes from 0 to 23"},
        {"/t h -> mtc h 60 0 0", 15, "a number of minutes goes from 0 to 59"},
        {"/t h -> mtc h 0 60 0", 17, "a number of seconds goes from 0 to 59"},
        {"/t h -> mtc h 0 0 30", 19, "a number of frames goes from 0 to 29"},
        {"/t h -> mtc h 0 0 0 4", 21, "a rate goes from 0 to 3"},
        {"/t h -> mtc h 0 0 0 1 2", 23, "\"2\" is one too many for \"mtc\""},
        {"/x d:b -> cc 1 d", 4, "type b goes with \"raw\" or \"sysex\""},
        {"/x d -> port d cc 1 1", 14, "\"d\" must stand in the address to name a port"},
        {"/{d} -> port d cc d 1", 2, "\"d\" cannot be a port and a number"},
        {"/x -> port-id n cc 1 1", 15, "\"n\" is no name from the left"},
        {NULL, 0, NULL}};

    (void)state;
    check(mistakes);
}

static void backwards(void **state)
{
    static const struct mistake mistakes[] = {
        {"/x n v <-> nrpn 1 v", 4, "backwards, nothing says what \"n\" is; use -> or give it a default (n=0)"},
        {"/t r t <-> full-frame t", 4, "backwards, nothing says what \"r\" is; use -> or give it a default (r=0)"},
        {"/x a b <-> cc 1 a", 6, "backwards, nothing says what \"b\" is; use -> or give it a default (b=0)"},
        {"/x v:s <-> cc 1 v", 4, "a number is not sent back as text; use i or f"},
        {"/t h x <-> mtc h 0 0 0", 6, "backwards, nothing says what \"x\" is; use -> or give it a default (x=0)"},
        {"/x v:0-1 <-> cc14 1 v:5-5", 14, "a range of one value cannot be read backwards; use ->"},
        {"/x v:0-1 <-> cc 1 v:5-5", 14, "a range of one value cannot be read backwards; use ->"},
        {NULL, 0, NULL}};

    (void)state;
    check(mistakes);
}

static void long_rules(void **state)
{
    static char text[4096];
    char *at = text;

    (void)state;
    at += sprintf(at, "map [[/x \"");
    memset(at, 'a', 501);
    strcpy(at + 501, "\" -> start]]");
    compile(text);
    assert_non_null(strstr(compiled.said, "map.lua:1:10: a text has at most 500 letters\n"));
    at = text + sprintf(text, "map [[/");
    memset(at, 'a', 500);
    strcpy(at + 500, " -> start]]");
    compile(text);
    assert_non_null(strstr(compiled.said, "map.lua:1:7: an OSC address has at most 500 letters\n"));
    at = text + sprintf(text, "map [[/x -> sysex");
    for (int i = 0; i < 65; i++)
        at += sprintf(at, " 1");
    strcpy(at, "]]");
    compile(text);
    assert_non_null(strstr(compiled.said, "map.lua:1:147: a system-exclusive rule has at most 64 bytes\n"));
}

static void many_mistakes_and_many_rules(void **state)
{
    const char *at;
    unsigned count = 0;

    (void)state;
    compile("for i = 1, 100 do map('/x -> nonsense') end");
    for (at = compiled.said; (at = strstr(at, "E410 ")) != NULL; at++)
        count++;
    assert_int_equal(count, 20); /* enough to begin with */
    compile("for i = 1, 4096 do map('/x' .. i .. ' -> start') end");
    assert_int_equal(compiled.error, 0);
    assert_int_equal(map_rules(compiled.map), 4096);
    compile("for i = 1, 4097 do map('/x' .. i .. ' -> start') end");
    assert_int_equal(compiled.error, NW_EINVALID);
    assert_memory_equal(compiled.said, "E410 map.lua: a map has at most 4096 rules", 42);
    compile("for i = 1, 32 do midi_in 'stdin' end");
    assert_int_equal(compiled.error, 0);
    compile("for i = 1, 32 do midi_in 'stdin' end\nmidi_in 'udp:7000'");
    assert_int_equal(compiled.error, NW_EINVALID);
    assert_string_equal(compiled.said, "E410 map.lua:2: all maps together have at most 32 lines with midi_in\n");
    compile("for i = 1, 33 do use 'osmid' end");
    assert_int_equal(compiled.error, NW_EINVALID);
    assert_string_equal(compiled.said, "E410 map.lua:1: all maps together have at most 32 lines with use\n");
}

/* What a file changes of the libraries does not reach the language. */
static void changed_libraries(void **state)
{
    static const char *const changes[] = {
        "_G.error = function() end",
        "_G.error = print",
        "_G.pcall = function() return true, {} end",
        "table.insert = function(t) t[#t + 1] = {} end",
        "table.move, table.concat = print, print",
        "string.find, string.match, string.sub = nil, nil, nil",
        "string.gsub, string.gmatch, string.lower, string.format = print, print, print, print",
        "getmetatable('').__index = nil",
        "getmetatable('').__index = function() return function() return 'x' end end",
        "getmetatable('').__add = function() return {} end",
        "math.type, math.abs, math.floor, math.max = nil, nil, nil, nil",
        "debug.getinfo = nil",
        "local globals = _G for name in next, globals do globals[name] = nil end",
    };
    char text[1024];

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        snprintf(text, sizeof text,
                 "%s map [[\n/a/{n:1-8} x:0-1 y <-> cc n x\n/x v:0-1 <-> note C3 v\n/s \"A b\" d:s -> sysex d\n]]",
                 changes[i]);
        compile(text);
        assert_int_equal(compiled.error, NW_EINVALID);
        assert_memory_equal(compiled.said, "E410 map.lua:2:18: backwards, nothing says what \"y\" is", 53);
        snprintf(text, sizeof text, "%s map [[/x v:0-1 <-> note C3 v]] use 'osmid' osc(9000)", changes[i]);
        compile(text);
        assert_string_equal(compiled.said, "");
        assert_int_equal(map_rules(compiled.map), 1);
        assert_string_equal(compiled.wishes.use[0], "osmid");
        assert_string_equal(compiled.wishes.osc[0], "9000");
        snprintf(text, sizeof text, "%s map [[/a/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}/{j}/{k}/{l}/{m}/{n} -> cc 1 2]]",
                 changes[i]);
        compile(text);
        assert_non_null(strstr(compiled.said, ": an address has at most 8 names\n"));
        snprintf(text, sizeof text, "%s map [[/x 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 -> cc 1 2]]", changes[i]);
        compile(text);
        assert_non_null(strstr(compiled.said, ": a rule has at most 12 arguments\n"));
    }
}

/* A file that reaches the language's own values by debug: r is its result, behind one rule and one wish. */
static void changed_values(void **state)
{
    static const char reach[] =
        "map [[/a/{n:1-8} x:0-1 <-> port-id n cc n x\n/b d:s <-> sysex d\n/c v -> sysex v 1]] use 'osmid'\n"
        "local r, one, two, three\n"
        "for i = 1, 9 do local name, value = debug.getupvalue(use, i)\n"
        "  if name == 'result' then r = value one, two, three = table.unpack(r.rules) end end\n";
    static const char *const changes[] = {
        "for i = 1, 9 do one.places[i] = {} end",
        "one.places[1] = nil",
        "one.places[1] = 5",
        "one.places[1].low = 9",
        "one.places[1].high = 1e300",
        "for i = 1, 13 do one.vars[i] = one.vars[1] end",
        "one.vars[1] = nil",
        "one.vars[1].place = 1",
        "one.vars[1].place = -1",
        "one.vars[2].tag = ''",
        "one.vars[2].tag = 'x'",
        "one.vars[2].tag = 's'",
        "for i = 1, 40 do one.args[i] = one.args[1] end",
        "one.args[1].var = 2",
        "one.args[1].var = 1000",
        "one.args[1] = { text = ('a'):rep(100000) }",
        "for i = 1, 3 do one.slots[i] = one.slots[1] end",
        "one.slots[1].var = 12",
        "one.slots[1].var = 11",
        "one.slots[2].high = 1e9",
        "one.channel.var = 5",
        "one.channel.low = -1",
        "one.port_var = 1",
        "one.port_var = 100",
        "one.port_id_var = 7",
        "one.command = 'nonsense'",
        "one.command = nil",
        "one.command = 'raw'",
        "one.command = 'function'",
        "one.data = one.vars[2]",
        "one.status = 256",
        "one.address = nil",
        "one.address = {}",
        "one.address = ''",
        "one.address = 'a'",
        "one.address = '/a\\2'",
        "one.address = '/a\\1\\1'",
        "one.address = ('/a'):rep(40000)",
        "two.data.tag = 'f'",
        "two.data = { index = 3 }",
        "two.data = { index = -2 }",
        "two.args[2] = { number = 1 }",
        "for i = 1, 65 do three.bytes[i] = three.bytes[1] end",
        "three.bytes[1].var = 4",
        "three.bytes[1] = 'text'",
        "r.rules[1] = 5",
        "r.rules[2] = 'text'",
        "r.uses[1] = {}",
        "r.uses[1] = 5",
        "r.uses[1].text = false",
        "r.mistakes[1] = {}",
        "r.mistakes[1] = 5",
        "r.mistakes[1] = { text = {}, shown = 'x', line = 1e300, column = -5 }",
    };
    char text[4096];

    (void)state;
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        snprintf(text, sizeof text, "%s%s\n", reach, changes[i]);
        compile(text);
        if (compiled.error != NW_EINVALID || strstr(compiled.said, ":1: the map language was tampered with\n") == NULL)
            fail_msg("%s gave %d\n%s", changes[i], compiled.error, compiled.said);
    }
    snprintf(text, sizeof text, "%sr.rules, r.uses, r.mistakes, r.osc = nil, 5, 'text', { n = 1 }", reach);
    compile(text);
    assert_int_equal(compiled.error, 0);
    assert_int_equal(map_rules(compiled.map), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(addresses),         MAP_TEST(arguments),      MAP_TEST(midi_words),
        MAP_TEST(backwards),         MAP_TEST(long_rules),     MAP_TEST(many_mistakes_and_many_rules),
        MAP_TEST(changed_libraries), MAP_TEST(changed_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
