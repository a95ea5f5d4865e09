-- OSC Crossbar: passes OSC on to a host under other addresses, by rules that are kept.
-- SPDX-License-Identifier: MIT

require("OscCrossbar/Rule")
require("OscCrossbar/Crossbar")

--------------------------------------------------------------------------------
-- Preferences
--------------------------------------------------------------------------------

class "CrossbarPreferences"(renoise.Document.DocumentNode)

function CrossbarPreferences:__init()
  renoise.Document.DocumentNode.__init(self)
  self:add_property("Active", false)
  self:add_property("Protocol", renoise.Socket.PROTOCOL_UDP)
  self:add_property("ListenPort", 8100)
  self:add_property("TargetHost", "127.0.0.1")
  self:add_property("TargetPort", 8101)
  self:add_property("PassUnknown", true)
  self:add_property("Rules", renoise.Document.ObservableStringList())
end

local prefs = CrossbarPreferences()
renoise.tool().preferences = prefs

local crossbar = Crossbar(prefs)

--------------------------------------------------------------------------------
-- Turning it on and off
--------------------------------------------------------------------------------

local function set_active(state)
  if state then
    local ok, err = crossbar:open()
    if not ok then
      renoise.app():show_error("OSC Crossbar: " .. tostring(err))
      prefs.Active.value = false
      return
    end
    renoise.app():show_status(("OSC Crossbar: %d -> %s:%d"):format(
      prefs.ListenPort.value, prefs.TargetHost.value, prefs.TargetPort.value))
  else
    crossbar:close()
    renoise.app():show_status("OSC Crossbar: off")
  end
end

prefs.Active:add_notifier(function()
  set_active(prefs.Active.value)
end)

-- a new port means a new socket
local function reopen()
  if prefs.Active.value then
    crossbar:close()
    set_active(true)
  end
end

prefs.ListenPort:add_notifier(reopen)
prefs.TargetHost:add_notifier(reopen)
prefs.TargetPort:add_notifier(reopen)

local function toggle_entry(name, observable)
  renoise.tool():add_menu_entry {
    name = "Main Menu:Tools:OSC Crossbar:" .. name,
    selected = function() return observable.value end,
    invoke = function() observable.value = not observable.value end
  }
end

toggle_entry("Active", prefs.Active)
toggle_entry("Pass Unknown Messages", prefs.PassUnknown)

renoise.tool():add_menu_entry {
  name = "Main Menu:Tools:OSC Crossbar:Forget Rules",
  active = function() return (#prefs.Rules > 0) end,
  invoke = function()
    while #prefs.Rules > 0 do
      prefs.Rules:remove(#prefs.Rules)
    end
  end
}

--------------------------------------------------------------------------------
-- Life cycle
--------------------------------------------------------------------------------

renoise.tool().app_new_document_observable:add_notifier(function()
  if prefs.Active.value then
    set_active(true)
  end
end)

renoise.tool().app_release_document_observable:add_notifier(function()
  crossbar:close()
end)

_AUTO_RELOAD_DEBUG = true
