/* Tests of map files: rules in every kind of text, loops, wishes, and files that are no maps.
 * SPDX-License-Identifier: MIT */
#include "map_test.h"

static void reads_every_kind_of_text(void **state)
{
    (void)state;
    compile("map [[/a 1 -> start]]\n"
            "map \"/b 1 -> stop\"\n"
            "map '/c -> cc 1 1'\n"
            "map(\"/d \\\"go\\\" -> continue\")\n"
            "map [==[\n"
            "  /e x:0-1 -> cc 2 x   # a comment\n"
            "  /f \"# -- no comment\" -> cc 3 1 -- a comment\n"
            "\n"
            "  # only a comment\n"
            "\t/g -> cc 4 1\t\n"
            "]==]\n");
    assert_string_equal(compiled.said, "");
    assert_int_equal(compiled.error, 0);
    assert_int_equal(map_rules(compiled.map), 7);
    assert_string_equal(map_name(compiled.map), "map.lua");
    assert_false(map_is_dialect(compiled.map));
    assert_false(map_has_reverse(compiled.map));
    assert_forward("/a i 1", "FA");
    assert_forward("/b i 1", "FC");
    assert_forward("/c", "B0 01 01");
    assert_forward("/d s go", "FB");
    assert_forward("/e f 1", "B0 02 7F");
    assert_forward("/f s #_--_no_comment", "B0 03 01");
    assert_forward("/g", "B0 04 01");
}

static void reads_every_word(void **state)
{
    static const char *const rules[][2] = {{"on C3 100", "90 3C 64"},
                                           {"off c-2 0", "80 00 00"},
                                           {"note Db3 64H", "90 3D 64"},
                                           {"note G8 1", "90 7F 01"},
                                           {"NOTE-ON F#2 1", "90 36 01"},
                                           {"note B3 1M", "90 47 01"},
                                           {"pp C3 1", "A0 3C 01"},
                                           {"cc 7FH 0", "B0 7F 00"},
                                           {"program 5", "C0 05"},
                                           {"pc 5", "C0 05"},
                                           {"pressure 5", "D0 05"},
                                           {"cp 5", "D0 05"},
                                           {"bend 8192", "E0 00 40"},
                                           {"pb 0", "E0 00 00"},
                                           {"tc 1 2", "F1 12"},
                                           {"spp 1", "F2 01 00"},
                                           {"ss 1", "F3 01"},
                                           {"tun", "F6"},
                                           {"clock", "F8"},
                                           {"mc", "F8"},
                                           {"cont", "FB"},
                                           {"as", "FE"},
                                           {"rst", "FF"},
                                           {"syx 1", "F0 01 F7"},
                                           {"sysex hex 10 dec 10", "F0 10 0A F7"},
                                           {"ch 2 cc 1 1", "B1 01 01"},
                                           {"port A channel 2 cc 1 1", "a:B1 01 01"},
                                           {"quarter-frame 7FH", "F1 7F"},
                                           {"channel 2 port \"a b\" cc 1 1", "a_b:B1 01 01"},
                                           {"port \"Foo, [Bar]/{1} #2\" cc 1 1", "foo___bar___1___2:B0 01 01"},
                                           {"port \"udp:[::1]:18999\" cc 1 1", "udp:_::1_:18999:B0 01 01"},
                                           {"port \"Foo *[ab]\" cc 1 1", "foo *[ab]:B0 01 01"},
                                           {"port \"fo?,\" cc 1 1", "fo?,:B0 01 01"}};
    char rule[128];

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        snprintf(rule, sizeof rule, "/x -> %s", rules[i][0]);
        compile_rules(rule);
        assert_forward("/x", rules[i][1]);
    }
    compile_rules("/x ch -> cc 1 ch"); /* a name goes before the hexadecimal number */
    assert_forward("/x i 5", "B0 01 05");
}

static void loops_make_rules(void **state)
{
    (void)state;
    compile("for n = 1, 8 do map(\"/mute/\" .. n .. \" on:0-1 <-> cc \" .. 40 + n .. \" on\") end\n"
            "local function more(n) return map('/more' .. n .. ' -> start') end\n"
            "more(1)\n"
            "return map '/last -> stop'\n");
    assert_string_equal(compiled.said, "");
    assert_int_equal(map_rules(compiled.map), 10);
    assert_forward("/mute/8 i 1", "B0 30 7F");
    assert_reverse("B0 30 7F", "/mute/8 f 1.000000");
    assert_forward("/more1", "FA");
    assert_forward("/last", "FC");
}

static void finds_the_place_of_a_mistake(void **state)
{
    static const char *const maps[][2] = {
        {"\n\nmap \"/x -> nte 1 1\"\n", "E410 map.lua:3:12: "},
        {"-- one\nmap [[/x -> nte 1 1]]", "E410 map.lua:2:13: "},
        {"map [[\n/ok -> start\n\n  /x -> nte 1 1\n]]", "E410 map.lua:4:9: "},
        {"map [[\r\n/ok -> start\r\n  /x -> nte 1 1\r\n]]\r\n", "E410 map.lua:3:9: "},
        {"local text = [[\n/x -> nte 1 1\n]]\nmap(text)\n", "E410 map.lua:4:7: "},
        {"for i = 1, 1 do\n  map('/x' .. i .. ' -> nte 1 1')\nend\n", "E410 map.lua:2:8: "},
        {"map 'a'", "E410 map.lua:1:7: an arrow is missing"},
        {"return map '/x -> nte 1 1'", "E410 map.lua:1:19: "},
        {"\nmap(5)", "E410 map.lua:2:1: map takes one text of rules"},
        {"\nmap()", "E410 map.lua:2:1: map takes one text of rules"},
        {"map('/x -> start', '/y -> start')", "E410 map.lua:1:1: map takes one text of rules"},
        {"\nuse()", "E410 map.lua:2:1: use takes a text, such as use \"...\""},
        {"osc {}", "E410 map.lua:1:1: osc takes a text, such as osc \"...\""},
        {"din(1.5)", "E410 map.lua:1:1: din takes a text"},
        {"release_after {}", "E410 map.lua:1:1: release_after takes a text, such as release_after \"...\""},
        {"return midi_in(nil)", "E410 map.lua:1:1: midi_in takes a text"},
        {"\ncoroutine.wrap(map)('/x -> nte 1 1')", "E410 map.lua:2:28: "},
        {"\ncoroutine.wrap(map)(5)", "E410 map.lua:1:1: map takes one text of rules"},
        {"coroutine.wrap(use)()", "E410 map.lua:1:1: use takes a text"}};

    (void)state;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        compile(maps[i][0]);
        assert_int_equal(compiled.error, NW_EINVALID);
        if (strncmp(compiled.said, maps[i][1], strlen(maps[i][1])) != 0)
            fail_msg("%s gave\n%sinstead of\n%s", maps[i][0], compiled.said, maps[i][1]);
        assert_null(strchr(compiled.said, '\r'));
    }
}

static void marks_the_place_behind_tabs(void **state)
{
    (void)state;
    compile("map [[\n\t/x\t->\tnte 1 1\n]]");
    assert_string_equal(compiled.said, "E410 map.lua:2:8: \"nte\" is not a MIDI word; did you mean \"note\"?\n"
                                       "       /x -> nte 1 1\n"
                                       "             ^\n");
}

static void tells_errors_of_lua(void **state)
{
    static const char *const maps[][2] = {
        {"map [[/x -> start]]\nerror('no luck')", "E410 map.lua:2:1: no luck\n"},
        {"\n\nlocal t = nil; t.x = 1", "E410 map.lua:3:1: attempt to index a nil value (local 't')\n"},
        {"map [[/x -> start]]\nmpa [[/y -> stop]]", "E410 map.lua:2:1: "},
        {"map [[/x -> start]\n", "E410 map.lua:"},
        {"for = 3", "E410 map.lua:1:5: <name> expected near '='\n"},
        {"if true then\n", "E410 map.lua:2:"},
        {"error({})", "E410 map.lua:1:1: the map raised an error that is no text\n"},
        {"\n\nerror()", "E410 map.lua:3:1: the map raised an error that is no text\n"},
        {"local function f()\n  error({})\nend\nf()", "E410 map.lua:2:1: the map raised an error that is no text\n"},
        {"error(setmetatable({}, { __tostring = function() error 'twice' end }))",
         "E410 map.lua:1:1: the map raised an error that is no text\n"},
        {"\nerror('no place', 0)", "E410 map.lua:2:1: no place\n"},
        {"\nerror('it is :7: here', 0)", "E410 map.lua:2:1: it is :7: here\n"},
        {"\nerror(7)", "E410 map.lua:2:1: 7\n"},
        {"\nstring.rep()", "E410 map.lua:2:1: bad argument #1 to 'rep' (string expected, got no value)\n"},
        {"local function f() return f() + 1 end\nf()", "E410 map.lua:1:1: stack overflow"},
        {"\x7f\x45LF\x02\x01\x01", "E410 map.lua:1:"},
        {"\x1bLua", "E410 map.lua:1:1: "}, /* never as bytecode */
        {"\xff\xfe"
         "m",
         "E410 map.lua:1:"}};

    (void)state;
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        compile(maps[i][0]);
        assert_int_equal(compiled.error, NW_EINVALID);
        if (strncmp(compiled.said, maps[i][1], strlen(maps[i][1])) != 0)
            fail_msg("%s gave\n%sinstead of\n%s", maps[i][0], compiled.said, maps[i][1]);
    }
    compile_bytes("map [[/x -> start]]\0\n", 21);
    assert_int_equal(compiled.error, NW_EINVALID);
    compile_bytes("map [[/x \"a\0b\" -> start]]\n", 27);
    assert_true(compiled.error == 0 || compiled.error == NW_EINVALID);
}

static void shows_no_line_for_an_unfinished_text(void **state)
{
    (void)state;
    compile("map [[\n/x -> start\n");
    assert_string_equal(compiled.said, "E410 map.lua:3:1: unfinished long string (starting at line 1) near <eof>\n");
    compile("if true then");
    assert_string_equal(compiled.said, "E410 map.lua:1:13: 'end' expected near <eof>\n");
}

/* Colons and numbers in a path are not the line; Lua shortens long paths. */
static void tells_errors_under_any_path(void **state)
{
    static const char *const names[] = {
        "a:7:b.lua", ":9: ", "%d+.lua",
        "a-name-that-is-longer-than-what-lua-shows-of-the-name-of-a-chunk-in-a-message:5:.lua"};
    static const char *const sources[] = {"\nerror 'no luck'", "\nerror('no luck', 0)"};
    char path[256], expected[512];

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (size_t j = 0; j < sizeof sources / sizeof sources[0]; j++) {
            FILE *file;

            compiled_free();
            snprintf(path, sizeof path, "/tmp/%d-%s", (int)getpid(), names[i]);
            file = fopen(path, "w");
            assert_non_null(file);
            fputs(sources[j], file);
            fclose(file);
            CAPTURE_STDERR(compiled.error = map_compile_file(path, &compiled.map, &compiled.wishes));
            unlink(path);
            compiled.map = NULL;
            assert_int_equal(compiled.error, NW_EINVALID);
            snprintf(expected, sizeof expected, "E410 %s:2:1: no luck\n", path);
            assert_memory_equal(compiled.said, expected, strlen(expected));
        }
}

static void prints_on_standard_error(void **state)
{
    (void)state;
    compile("print('one', 2, nil, {} ~= nil)\nprint()");
    assert_int_equal(compiled.error, 0);
    assert_string_equal(compiled.said, "one\t2\tnil\ttrue\n\n");
}

static void reads_windows_files(void **state)
{
    (void)state;
    compile("map [[\r\n  /a x:0-1 <-> cc 1 x\r\n  # comment\r\n  /b -> start\r\n]]\r\nosc \"9000\"\r\n");
    assert_string_equal(compiled.said, "");
    assert_int_equal(map_rules(compiled.map), 2);
    assert_forward("/a f 1", "B0 01 7F");
    assert_forward("/b", "FA");
    assert_string_equal(compiled.wishes.osc[0], "9000");
}

static void collects_wishes(void **state)
{
    (void)state;
    compile("osc \"9000\"\nosc(9001)\nmidi_in \"udp:7000\"\nmidi_out \"print\"\nmidi_out 'loopback'\n"
            "reply \"10.0.0.7:9001\"\nuse \"open-stage-control\"\nuse 'osmid'\n"
            "din 'Deepmind'\nrelease_after(10)\nrelease_after(2.5)\nrelease_after '0.5'\n");
    assert_string_equal(compiled.said, "");
    assert_int_equal(compiled.error, 0);
    assert_int_equal(map_rules(compiled.map), 0);
    assert_int_equal(compiled.wishes.osc_count, 2);
    assert_string_equal(compiled.wishes.osc[0], "9000");
    assert_string_equal(compiled.wishes.osc[1], "9001");
    assert_int_equal(compiled.wishes.midi_in_count, 1);
    assert_string_equal(compiled.wishes.midi_in[0], "udp:7000");
    assert_int_equal(compiled.wishes.midi_out_count, 2);
    assert_string_equal(compiled.wishes.midi_out[1], "loopback");
    assert_int_equal(compiled.wishes.reply_count, 1);
    assert_string_equal(compiled.wishes.reply[0], "10.0.0.7:9001");
    assert_int_equal(compiled.wishes.use_count, 2);
    assert_string_equal(compiled.wishes.use[0], "open-stage-control");
    assert_string_equal(compiled.wishes.use[1], "osmid");
    assert_int_equal(compiled.wishes.din_count, 1);
    assert_string_equal(compiled.wishes.din[0], "Deepmind");
    assert_int_equal(compiled.wishes.release_after_count, 3);
    assert_string_equal(compiled.wishes.release_after[0], "10");
    assert_string_equal(compiled.wishes.release_after[1], "2.5");
    assert_string_equal(compiled.wishes.release_after[2], "0.5");
    assert_string_equal(compiled.wishes.din_where[0], "map.lua:9");
    assert_string_equal(compiled.wishes.release_after_where[2], "map.lua:12");
    assert_string_equal(compiled.wishes.osc_where[0], "map.lua:1");
    assert_string_equal(compiled.wishes.osc_where[1], "map.lua:2");
    assert_string_equal(compiled.wishes.midi_in_where[0], "map.lua:3");
    assert_string_equal(compiled.wishes.midi_out_where[1], "map.lua:5");
    assert_string_equal(compiled.wishes.reply_where[0], "map.lua:6");
    assert_string_equal(compiled.wishes.use_where[1], "map.lua:8");
    map_wishes_free(&compiled.wishes);
    assert_int_equal(compiled.wishes.osc_count, 0);
}

static void reads_empty_files(void **state)
{
    (void)state;
    compile("");
    assert_int_equal(compiled.error, 0);
    assert_int_equal(map_rules(compiled.map), 0);
    assert_forward("/x", "none");
    assert_reverse("90 3C 64", "");
    compile("map ''");
    assert_int_equal(compiled.error, 0);
}

static void reads_files_for_the_shell(void **state)
{
    static const char *const begins[] = {"#!/usr/bin/env notewire\n", "\xef\xbb\xbf\n",
                                         "\xef\xbb\xbf#!/usr/bin/env notewire\n", "#!/usr/bin/env notewire\r\n"};
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        snprintf(text, sizeof text, "%smap '/x -> start'\nosc '9000'\n", begins[i]);
        compile(text);
        assert_string_equal(compiled.said, "");
        assert_int_equal(map_rules(compiled.map), 1);
        assert_string_equal(compiled.wishes.osc_where[0], "map.lua:3");
        snprintf(text, sizeof text, "%smap '/x -> nte'\n", begins[i]);
        compile(text);
        assert_memory_equal(compiled.said, "E410 map.lua:2:12: ", 19);
    }
    compile("\xef\xbb\xbfmap '/x -> nte'\n");
    assert_memory_equal(compiled.said, "E410 map.lua:1:12: ", 19);
    compile("#!only this");
    assert_int_equal(compiled.error, 0);
    compile("\xef\xbb\xbf");
    assert_int_equal(compiled.error, 0);
}

static void reads_large_files(void **state)
{
    static char text[200000];
    size_t used = 0;

    (void)state;
    used += (size_t)sprintf(text, "map [[\n");
    for (int i = 0; i < 3000; i++)
        used +=
            (size_t)sprintf(text + used, "  /strip/%d/volume x:0-1  ->  channel %d cc %d x\n", i, i % 16 + 1, i % 128);
    sprintf(text + used, "]]\n");
    compile(text);
    assert_string_equal(compiled.said, "");
    assert_int_equal(map_rules(compiled.map), 3000);
    assert_forward("/strip/2999/volume f 1", "B7 37 7F");
}

static void tells_what_cannot_be_read(void **state)
{
    (void)state;
    compiled_free();
    CAPTURE_STDERR(compiled.error = map_compile_file("/no/such/map.lua", &compiled.map, &compiled.wishes));
    assert_int_equal(compiled.error, NW_EIO);
    assert_memory_equal(compiled.said, "E409 /no/such/map.lua: ", 23);
    CAPTURE_STDERR(compiled.error = map_compile_file("/", &compiled.map, &compiled.wishes));
    assert_int_equal(compiled.error, NW_EIO);
    assert_memory_equal(compiled.said, "E409 /: ", 8);
    compiled.map = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAP_TEST(reads_every_kind_of_text),
        MAP_TEST(reads_every_word),
        MAP_TEST(loops_make_rules),
        MAP_TEST(finds_the_place_of_a_mistake),
        MAP_TEST(marks_the_place_behind_tabs),
        MAP_TEST(tells_errors_of_lua),
        MAP_TEST(shows_no_line_for_an_unfinished_text),
        MAP_TEST(tells_errors_under_any_path),
        MAP_TEST(prints_on_standard_error),
        MAP_TEST(reads_windows_files),
        MAP_TEST(collects_wishes),
        MAP_TEST(reads_empty_files),
        MAP_TEST(reads_files_for_the_shell),
        MAP_TEST(reads_large_files),
        MAP_TEST(tells_what_cannot_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
