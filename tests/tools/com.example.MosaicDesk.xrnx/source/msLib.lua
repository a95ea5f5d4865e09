-- What all classes here stand on: loading of files, traces, and what Lua should have.
-- SPDX-License-Identifier: MIT

class 'msLib'

msLib.loaded = {}

-- loads the file of a class unless there is a global of its name
function msLib.require(path)
  local _, _, name = string.find(path, "([^/\\]*)$")
  local is_known = pcall(function()
    tostring(_G[name])
  end)
  if not is_known then
    table.insert(msLib.loaded, name)
    require(path)
  end
end

function msLib.clamp(value, low, high)
  return math.min(math.max(value, math.min(low, high)), math.max(low, high))
end

-- from one range to another
function msLib.scale(value, in_min, in_max, out_min, out_max)
  return (((value - in_min) * (out_max / (in_max - in_min) - (out_min / (in_max - in_min)))) + out_min)
end

function msLib.round(value)
  if value > 0 then return math.floor(value + 0.5) end
  return math.ceil(value - 0.5)
end

function msLib.trim(text)
  return (text:gsub("^%s*(.-)%s*$", "%1"))
end

LOG = print
TRACE = function(...)
  if _trace_filters == nil then return end
  for _, filter in ipairs(_trace_filters) do
    if tostring((select(1, ...))):find(filter) then print(...) end
  end
end

msLib.equals = function(a, b) return rawequal(a, b) end
