-- Specs of the parts of renoise that are read when they are first named: what a script has changed by then is no matter.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local next, pcall, rawset, tostring = next, pcall, rawset, tostring

it("none of them is there before it is named", function()
  for _, name in ipairs { "Document", "tool", "app", "ViewBuilder", "song" } do equal(rawget(renoise, name), nil) end
end)

it("they work in a script that has replaced globals and functions of libraries", function()
  local kept = { class = class, property = property, type = type, pairs = pairs, error = error, next = next }
  local find, gsub, insert = string.find, string.gsub, table.insert
  local broken = function() return "broken" end
  for name in next, kept do rawset(_G, name, broken) end
  string.find, string.gsub, table.insert = broken, broken, broken
  local good, problem = pcall(function()
    local document = renoise.Document.create("Kept") { number = 1, list = { "a", "b" } }
    document.number.value = 2
    local views = renoise.ViewBuilder()
    local slider = views:slider { min = 0, max = 5, value = 9 }
    renoise.tool():add_menu_entry { name = "Kept", invoke = broken }
    return { document.number.value, #document.list, slider.value, renoise.tool():has_menu_entry("Kept"), renoise.song() }
  end)
  for name, value in next, kept do rawset(_G, name, value) end
  string.find, string.gsub, table.insert = find, gsub, insert
  equal(good and problem or tostring(problem), { 2, 2, 5, true })
end)

it("what is not there is named, in the line of the script", function()
  raises("test_parts.lua:%d+: renoise.Scripting is not available headless", function() return renoise.Scripting end)
  raises("renoise.1 is not available headless", function() return renoise[1] end)
  equal(rawget(renoise, "Scripting"), nil)
end)

it("all are listed", function()
  local listed = {}
  for name in pairs(renoise) do listed[name] = true end
  for _, name in ipairs { "Document", "tool", "app", "ViewBuilder", "Views", "song", "Song", "Socket", "Osc", "Midi" } do
    truthy(listed[name])
  end
end)

it("a script may replace one", function()
  local song = renoise.song
  function renoise.song() return "mine" end
  equal(renoise.song(), "mine")
  renoise.song = song
end)

spec.finish()
