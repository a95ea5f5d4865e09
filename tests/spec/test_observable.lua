-- Specs of observables, of which renoise.Midi.devices_changed_observable() is one.
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises
local Midi = renoise.Midi

it("devices_changed_observable is one observable", function()
  equal(type(Midi.devices_changed_observable), "function")
  equal(type(Midi.devices_changed_observable()), "Observable")
  truthy(rawequal(Midi.devices_changed_observable(), Midi.devices_changed_observable()))
  local function notify() end
  Midi.devices_changed_observable():add_notifier(notify)
  equal(Midi.devices_changed_observable():has_notifier(notify), true)
  Midi.devices_changed_observable():remove_notifier(notify)
  equal(Midi.devices_changed_observable():has_notifier(notify), false)
end)

it("Observable is a class that scripts make nothing of", function()
  equal(type(renoise.Document.Observable), "Observable class")
  raises("", renoise.Document.Observable)
end)

it("a notifier is what it is made of, in any form", function()
  local observable = Midi.devices_changed_observable()
  local object = {}
  local function notify() end
  local forms = {
    { notify, object },
    { object, notify },
    { { notify, object } },
    { { object, notify } },
  }
  for _, added in ipairs(forms) do
    observable:add_notifier(table.unpack(added))
    for _, asked in ipairs(forms) do
      equal(observable:has_notifier(table.unpack(asked)), true)
      raises("already been added", observable.add_notifier, observable, table.unpack(asked))
    end
    falsy(observable:has_notifier(notify))
    falsy(observable:has_notifier(notify, {}))
    falsy(observable:has_notifier(print, object))
    raises("has not been added", observable.remove_notifier, observable, notify)
    observable:remove_notifier(table.unpack(forms[#forms]))
    raises("has not been added", observable.remove_notifier, observable, notify, object)
  end
end)

it("an object alone removes all of its notifiers, and that never fails", function()
  local observable = Midi.devices_changed_observable()
  local object, other = {}, {}
  local function one() end
  local function two() end
  observable:add_notifier(one, object)
  observable:add_notifier(two, other)
  observable:add_notifier(object, two)
  observable:remove_notifier(object)
  observable:remove_notifier(object)
  falsy(observable:has_notifier(one, object))
  falsy(observable:has_notifier(two, object))
  truthy(observable:has_notifier(two, other))
  observable:remove_notifier(other)
  class "Watcher"
  function Watcher:__init() end
  function Watcher:changed() end
  local watcher = Watcher()
  observable:add_notifier(watcher, Watcher.changed)
  truthy(observable:has_notifier({ watcher.changed, watcher }))
  falsy(observable:has_notifier(Watcher(), Watcher.changed))
  observable:remove_notifier(watcher)
  falsy(observable:has_notifier(watcher, Watcher.changed))
end)

it("an object that looks like a notifier is one first, and an object when it is none", function()
  local observable = Midi.devices_changed_observable()
  local function one() end
  local function two() end
  local object = { {}, one }
  observable:add_notifier(two, object)
  observable:add_notifier(object)
  observable:remove_notifier(object)
  truthy(observable:has_notifier(two, object))
  observable:remove_notifier(object)
  falsy(observable:has_notifier(two, object))
  raises("has not been added", observable.remove_notifier, observable, object)
end)

it("what is no notifier raises", function()
  local observable = Midi.devices_changed_observable()
  for _, method in ipairs({ "add_notifier", "has_notifier" }) do
    raises("invalid notifier", observable[method], observable)
    raises("invalid notifier", observable[method], observable, 1)
    raises("invalid notifier", observable[method], observable, {})
    raises("invalid notifier", observable[method], observable, print, print)
    raises("invalid notifier", observable[method], observable, print, 1)
  end
  raises("invalid notifier", observable.remove_notifier, observable, 1)
  raises("Observable expected", observable.add_notifier, {}, print)
end)

-- ---- while notifiers are called ----

-- A bang, for it can be told to call, and a list of who was called.
local function bang_and_order()
  local bang, order = renoise.Document.ObservableBang(), {}
  return bang, order, function(name) return function() order[#order + 1] = name end end
end

it("they are called in the order in which they were added", function()
  local bang, order, say = bang_and_order()
  local names = {}
  for i = 1, 20 do
    names[i] = i
    bang:add_notifier(say(i))
  end
  bang:bang()
  equal(order, names)
end)

it("one that is removed and added again is the last", function()
  local bang, order, say = bang_and_order()
  local first = say("first")
  bang:add_notifier(first)
  bang:add_notifier(say("second"))
  bang:remove_notifier(first)
  bang:add_notifier(first)
  bang:bang()
  equal(order, { "second", "first" })
end)

it("one may remove itself, one that was called, and one that was not", function()
  local bang, order, say = bang_and_order()
  local before, after, last = say("before"), say("after"), say("last")
  local function middle()
    order[#order + 1] = "middle"
    for _, notifier in ipairs { middle, before, after } do bang:remove_notifier(notifier) end
  end
  for _, notifier in ipairs { before, middle, after, last } do bang:add_notifier(notifier) end
  bang:bang()
  equal(order, { "before", "middle", "last" })
  bang:bang()
  equal(order, { "before", "middle", "last", "last" })
end)

it("one that is added meanwhile is called the next time", function()
  local bang, order, say = bang_and_order()
  local function adds()
    order[#order + 1] = "adds"
    bang:add_notifier(say("added"))
  end
  bang:add_notifier(adds)
  bang:bang()
  equal(order, { "adds" })
  bang:remove_notifier(adds)
  bang:bang()
  equal(order, { "adds", "added" })
end)

it("one may call all of them again", function()
  local bang, order, say = bang_and_order()
  bang:add_notifier(function()
    order[#order + 1] = "again"
    if #order < 3 then bang:bang() end
  end)
  bang:add_notifier(say("last"))
  bang:bang()
  equal(order, { "again", "again", "again", "last", "last", "last" })
end)

it("a function is called with its object, then with nothing", function()
  local bang, object, got = renoise.Document.ObservableBang(), {}, nil
  bang:add_notifier(object, function(...) got = { n = select("#", ...), rawequal((...), object) } end)
  bang:bang()
  equal(got, { n = 1, true })
end)

it("objects are told apart by identity, whatever their class compares", function()
  local bang = renoise.Document.ObservableBang()
  class "AllAlike"
  function AllAlike:__init() end
  function AllAlike.__eq() return true end
  function AllAlike:call() end
  class "Uncompared"
  function Uncompared:__init() end
  function Uncompared:call() end
  for _, Class in ipairs { AllAlike, Uncompared } do
    local one, two = Class(), Class()
    bang:add_notifier(one, Class.call)
    equal({ bang:has_notifier(one, Class.call), bang:has_notifier(two, Class.call) }, { true, false })
    bang:add_notifier(two, Class.call)
    bang:remove_notifier(one)
    equal({ bang:has_notifier(one, Class.call), bang:has_notifier(two, Class.call) }, { false, true })
    renoise.tool():add_timer({ one, Class.call }, 1000)
    equal({ renoise.tool():has_timer({ Class.call, one }), renoise.tool():has_timer({ two, Class.call }) }, { true, false })
    renoise.tool():remove_timer({ one, Class.call })
  end
end)

it("an observable keeps its notifiers and their objects", function()
  local bang, order = bang_and_order()
  class "Kept"
  function Kept:__init(name) self.name = name end
  function Kept:call() order[#order + 1] = self.name end
  local function add()
    local one = Kept("one")
    bang:add_notifier(one, one.call)
    bang:add_notifier { Kept("two"), Kept.call }
    bang:add_notifier(function() order[#order + 1] = "three" end)
  end
  add()
  collectgarbage()
  collectgarbage()
  bang:bang()
  equal(order, { "one", "two", "three" })
end)

it("one that fails is removed, and the others are called", function()
  local bang, order, say = bang_and_order()
  local object = {}
  local function fails() order[#order + 1] = "fails" error("this error belongs to the test") end
  bang:add_notifier(object, fails)
  bang:add_notifier(say("other"))
  bang:bang()
  bang:bang()
  equal(order, { "fails", "other", "other" })
  falsy(bang:has_notifier(object, fails))
  raises("has not been added", bang.remove_notifier, bang, object, fails)
end)

spec.finish()
