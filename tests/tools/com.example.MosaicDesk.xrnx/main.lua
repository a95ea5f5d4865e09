-- Mosaic Desk: a desk of widgets that OSC and MIDI move together, laid out by control maps.
-- SPDX-License-Identifier: MIT

--[[============================================================================

Classes name what they need, and it is loaded once: a global that is not there
raises when it is read, which is how one finds out.

============================================================================]]--

_trace_filters = nil
--_trace_filters = {".*"}

msLib_ROOT = "source/classes/"
rns = nil

require "source/msLib"

msLib.require(msLib_ROOT .. "Desk")
msLib.require(msLib_ROOT .. "Reflection")

--------------------------------------------------------------------------------

local options = renoise.Document.create("MosaicDeskPreferences") {
  osc_in = 8120,
  osc_out = 8121,
  midi_in = "",
  midi_out = "",
  map_name = "desk",
  autostart = renoise.Document.ObservableBoolean(false)
}
renoise.tool().preferences = options

desk = nil
local initialized = false

local function start()
  if initialized then
    desk:stop()
  end
  desk = Desk(options)
  local passed, err = pcall(desk.start, desk)
  if not passed then
    renoise.app():show_warning(tostring(err))
    LOG(tostring(desk), err)
    return
  end
  initialized = true
end

renoise.tool():add_menu_entry {
  name = "Main Menu:Tools:Mosaic Desk:Start",
  invoke = function() start() end
}
renoise.tool():add_menu_entry {
  name = "Main Menu:Tools:Mosaic Desk:Describe",
  active = function() return desk ~= nil end,
  invoke = function()
    for _, widget in ipairs(desk.widgets) do
      local properties, methods = Reflection.names(widget)
      LOG(widget.id, type(widget), table.concat(properties, ","), #methods)
    end
  end
}
renoise.tool():add_menu_entry {
  name = "Main Menu:Tools:Mosaic Desk:Fade Out",
  invoke = function() desk:fade_out() end
}

for _, what in ipairs { "Save", "Load" } do
  renoise.tool():add_keybinding {
    name = "Global:Mosaic Desk:" .. what .. " Layout",
    invoke = function(repeated)
      if repeated then return end
      local passed, err = desk[what:lower()](desk, "layout.xml")
      renoise.app():show_status(what .. " layout: " .. (passed and "done" or err))
    end
  }
end

for i = 1, 2 do
  renoise.tool():add_midi_mapping {
    name = ("Tools:Mosaic Desk:Widget %02d [Set]"):format(i),
    invoke = function(message)
      assert(type(message) == "MidiMessage")
      if message:is_abs_value() or message:is_trigger() then
        desk.widgets[i].value = message.int_value / 127
      end
    end
  }
end

renoise.tool().app_new_document_observable:add_notifier(function()
  rns = renoise.song()
  if options.autostart.value then
    start()
  end
end)
