-- Tables as text that Lua reads again. A module as in Lua 5.1.
-- SPDX-License-Identifier: MIT

local type, pairs, tostring, table, string, error = type, pairs, tostring, table, string, error

module("serial")

local function key(value)
  if type(value) == "string" and string.find(value, "^[%a_][%w_]*$") then
    return value
  end
  return "[" .. (type(value) == "string" and string.format("%q", value) or tostring(value)) .. "]"
end

function dump(value)
  if type(value) == "table" then
    local parts = {}
    for k, v in pairs(value) do
      table.insert(parts, key(k) .. "=" .. dump(v))
    end
    table.sort(parts)
    return "{" .. table.concat(parts, ",") .. "}"
  elseif type(value) == "string" then
    return string.format("%q", value)
  elseif type(value) == "number" or type(value) == "boolean" or value == nil then
    return tostring(value)
  end
  error("cannot keep a " .. type(value))
end
