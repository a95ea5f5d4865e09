-- Typed properties of objects that do nothing but keep them: views, and the window.
-- SPDX-License-Identifier: MIT
local error, pairs, property, tostring, type = error, pairs, property, tostring, type
local floor, kind_of = math.floor, math.type
local format, match = string.format, string.match

local fields = {}
local values = {} -- key of an object's values, by name; scripts cannot have it

local function is_list(value) return type(value) == "table" end

-- What each kind of value may be. Texts may be given as numbers.
local accepts = {
  boolean = function(value) return type(value) == "boolean" end,
  number = function(value) return type(value) == "number" and value == value end,
  text = function(value) return type(value) == "string" or type(value) == "number" end,
  size = function(value) return type(value) == "number" and value > 0 or match(tostring(value), "^%d+%%$") ~= nil end,
  list = is_list,
  point = is_list,
  color = function(value) return is_list(value) or type(value) == "string" end,
  optional = function(value) return value == nil or type(value) == "function" or is_list(value) end,
}

local wanted = {
  text = "a text",
  size = "a number above 0 or a text such as '80%'",
  list = "a table",
  point = "a table",
  color = "a table of three numbers or the name of a colour",
  optional = "a function, a table or nil",
}

-- Tables of such an object are copies: changing one changes nothing in it.
local function copy(value)
  if type(value) ~= "table" then return value end
  local new = {}
  for key, item in pairs(value) do new[key] = item end
  return new
end

-- Gives an object its values: { name = { kind, default } }.
function fields.init(object, descriptions)
  local own = {}
  for name, description in pairs(descriptions) do own[name] = copy(description[2]) end
  object[values] = own
end

function fields.has(object, name) return object[values][name] ~= nil end

function fields.get(object, name) return copy(object[values][name]) end

function fields.put(object, name, value) object[values][name] = copy(value) end

-- A number that is whole as one without a point, so that it prints as in Lua 5.1; all else as it is.
function fields.whole(value)
  if kind_of(value) == "float" and value == floor(value) and value > -1e14 and value < 1e14 then return floor(value) end
  return value
end

-- The value as it is kept. depth: how many functions are between the script and this one.
function fields.check(name, kind, value, depth)
  if not accepts[kind](value) then
    error(format("invalid %s: %s was expected, got %s", name, wanted[kind] or "a " .. kind, type(value)), depth + 1)
  end
  return kind == "text" and tostring(value) or fields.whole(value)
end

-- A property of the kind. changed(object, value), which may be left out, is called when it has a new value.
function fields.property(name, kind, changed)
  return property(function(self) return copy(self[values][name]) end, function(self, value)
    value = copy(fields.check(name, kind, value, 3))
    local before = self[values][name]
    self[values][name] = value
    if changed and before ~= value then changed(self, value) end
  end)
end

return fields
