/* Tests of what a tool has registered, as the rest of the program lists and invokes it.
 * SPDX-License-Identifier: MIT */
#include "../life/host_test.h"
#include "renoise/tool.h"

static void list(void *user, enum tool_entry kind, const char *name)
{
    struct fixture *f = user;
    size_t used = strlen(f->heard);

    snprintf(f->heard + used, sizeof f->heard - used, "%d %s|", (int)kind, name);
}

/* What the global said of the script is; what is there is put into it by its entries. */
static void expect(struct script *script, const char *said)
{
    lua_State *L = script->L;

    lua_getglobal(L, "said");
    assert_string_equal(lua_tostring(L, -1), said);
    lua_pop(L, 1);
}

#define SAID "said = ''\nfunction say(...) said = said .. table.concat({...}, ' ') .. '|' end\n"

static void lists_in_order(void **state)
{
    struct fixture *f = *state;
    struct script *script =
        load(f, "tool:add_menu_entry { name = '--- Main Menu:Tools:One', invoke = print }\n"
                "tool:add_file_import_hook { category = 'sample', extensions = { 'a', 'B' }, invoke = print }\n"
                "tool:add_midi_mapping { name = 'Tools:Two', invoke = print }\n"
                "tool:add_menu_entry { name = 'Main Menu:Tools:Gone', invoke = print }\n"
                "tool:add_keybinding { name = 'Global:Tools:Three', invoke = print }\n"
                "tool:remove_menu_entry('Main Menu:Tools:Gone')\n");

    tool_each(script, list, f);
    assert_string_equal(f->heard, "0 Main Menu:Tools:One|3 sample: a, b|2 Tools:Two|1 Global:Tools:Three|");
}

static void invokes_by_name(void **state)
{
    struct script *script = load(
        *state, SAID "tool:add_menu_entry { name = 'A', invoke = function(...) say('menu', select('#', ...)) end }\n"
                     "tool:add_keybinding { name = 'A:B:C', invoke = function(held) say('key', tostring(held)) end }\n"
                     "tool:add_midi_mapping { name = 'A', invoke = function(message)\n"
                     "  say('midi', type(message), tostring(message:is_trigger())) end }\n"
                     "tool:add_menu_entry { name = 'M', invoke = { { x = 7 }, function(self) say(self.x) end } }\n");

    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "A"), 0);
    assert_int_equal(tool_invoke(script, TOOL_KEYBINDING, "A:B:C"), 0);
    assert_int_equal(tool_invoke(script, TOOL_MIDI_MAPPING, "A"), 0);
    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "--- M"), 0);
    expect(script, "menu 0|key false|midi MidiMessage true|7|");
}

static void finds_nothing_else(void **state)
{
    struct script *script = load(*state, "tool:add_menu_entry { name = 'A', invoke = print }\n");

    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "B"), NW_ENOTFOUND);
    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, ""), NW_ENOTFOUND);
    for (int kind = TOOL_KEYBINDING; kind < TOOL_ENTRIES; kind++)
        assert_int_equal(tool_invoke(script, (enum tool_entry)kind, "A"), NW_ENOTFOUND);
}

static void asks_whether_it_is_active(void **state)
{
    struct script *script =
        load(*state, SAID "tool:add_menu_entry { name = 'A', active = function() return said == '' end,\n"
                          "  invoke = function() say 'A' end }\n"
                          "tool:add_menu_entry { name = 'B', active = error, invoke = function() say 'B' end }\n");

    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "A"), 0);
    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "A"), NW_EINVALID);
    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "B"), NW_EINVALID);
    expect(script, "A|");
}

static void fails_and_stays(void **state)
{
    struct fixture *f = *state;
    struct script *script =
        load(f, SAID "tool:add_menu_entry { name = 'A', invoke = function() say 'A' error 'wanted' end }\n"
                     "tool:add_menu_entry { name = 'E', invoke = function() while true do end end }\n");

    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "A"), NW_EINVALID);
    f->host.guard.limit_ns = 100000000;
    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "E"), NW_EINVALID);
    f->host.guard.limit_ns = 0;
    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "A"), NW_EINVALID);
    expect(script, "A|A|");
}

static void imports_by_extension(void **state)
{
    struct script *script =
        load(*state, SAID "local function hook(category, extensions, result)\n"
                          "  tool:add_file_import_hook { category = category, extensions = extensions,\n"
                          "    invoke = function(path) say(category, path) return result end }\n"
                          "end\n"
                          "hook('sample', { 'wave', '.AU' }, true) hook('song', { 'wave', 'mod' }, nil)\n"
                          "hook('theme', { 'bad' }, false)\n");

    assert_int_equal(tool_invoke(script, TOOL_FILE_IMPORT_HOOK, "/tmp/a.b/x.Wave"), 0);
    assert_int_equal(tool_invoke(script, TOOL_FILE_IMPORT_HOOK, "x.au"), 0);
    assert_int_equal(tool_invoke(script, TOOL_FILE_IMPORT_HOOK, "x.mod"), 0);
    assert_int_equal(tool_invoke(script, TOOL_FILE_IMPORT_HOOK, "x.bad"), NW_EINVALID);
    assert_int_equal(tool_invoke(script, TOOL_FILE_IMPORT_HOOK, "x.none"), NW_ENOTFOUND);
    assert_int_equal(tool_invoke(script, TOOL_FILE_IMPORT_HOOK, "/tmp/a.mod/x"), NW_ENOTFOUND);
    expect(script, "sample /tmp/a.b/x.Wave|sample x.au|song x.mod|theme x.bad|");
}

static void entries_change_in_calls(void **state)
{
    struct fixture *f = *state;
    struct script *script = load(f, "tool:add_menu_entry { name = 'A', invoke = function()\n"
                                    "  tool:remove_menu_entry 'A' tool:add_menu_entry { name = 'B', invoke = print }\n"
                                    "end }\n");

    assert_int_equal(tool_invoke(script, TOOL_MENU_ENTRY, "A"), 0);
    tool_each(script, list, f);
    assert_string_equal(f->heard, "0 B|");
    assert_true(script_is_kept(script));
}

static void ends_once(void **state)
{
    struct fixture *f = *state;
    struct script *script = load(f, SAID "tool:add_menu_entry { name = 'A', invoke = print }\n"
                                         "tool.app_release_document_observable:add_notifier(function() say 'R' end)\n"
                                         "tool.tool_will_unload_observable:add_notifier(function() say 'U' end)\n");

    host_end(&f->host);
    tool_ending(script);
    host_end(&f->host);
    expect(script, "R|U|");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOST_TEST(lists_in_order),
        HOST_TEST(invokes_by_name),
        HOST_TEST(finds_nothing_else),
        HOST_TEST(fails_and_stays),
        HOST_TEST(asks_whether_it_is_active),
        HOST_TEST(imports_by_extension),
        HOST_TEST(entries_change_in_calls),
        HOST_TEST(ends_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
