-- Identity Finder: asks MIDI devices who they are, again when they do not answer, and shows what they said.
-- SPDX-License-Identifier: MIT

require "helpers"
require "makers"
require "device_query"

local prefs = renoise.Document.create("ScriptingToolPreferences") {
  input = "",
  output = "",
  prefix = "loop",
  tries = 3,
  patience_ms = 150,
  known = { "nobody" }
}
renoise.tool().preferences = prefs

local query
local dialog, vb

-- lists that end in tables with methods are nicer
local function matching(names)
  local found = table.create()
  for _, name in ripairs(names) do
    if starts_with(name, prefs.prefix.value) then
      found:insert(name)
    end
  end
  return found
end

local function input_name()
  if prefs.input.value ~= "" then return prefs.input.value end
  return matching(table.create(renoise.Midi.available_input_devices()))[1]
end

local function output_name()
  if prefs.output.value ~= "" then return prefs.output.value end
  return matching(renoise.Midi.available_output_devices())[1]
end

local function finished(q, identity)
  if not identity then
    renoise.app():show_warning(sprintf("No answer after %d tries (%.0f ms)", q.tries, q.patience * q.tries))
  else
    local text = tostring(identity)
    renoise.app():show_message(text)
    if not prefs.known:find(text) then
      prefs.known:insert(1, text)
    end
  end
  if vb then vb.views.result.text = identity and tostring(identity) or "-" end
end

function ask()
  if query and query.pending then
    renoise.app():show_status("Identity Finder: still asking")
    return
  end
  local in_name, out_name = input_name(), output_name()
  if not in_name or not out_name then
    renoise.app():show_error("No device begins with '" .. prefs.prefix.value .. "'")
    return
  end
  query = DeviceQuery(in_name, out_name, prefs.tries.value, prefs.patience_ms.value)
  query:start(finished)
end

local function show()
  vb = renoise.ViewBuilder()
  local inputs = renoise.Midi.available_input_devices()
  if table.is_empty(inputs) then inputs = { "None" } end
  dialog = renoise.app():show_custom_dialog("Identity Finder", vb:column {
    vb:popup { id = "input", items = inputs, value = 1, notifier = function(index) prefs.input.value = inputs[index] end },
    vb:text { id = "result", text = "-", font = "mono" },
    vb:horizontal_aligner { mode = "center", vb:button { text = "Ask", notifier = ask } }
  })
  ask()
end

renoise.tool():add_menu_entry { name = "Main Menu:Tools:Identity Finder:Ask", invoke = ask }
renoise.tool():add_menu_entry { name = "Main Menu:Tools:Identity Finder:Ask and Show...", invoke = show }
renoise.tool():add_midi_mapping {
  name = "Tools:Identity Finder:Ask [Trigger]",
  invoke = function(message)
    if message:is_trigger() then ask() end
  end
}

local function devices_changed()
  renoise.app():show_status(sprintf("%d MIDI inputs", #renoise.Midi.available_input_devices()))
end
if not renoise.Midi.devices_changed_observable():has_notifier(devices_changed) then
  renoise.Midi.devices_changed_observable():add_notifier(devices_changed)
end

renoise.tool().tool_will_unload_observable:add_notifier(function()
  if query then query:stop() end
end)
