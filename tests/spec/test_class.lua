-- Classes and their instances as Renoise scripts know them (luabind 0.9): one spec a rule.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises

-- A built-in type that is made from a text, its read-only property pattern.
local Message = rawget(_G, "Message") or renoise.Osc.Message

-- ---- declaring ----

it('class "A", class \'A\' and class("A") set a global', function()
  class "Quoted"
  class 'Single'
  class("Called")
  equal(type(rawget(_G, "Quoted")), "Quoted class")
  equal(type(rawget(_G, "Single")), "Single class")
  equal(type(Called), "Called class")
end)

it("a class in a function is global, too", function()
  local function declare() class "Inner" end
  declare()
  equal(type(Inner), "Inner class")
end)

it("declares where globals are protected, also against writing", function()
  local before = getmetatable(_G)
  setmetatable(_G, {
    __index = function(_, name) error("read " .. name) end,
    __newindex = function(_, name) error("written " .. name) end,
  })
  local good, why = pcall(function() class "Protected" end)
  setmetatable(_G, before)
  equal(why, nil)
  truthy(good)
  equal(type(Protected), "Protected class")
end)

it("class (place, name) sets it there, under its own name", function()
  local place = {}
  class (place, "Placed")
  equal(type(place.Placed), "Placed class")
  equal(rawget(_G, "Placed"), nil)
  function place.Placed:__init() end
  equal(type(place.Placed()), "Placed")
end)

it("class (place, name) (place.Base) inherits", function()
  local place = {}
  class (place, "Base")
  function place.Base:hello() return "hello" end
  class (place, "Derived") (place.Base)
  function place.Derived:__init() end
  equal(place.Derived():hello(), "hello")
end)

it("a class can be declared in a class", function()
  class "Outer"
  class (Outer, "Part")
  equal(type(Outer.Part), "Part class")
end)

it("declaring again makes another class", function()
  class "Again"
  local first = Again
  Again.kept = 1
  class "Again"
  falsy(rawequal(first, Again))
  raises("no static 'kept'", function() return Again.kept end)
end)

it("refuses a missing name or a number", function()
  local text = "invalid construct, expected class name"
  raises(text, class)
  raises(text, class, 12)
  raises(text, class, "12")
  raises(text, class, nil)
  raises(text, class, {})
  raises(text, class, {}, 1)
  raises(text, class, {}, "1")
  raises(text, class, "zero\0byte")
end)

it("refuses a place that can hold nothing", function()
  raises("invalid construct, expected .*number", class, 1, "Nowhere")
end)

it("refuses to inherit from what is no class", function()
  local text = "expected class to derive from or a newline"
  local derive = class "Alone"
  raises(text, derive)
  raises(text, derive, {})
  raises(text, derive, "Alone")
  raises(text, derive, io.stdout)
  function Alone:__init() end
  raises(text, derive, Alone())
end)

it("a second base adds its members, as a second application does in luabind", function()
  class "FirstBase"
  function FirstBase:first() return 1 end
  class "SecondBase"
  function SecondBase:second() return 2 end
  local derive = class "Both"
  derive(FirstBase)
  derive(SecondBase)
  function Both:__init() end
  equal({ Both():first(), Both():second() }, { 1, 2 })
end)

it("takes over a global that is something else", function()
  TakenOver = "a text"
  class "TakenOver"
  equal(type(TakenOver), "TakenOver class")
end)

it("class (Base) returns nothing", function()
  class "Returns"
  equal(select("#", (class "ReturnsNothing")(Returns)), 0)
end)

-- ---- class objects ----

it("members are defined by assignment: functions, constants, tables", function()
  class "Holder"
  Holder.count = 0
  Holder.list = {1, 2}
  function Holder.add(a, b) return a + b end
  Holder.no = false
  equal(Holder.count, 0)
  equal(Holder.list, {1, 2})
  equal(Holder.add(1, 2), 3)
  equal(Holder.no, false)
  Holder.count = Holder.count + 1
  equal(Holder.count, 1)
end)

it("an unknown static raises", function()
  class "Empty"
  equal(raises("no static 'x' in class 'Empty'", function() return Empty.x end):match(": (.*)"),
    "no static 'x' in class 'Empty'")
  raises("no static '1' in class 'Empty'", function() return Empty[1] end)
end)

it("a static set to nil is unknown again", function()
  class "Unset"
  Unset.x = 1
  Unset.x = nil
  raises("no static 'x'", function() return Unset.x end)
end)

it("existing instances see what is added to their class", function()
  class "Growing"
  function Growing:__init() end
  local one = Growing()
  equal(one.later, nil)
  function Growing:later() return "later" end
  equal(one:later(), "later")
end)

it("A.method(x) and A:method() are plain calls", function()
  class "Static"
  function Static.twice(x) return x * 2 end
  function Static:itself() return self end
  equal(Static.twice(4), 8)
  truthy(rawequal(Static:itself(), Static))
end)

it("a class can be compared, kept in a table, and printed", function()
  class "Plain"
  class "Other"
  truthy(Plain == Plain)
  falsy(Plain == Other)
  equal(({ [Plain] = 1 })[Plain], 1)
  truthy(tostring(Plain):find("Plain class", 1, true))
end)

-- ---- inheritance ----

it("members of the base are copied when the class is declared", function()
  class "Animal"
  Animal.legs = 4
  function Animal:name() return "animal" end
  class "Dog" (Animal)
  equal(Dog.legs, 4)
  truthy(rawequal(Dog.name, Animal.name))
  function Animal:later() end
  raises("no static 'later' in class 'Dog'", function() return Dog.later end)
end)

it("values are copied, tables are shared", function()
  class "First"
  First.count = 1
  First.list = {}
  class "Second" (First)
  First.count = 2
  First.list.x = "shared"
  equal(Second.count, 1)
  equal(Second.list.x, "shared")
end)

it("what the derived class defines leaves the base alone", function()
  class "Parent"
  function Parent:who() return "parent" end
  function Parent:__init() end
  class "Child" (Parent)
  function Child:who() return "child, " .. Parent.who(self) end
  function Child:__init() end
  equal(Child():who(), "child, parent")
  equal(Parent():who(), "parent")
end)

it("__init is not inherited: a class without its own cannot be called", function()
  class "WithInit"
  function WithInit:__init() end
  class "WithoutInit" (WithInit)
  raises("attempt to call a nil value.*WithoutInit class", WithoutInit)
  raises("no static '__init'", function() return WithoutInit.__init end)
end)

it("a class without __init can be a namespace", function()
  class "Library"
  function Library.answer() return 42 end
  equal(Library.answer(), 42)
  raises("attempt to call a nil value", Library)
end)

it("A.__init(self, ...) may come anywhere, and more than once", function()
  class "Counted"
  function Counted:__init(step) self.count = (self.count or 0) + step end
  class "CountedTwice" (Counted)
  function CountedTwice:__init(step)
    self.mine = "mine"
    Counted.__init(self, step)
    Counted.__init(self, step)
  end
  local one = CountedTwice(3)
  equal(one.count, 6)
  equal(one.mine, "mine")
end)

it("inherits through three classes", function()
  class "One"
  function One:__init() self.one = 1 end
  function One:get() return self.one end
  class "Two" (One)
  function Two:__init() One.__init(self) end
  class "Three" (Two)
  function Three:__init() Two.__init(self) end
  equal(Three():get(), 1)
  equal(type(Three()), "Three")
end)

it("type(self) in a method of the base is the most derived class", function()
  class "Typed"
  function Typed:__init() self.seen = type(self) end
  function Typed:__tostring() return "I am " .. type(self) end
  class "TypedChild" (Typed)
  function TypedChild:__init() Typed.__init(self) end
  equal(TypedChild().seen, "TypedChild")
  equal(tostring(TypedChild()), "I am TypedChild")
end)

it("there is no super", function()
  raises("variable 'super' is not declared", function() return super end)
end)

-- ---- instances ----

it("__init gets the instance and all arguments; what it returns is ignored", function()
  class "Arguments"
  function Arguments:__init(...) self.given = { n = select("#", ...), ... } return 1, 2 end
  equal(select("#", Arguments()), 1)
  equal(Arguments(1, nil, "x", nil).given, { n = 4, 1, nil, "x" })
  local many = {}
  for i = 1, 200 do many[i] = i end
  equal(Arguments(table.unpack(many)).given[200], 200)
end)

it("what __init raises goes to the caller", function()
  class "Raising"
  function Raising:__init() error("no " .. type(self)) end
  raises("test_class.lua:%d+: no Raising", Raising)
end)

it("unknown names are nil", function()
  class "Asked"
  function Asked:__init() end
  equal(Asked().unknown, nil)
  equal(Asked()[1], nil)
  equal(Asked()[true], nil)
end)

it("attributes belong to one instance, and shadow methods", function()
  class "Own"
  Own.level = 1
  function Own:__init() end
  function Own:say() return "method" end
  local a, b = Own(), Own()
  a.level, a[1] = 2, "first"
  a.say = function() return "attribute" end
  equal({ a.level, a[1], a:say() }, { 2, "first", "attribute" })
  equal({ b.level, b[1], b:say() }, { 1, nil, "method" })
  equal(Own.level, 1)
  a.level, a.say = nil, nil
  equal({ a.level, a:say() }, { 1, "method" })
  a.level = false
  equal(a.level, false)
end)

it("nil cannot be the name of an attribute", function()
  class "Named"
  function Named:__init() end
  raises("nil", function() Named()[nil] = 1 end)
end)

it("self is the same object everywhere", function()
  class "Same"
  function Same:__init(list) list.self = self end
  local list = {}
  local one = Same(list)
  truthy(rawequal(one, list.self))
  truthy(one == list.self)
  equal(({ [one] = "found" })[list.self], "found")
end)

it("self.method and Class.method are the same function", function()
  class "Notified"
  function Notified:__init() end
  function Notified:call() end
  truthy(rawequal(Notified().call, Notified.call))
end)

it("a method can be taken without calling it", function()
  class "Taken"
  function Taken:__init() self.value = 3 end
  function Taken:get() return self.value end
  local one = Taken()
  local get = one.get
  equal(get(one), 3)
  equal(select(2, pcall(one.get, one)), 3)
end)

it("an instance is no table: pairs, next, #, rawget, rawset and setmetatable raise", function()
  class "NoTable"
  function NoTable:__init() end
  local one = NoTable()
  raises("NoTable", function() for _ in pairs(one) do end end)
  raises("NoTable", next, one)
  raises("No such operator defined", function() return #one end)
  raises("NoTable", rawget, one, "x")
  raises("NoTable", rawset, one, "x", 1)
  raises("NoTable", setmetatable, one, {})
end)

it("what makes an instance work is out of reach", function()
  class "Sealed"
  function Sealed:__init() end
  falsy(getmetatable(Sealed()))
  falsy(getmetatable(Sealed))
  falsy(getmetatable(Message("/a")))
end)

spec.finish()
