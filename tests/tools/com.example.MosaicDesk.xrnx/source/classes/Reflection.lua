-- What an object has, as objinfo tells.
-- SPDX-License-Identifier: MIT

class 'Reflection'

local function names_between(text, first, last)
  local _, from = text:find(first, 1, true)
  local to = last and text:find(last, from, true) or #text + 1
  local names = table.create()
  for name in text:sub(from + 1, to - 1):gmatch("[%a_]+") do
    names:insert(name)
  end
  table.sort(names)
  return names
end

function Reflection.names(object)
  local info = objinfo(object)
  return names_between(info, "properties:", "methods:"), names_between(info, "methods:")
end

-- a table of the values of an object's simple properties
function Reflection.snapshot(object)
  local values = {}
  for _, name in ipairs((Reflection.names(object))) do
    local passed, value = pcall(function() return object[name] end)
    if passed and (type(value) == "number" or type(value) == "string" or type(value) == "boolean") then
      values[name] = value
    end
  end
  return values
end
