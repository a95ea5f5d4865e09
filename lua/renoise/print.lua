-- rprint, objinfo and oprint: what a value is made of, for people.
-- SPDX-License-Identifier: MIT

local import = ...
local members = import("host").members

local next, pairs, pcall, print, rawget, tostring, type = next, pairs, pcall, print, rawget, tostring, type
local concat, sort, find, format, rep = table.concat, table.sort, string.find, string.format, string.rep

-- A value that is not looked into. The __tostring of an instance may raise.
local function show(value)
  if type(value) == "string" then return format("%q", value) end
  local good, text = pcall(tostring, value)
  return good and text or "<" .. type(value) .. ">"
end

-- Numbers before texts before all else, so that lists are in their order.
local function comes_before(a, b)
  local kind_a, kind_b = type(a), type(b)
  if kind_a == kind_b and (kind_a == "number" or kind_a == "string") then return a < b end
  if kind_a ~= kind_b then return kind_a == "number" or kind_b ~= "number" and kind_a == "string" end
  return show(a) < show(b)
end

local function show_key(key)
  if type(key) == "string" and find(key, "^[%a_][%w_]*$") then return key end
  return "[" .. show(key) .. "]"
end

-- One line a value; a table that was shown already is only named.
local function print_table(t, indent, shown)
  local keys, space = {}, rep("  ", indent)
  shown[t] = true
  for key in next, t do keys[#keys + 1] = key end
  sort(keys, comes_before)
  for _, key in next, keys do
    local value = rawget(t, key)
    local again = shown[value] and " (shown above)" or ""
    print(space .. show_key(key) .. " = " .. show(value) .. again)
    if type(value) == "table" and not shown[value] then print_table(value, indent + 1, shown) end
  end
end

local function rprint(value)
  print(show(value))
  if type(value) == "table" then print_table(value, 1, {}) end
end

-- Tools read the names between the two words, so that there must be nothing else.
local function objinfo(value)
  local properties, methods = {}, {}
  for name, is_method in pairs(members(value)) do
    local list = is_method and methods or properties
    list[#list + 1] = "\n  " .. name
  end
  sort(properties)
  sort(methods)
  return format("class: %s\n properties:%s\n methods:%s\n", type(value), concat(properties), concat(methods))
end

local function oprint(value)
  print(objinfo(value))
end

return { rprint = rprint, objinfo = objinfo, oprint = oprint }
