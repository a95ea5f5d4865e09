-- renoise.app(): what the application says goes to the log, and what it asks is answered.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local fields = import "renoise/fields"
local headless = import "renoise/headless"
local class, error, ipairs, math_floor, pairs, property, renoise, tostring, type =
  class, error, ipairs, math.floor, pairs, property, renoise, tostring, type
local format, gsub, concat = string.format, string.gsub, table.concat

-- A line of the log; messages may have several.
local function log(code, text, ...)
  text = format(text, ...)
  host.log(code, (gsub(text, "%s*[\r\n]%s*", " ")))
end

-- ---- the window ----

class(renoise, "ApplicationWindow")
local Window = renoise.ApplicationWindow

local constants = {
  UPPER_FRAME_TRACK_SCOPES = 1,
  UPPER_FRAME_MASTER_SPECTRUM = 2,
  MIDDLE_FRAME_PATTERN_EDITOR = 1,
  MIDDLE_FRAME_MIXER = 2,
  MIDDLE_FRAME_INSTRUMENT_PHRASE_EDITOR = 3,
  MIDDLE_FRAME_INSTRUMENT_SAMPLE_KEYZONES = 4,
  MIDDLE_FRAME_INSTRUMENT_SAMPLE_EDITOR = 5,
  MIDDLE_FRAME_INSTRUMENT_SAMPLE_MODULATION = 6,
  MIDDLE_FRAME_INSTRUMENT_SAMPLE_EFFECTS = 7,
  MIDDLE_FRAME_INSTRUMENT_PLUGIN_EDITOR = 8,
  MIDDLE_FRAME_INSTRUMENT_MIDI_EDITOR = 9,
  LOWER_FRAME_TRACK_DSPS = 1,
  LOWER_FRAME_TRACK_AUTOMATION = 2,
  MIXER_FADER_TYPE_24DB = 1,
  MIXER_FADER_TYPE_48DB = 2,
  MIXER_FADER_TYPE_96DB = 3,
  MIXER_FADER_TYPE_LINEAR = 4,
}

for name, value in pairs(constants) do Window[name] = value end

local plain = {
  fullscreen = { "boolean", false },
  lock_keyboard_focus = { "boolean", false },
  sample_record_dialog_is_visible = { "boolean", false },
}

-- These have an observable each.
local observed = {
  disk_browser_is_visible = { "boolean", false },
  instrument_box_is_visible = { "boolean", false },
  instrument_editor_is_detached = { "boolean", false },
  mixer_view_is_detached = { "boolean", false },
  upper_frame_is_visible = { "boolean", false },
  active_upper_frame = { "number", Window.UPPER_FRAME_TRACK_SCOPES },
  active_middle_frame = { "number", Window.MIDDLE_FRAME_PATTERN_EDITOR },
  lower_frame_is_visible = { "boolean", false },
  active_lower_frame = { "number", Window.LOWER_FRAME_TRACK_DSPS },
  pattern_matrix_is_visible = { "boolean", false },
  pattern_advanced_edit_is_visible = { "boolean", false },
  mixer_view_post_fx = { "boolean", false },
  mixer_fader_type = { "number", Window.MIXER_FADER_TYPE_24DB },
}

local descriptions = {}

for name, description in pairs(plain) do
  descriptions[name] = description
  Window[name] = fields.property(name, description[1])
end

for name, description in pairs(observed) do
  local observable = host.observable()
  descriptions[name] = description
  Window[name] = fields.property(name, description[1], function() host.fire(observable) end)
  Window[name .. "_observable"] = property(function() return observable end)
end

Window.is_maximized = property(function() return false end)
Window.is_minimized = property(function() return false end)
function Window:maximize() end
function Window:minimize() end
function Window:restore() end
function Window:select_preset() end
headless.seal(Window, "renoise.app().window", "")

local window

function Window:__init()
  if window then error("there is one window: see renoise.app().window", 3) end
  fields.init(self, descriptions)
end

window = Window()

-- ---- dialogs ----

class(renoise, "Dialog")
local Dialog = renoise.Dialog
local visible, key = {}, {}

function Dialog:__init(given)
  if given ~= key then error("a dialog is made by renoise.app():show_custom_dialog()", 3) end
  self[visible] = true
end

Dialog.visible = property(function(self) return self[visible] end)
function Dialog:show() end
function Dialog:close() self[visible] = false end
headless.seal(Dialog, "dialog", "")

-- ---- the application ----

class(renoise, "Application")
local Application = renoise.Application

function Application:show_status(text) log(nil, "%s", tostring(text)) end

function Application:show_message(text) log(nil, "%s", tostring(text)) end

function Application:show_warning(text) log("E432", "%s", tostring(text)) end

function Application:show_error(text) log("E433", "%s", tostring(text)) end

local function check_labels(labels)
  if labels == nil then return { "Ok" } end
  if type(labels) ~= "table" or #labels == 0 then error("invalid button labels: a list of texts was expected", 3) end
  local read = {}
  for place, label in ipairs(labels) do read[place] = tostring(label) end
  return read
end

-- Nobody is there to choose: the first answer is the one that is taken by who only hits return.
function Application:show_prompt(title, text, labels)
  labels = check_labels(labels)
  log(nil, '%s: %s [%s] answered "%s"', tostring(title), tostring(text), concat(labels, ", "), labels[1])
  return labels[1]
end

function Application:show_custom_prompt(title, _, labels)
  labels = check_labels(labels)
  log(nil, "%s [%s] cancelled: there are no windows", tostring(title), concat(labels, ", "))
  return ""
end

function Application:show_custom_dialog(title)
  log(nil, "%s: a dialog that nobody sees", tostring(title))
  return Dialog(key)
end

local function cancelled(title)
  log(nil, "%s: cancelled, for there are no windows", tostring(title))
  return ""
end

function Application:prompt_for_path(title) return cancelled(title) end

function Application:prompt_for_filename_to_read(_, title) return cancelled(title) end

function Application:prompt_for_filename_to_write(_, title) return cancelled(title) end

function Application:prompt_for_multiple_filenames_to_read(_, title)
  cancelled(title)
  return {}
end

function Application:show_menu() end

function Application:open_url(url) log(nil, "asks to open %s", tostring(url)) end

function Application:open_path(path) log(nil, "asks to open %s", tostring(path)) end

function Application:install_tool(path) log(nil, "asks to install %s", tostring(path)) end

function Application:uninstall_tool(path) log(nil, "asks to uninstall %s", tostring(path)) end

local clipboard = 1

Application.active_clipboard_index = property(function() return clipboard end, function(_, index)
  if type(index) ~= "number" or math_floor(index) ~= index or index < 1 or index > 4 then
    error("invalid clipboard index: 1 to 4 was expected", 3)
  end
  clipboard = math_floor(index)
end)

Application.log_filename = property(function() return "" end) -- the log is standard error
Application.current_song = property(function() return nil end)
Application.window = property(function() return window end)
Application.installed_tools = property(function() return {} end)
Application.recently_loaded_song_files = property(function() return {} end)
Application.recently_saved_song_files = property(function() return {} end)
Application.key_modifier_states = property(
  function() return { alt = "released", control = "released", meta = "released", shift = "released" } end
)
Application.key_modifier_flags = property(
  function() return { alt = false, control = false, meta = false, shift = false } end
)

headless.seal(
  Application,
  "renoise.app()",
  [[
  load_instrument load_instrument_device_chain load_instrument_device_preset load_instrument_modulation_set
  load_instrument_multi_sample load_instrument_phrase load_instrument_sample load_song load_theme
  load_track_device_chain load_track_device_preset new_song new_song_no_template save_instrument
  save_instrument_device_chain save_instrument_modulation_set save_instrument_multi_sample save_instrument_phrase
  save_instrument_sample save_song save_song_as save_theme save_track_device_chain theme theme_observable
]]
)

local application

function Application:__init()
  if application then error("there is one application: see renoise.app()", 3) end
end

application = Application()

function renoise.app() return application end
