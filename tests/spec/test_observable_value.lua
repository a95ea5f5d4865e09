-- Specs of ObservableBoolean, ObservableNumber, ObservableString and ObservableBang.
-- SPDX-License-Identifier: MIT

local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Document = renoise.Document
local Boolean, Number, String, Bang =
  Document.ObservableBoolean, Document.ObservableNumber, Document.ObservableString, Document.ObservableBang

it("each has a type, and a class of it", function()
  for name, value in pairs { ObservableBoolean = true, ObservableNumber = 1, ObservableString = "a" } do
    equal(type(Document[name]), name .. " class")
    equal(type(Document[name](value)), name)
    equal(Document[name](value).value, value)
  end
  equal(type(Document.ObservableBang), "ObservableBang class")
  equal(type(Bang()), "ObservableBang")
end)

it("without a value they are false, 0 and empty", function()
  equal(Boolean().value, false)
  equal(Number(nil).value, 0)
  equal(String().value, "")
end)

it("a value of another type raises, where it is made and where it is set", function()
  raises("ObservableNumber: a number expected, got string", Number, "23")
  raises("ObservableBoolean: a boolean expected, got number", Boolean, 12)
  raises("ObservableString: a string expected, got number", String, 12)
  local function set(observable, value) observable.value = value end
  local number, text = Number(1), String("a")
  raises("test_observable_value.lua:%d+: ObservableNumber: a number expected, got string", set, number, "2")
  raises("a number expected, got nil", set, number, nil)
  raises("a string expected, got number", set, text, 2)
  raises("a boolean expected, got string", set, Boolean(), "true")
  equal(number.value, 1)
  equal(text.value, "a")
end)

it("a name that they do not have raises", function()
  local number = Number(1)
  raises("unknown property or function 'valu' for an object of type 'ObservableNumber'", function() return number.valu end)
  raises("unknown property or function 'valu'", function() number.valu = 1 end)
  raises("unknown property or function 'value'", function() return Bang().value end)
end)

it("notifiers hear of changes alone, after them, and get nothing", function()
  for _, row in ipairs { { Number(1), 1.0, 2 }, { String("a"), "a", "b" }, { Boolean(), false, true } } do
    local observable, same, other = table.unpack(row)
    local heard = {}
    observable:add_notifier(function(...) heard[#heard + 1] = { select("#", ...), observable.value } end)
    observable.value = same
    equal(heard, {})
    observable.value = other
    equal(heard, { { 0, other } })
    observable.value = other
    equal(#heard, 1)
  end
end)

it("notifiers have all forms that those of Observable have", function()
  local number, object, calls = Number(0), {}, {}
  local function notify(who, ...) calls[#calls + 1] = { rawequal(who, object), select("#", ...) } end
  number:add_notifier(notify, object)
  equal(number:has_notifier({ object, notify }), true)
  raises("already been added", number.add_notifier, number, { notify, object })
  number.value = 1
  equal(calls, { { true, 0 } })
  number:remove_notifier(object)
  equal(number:has_notifier(object, notify), false)
  number.value = 2
  equal(#calls, 1)
  raises("has not been added", number.remove_notifier, number, notify)
end)

it("a notifier may set the value again, and others hear of each change", function()
  local number, seen = Number(0), {}
  number:add_notifier(function() if number.value < 3 then number.value = number.value + 1 end end)
  number:add_notifier(function() seen[#seen + 1] = number.value end)
  number.value = 1
  equal(seen, { 3, 3, 3 })
end)

it("a notifier that fails is removed, and the value is set all the same", function()
  local number, calls = Number(0), 0
  local function fails() calls = calls + 1 error("on purpose") end
  number:add_notifier(fails)
  number.value = 1
  number.value = 2
  equal({ number.value, calls, number:has_notifier(fails) }, { 2, 1, false })
end)

it("whole numbers print as in Lua 5.1, wherever they come from", function()
  local number = Number(4 / 2)
  equal(tostring(number), "2")
  equal(number.value .. "", "2")
  number.value = 1e3
  equal(tostring(number.value), "1000")
  equal(math.type(number.value), "integer")
  number.value = 1.5
  equal(tostring(number), "1.5")
  number.value = 1e20
  equal(tostring(number), "1e+20")
end)

it("tostring gives the value", function()
  equal(tostring(Number(123)), "123")
  equal(tostring(String("a b")), "a b")
  equal(tostring(Boolean(true)), "true")
end)

it("to_string and from_string give the same value back", function()
  for _, value in ipairs { 0, -1, 0.1, 1 / 3, 1e300, -2 ^ 53, 1e-310, math.huge, -math.huge, math.pi } do
    local number, copy = Number(value), Number()
    copy:from_string(number:to_string())
    equal(copy.value, value)
  end
  local nan = Number()
  nan:from_string(Number(0 / 0):to_string())
  truthy(nan.value ~= nan.value)
  equal(Number(123):to_string(), "123")
  equal(Number(0.1):to_string(), "0.1")
  local text = String()
  text:from_string("  a\0b\n")
  equal(text.value, "  a\0b\n")
  local flag = Boolean()
  flag:from_string(" true\n")
  equal(flag.value, true)
  flag:from_string("false")
  equal(flag.value, false)
end)

it("from_string ignores what is no value, and tells of a change", function()
  local number, flag, calls = Number(7), Boolean(true), 0
  number:add_notifier(function() calls = calls + 1 end)
  for _, text in ipairs { "", "a", "1 2", "0x", "1\0", "true" } do
    number:from_string(text)
    flag:from_string(text == "true" and "truely" or text)
  end
  equal({ number.value, flag.value, calls }, { 7, true, 0 })
  number:from_string("7.0")
  equal(calls, 0)
  number:from_string(" 8 ")
  equal({ number.value, calls }, { 8, 1 })
  raises("string expected", number.from_string, number, {})
end)

it("numbers calculate and compare with numbers and with each other", function()
  local a, b = Number(12), Number(5)
  equal({ a + 12, a - 12, a * 2, a / 2, 12 + a, 12 - a, 2 * a, 24 / a }, { 24, 0, 24, 6, 24, 0, 24, 2 })
  equal({ a + b, a - b, a * b, -a, b ^ 2 }, { 17, 7, 60, -12, 25 })
  equal(tostring(a / 2), "6")
  equal(a / b, 2.4)
  equal({ a < 13, a < b, b < a, a <= 12, 13 > a, 12 < a }, { true, false, true, true, true, false })
  raises("arithmetic on a nil value", function() return a + nil end)
  raises("arithmetic on a table value", function() return {} + a end)
  raises("attempt to compare", function() return a < "x" end)
  equal(a == 12, false)
  equal(a == a, true)
  equal(a.value, 12)
end)

it("texts and booleans do not calculate", function()
  raises("arithmetic", function() return String("1") + 1 end)
  raises("arithmetic", function() return Boolean() + 1 end)
end)

it("a bang tells each time", function()
  local bang, calls = Bang(), 0
  bang:bang()
  bang:add_notifier(function(...) calls = calls + 1 + select("#", ...) end)
  bang:bang()
  bang:bang()
  equal(calls, 2)
  raises("ObservableBang expected", bang.bang, Number())
end)

it("classes can derive from them", function()
  class "Level" (Number)
  function Level:__init(value)
    Number.__init(self, value)
    self.unit = "dB"
  end
  local level, calls = Level(3), 0
  equal({ type(level), level.value, level.unit, tostring(level), level + 1 }, { "Level", 3, "dB", "3", 4 })
  level:add_notifier(function() calls = calls + 1 end)
  level.value = 4
  level:from_string("5")
  equal({ level.value, calls }, { 5, 2 })
  raises("a number expected, got string", function() level.value = "x" end)
  equal(level.nothing, nil)
end)

it("methods that are called with something else raise", function()
  local number = Number(1)
  raises("observable with a value expected", number.to_string, Bang())
  raises("observable with a value expected", number.to_string, {})
  raises("Observable expected, got table", number.add_notifier, {}, print)
  raises("observable with a value expected", number.from_string, renoise.Midi.devices_changed_observable(), "1")
end)

it("what an observable and its notifiers hold is let go of together", function()
  local weak = setmetatable({}, { __mode = "k" })
  local function make() -- in a function, for what a block leaves on the stack counts as held
    local number = Number(1)
    local object = { number }
    number:add_notifier(object, function() end)
    weak[number], weak[object] = true, true
  end
  make()
  collectgarbage()
  collectgarbage()
  equal(next(weak), nil)
end)

spec.finish()
