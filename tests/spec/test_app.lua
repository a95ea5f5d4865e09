-- Specs of renoise.app(), of renoise.song(), and of what is not available without Renoise's windows and songs.
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local app = renoise.app()

it("there is one application", function()
  equal(type(app), "Application")
  equal(type(renoise.Application), "Application class")
  truthy(rawequal(app, renoise.app()))
  raises("there is one application", renoise.Application)
  raises("unknown property or function 'foo' for an object of type 'Application'", function() return app.foo end)
  raises("unknown property or function 'foo' for an object of type 'Application'", function() app.foo = 1 end)
end)

it("what it says returns nothing, whatever it is given", function()
  for _, method in ipairs { "show_status", "show_message", "show_warning", "show_error" } do
    equal(select("#", app[method](app, "said by the spec")), 0)
    app[method](app, "several\nlines\r\nof text", "and", "more")
    app[method](app, 12.5)
    app[method](app, "100% of %d")
  end
end)

it("show_prompt answers with the first label", function()
  equal(app:show_prompt("Title", "Text"), "Ok")
  equal(app:show_prompt("Title", "Text", nil), "Ok")
  equal(app:show_prompt("Title", "Text", { "Yes", "No" }), "Yes")
  for _, labels in ipairs { {}, "Yes", 1 } do
    raises("invalid button labels", app.show_prompt, app, "Title", "Text", labels)
    raises("invalid button labels", app.show_custom_prompt, app, "Title", nil, labels)
  end
end)

it("show_custom_prompt is cancelled", function()
  local vb = renoise.ViewBuilder()
  equal(app:show_custom_prompt("Title", vb:column {}, { "Yes", "No" }), "")
  equal(app:show_custom_prompt("Title", vb:column {}, { "Yes", "No" }, function() end), "")
end)

it("a custom dialog is visible until it is closed", function()
  local vb = renoise.ViewBuilder()
  local dialog = app:show_custom_dialog("Title", vb:column {}, function() end, { send_key_repeat = false })
  equal(type(dialog), "Dialog")
  equal(dialog.visible, true)
  dialog:show()
  equal(dialog.visible, true)
  local other = app:show_custom_dialog("Title", vb:column {})
  equal(app:show_menu(dialog, { { name = "Entry", invoke = print } }), nil)
  dialog:close()
  equal(dialog.visible, false)
  equal(other.visible, true)
  dialog:close()
  raises("read only", function() dialog.visible = true end)
  raises("unknown property or function 'foo' for an object of type 'Dialog'", function() return dialog.foo end)
  raises("show_custom_dialog", renoise.Dialog)
end)

it("what it would ask for is cancelled", function()
  equal(app:prompt_for_path("Title"), "")
  equal(app:prompt_for_filename_to_read({ "wav" }, "Title"), "")
  equal(app:prompt_for_filename_to_write("wav", "Title"), "")
  equal(app:prompt_for_multiple_filenames_to_read({ "wav" }, "Title"), {})
end)

it("what it would open is only said", function()
  for _, method in ipairs { "open_url", "open_path", "install_tool", "uninstall_tool" } do
    equal(select("#", app[method](app, "/tmp/nothing")), 0)
  end
end)

it("there is a clipboard index", function()
  equal(app.active_clipboard_index, 1)
  for index = 4, 1, -1 do
    app.active_clipboard_index = index
    equal(app.active_clipboard_index, index)
  end
  app.active_clipboard_index = 2.0
  equal(tostring(app.active_clipboard_index), "2")
  for _, index in ipairs { 0, 5, 1.5, "1", {} } do
    raises("invalid clipboard index", function() app.active_clipboard_index = index end)
  end
  equal(app.active_clipboard_index, 2)
end)

it("the rest is there, empty, and cannot be set", function()
  equal(app.log_filename, "")
  equal(app.current_song, nil)
  equal(app.installed_tools, {})
  equal(app.recently_loaded_song_files, {})
  equal(app.recently_saved_song_files, {})
  for _, key in ipairs { "alt", "control", "meta", "shift" } do
    equal(app.key_modifier_states[key], "released")
    equal(app.key_modifier_flags[key], false)
  end
  for _, name in ipairs { "log_filename", "current_song", "installed_tools", "key_modifier_states", "window" } do
    raises("read only", function() app[name] = 1 end)
  end
end)

it("the window keeps what it is told", function()
  local window = app.window
  equal(type(window), "ApplicationWindow")
  truthy(rawequal(window, app.window))
  equal(window.fullscreen, false)
  window.fullscreen = true
  equal(window.fullscreen, true)
  equal(window.is_maximized, false)
  equal(window.is_minimized, false)
  raises("read only", function() window.is_maximized = true end)
  raises("a boolean was expected", function() window.fullscreen = 1 end)
  raises("unknown property or function 'foo'", function() return window.foo end)
  for _, method in ipairs { "maximize", "minimize", "restore" } do window[method](window) end
  window:select_preset(3)
  raises("there is one window", renoise.ApplicationWindow)
end)

it("the window's observables fire when a property changes", function()
  local window, calls = app.window, 0
  local Window = renoise.ApplicationWindow
  equal(window.active_middle_frame, Window.MIDDLE_FRAME_PATTERN_EDITOR)
  local function notify() calls = calls + 1 end
  window.active_middle_frame_observable:add_notifier(notify)
  window.active_middle_frame = Window.MIDDLE_FRAME_MIXER
  equal(window.active_middle_frame, 2)
  window.active_middle_frame = Window.MIDDLE_FRAME_MIXER
  equal(calls, 1)
  window.active_middle_frame_observable:remove_notifier(notify)
end)

it("the window has its constants", function()
  local Window = renoise.ApplicationWindow
  equal(Window.UPPER_FRAME_TRACK_SCOPES, 1)
  equal(Window.MIDDLE_FRAME_INSTRUMENT_MIDI_EDITOR, 9)
  equal(Window.LOWER_FRAME_TRACK_AUTOMATION, 2)
  equal(Window.MIXER_FADER_TYPE_LINEAR, 4)
end)

-- ---- what is not available ----

it("there is no song", function()
  equal(renoise.song(), nil)
end)

it("what Renoise's application has, and this has not, says so", function()
  local missing = "load_song new_song new_song_no_template save_song save_song_as load_instrument save_instrument"
    .. " load_theme save_theme theme theme_observable load_track_device_chain load_instrument_sample save_instrument_multi_sample"
  for name in missing:gmatch("%S+") do
    raises("renoise%.app%(%)%." .. name .. " is not available headless", function() return app[name] end)
    raises("renoise%.app%(%)%." .. name .. " is not available headless", function() app[name]() end)
  end
  raises("^[^:]*test_app.lua:%d+: renoise%.app%(%)%.load_song is", function() app:load_song("a.xrns") end)
end)

it("any other name in renoise says so", function()
  raises("^[^:]*test_app.lua:%d+: renoise%.Foo is not available headless", function() return renoise.Foo end)
  raises("renoise%.sqlite is not available headless", function() renoise.sqlite.open("a") end)
  raises("renoise%.1 is not available headless", function() return renoise[1] end)
  equal(rawget(renoise, "Foo"), nil)
  local seen = false
  for name in pairs(renoise) do seen = seen or name == "Socket" end
  equal(seen, true)
  renoise.Foo = "a tool's own"
  equal(renoise.Foo, "a tool's own")
  renoise.Foo = nil
end)

it("the classes of songs are there with their constants, and make nothing", function()
  local values = {
    { "Song", "SUB_COLUMN_NOTE", 1 },
    { "Song", "SUB_COLUMN_EFFECT_AMOUNT", 9 },
    { "Song", "MAX_NUMBER_OF_INSTRUMENTS", 255 },
    { "Transport", "PLAYMODE_CONTINUE_PATTERN", 2 },
    { "Transport", "TIMING_MODEL_LPB", 2 },
    { "Track", "TRACK_TYPE_SEQUENCER", 1 },
    { "Track", "TRACK_TYPE_GROUP", 4 },
    { "Track", "MUTE_STATE_MUTED", 3 },
    { "DeviceParameter", "POLARITY_BIPOLAR", 2 },
    { "Pattern", "MAX_NUMBER_OF_LINES", 512 },
    { "PatternLine", "EMPTY_NOTE", 121 },
    { "PatternLine", "NOTE_OFF", 120 },
    { "PatternLine", "EMPTY_VOLUME", 255 },
    { "PatternTrackAutomation", "PLAYMODE_CURVES", 3 },
    { "Instrument", "NUMBER_OF_MACROS", 8 },
    { "Instrument", "LAYER_NOTE_OFF", 2 },
    { "InstrumentPhrase", "KEY_TRACKING_OFFSET", 3 },
    { "Sample", "LOOP_MODE_PING_PONG", 4 },
    { "SampleBuffer", "CHANNEL_LEFT_AND_RIGHT", 3 },
    { "SampleModulationDevice", "TARGET_DRIVE", 6 },
    { "SampleEnvelopeModulationDevice", "MAX_NUMBER_OF_POINTS", 6144 },
  }
  for _, value in ipairs(values) do
    local class, constant, number = table.unpack(value)
    equal(type(renoise[class]), class .. " class")
    equal(renoise[class][constant], number)
    raises("renoise%." .. class .. " is not available headless", renoise[class])
    raises("^[^:]*test_app.lua:%d+: renoise%." .. class, function() renoise[class](1, 2) end)
  end
  for _, class in ipairs { "SongPos", "AudioDevice", "NoteColumn", "PatternSequencer", "SampleModulationSet" } do
    equal(type(renoise[class]), class .. " class")
    raises("renoise%." .. class .. " is not available headless", renoise[class])
  end
  raises("no static 'FOO' in class 'Song'", function() return renoise.Song.FOO end)
  truthy(rawequal(renoise.TrackDevice, renoise.AudioDevice))
end)

spec.finish()
