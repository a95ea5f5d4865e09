-- Specs of who hears of changes in a document without being a notifier: preferences are saved by it.
-- SPDX-License-Identifier: MIT

local spec = require "spec"
local it, equal, falsy, raises = spec.it, spec.equal, spec.falsy, spec.raises
local Document = renoise.Document

-- What scripts do not get: lua/renoise/document_tree.lua.
local tree
for index = 1, 100 do
  local name, value = debug.getupvalue(Document.DocumentNode.add_property, index)
  if name == "tree" then tree = value end
end

-- A document that is watched, and a function that tells how often something was heard since it was last asked.
local function watched(doc)
  local calls = 0
  local stop = tree.on_change(doc, function(...) calls = calls + 1 + select("#", ...) end)
  return doc, function()
    local heard = calls
    calls = 0
    return heard
  end, stop
end

local function everything(name)
  return Document.create(name) {
    number = 1, flag = true, text = "a", numbers = { 1, 2 }, node = { inner = { number = 1 } },
    nodes = Document.DocumentList(),
  }
end

Document.create("ChangedItem") { number = 1 }

it("each change is heard of once, however deep", function()
  local doc, heard = watched(everything("Deep"))
  local changes = {
    function() doc.number.value = 2 end,
    function() doc.flag.value = false end,
    function() doc.text:from_string("b") end,
    function() doc.numbers:insert(3) end,
    function() doc.numbers[3].value = 4 end,
    function() doc.numbers:swap(1, 2) end,
    function() doc.numbers:remove(1) end,
    function() doc.node.inner.number.value = 2 end,
    function() doc.nodes:insert(Document.instantiate("ChangedItem")) end,
    function() doc.nodes[1].number.value = 2 end,
    function() doc:add_property("late", 1) end,
    function() doc.late.value = 2 end,
    function() doc:remove_property(doc.late) end,
    function() doc.node.inner:add_property("late", {1}) end,
    function() doc.node.inner.late:insert(1) end,
  }
  for place, change in ipairs(changes) do
    change()
    equal({ place, heard() }, { place, 1 })
  end
  doc.number.value = 2
  doc.nodes:swap(1, 1)
  equal(heard(), 1)
end)

it("it comes behind the notifiers", function()
  local doc, order = everything("Order"), {}
  tree.on_change(doc, function() order[#order + 1] = "changed" end)
  doc.number:add_notifier(function() order[#order + 1] = "notified" end)
  doc.number.value = 2
  equal(order, { "notified", "changed" })
end)

it("scripts do not see it, and cannot remove it", function()
  local doc, heard = watched(everything("Hidden"))
  for _, member in ipairs { doc.number, doc.numbers, doc.nodes } do
    member:remove_notifier(doc)
    member:remove_notifier(doc.node)
    falsy(member:has_notifier(heard))
  end
  doc.number.value = 2
  doc.numbers:insert(1)
  equal(heard(), 2)
  raises("has not been added", doc.number.remove_notifier, doc.number, heard)
end)

it("each who hears ends it alone, and may do so twice", function()
  local doc, heard, stop = watched(everything("Ends"))
  local _, other = watched(doc)
  stop()
  stop()
  doc.number.value = 2
  doc.node.inner.number.value = 2
  equal({ heard(), other() }, { 0, 2 })
end)

it("what has gone from a document is not heard of any more", function()
  local doc, heard = watched(everything("Gone"))
  local item, node, inner = doc.numbers[1], doc.node, doc.node.inner
  doc.numbers:remove(1)
  doc:remove_property(node)
  equal(heard(), 2)
  item.value = 9
  inner.number.value = 9
  equal(heard(), 0)
  doc:add_property("again", inner)
  inner.number.value = 8
  equal(heard(), 2)
end)

it("what is there twice is heard of until it has gone twice", function()
  local doc, heard = watched(everything("Twice"))
  local node = Document.instantiate("ChangedItem")
  doc.nodes:insert(node)
  doc.nodes:insert(node)
  doc.nodes:remove()
  heard()
  node.number.value = 5
  equal(heard(), 1)
  doc.nodes:remove()
  heard()
  node.number.value = 6
  equal(heard(), 0)
end)

it("one value in two documents tells both", function()
  local number = Document.ObservableNumber(1)
  local one, heard_one = watched(Document.create("BothOne") { number = number })
  local _, heard_two = watched(Document.create("BothTwo") { number = number })
  number.value = 2
  equal({ heard_one(), heard_two() }, { 1, 1 })
  one:remove_property(number)
  heard_one()
  number.value = 3
  equal({ heard_one(), heard_two() }, { 0, 1 })
end)

it("loading is heard of", function()
  local doc, heard = watched(everything("Loads"))
  local saved = doc:to_string()
  doc:from_string(saved)
  equal(heard(), 0)
  doc.number.value, doc.node.inner.number.value = 5, 5
  heard()
  doc:from_string(saved)
  equal(heard(), 2)
end)

it("one that fails is removed, and the change is made all the same", function()
  local doc, calls = everything("Fails"), 0
  tree.on_change(doc, function()
    calls = calls + 1
    error("on purpose")
  end)
  doc.number.value = 2
  doc.number.value = 3
  equal({ doc.number.value, calls }, { 3, 1 })
end)

it("a document that is watched is let go of with what is in it", function()
  local weak = setmetatable({}, { __mode = "k" })
  local function make() -- in a function, for what a block leaves on the stack counts as held
    local doc = watched(Document.create("Weak") { number = 1, node = { inner = { number = 1 } } })
    doc:add_property("nodes", Document.DocumentList()) -- what is in its table a model keeps, for those that it will make
    weak[doc], weak[doc.number], weak[doc.nodes] = true, true, true
  end
  make()
  collectgarbage()
  collectgarbage()
  equal(next(weak), nil)
end)

spec.finish()
