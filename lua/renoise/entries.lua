-- What a tool registers: menu entries, keybindings, MIDI mappings and file import hooks, which are invoked by name.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local class, error, ipairs, property, type = class, error, ipairs, property, type
local format, gsub, lower, match = string.format, string.gsub, string.lower, string.match
local concat, insert, remove = table.concat, table.insert, table.remove

local list = {} -- of all kinds, in the order in which they were added: kind, name, entry and its functions
local known = {} -- the same by kind and name, for there are tools with thousands
local entries = {}

-- As Renoise's own errors read. depth: how many functions of this file are above the script.
local function fail(depth, ...) error(format("std::logic_error: '%s'", format(...)), depth + 1) end

-- What a MIDI mapping is invoked with. Nobody maps a controller here, so it is always a trigger.
local message = {}
class(message, "MidiMessage")
local MidiMessage = message.MidiMessage
function MidiMessage:__init() end
MidiMessage.int_value = property(function() return 127 end)
MidiMessage.boolean_value = property(function() return true end)
function MidiMessage:is_trigger() return true end
function MidiMessage:is_switch() return false end
function MidiMessage:is_rel_value() return false end
function MidiMessage:is_abs_value() return false end
host.seal(MidiMessage)
entries.MidiMessage = MidiMessage

-- Dashes in front of a menu entry draw a line above it, and are no part of its name.
local function plain(name) return (gsub(name, "^%-+%s*", "")) end

local function find(kind, name) return known[kind] and known[kind][name] end

local function add(entry)
  insert(list, entry)
  known[entry.kind] = known[entry.kind] or {}
  known[entry.kind][entry.name] = entry
  host.keep(1)
end

local function drop(entry)
  local place = 1
  while list[place] ~= entry do place = place + 1 end
  remove(list, place)
  known[entry.kind][entry.name] = nil
  host.keep(-1)
end

-- A function without arguments that calls the notifier in a field of an entry; nil when the field is.
local function callback(what, entry, field)
  if entry[field] == nil then return nil end
  local call, object = host.notifier(entry[field])
  if not call then fail(3, "invalid %s: %s must be a function", what, field) end
  return function(...)
    if object == nil then return call(...) end
    return call(object, ...)
  end
end

local function check_entry(what, entry)
  if type(entry) ~= "table" then fail(3, "invalid %s: a table was expected", what) end
  if entry.invoke == nil then fail(3, "invalid %s: invoke must be a function", what) end
end

-- One kind of entries that have a name. what: how errors call it; taken: the error about one that is there; check: raises
-- for names of the wrong form; call: calls invoke.
local function named(methods, method, kind, what, taken, check, call)
  local function find_name(name)
    if type(name) ~= "string" then fail(3, "invalid %s: its name must be a text", what) end
    return find(kind, plain(name))
  end

  methods["add_" .. method] = function(_, entry)
    check_entry(what, entry)
    if find_name(entry.name) then fail(2, taken, entry.name) end
    if plain(entry.name) == "" then fail(2, "invalid %s: its name is empty", what) end
    if check and not match(entry.name, check.pattern) then fail(2, "invalid %s: %s", what, check.says) end
    add({
      kind = kind,
      name = plain(entry.name),
      invoke = callback(what, entry, "invoke"),
      active = callback(what, entry, "active"),
      selected = callback(what, entry, "selected"),
      call = call,
    })
  end

  methods["has_" .. method] = function(_, name) return find_name(name) ~= nil end

  methods["remove_" .. method] = function(_, name)
    local entry = find_name(name)
    if not entry then fail(2, "invalid %s: '%s' has not been added", what, name) end
    drop(entry)
  end
end

-- ---- file import hooks ----

local HOOK = "file import hook"

local categories = {
  ["song"] = true,
  ["instrument"] = true,
  ["effect chain"] = true,
  ["effect preset"] = true,
  ["modulation set"] = true,
  ["phrase"] = true,
  ["sample"] = true,
  ["theme"] = true,
}

-- Extensions without their dot and in small letters. depth as in fail.
local function read_extensions(depth, category, extensions)
  if not categories[category] then fail(depth + 1, "invalid %s: there is no such category", HOOK) end
  if type(extensions) ~= "table" or #extensions == 0 then
    fail(depth + 1, "invalid %s: extensions must be a list of texts", HOOK)
  end
  local read = {}
  for place, extension in ipairs(extensions) do
    if type(extension) ~= "string" then fail(depth + 1, "invalid %s: extensions must be a list of texts", HOOK) end
    read[place] = lower((gsub(extension, "^%.", "")))
  end
  return read
end

local function hook_name(category, extensions) return category .. ": " .. concat(extensions, ", ") end

local function add_hooks(methods)
  function methods.add_file_import_hook(_, hook)
    check_entry(HOOK, hook)
    local extensions = read_extensions(2, hook.category, hook.extensions)
    local name = hook_name(hook.category, extensions)
    if find(HOOK, name) then fail(2, "invalid %s: '%s' was already added", HOOK, name) end
    add({
      kind = HOOK,
      name = name,
      extensions = extensions,
      invoke = callback(HOOK, hook, "invoke"),
      call = function(invoke, path) return invoke(path) end,
    })
  end

  function methods.has_file_import_hook(_, category, extensions)
    return find(HOOK, hook_name(category, read_extensions(2, category, extensions))) ~= nil
  end

  function methods.remove_file_import_hook(_, category, extensions)
    local name = hook_name(category, read_extensions(2, category, extensions))
    local entry = find(HOOK, name)
    if not entry then fail(2, "invalid %s: '%s' has not been added", HOOK, name) end
    drop(entry)
  end
end

-- The first hook for the extension of a path.
local function find_hook(path)
  local extension = lower(match(path, "%.([^./]+)$") or "")
  for _, entry in ipairs(list) do
    for _, known in ipairs(entry.extensions or {}) do
      if known == extension or known == "*" then return entry end
    end
  end
end

-- ---- for the tool, and for C ----

-- Adds the methods of renoise.tool() to its class.
function entries.add_methods(methods)
  named(
    methods,
    "menu_entry",
    "menu entry",
    "menu entry",
    "invalid menu entry: entry '%s' was already added.",
    nil,
    function(invoke) invoke() end
  )
  named(
    methods,
    "keybinding",
    "keybinding",
    "key binding entry",
    "invalid key binding entry: '%s' was already added",
    { pattern = "^[^:]+:[^:]+:[^:]+$", says = "name should have the form scope:topic:name" },
    function(invoke) invoke(false) end -- the key is not held down
  )
  named(
    methods,
    "midi_mapping",
    "midi mapping",
    "midi mapping entry",
    "invalid midi mapping entry: '%s' was already added",
    nil,
    function(invoke) invoke(MidiMessage()) end
  )
  add_hooks(methods)
end

-- Kinds and names by turns (tool.h).
function entries.list()
  local names = {}
  for _, entry in ipairs(list) do
    insert(names, entry.kind)
    insert(names, entry.name)
  end
  return names
end

-- nil when there is none of the name, true when it was invoked, else false and why not.
function entries.invoke(kind, name)
  local entry = kind == HOOK and find_hook(name) or find(kind, plain(name))
  if not entry then return nil end
  if entry.active and not entry.active() then return false, "is not active" end
  if entry.call(entry.invoke, name) == false then return false, "refuses this file" end
  return true
end

return entries
