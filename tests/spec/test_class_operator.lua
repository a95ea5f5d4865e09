-- What operators, == and tostring do with instances (luabind 0.9): one spec a rule.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises

-- A built-in type that is made from a text, its read-only property pattern.
local Message = rawget(_G, "Message") or renoise.Osc.Message

-- ---- operators ----

local function declare_operators()
  class "Number"
  function Number:__init(value) self.value = value end
  local function value(x) return type(x) == "Number" and x.value or x end
  for name, op in pairs {
    __add = function(a, b) return a + b end,
    __sub = function(a, b) return a - b end,
    __mul = function(a, b) return a * b end,
    __div = function(a, b) return a / b end,
    __pow = function(a, b) return a ^ b end,
    __lt = function(a, b) return a < b end,
    __le = function(a, b) return a <= b end,
    __eq = function(a, b) return a == b end,
    __concat = function(a, b) return a .. b end,
  } do
    Number[name] = function(a, b) return op(value(a), value(b)) end
  end
  function Number:__unm() return -self.value end
  function Number:__len() return self.value end
  function Number:__call(...) return self.value, ... end
  function Number:__tostring() return "number " .. self.value end
end

it("binary operators are members; either operand may have them", function()
  declare_operators()
  local six, two = Number(6), Number(2)
  equal({ six + two, six - two, six * two, six / two, six ^ two }, { 8, 4, 12, 3, 36 })
  equal({ six + 1, six - 1, six * 3, six / 3, six ^ 2 }, { 7, 5, 18, 2, 36 })
  equal({ 1 + six, 7 - six, 3 * six, 12 / six, 2 ^ two }, { 7, 1, 18, 2, 4 })
  equal({ six .. "x", "x" .. six, six .. two }, { "6x", "x6", "62" })
end)

it("operands keep their places", function()
  class "Order"
  function Order:__init() end
  function Order.__sub(a, b) return { a, b } end
  local one = Order()
  truthy(rawequal((one - "b")[1], one))
  equal((one - "b")[2], "b")
  equal((5 - one)[1], 5)
  truthy(rawequal((5 - one)[2], one))
end)

it("the first operand's operator goes before the second's", function()
  class "Left"
  function Left:__init() end
  function Left.__add() return "left" end
  class "Right"
  function Right:__init() end
  function Right.__add() return "right" end
  class "Neither"
  function Neither:__init() end
  equal(Left() + Right(), "left")
  equal(Right() + Left(), "right")
  equal(Neither() + Right(), "right")
  raises("No such operator defined", function() return Neither() + Neither() end)
end)

it("comparisons", function()
  declare_operators()
  local two, six = Number(2), Number(6)
  equal({ two < six, six < two, two <= two, six <= two, two > six, six >= two }, { true, false, true, false, false, true })
  equal({ two < 3, 3 < two }, { true, false })
end)

it("unary operators get one argument", function()
  class "Unary"
  function Unary:__init() end
  Unary.__unm = function(...) return select("#", ...) end
  Unary.__len = Unary.__unm
  Unary.__tostring = function(...) return tostring(select("#", ...)) end
  equal({ -Unary(), #Unary(), tostring(Unary()) }, { 1, 1, "1" })
end)

it("__call gets all arguments and returns all results", function()
  declare_operators()
  equal({ Number(1)("a", nil, "c") }, { 1, "a", nil, "c" })
  equal(select("#", Number(1)(nil, nil)), 3)
end)

it("without the operator every use of it raises", function()
  class "Bare"
  function Bare:__init() end
  local one, text = Bare(), "No such operator defined"
  for _, use in ipairs {
    function() return one + 1 end, function() return 1 - one end, function() return one * one end,
    function() return one / 1 end, function() return one ^ 2 end, function() return one < one end,
    function() return one <= one end, function() return one .. "" end, function() return "" .. one end,
    function() return -one end, function() return #one end, function() return one() end,
  } do
    raises("test_class_operator.lua:%d+: " .. text, use)
  end
end)

it("an operator may be an attribute", function()
  class "Attributed"
  function Attributed:__init() self.__add = function() return "own" end end
  equal(Attributed() + 1, "own")
end)

it("operators are inherited", function()
  declare_operators()
  class "Derived" (Number)
  function Derived:__init(value) Number.__init(self, value) end
  equal(tostring(Derived(3)), "number 3")
  equal(#Derived(3), 3)
end)

it("operators may be defined after the instance was made", function()
  class "Late"
  function Late:__init() end
  local one = Late()
  raises("No such operator defined", function() return one + 1 end)
  function Late.__add() return "late" end
  equal(one + 1, "late")
end)

it("there is no __mod, __idiv or bit operator", function()
  class "NoMod"
  function NoMod:__init() end
  NoMod.__mod = function() return 1 end
  NoMod.__idiv, NoMod.__band, NoMod.__shl = NoMod.__mod, NoMod.__mod, NoMod.__mod
  local one = NoMod()
  raises("arithmetic", function() return one % 2 end)
  raises("arithmetic", function() return one // 2 end)
  raises("bitwise", function() return one & 2 end)
  raises("bitwise", function() return one << 2 end)
end)

it("__index and __newindex are names like others", function()
  class "NoIndex"
  function NoIndex:__init() end
  function NoIndex.__index() return "asked" end
  function NoIndex.__newindex() error("written") end
  local one = NoIndex()
  equal(one.unknown, nil)
  one.x = 1
  equal(one.x, 1)
end)

it("__le does not fall back to __lt", function()
  class "LessThan"
  function LessThan:__init() end
  function LessThan.__lt() return false end
  raises("No such operator defined", function() return LessThan() <= LessThan() end)
end)

-- ---- equality ----

it("the same instance is equal to itself, and nothing is called", function()
  class "Self"
  function Self:__init() end
  function Self.__eq() error("called") end
  local one = Self()
  truthy(one == one)
  falsy(one ~= one)
end)

it("two instances without __eq cannot be compared", function()
  class "Uncompared"
  function Uncompared:__init() end
  local a, b = Uncompared(), Uncompared()
  raises("No such operator defined", function() return a == b end)
  raises("No such operator defined", function() return a ~= b end)
end)

it("__eq compares, also instances of two classes", function()
  class "Eq"
  function Eq:__init(value) self.value = value end
  function Eq.__eq(a, b) return a.value == b.value end
  class "NoEq"
  function NoEq:__init(value) self.value = value end
  truthy(Eq(1) == Eq(1))
  falsy(Eq(1) == Eq(2))
  truthy(Eq(1) ~= Eq(2))
  truthy(NoEq(1) == Eq(1))
end)

it("__eq = rawequal makes instances comparable by identity", function()
  class "Identity"
  function Identity:__init() end
  Identity.__eq = rawequal
  local a, b = Identity(), Identity()
  truthy(a == a)
  falsy(a == b)
end)

it("an instance never equals nil, a number, a string, a boolean, a function or a table, and nothing is called", function()
  class "Never"
  function Never:__init() end
  local one = Never()
  for _, eq in ipairs { false, function() error("called") end } do
    Never.__eq = eq or nil
    falsy(one == nil)
    falsy(nil == one)
    falsy(one == 1)
    falsy("x" == one)
    falsy(one == true)
    falsy(one == print)
    falsy(one == {})
    falsy({} == one)
    truthy(one ~= nil)
  end
end)

it("a table with an __eq is not asked about an instance", function()
  class "NotAsked"
  function NotAsked:__init() end
  local asking = setmetatable({}, { __eq = function() error("called") end })
  falsy(asking == NotAsked())
end)

it("an instance and a built-in object are compared by __eq, or not at all", function()
  class "Beside"
  function Beside:__init() end
  local one, message = Beside(), Message("/a")
  raises("No such operator defined", function() return one == message end)
  raises("No such operator defined", function() return message == one end)
  function Beside.__eq() return true end
  truthy(one == message)
  truthy(message == one)
end)

it("instances of a class that derives from a built-in one are compared as those of any other", function()
  class "Letter" (Message)
  function Letter:__init() Message.__init(self, "/a") end
  local one, two = Letter(), Letter()
  truthy(one == one)
  raises("No such operator defined", function() return one == two end)
  Letter.__eq = rawequal
  falsy(one == two)
end)

-- ---- tostring ----

it("tostring without __tostring is <ClassName>", function()
  class "Silent"
  function Silent:__init() end
  equal(tostring(Silent()), "<Silent>")
end)

it("tostring calls __tostring", function()
  class "Speaking"
  function Speaking:__init(text) self.text = text end
  function Speaking:__tostring() return self.text end
  equal(tostring(Speaking("hello")), "hello")
  equal(("%s"):format(Speaking("formatted")), "formatted")
  raises("'__tostring' must return a string", print, Speaking(nil))
end)

-- ---- coroutines ----

it("__init, properties, operators and methods may yield", function()
  class "Yielding"
  local yield = coroutine.yield
  function Yielding:__init() self.made = yield("init") end
  function Yielding:__add() return (yield("add")) end
  function Yielding:__call() return yield("call") end
  Yielding.x = property(function() return (yield("get")) end, function(self, value) self.set = yield(value) end)
  local co = coroutine.wrap(function()
    local one = Yielding()
    one.x = "set"
    return { one.made, one.x, one + 1, one(), one.set }
  end)
  equal({ co(), co("made"), co("was set"), co("got"), co("added") }, { "init", "set", "get", "add", "call" })
  equal(co("called"), { "made", "got", "added", "called", "was set" })
end)

spec.finish()
