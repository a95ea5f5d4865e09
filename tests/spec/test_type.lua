-- type, rawequal, and the end of instances, as Renoise scripts know them: one spec a rule.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises

-- A built-in type that is made from a text, its read-only property pattern.
local Message = rawget(_G, "Message") or renoise.Osc.Message

-- ---- type and rawequal ----

it("type of an instance is its class, of a class its name and class", function()
  class "Told"
  function Told:__init() end
  equal(type(Told()), "Told")
  equal(type(Told), "Told class")
end)

it("type of a built-in object and its class", function()
  equal(type(Message("/a")), "Message")
  equal(type(Message), "Message class")
end)

it("type of all else is Lua's", function()
  equal({ type(nil), type(1), type(1.5), type("x"), type(true), type({}), type(print), type(io.stdout) },
    { "nil", "number", "number", "string", "boolean", "table", "function", "userdata" })
  equal(type(coroutine.create(print)), "thread")
  equal(type(property(print)), "function")
  raises("value expected", type)
end)

it("a table or file cannot pretend to be of a class", function()
  equal(type(setmetatable({}, { __name = "Message" })), "table")
end)

it("rawequal compares instances by identity", function()
  class "Raw"
  function Raw:__init() end
  function Raw.__eq() return true end
  local a, b = Raw(), Raw()
  truthy(rawequal(a, a))
  falsy(rawequal(a, b))
end)

it("rawequal of all else is Lua's", function()
  local t = {}
  truthy(rawequal(t, t))
  falsy(rawequal(t, {}))
  truthy(rawequal("a", "a"))
  truthy(rawequal(nil, nil))
  falsy(rawequal(1, "1"))
  falsy(rawequal(Message("/a"), Message("/a")))
  raises("value expected", rawequal, 1)
end)

-- ---- __finalize ----

local function collect() collectgarbage() collectgarbage() end

it("__finalize is called with the instance when it is collected", function()
  class "Finalized"
  local ended = {}
  function Finalized:__init(name) self.name = name end
  function Finalized:__finalize() ended[#ended + 1] = self.name end
  local keep = Finalized("kept")
  Finalized("gone")
  collect()
  equal(ended, { "gone" })
  equal(keep.name, "kept")
  keep = nil
  collect()
  equal(ended, { "gone", "kept" })
end)

it("counts its instances", function()
  class "Instances"
  Instances.count = 0
  function Instances:__init() Instances.count = Instances.count + 1 end
  function Instances:__finalize() Instances.count = Instances.count - 1 end
  local list = {}
  for i = 1, 10 do list[i] = Instances() end
  equal(Instances.count, 10)
  list = nil
  collect()
  equal(Instances.count, 0)
end)

it("__finalize is not inherited", function()
  class "FinalBase"
  local ended = 0
  function FinalBase:__init() end
  function FinalBase:__finalize() ended = ended + 1 end
  class "FinalChild" (FinalBase)
  function FinalChild:__init() FinalBase.__init(self) end
  FinalChild()
  collect()
  equal(ended, 0)
  raises("no static '__finalize'", function() return FinalChild.__finalize end)
end)

it("an error in __finalize stops nothing", function()
  class "BadEnd"
  local ended = 0
  function BadEnd:__init() end
  function BadEnd:__finalize() ended = ended + 1 error("bad end") end
  BadEnd()
  BadEnd()
  collect()
  equal(ended, 2)
end)

it("instances that know each other are collected", function()
  class "Ring"
  local ended = 0
  function Ring:__init(other) self.other = other end
  function Ring:__finalize() ended = ended + 1 end
  do
    local a = Ring()
    a.other = Ring(a)
  end
  collect()
  equal(ended, 2)
end)

spec.finish()
