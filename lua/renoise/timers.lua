-- The timers of a tool: functions, alone or with an object, that are called again and again.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local error, ipairs, rawequal, type = error, ipairs, rawequal, type
local insert, remove = table.insert, table.remove

local list = {} -- of { call, object, timer }

local function read(notifier)
  local call, object = host.notifier(notifier)
  if not call then
    error("invalid timer: a function, or a table of a function and an object was expected", 3)
  end
  return call, object
end

-- Where the timer of a function and an object is in the list. One that failed is no timer any more.
local function find(call, object)
  for place = #list, 1, -1 do
    if not list[place].timer.is_running then
      remove(list, place)
    elseif rawequal(list[place].call, call) and rawequal(list[place].object, object) then
      return place
    end
  end
end

return function(methods)
  function methods.add_timer(_, notifier, interval)
    local call, object = read(notifier)
    if type(interval) ~= "number" or not (interval > 0) then
      error("invalid timer: its interval must be a number of milliseconds above 0", 2)
    end
    if find(call, object) then error("invalid timer: it was already added", 2) end
    local function call_object() call(object) end
    insert(list, {
      call = call,
      object = object,
      timer = host.timer(object == nil and call or call_object, interval, true),
    })
  end

  function methods.has_timer(_, notifier) return find(read(notifier)) ~= nil end

  function methods.remove_timer(_, notifier)
    local place = find(read(notifier))
    if not place then error("invalid timer: it has not been added", 2) end
    remove(list, place).timer:stop()
  end
end
