-- Counter Page: a small web server for counters, started from the Tools menu.
-- SPDX-License-Identifier: MIT

--[[============================================================================
main.lua
============================================================================]]--

require "Classes/CounterStore"
require "Classes/HttpRequest"
require "Classes/PageServer"

_AUTO_RELOAD_DEBUG = function()
  print("Counter Page: reloaded")
end

--------------------------------------------------------------------------------
-- locals & preferences
--------------------------------------------------------------------------------

local TOOL_NAME = "Counter Page"
local MENU = "Main Menu:Tools:" .. TOOL_NAME .. ":"

local options = renoise.Document.create("CounterPagePreferences") {
  port = 8090,
  idle_seconds = 5,
  verbose = false,
  names = { "hits" }
}

renoise.tool().preferences = options

local store = CounterStore(options)
local page_server = PageServer(store)
local view_builder = nil
local dialog = nil

--------------------------------------------------------------------------------
-- functions
--------------------------------------------------------------------------------

local function running()
  return page_server.running
end

local function start()
  local ok, err = page_server:start(options.port.value, options.idle_seconds.value)
  if (not ok) then
    renoise.app():show_warning(("Could not start on port %d: %s"):format(options.port.value, err))
    return
  end
  renoise.app():show_status(string.format("%s listens on port %d", TOOL_NAME, options.port.value))
end

local function stop()
  page_server:stop()
  renoise.app():show_status(TOOL_NAME .. " has stopped")
end

local function show_dialog()
  if dialog and dialog.visible then
    dialog:show()
    return
  end
  view_builder = view_builder or renoise.ViewBuilder()
  local vb = view_builder
  local content = vb:column {
    margin = renoise.ViewBuilder.DEFAULT_DIALOG_MARGIN,
    spacing = renoise.ViewBuilder.DEFAULT_CONTROL_SPACING,
    vb:row {
      vb:text { text = "Port", width = 60 },
      vb:valuebox { min = 1, max = 65535, bind = options.port }
    },
    vb:row {
      vb:text { text = "Verbose", width = 60 },
      vb:checkbox { id = "verbose_" .. tostring(os.clock()), bind = options.verbose }
    },
    vb:button { text = "Start", width = "100%", notifier = start }
  }
  dialog = renoise.app():show_custom_dialog(TOOL_NAME, content)
end

--------------------------------------------------------------------------------
-- menu entries, notifiers
--------------------------------------------------------------------------------

renoise.tool():add_menu_entry {
  name = MENU .. "Start",
  active = function() return not running() end,
  invoke = start
}

renoise.tool():add_menu_entry {
  name = MENU .. "Stop",
  active = running,
  invoke = stop
}

renoise.tool():add_menu_entry {
  name = "--- " .. MENU .. "Options...",
  invoke = show_dialog
}

renoise.tool():add_keybinding {
  name = "Global:Tools:" .. TOOL_NAME .. " Toggle",
  invoke = function(repeated)
    if (not repeated) then
      if running() then stop() else start() end
    end
  end
}

renoise.tool().tool_finished_loading_observable:add_notifier(function()
  print(TOOL_NAME .. ": loaded from " .. renoise.tool().bundle_path:match("([^/\\]+)[/\\]$"))
end)

renoise.tool().app_new_document_observable:add_notifier(function()
  print(TOOL_NAME .. ": new document, song is " .. type(renoise.song()))
end)

renoise.tool().app_release_document_observable:add_notifier(function()
  print(TOOL_NAME .. ": document goes")
end)

renoise.tool().tool_will_unload_observable:add_notifier(function()
  print(TOOL_NAME .. ": unloads")
  page_server:stop()
end)
