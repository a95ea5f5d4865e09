-- renoise.tool(): the script as a tool, with its life cycle, its timers, and what it registers.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local class, error, ipairs, next, property, renoise = class, error, ipairs, next, property, renoise
local add_timers = import "renoise/timers"
local entries = import "renoise/entries"
local headless = import "renoise/headless"
local preferences = import "renoise/preferences"

local IDLE_MS = 100

class(renoise, "ScriptingTool")
local ScriptingTool = renoise.ScriptingTool
ScriptingTool.MidiMessage = entries.MidiMessage

-- ---- observables ----

local observables = {}

for _, name in ipairs {
  "tool_finished_loading_observable",
  "tool_will_unload_observable",
  "app_became_active_observable",
  "app_resigned_active_observable",
  "app_release_document_observable",
  "app_new_document_observable",
  "app_will_save_document_observable",
  "app_saved_document_observable",
} do
  observables[name] = host.observable()
end

-- Nothing ticks while nobody listens.
local idle, idle_timer
idle = host.observable(function()
  local wanted, ticks = host.has_notifiers(idle), idle_timer and idle_timer.is_running
  if wanted and not ticks then
    idle_timer = host.timer(function() host.fire(idle) end, IDLE_MS, true)
  elseif ticks and not wanted then
    idle_timer:stop()
  end
end)
observables.app_idle_observable = idle

for name, observable in next, observables do
  ScriptingTool[name] = property(function() return observable end)
end

-- ---- the tool ----

ScriptingTool.bundle_path = property(function() return host.base() end)
ScriptingTool.preferences = property(
  function() return preferences.get() end,
  function(_, value) preferences.set(value, 3) end
)
add_timers(ScriptingTool)
entries.add_methods(ScriptingTool)
headless.seal(ScriptingTool, "renoise.tool()", "")

local tool

function ScriptingTool:__init()
  if tool then error("there is one tool a script: see renoise.tool()", 3) end
end

tool = ScriptingTool()

function renoise.tool() return tool end

local function fires(name)
  return function() host.fire(observables[name]) end
end

host.tool {
  finished_loading = fires "tool_finished_loading_observable",
  awaits_document = function() return host.has_notifiers(observables.app_new_document_observable) end,
  new_document = fires "app_new_document_observable",
  release_document = fires "app_release_document_observable",
  will_unload = fires "tool_will_unload_observable",
  save_preferences = preferences.save,
  entries = entries.list,
  invoke = entries.invoke,
}
