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

spec.finish()
