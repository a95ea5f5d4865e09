-- Specs of ObservableBooleanList, ObservableNumberList, ObservableStringList and DocumentList.
-- SPDX-License-Identifier: MIT

local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Document = renoise.Document

-- Each kind with values that it takes, and one that it does not.
local rows = {
  { name = "ObservableBooleanList", item = "ObservableBoolean", values = { false, true, false }, wrong = 1 },
  { name = "ObservableNumberList", item = "ObservableNumber", values = { 11, 12, 13.5 }, wrong = "11" },
  { name = "ObservableStringList", item = "ObservableString", values = { "a", "", "c" }, wrong = 11 },
}

local function filled(name, values)
  local list = Document[name]()
  for _, value in ipairs(values) do list:insert(value) end
  return list
end

local function numbers(...) return filled("ObservableNumberList", { ... }) end

-- What is in a list, as a table.
local function values_of(list)
  local values = {}
  for place = 1, #list do values[place] = list[place].value end
  return values
end

-- A list with a notifier, and the table of what that was told.
local function heard_of(list)
  local heard = {}
  list:add_notifier(function(...)
    equal(select("#", ...), 1)
    heard[#heard + 1] = (...)
  end)
  return heard
end

for _, row in ipairs(rows) do
  it(row.name .. " has observables, which insert returns", function()
    equal(type(Document[row.name]), row.name .. " class")
    local list = Document[row.name]()
    equal({ type(list), #list, list:size() }, { row.name, 0, 0 })
    for place, value in ipairs(row.values) do
      local item = list:insert(value)
      equal({ type(item), item.value, #list, list:size() }, { row.item, value, place, place })
      truthy(rawequal(item, list[place]) and rawequal(item, list:property(place)))
    end
    raises("test_observable_list.lua:%d+: " .. row.name .. ": a %l+ expected, got", function() list:insert(row.wrong) end)
    raises("expected, got nil", list.insert, list, 1, nil)
    raises("expected, got nil", list.insert, list)
    equal(values_of(list), row.values)
  end)

  it(row.name .. " as text gives the same values back", function()
    local list, copy = filled(row.name, row.values), Document[row.name]()
    copy:from_string(list:to_string())
    equal(values_of(copy), row.values)
    copy:from_string("no XML")
    equal(values_of(copy), row.values)
    copy:from_string(Document[row.name]():to_string())
    equal(#copy, 0)
  end)
end

it("what is not there is nil", function()
  local list = numbers(1, 2)
  for _, place in ipairs { 0, 3, -1, 1.5, math.huge } do
    equal({ list[place], list:property(place) }, {})
  end
  equal(list[1.0].value, 1)
  raises("unknown property or function 'first' for an object of type 'ObservableNumberList'", function() return list.first end)
  raises("unknown property or function 'first'", function() list.first = 1 end)
  raises("unknown property or function '1' for an object of type 'ObservableNumberList'", function() list[1] = 5 end)
  equal(list[1].value, 1)
  raises("unknown property or function 'save_as'", function() return Document.DocumentList().save_as end)
end)

it("insert takes a position", function()
  local list = numbers(99, 45)
  local heard = heard_of(list)
  equal(list:insert(1, 22).value, 22)
  equal(list:insert(2.0, 33).value, 33)
  equal(list:insert(5, 7).value, 7)
  equal(values_of(list), { 22, 33, 99, 45, 7 })
  equal(heard, { { type = "insert", index = 1 }, { type = "insert", index = 2 }, { type = "insert", index = 5 } })
  raises("position 0 is out of range", list.insert, list, 0, 1)
  raises("position 7 is out of range", list.insert, list, 7, 1)
  raises("a position expected, got string", list.insert, list, "1", 1)
  raises("a position expected, got number", list.insert, list, 0 / 0, 1)
  equal(#list, 5)
end)

it("remove takes a position, or the last", function()
  local list = numbers(1, 2, 3, 4)
  local heard = heard_of(list)
  list:remove()
  list:remove(1)
  list:remove(nil)
  equal(values_of(list), { 2 })
  equal(heard, { { type = "remove", index = 4 }, { type = "remove", index = 1 }, { type = "remove", index = 2 } })
  raises("position 2 is out of range", list.remove, list, 2)
  raises("position 0 is out of range", list.remove, list, 0)
  list:remove()
  raises("test_observable_list.lua:%d+: ObservableNumberList: there is nothing to remove", function() list:remove() end)
  raises("out of range", list.remove, list, 1)
end)

it("swap changes places, not observables", function()
  local list = numbers(1, 2, 3)
  local heard, first = heard_of(list), list[1]
  list:swap(1, 3)
  equal(values_of(list), { 3, 2, 1 })
  truthy(rawequal(list[3], first))
  equal(heard, { { type = "swap", index1 = 1, index2 = 3 } })
  raises("position 4 is out of range", list.swap, list, 1, 4)
  raises("position 0 is out of range", list.swap, list, 0, 3)
  raises("a position expected, got nil", list.swap, list, 1)
  equal(#heard, 1)
end)

it("find looks for a value, from a place on", function()
  local list = numbers(5, 6, 5)
  equal({ list:find(5), list:find(6), list:find(5.0) }, { 1, 2, 1 })
  equal({ list:find(2, 5), list:find(3, 5) }, { 3, 3 })
  equal({ list:find(7), list:find(3, 6), list:find(9, 5), list:find("5") }, {})
  equal(filled("ObservableBooleanList", { true, false }):find(false), 2)
  raises("position 0 is out of range", list.find, list, 0, 5)
end)

it("notifiers hear of the list alone, and may change it", function()
  local list = numbers(1, 2)
  local heard = heard_of(list)
  list[1].value = 3
  equal(heard, {})
  local function once()
    list:remove_notifier(once)
    list:insert(4)
  end
  list:add_notifier(once)
  list:insert(3)
  equal(values_of(list), { 3, 2, 3, 4 })
  equal(heard, { { type = "insert", index = 3 }, { type = "insert", index = 4 } })
  local object = {}
  list:add_notifier({ object, function(who, change) who.change = change end })
  list:remove()
  equal(object.change, { type = "remove", index = 4 })
  list:remove_notifier(object)
  list:insert(1)
  equal(object.change.type, "remove")
end)

it("items keep their notifiers when they move", function()
  local list, calls = numbers(1, 2), 0
  list[2]:add_notifier(function() calls = calls + 1 end)
  list:insert(1, 0)
  list[3].value = 5
  equal(calls, 1)
end)

it("a DocumentList has nodes, found by what they are", function()
  local list = Document.DocumentList()
  equal({ type(list), type(Document.DocumentList) }, { "DocumentList", "DocumentList class" })
  class "ListNode" (Document.DocumentNode)
  function ListNode:__init() Document.DocumentNode.__init(self) end
  local one, two = ListNode(), Document.create("ListModel") {}
  local heard = heard_of(list)
  truthy(rawequal(list:insert(one), one))
  truthy(rawequal(list:insert(1, two), two))
  truthy(rawequal(list[1], two) and rawequal(list:property(2), one))
  equal({ #list, list:find(one), list:find(two), list:find(2, two) }, { 2, 2, 1 })
  list:swap(1, 2)
  list:remove()
  truthy(#list == 1 and rawequal(list[1], one))
  equal(heard, {
    { type = "insert", index = 1 }, { type = "insert", index = 1 }, { type = "swap", index1 = 1, index2 = 2 },
    { type = "remove", index = 2 },
  })
  for _, wrong in ipairs { 1, {}, Document.ObservableNumber(), list } do
    raises("a DocumentNode expected", list.insert, list, wrong)
  end
  class "NoNode" (Document.DocumentNode)
  function NoNode:__init() end
  raises("a DocumentNode expected, got NoNode", list.insert, list, NoNode())
end)

it("a list cannot come into itself", function()
  local list = Document.DocumentList()
  local node = Document.create("Loop") { inner = { list = list } }
  raises("in itself", list.insert, list, node)
  equal(#list, 0)
end)

it("what a list holds is kept, and let go of when it is removed", function()
  local weak = setmetatable({}, { __mode = "k" })
  local list = Document.DocumentList()
  local function insert() weak[list:insert(Document.DocumentNode())] = true end
  insert() -- in a function, for what a block leaves on the stack counts as held
  collectgarbage()
  collectgarbage()
  truthy(next(weak))
  list:remove()
  collectgarbage()
  collectgarbage()
  equal(next(weak), nil)
end)

it("classes can derive from lists", function()
  class "Steps" (Document.ObservableNumberList)
  function Steps:__init()
    Document.ObservableNumberList.__init(self)
    self.name = "steps"
  end
  local steps = Steps()
  steps:insert(4)
  equal({ type(steps), #steps, steps[1].value, steps.name, steps.other }, { "Steps", 1, 4, "steps" })
end)

it("methods that are called with something else raise", function()
  local list = numbers(1)
  raises("ObservableList expected, got table", list.size, {})
  raises("ObservableList expected, got ObservableNumber", list.insert, Document.ObservableNumber(), 1)
end)

spec.finish()
