-- Properties as Renoise scripts know them (luabind 0.9), and built-in types, which have some: one spec a rule.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises

-- A built-in type that is made from a text, its read-only property pattern.
local Message = rawget(_G, "Message") or renoise.Osc.Message

-- ---- properties ----

it("a property made in __init calls getter and setter with the instance", function()
  class "Level"
  function Level:__init(value)
    self.raw = value
    self.level = property(self.get_level, self.set_level)
  end
  function Level:get_level() return self.raw * 10 end
  function Level:set_level(value) self.raw = value / 10 end
  local one = Level(2)
  equal(one.level, 20)
  one.level = 50
  equal(one.raw, 5)
end)

it("a property of the class serves every instance, and is inherited", function()
  class "Shared"
  function Shared:__init(value) self.raw = value end
  Shared.value = property(function(self) return self.raw end, function(self, value) self.raw = value end)
  class "SharedChild" (Shared)
  function SharedChild:__init(value) Shared.__init(self, value) end
  local a, b = Shared(1), SharedChild(2)
  a.value = 3
  equal({ a.value, b.value }, { 3, 2 })
  b.value = 4
  equal({ a.value, b.value, a.raw, b.raw }, { 3, 4, 3, 4 })
end)

it("writing without a setter raises", function()
  class "ReadOnly"
  function ReadOnly:__init() self.x = property(function() return 7 end) end
  ReadOnly.y = property(function() return 8 end, nil)
  local one = ReadOnly()
  equal({ one.x, one.y }, { 7, 8 })
  equal(raises("read only", function() one.x = 1 end):match(": (.*)"), "property 'x' is read only")
  raises("property 'y' is read only", function() one.y = 1 end)
end)

it("assigning another property goes to the setter, too", function()
  class "Kept"
  local given
  function Kept:__init()
    self.x = property(function() return "first" end, function(_, value) given = value end)
  end
  local one = Kept()
  local another = property(function() return "second" end)
  one.x = another
  equal(one.x, "first")
  truthy(rawequal(given, another))
end)

it("an attribute that is there already becomes a property", function()
  class "Becoming"
  function Becoming:__init() self.x = 1 self.x = property(function() return 2 end) end
  equal(Becoming().x, 2)
end)

it("a property of the class can be assigned anew, by the class", function()
  class "Replaced"
  function Replaced:__init() end
  Replaced.x = property(function() return 1 end)
  local one = Replaced()
  equal(one.x, 1)
  Replaced.x = 2
  equal(one.x, 2)
end)

it("reading a property without a getter raises", function()
  class "WriteOnly"
  function WriteOnly:__init() self.x = property(nil, function(this, value) this.given = value end) end
  local one = WriteOnly()
  one.x = 5
  equal(one.given, 5)
  raises("attempt to call a nil value", function() return one.x end)
end)

it("property takes one or two arguments", function()
  raises("wrong number of arguments", property)
  raises("wrong number of arguments", property, print, print, print)
end)

it("calling a property raises", function()
  raises("property", property(print))
end)

it("what a getter or a setter raises goes to the caller", function()
  class "Failing"
  function Failing:__init()
    self.x = property(function() error("in get") end, function() error("in set") end)
  end
  local one = Failing()
  raises("in get", function() return one.x end)
  raises("in set", function() one.x = 1 end)
end)

it("a value may be any function but a property", function()
  class "Callback"
  function Callback:__init(f) self.f = f end
  truthy(rawequal(Callback(print).f, print))
end)

it("properties made in __init are of that instance alone", function()
  class "Single"
  function Single:__init(level)
    if level then self.level = property(function() return level end) end
  end
  local one, two, none = Single(1), Single(2), Single()
  equal({ one.level, two.level, none.level }, { 1, 2 })
  none.level = 5
  equal({ none.level, one.level }, { 5, 1 })
  raises("property 'level' is read only", function() one.level = 5 end)
  raises("no static 'level'", function() return Single.level end)
end)

it("an __init of the base makes properties of what the derived class has", function()
  class "Gauge"
  function Gauge:__init() self.level = property(self.get_level, self.set_level) end
  function Gauge:get_level() return "base" end
  function Gauge:set_level(level) self.given = level end
  class "LoudGauge" (Gauge)
  function LoudGauge:__init() Gauge.__init(self) end
  function LoudGauge:get_level() return "derived" end
  local one = LoudGauge()
  one.level = 3
  equal({ one.level, one.given, Gauge().level }, { "derived", 3, "base" })
end)

it("nil goes to the setter, too", function()
  class "Clearing"
  function Clearing:__init() self.x = property(function() return self.raw end, function(_, x) self.raw = x end) end
  local one = Clearing()
  one.x = 5
  one.x = nil
  equal({ one.x, one.raw }, {})
  one.x = 6
  equal(one.raw, 6)
end)

-- ---- built-in objects and classes ----

it("an unknown property or method of a built-in object raises", function()
  raises("unknown property or function 'foo' for an object of type 'Message'", function() return Message("/a").foo end)
  raises("unknown property or function 'foo' for an object of type 'Message'", function() Message("/a").foo = 1 end)
  raises("unknown property or function '1' for an object of type 'Message'", function() return Message("/a")[1] end)
end)

it("writing a read-only property of a built-in object raises", function()
  equal(Message("/a").pattern, "/a")
  raises("property 'pattern' is read only", function() Message("/a").pattern = "/b" end)
end)

it("an unknown static of a built-in class raises", function()
  raises("no static 'foo' in class 'Message'", function() return Message.foo end)
end)

it("a class can derive from a built-in one, whose __init must run", function()
  class "MyMessage" (Message)
  function MyMessage:__init(text)
    self.before = self.unknown
    self.failed = not pcall(function() return self.pattern end)
    Message.__init(self, text)
    self.extra = "extra"
  end
  local one = MyMessage("/mine")
  equal({ one.pattern, one.extra, one.before, one.failed, one.unknown }, { "/mine", "extra", nil, true, nil })
  equal(type(one), "MyMessage")
  raises("property 'pattern' is read only", function() one.pattern = "/b" end)
end)

it("an instance derived from a built-in class outlives a collection", function()
  class "Living" (Message)
  function Living:__init(text) Message.__init(self, text) end
  class "LivingChild" (Living)
  function LivingChild:__init(text) Living.__init(self, text) Living.__init(self, text .. "/2") end
  local one = LivingChild("/alive")
  collectgarbage()
  equal(one.pattern, "/alive/2")
end)

it("a built-in __init refuses what does not derive from its class", function()
  class "Stranger"
  function Stranger:__init() end
  raises("Message expected, got Stranger", Message.__init, Stranger(), "/a")
  raises("Message expected, got table", Message.__init, {}, "/a")
end)

spec.finish()
