-- The preferences of a tool: a document that is read from preferences.xml beside it, and written there when it changes.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local error, open, pcall, rawequal = error, io.open, pcall, rawequal

local DELAY_MS = 500 -- what changes at the same time is written once; and so long a disk has until it is asked again

local preferences = {}
local node -- the document, or nil
local dirty -- something has changed since
local written -- it was written or read, as this text; nil: there is no file
local stop_watching -- ends that changed is called
local saving -- the text that is being written on a thread; nil: none is
local timer -- runs while something is to be written, or is being written

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

local function log_failure(why)
  host.log("E434", "its preferences cannot be saved (" .. why .. "). Fix: make room, and its folder writable")
end

-- Asks what has become of the text that was being written, waiting for it if it must. Returns whether that is known, and why
-- it is not written.
local function settle(must_wait)
  if not saving then return true end
  local good, why = host.saved(must_wait)
  if good == nil then return false end
  if good then
    written = saving
  else
    dirty = true
  end
  saving = nil
  return true, why
end

local function stop_timer()
  if timer then timer:stop() end
  timer = nil
end

-- Writes what is to be written, and returns when it is. Texts are compared, too, for a notifier of the tool's that never
-- returns keeps us from hearing of a change.
function preferences.save()
  stop_timer()
  if not node then return end
  settle(true) -- why it failed is not told: it is tried once more
  local now = text()
  if now and now == written and not dirty then return end
  local good, why = node:save_as(path())
  if good then
    dirty, written = false, now
  else
    log_failure(why)
  end
end

-- Begins to write it, while the tool goes on: a disk may take longer than a message can wait.
local function begin()
  local now = text()
  if not now then return preferences.save() end
  local good, why = host.save_file(path(), now)
  if good then
    dirty, saving = false, now
  else
    stop_timer()
    log_failure(why)
  end
end

-- What could not be written is tried again with the next change, or at the end.
local function on_timer()
  local changed_since = dirty
  local known, why = settle(false)
  if not known then return end
  if why then log_failure(why) end
  if changed_since then
    begin()
  else
    stop_timer()
  end
end

local function changed()
  dirty = true
  timer = timer or host.timer(on_timer, DELAY_MS, false)
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
