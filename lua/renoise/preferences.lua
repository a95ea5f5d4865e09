-- The preferences of a tool: a document that is read from preferences.xml beside it, and written there when it changes.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local error, open, rawequal = error, io.open, rawequal

local DELAY_MS = 500 -- what changes at the same time is written once

local preferences = {}
local node -- the document, or nil
local dirty -- it is not what the file has
local stop_watching -- ends that changed is called
local timer -- runs while something is to be written

local function path() return host.base() .. "preferences.xml" end

local function exists()
  local file = open(path(), "rb")
  if file then file:close() end
  return file ~= nil
end

-- Writes what is to be written.
function preferences.save()
  if timer then timer:stop() end
  timer = nil
  if not node or not dirty then return end
  local good, why = node:save_as(path())
  dirty = not good
  if dirty then host.log("E434", "its preferences cannot be saved (" .. why .. "). Fix: make its folder writable") end
end

local function changed()
  dirty = true
  timer = timer or host.timer(preferences.save, DELAY_MS, false)
end

function preferences.get() return node end

-- depth: how many functions are between the script and this one.
function preferences.set(value, depth)
  local document = import "renoise/document"
  if value ~= nil and not document.is_node(value) then
    error("invalid preferences: a DocumentNode or nil was expected", depth + 1)
  end
  if rawequal(value, node) then return end
  preferences.save()
  if stop_watching then stop_watching() end
  node, dirty, stop_watching = value, nil, nil
  if not node then return end
  dirty = not exists()
  if not dirty then
    local good, why = node:load_from(path())
    if not good then
      host.log("E435", "preferences.xml cannot be read (" .. why .. "). Fix: mend it or remove it")
    end
  end
  stop_watching = document.on_change(node, changed)
end

return preferences
