-- The counters: numbers by name, which outlive the tool in its preferences.
-- SPDX-License-Identifier: MIT

class 'CounterStore'

CounterStore.MAX_NAMES = 16

function CounterStore:__init(options)
  self.options = options
  self.values = table.create()
  self.changed_observable = renoise.Document.ObservableBang()
  self.total = property(self.get_total)
  self.names = property(self.get_names)

  for i = 1, #options.names do
    self.values[options.names[i].value] = 0
  end
end

function CounterStore:get_total()
  local total = 0
  table.foreach(self.values, function(_, value)
    total = total + value
  end)
  return total
end

function CounterStore:get_names()
  local names = self.values:keys()
  table.sort(names)
  return names
end

-- adds to a counter, which is made when it is new; nil when there are too many
function CounterStore:add(name, amount)
  if (self.values[name] == nil) then
    if (self.values:count() >= CounterStore.MAX_NAMES) then
      return nil, "too many counters"
    end
    self.options.names:insert(name)
    self.values[name] = 0
  end
  self.values[name] = self.values[name] + amount
  self.changed_observable:bang()
  return self.values[name]
end

function CounterStore:to_json()
  local parts = table.create()
  for _, name in ipairs(self.names) do
    parts:insert(("\"%s\": %s"):format(name:gsub("[%c\"\\]", "?"), tostring(self.values[name])))
  end
  return "{" .. parts:concat(", ") .. "}"
end

-- a number that differs when what is shown differs, so that browsers need not load the same again
function CounterStore:fingerprint()
  local json, sum = self:to_json(), 5381
  for i = 1, #json do
    sum = bit.tobit(bit.bxor(bit.lshift(sum, 5) + sum, json:byte(i)))
  end
  return bit.tohex(sum)
end
