-- Specs of what a tool registers: menu entries, keybindings, MIDI mappings and file import hooks.
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, raises = spec.it, spec.equal, spec.raises
local tool = renoise.tool()

-- What the kinds that have names share: method, a name, the error about one that is there.
local KINDS = {
  {
    "menu_entry",
    "Main Menu:Tools:Probe",
    "std::logic_error: 'invalid menu entry: entry 'Main Menu:Tools:Probe' was already added.'",
  },
  {
    "keybinding",
    "Global:Tools:Probe",
    "std::logic_error: 'invalid key binding entry: 'Global:Tools:Probe' was already added'",
  },
  {
    "midi_mapping",
    "Tools:Probe",
    "std::logic_error: 'invalid midi mapping entry: 'Tools:Probe' was already added'",
  },
}

for _, kind in ipairs(KINDS) do
  local method, name, taken = table.unpack(kind)
  local add, has, remove = tool["add_" .. method], tool["has_" .. method], tool["remove_" .. method]

  it(method .. ": is added once, known and removed by its name", function()
    equal(has(tool, name), false)
    add(tool, { name = name, invoke = function() end })
    equal(has(tool, name), true)
    equal(has(tool, name .. "2"), false)
    raises(taken:gsub("%p", "%%%0"), add, tool, { name = name, invoke = function() end })
    add(tool, { name = name .. "2", invoke = function() end })
    remove(tool, name)
    equal(has(tool, name), false)
    equal(has(tool, name .. "2"), true)
    raises("has not been added", remove, tool, name)
    add(tool, { name = name, invoke = function() end })
    remove(tool, name)
    remove(tool, name .. "2")
  end)

  it(method .. ": needs a name and a function", function()
    raises("a table was expected", add, tool)
    raises("a table was expected", add, tool, name)
    raises("its name must be a text", add, tool, { invoke = print })
    raises("its name must be a text", add, tool, { name = 1, invoke = print })
    raises("invoke must be a function", add, tool, { name = name })
    raises("invoke must be a function", add, tool, { name = name, invoke = "print" })
    raises("its name must be a text", has, tool)
    raises("its name must be a text", remove, tool, {})
    equal(has(tool, name), false)
    add(tool, { name = name, invoke = { {}, print } }) -- a method
    remove(tool, name)
  end)

  it(method .. ": errors have the place in the script", function()
    raises("^[^:]*test_tool_entries.lua:%d+: std::logic_error: '", function() add(tool, {}) end)
    raises("^[^:]*test_tool_entries.lua:%d+: std::logic_error: '", function() add(tool, { name = 1, invoke = print }) end)
    raises("^[^:]*test_tool_entries.lua:%d+: std::logic_error: '", function() add(tool, { name = name, invoke = 1 }) end)
    raises("^[^:]*test_tool_entries.lua:%d+: std::logic_error: '", function() remove(tool, name) end)
  end)
end

it("a name of one kind is free in the others", function()
  local name = "Global:Tools:Same"
  for _, kind in ipairs(KINDS) do tool["add_" .. kind[1]](tool, { name = name, invoke = print }) end
  for _, kind in ipairs(KINDS) do tool["remove_" .. kind[1]](tool, name) end
end)

it("a menu entry may have dashes in front, which are no part of its name", function()
  tool:add_menu_entry { name = "--- Main Menu:Tools:Line", invoke = print }
  equal(tool:has_menu_entry("Main Menu:Tools:Line"), true)
  equal(tool:has_menu_entry("---- Main Menu:Tools:Line"), true)
  raises("was already added", tool.add_menu_entry, tool, { name = "Main Menu:Tools:Line", invoke = print })
  tool:remove_menu_entry("Main Menu:Tools:Line")
  raises("its name is empty", tool.add_menu_entry, tool, { name = "---", invoke = print })
end)

it("active and selected of a menu entry are functions", function()
  local name = "Main Menu:Tools:Active"
  raises("active must be a function", tool.add_menu_entry, tool, { name = name, invoke = print, active = true })
  raises("selected must be a function", tool.add_menu_entry, tool, { name = name, invoke = print, selected = 1 })
  tool:add_menu_entry { name = name, invoke = print, active = print, selected = print }
  tool:remove_menu_entry(name)
end)

it("a keybinding is scope:topic:name", function()
  local form = "^.*std::logic_error: 'invalid key binding entry: name should have the form scope:topic:name'$"
  for _, name in ipairs { "Probe", "Global:Probe", "Global:Tools:Probe:More", "Global::Probe", ":Tools:Probe" } do
    raises(form, tool.add_keybinding, tool, { name = name, invoke = print })
    equal(tool:has_keybinding(name), false)
  end
end)

it("a file import hook is known by its category and extensions", function()
  local hook = { category = "sample", extensions = { "probe", "PRB" }, invoke = function() return true end }
  equal(tool:has_file_import_hook("sample", { "probe", "prb" }), false)
  tool:add_file_import_hook(hook)
  equal(tool:has_file_import_hook("sample", { "probe", "prb" }), true)
  equal(tool:has_file_import_hook("sample", { "probe" }), false)
  equal(tool:has_file_import_hook("song", { "probe", "prb" }), false)
  raises("was already added", tool.add_file_import_hook, tool, hook)
  tool:remove_file_import_hook("sample", { "probe", "prb" })
  equal(tool:has_file_import_hook("sample", { "probe", "prb" }), false)
  raises("has not been added", tool.remove_file_import_hook, tool, "sample", { "probe", "prb" })
end)

it("file import hooks have the categories of Renoise", function()
  for category in ("song,instrument,effect chain,effect preset,modulation set,phrase,sample,theme"):gmatch("[^,]+") do
    tool:add_file_import_hook { category = category, extensions = { "probe" }, invoke = print }
    tool:remove_file_import_hook(category, { "probe" })
  end
  raises("there is no such category", tool.add_file_import_hook, tool, {
    category = "picture",
    extensions = { "probe" },
    invoke = print,
  })
  raises("there is no such category", tool.has_file_import_hook, tool, nil, { "probe" })
  for _, extensions in ipairs { {}, "probe", { 1 } } do
    raises("extensions must be a list of texts", tool.has_file_import_hook, tool, "song", extensions)
  end
  raises("extensions must be a list", tool.add_file_import_hook, tool, { category = "song", invoke = print })
  raises("invoke must be a function", tool.add_file_import_hook, tool, { category = "song", extensions = { "a" } })
end)

it("a MIDI mapping's message is a trigger", function()
  local message = renoise.ScriptingTool.MidiMessage()
  equal(type(message), "MidiMessage")
  equal(message:is_trigger(), true)
  equal(message:is_switch(), false)
  equal(message:is_abs_value(), false)
  equal(message:is_rel_value(), false)
  equal(message.int_value, 127)
  equal(message.boolean_value, true)
  raises("unknown property or function 'value'", function() return message.value end)
end)

spec.finish()
