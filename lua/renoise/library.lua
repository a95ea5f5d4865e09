-- What Renoise adds to Lua's library, and what Lua 5.1 had besides, as far as it is simple in Lua.
-- SPDX-License-Identifier: MIT

local import = ...
local table = import "table" -- the script's own, which methods of lists are found in
local error, getmetatable, next, pairs, pcall = error, getmetatable, next, pairs, pcall
local rawequal, rawset, setmetatable, type = rawequal, rawset, setmetatable, type
local collectgarbage, floor, format = collectgarbage, math.floor, string.format
local library = {}

-- Raises at the line that calls the function of this name: there is one of C between (call_late in renoise.c).
local function check_table(value, name)
  if type(value) ~= "table" then
    error(format("bad argument #1 to '%s' (table expected, got %s)", name, type(value)), 4)
  end
end

-- ---- ripairs ----

local function previous(list, index)
  if index > 1 then return index - 1, list[index - 1] end
end

-- As ipairs, from the end on. Whatever has a length will do.
function library.ripairs(list)
  return previous, list, #list + 1
end

-- ---- table ----

-- Lists whose methods are the functions of table.
local methods = { __index = table }

function library.create(t)
  if t ~= nil then check_table(t, "create") end
  return setmetatable(t or {}, methods)
end

function library.is_empty(t)
  if t ~= nil then check_table(t, "is_empty") end
  return t == nil or next(t) == nil
end

function library.count(t)
  check_table(t, "count")
  local count = 0
  for _ in pairs(t) do count = count + 1 end
  return count
end

local function equal(a, b) return a == b end

-- Instances of classes without __eq raise when they are compared: such are not the same.
local function same(a, b)
  if rawequal(a, b) then return true end
  local kind = type(a)
  if kind == "number" or kind == "string" or kind == "boolean" or kind == "nil" then return false end
  local good, result = pcall(equal, a, b)
  return good and result
end

-- The key of the first value that is the same, counted from start on, in the order of pairs.
function library.find(t, value, start)
  check_table(t, "find")
  local first, position = start or 1, 0
  for key, item in pairs(t) do
    position = position + 1
    if position >= first and same(item, value) then return key end
  end
end

function library.keys(t)
  check_table(t, "keys")
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  return setmetatable(keys, methods)
end

function library.values(t)
  check_table(t, "values")
  local values = {}
  for _, value in pairs(t) do values[#values + 1] = value end
  return setmetatable(values, methods)
end

function library.copy(t)
  check_table(t, "copy")
  local copy = {}
  for key, value in next, t do copy[key] = value end
  return setmetatable(copy, getmetatable(t))
end

-- copies has what was met already, so that each table is copied once, also one that holds itself.
local function copy_deeply(value, copies)
  if type(value) ~= "table" then return value end
  if copies[value] then return copies[value] end
  local copy = {}
  copies[value] = copy
  for key, item in next, value do copy[copy_deeply(key, copies)] = copy_deeply(item, copies) end
  return setmetatable(copy, getmetatable(value))
end

function library.rcopy(t)
  check_table(t, "rcopy")
  return copy_deeply(t, {})
end

local function clear(t, cleared)
  cleared[t] = true
  for key, value in next, t do
    if type(value) == "table" and not cleared[value] then clear(value, cleared) end
    rawset(t, key, nil)
  end
end

-- The tables in it, too.
function library.clear(t)
  check_table(t, "clear")
  clear(t, {})
end

-- ---- Lua 5.1 ----

function library.getn(t)
  check_table(t, "getn")
  return #t
end

function library.maxn(t)
  check_table(t, "maxn")
  local max = 0
  for key in next, t do
    if type(key) == "number" and key > max then max = key end
  end
  return max
end

function library.foreach(t, call)
  check_table(t, "foreach")
  for key, value in next, t do
    local result = call(key, value)
    if result ~= nil then return result end
  end
end

function library.foreachi(t, call)
  check_table(t, "foreachi")
  for index = 1, #t do
    local result = call(index, t[index])
    if result ~= nil then return result end
  end
end

function library.gcinfo()
  return floor(collectgarbage("count"))
end

-- ---- debug ----

-- Renoise's debugger: there is none here.
function library.start() end
function library.stop() end

return library
