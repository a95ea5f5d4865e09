-- What Renoise adds to Lua's library, and what Lua 5.1 had besides, as far as it is simple in Lua.
-- SPDX-License-Identifier: MIT

local error, getmetatable, next, pairs, pcall = error, getmetatable, next, pairs, pcall
local rawequal, rawset, setmetatable, type = rawequal, rawset, setmetatable, type
local collectgarbage, debug, floor, format, table = collectgarbage, debug, math.floor, string.format, table
local ipairs, preload = ipairs, package.preload

-- Raises at the line that calls the function of this name.
local function check_table(value, name)
  if type(value) ~= "table" then
    error(format("bad argument #1 to '%s' (table expected, got %s)", name, type(value)), 3)
  end
end

-- ---- ripairs ----

local function previous(list, index)
  if index > 1 then return index - 1, list[index - 1] end
end

-- As ipairs, from the end on. Whatever has a length will do.
function ripairs(list)
  return previous, list, #list + 1
end

-- ---- table ----

-- Lists whose methods are the functions of table.
local methods = { __index = table }

function table.create(t)
  if t ~= nil then check_table(t, "create") end
  return setmetatable(t or {}, methods)
end

function table.is_empty(t)
  if t ~= nil then check_table(t, "is_empty") end
  return t == nil or next(t) == nil
end

function table.count(t)
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
function table.find(t, value, start)
  check_table(t, "find")
  local first, position = start or 1, 0
  for key, item in pairs(t) do
    position = position + 1
    if position >= first and same(item, value) then return key end
  end
end

function table.keys(t)
  check_table(t, "keys")
  local keys = {}
  for key in pairs(t) do keys[#keys + 1] = key end
  return setmetatable(keys, methods)
end

function table.values(t)
  check_table(t, "values")
  local values = {}
  for _, value in pairs(t) do values[#values + 1] = value end
  return setmetatable(values, methods)
end

function table.copy(t)
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

function table.rcopy(t)
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
function table.clear(t)
  check_table(t, "clear")
  clear(t, {})
end

-- ---- Lua 5.1 ----

function table.getn(t)
  check_table(t, "getn")
  return #t
end

function table.maxn(t)
  check_table(t, "maxn")
  local max = 0
  for key in next, t do
    if type(key) == "number" and key > max then max = key end
  end
  return max
end

function table.foreach(t, call)
  check_table(t, "foreach")
  for key, value in next, t do
    local result = call(key, value)
    if result ~= nil then return result end
  end
end

function table.foreachi(t, call)
  check_table(t, "foreachi")
  for index = 1, #t do
    local result = call(index, t[index])
    if result ~= nil then return result end
  end
end

function gcinfo()
  return floor(collectgarbage("count"))
end

-- ---- debug ----

-- Renoise's debugger: there is none here.
function debug.start() end
function debug.stop() end

-- Tools that were debugged once load it still.
for _, name in ipairs { "engine", "session" } do
  local function load_debugger()
    local debugger = { start = debug.start, stop = debug.stop }
    remdebug = { engine = debugger, session = debugger }
    return debugger
  end
  preload["remdebug." .. name], preload["remdebug/" .. name] = load_debugger, load_debugger
end
