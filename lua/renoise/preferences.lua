-- The preferences of a tool: a document that is read from preferences.xml beside it, and written there when it changes.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local error, open, pcall, rawequal = error, io.open, pcall, rawequal

local DELAY_MS = 500 -- what changes at the same time is written once

local preferences = {}
local node -- the document, or nil
local dirty -- something has changed since
local written -- it was written or read, as this text; nil: there is no file
local stop_watching -- ends that changed is called
local timer -- runs while something is to be written

local function path() return host.base() .. "preferences.xml" end

local function exists()
  local file = open(path(), "rb")
  if file then file:close() end
  return file ~= nil
end

-- Its text; nil when it has none that XML can hold.
local function text()
  local good, xml = pcall(node.to_string, node)
  return good and xml or nil
end

-- Writes what is to be written. Texts are compared, too, for a notifier of the tool's that never returns keeps us from
-- hearing of a change.
function preferences.save()
  if timer then timer:stop() end
  timer = nil
  if not node then return end
  local now = text()
  if now and now == written and not dirty then return end
  local good, why = node:save_as(path())
  if good then
    dirty, written = false, now
  else
    host.log("E434", "its preferences cannot be saved (" .. why .. "). Fix: make its folder writable")
  end
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
  node, dirty, written, stop_watching = value, false, nil, nil
  if not node then return end
  if exists() then
    local good, why = node:load_from(path())
    if not good then
      host.log("E435", "preferences.xml cannot be read (" .. why .. "). Fix: mend it or remove it")
    end
    written = text() -- what it adds to the file is no change
  end
  stop_watching = document.on_change(node, changed)
end

return preferences
