-- Specs of renoise.Document.create and instantiate, and of DocumentNode: its members, models and classes.
-- SPDX-License-Identifier: MIT

local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises
local Document = renoise.Document
local DocumentNode = Document.DocumentNode

local function same(a, b) truthy(rawequal(a, b)) end

it("a table says what is in a document", function()
  local doc = Document.create("Everything") {
    flag = true,
    number = 99,
    text = "a",
    flags = { false },
    numbers = { 0, 12, 13 },
    texts = { "12", "11" },
    node = { number = 234, inner = { flag = false } },
    explicit = Document.ObservableString("b"),
    list = Document.ObservableNumberList(),
    nodes = Document.DocumentList(),
  }
  equal(type(doc), "DocumentNode")
  equal({ type(doc.flag), type(doc.number), type(doc.text) }, { "ObservableBoolean", "ObservableNumber", "ObservableString" })
  equal({ doc.flag.value, doc.number.value, doc.text.value, doc.explicit.value }, { true, 99, "a", "b" })
  equal({ type(doc.flags), type(doc.numbers), type(doc.texts) },
    { "ObservableBooleanList", "ObservableNumberList", "ObservableStringList" })
  equal({ #doc.flags, doc.flags[1].value, #doc.numbers, doc.numbers[3].value, doc.texts[1].value }, { 1, false, 3, 13, "12" })
  equal({ type(doc.node), type(doc.node.inner) }, { "DocumentNode", "DocumentNode" })
  equal({ doc.node.number.value, doc.node.inner.flag.value }, { 234, false })
  equal({ #doc.list, #doc.nodes, type(doc.nodes) }, { 0, 0, "DocumentList" })
  equal(doc.nothing, nil)
end)

it("what is in a table is taken as it is", function()
  local number, list, node = Document.ObservableNumber(4), Document.DocumentList(), DocumentNode()
  local doc = Document.create("TakesAsIs") { number = number, list = list, node = node }
  same(doc.number, number)
  same(doc.list, list)
  same(doc.node, node)
  number.value = 5
  equal(doc.number.value, 5)
end)

it("tables that say no type raise, with the name", function()
  local create = Document.create("Wrong")
  raises("test_document.lua:%d+: empty: an empty table", function() create { empty = {} } end)
  raises("node: inner: an empty table", create, { node = { inner = {} } })
  raises("list: the values of a list must be of one type", create, { list = { 1, "a" } })
  raises("list: the values of a list", create, { list = { false, 1 } })
  raises("list: .*one behind the other", create, { list = { 1, 2, x = 3 } })
  raises("list: .*one behind the other", create, { list = { {}, {} } })
  raises("fn: a value of the type function cannot be in a document", create, { fn = print })
  raises("bang: a value of the type ObservableBang cannot be in a document", create, { bang = Document.ObservableBang() })
  raises("base: a value of the type ObservableList cannot be", create, { base = Document.ObservableList() })
  raises("message: a value of the type Message cannot be", create, { message = renoise.Osc.Message("/a") })
  raises("a table expected, got nil", create)
  raises("'Wrong' was not registered", Document.instantiate, "Wrong")
end)

it("names are those that XML and Lua both have", function()
  for _, name in ipairs { "", "1a", "a b", "<a>", "a!", "a.b", "a-b", "\u{e4}", "a\n" } do
    raises("cannot be the name of a model", Document.create, name)
    raises("cannot be the name of a property", Document.create("Names"), { [name] = 1 })
    raises("cannot be the name of a property", DocumentNode().add_property, DocumentNode(), name, 1)
  end
  raises("cannot be the name of a property", Document.create("Names"), { x = 1, [{}] = 2 })
  raises("cannot be the name of a model", Document.create, nil)
  local doc = Document.create("_Names2") { _0G01_Loader = false, Z_9 = 1 }
  equal({ doc._0G01_Loader.value, doc.Z_9.value }, { false, 1 })
end)

it("properties are added, asked for, and removed", function()
  local doc = Document.create("Properties") {}
  local number = doc:add_property("number", 1)
  equal({ type(number), number.value }, { "ObservableNumber", 1 })
  same(doc.number, number)
  same(doc:property("number"), number)
  same(doc.property(doc, "number"), number)
  equal({ doc:has_property("number"), doc:has_property("other"), doc:property("other") }, { true, false })
  local list = doc:add_property("list", { "a", "b" })
  equal({ type(list), #list }, { "ObservableStringList", 2 })
  local node = doc:add_property("node", Document.create("PropertiesNode") {})
  same(doc.node, node)
  equal(doc:add_property("text", Document.ObservableString("c")).value, "c")
  raises("test_document.lua:%d+: there is a property 'number' already", function() doc:add_property("number", 2) end)
  raises("there is a property 'list' already", doc.add_property, doc, "list", 1)
  raises("a value of the type nil cannot be in a document", doc.add_property, doc, "x")
  raises("the values of a list", doc.add_property, doc, "x", { false, 1 })
  doc:remove_property(number)
  equal({ doc:has_property("number"), doc.number, doc:property("number") }, { false })
  raises("this is no property of the document", doc.remove_property, doc, number)
  raises("this is no property of the document", doc.remove_property, doc, nil)
  doc:remove_property(doc["node"])
  equal(doc:add_property("number", "now a text").value, "now a text")
  doc:add_properties { one = 1, two = { inner = true } }
  equal({ doc.one.value, doc.two.inner.value }, { 1, true })
  raises("there is a property 'one' already", doc.add_properties, doc, { one = 1 })
  raises("a table expected", doc.add_properties, doc, 1)
end)

it("documents take attributes and methods as any instance", function()
  local doc = Document.create("Methods") { level = 5 }
  function doc:reset() self.level.value = 0 end
  doc:reset()
  equal(doc.level.value, 0)
  doc.note = "mine"
  equal({ doc.note, doc:has_property("note"), doc:has_property("reset") }, { "mine", false, false })
  doc.level = 7 -- an attribute hides what is below it
  equal({ doc.level, doc:property("level").value }, { 7, 0 })
  doc.other = Document.ObservableString("free")
  equal({ doc.other.value, doc:has_property("other") }, { "free", false })
end)

it("a property does not hide a method", function()
  local doc = Document.create("Hides") { property = 1, to_string = "a" }
  equal(doc:property("property").value, 1)
  truthy(doc:to_string():find("<to_string>a</to_string>", 1, true))
end)

it("a document cannot be in itself", function()
  local doc = Document.create("Itself") { inner = { x = 1 } }
  raises("'me' would be in itself", doc.add_property, doc, "me", doc)
  raises("'me' would be in itself", doc.inner.add_property, doc.inner, "me", doc)
end)

it("models make new documents, of what they were created with", function()
  local first = Document.create("Model") { number = 1, list = { 1, 2 }, node = { text = "a" } }
  first.number.value = 9
  first.list:remove()
  local second = Document.instantiate("Model")
  equal({ type(second), second.number.value, #second.list, second.node.text.value }, { "DocumentNode", 1, 2, "a" })
  falsy(rawequal(first.node, second.node))
  second.number.value = 5
  equal(first.number.value, 9)
  raises("test_document.lua:%d+: 'NoModel' was not registered", function() Document.instantiate("NoModel") end)
  raises("a name expected, got nil", Document.instantiate)
  Document.create("Model") { other = true }
  equal({ Document.instantiate("Model").other.value, Document.instantiate("Model").number }, { true })
end)

it("models copy observables and lists as they are by then", function()
  local number, list = Document.ObservableNumber(1), Document.DocumentList()
  Document.create("Copied") { number = number, list = list, inner = { strings = Document.ObservableStringList() } }
  number.value = 2
  list:insert(Document.create("CopiedItem") { text = "a" }).text.value = "b"
  local copy = Document.instantiate("Copied")
  equal({ copy.number.value, #copy.list, copy.list[1].text.value, #copy.inner.strings }, { 2, 1, "b", 0 })
  falsy(rawequal(copy.number, number))
  falsy(rawequal(copy.list[1], list[1]))
end)

it("classes derive from DocumentNode, and keep their methods and attributes", function()
  class "Options" (Document.DocumentNode)
  function Options:__init(level)
    DocumentNode.__init(self)
    self.made = true
    self:add_property("level", level or 12)
    self:add_properties { text = "a" }
  end
  function Options:double() return self.level.value * 2 end
  local options = Options(4)
  equal({ type(options), options.level.value, options:double(), options.made, options.nothing }, { "Options", 4, 8, true })
  equal(Options().level.value, 12)
  equal(type(Document.create("WithOptions") { options = options }.options), "Options")
  class "Careless" (Document.DocumentNode)
  function Careless:__init() self:add_property("x", 1) end
  raises("DocumentNode expected, got Careless", Careless)
  raises("DocumentNode expected, got table", options.property, {}, "level")
end)

it("instantiating makes instances of classes anew", function()
  local made = 0
  class "Counted" (Document.DocumentNode)
  function Counted:__init()
    DocumentNode.__init(self)
    self:add_property("number", 1)
    made = made + 1
  end
  local doc = Document.create("HasCounted") { list = Document.DocumentList(), one = Counted() }
  doc.list:insert(Counted()).number.value = 2
  doc.one.number.value = 3
  doc.one:add_property("extra", "x")
  equal(made, 2)
  local copy = Document.instantiate("HasCounted")
  equal(made, 4)
  equal({ copy.list[1].number.value, copy.one.number.value, copy.one.extra.value, type(copy.one) }, { 2, 3, "x", "Counted" })
end)

it("parents and children are let go of, and counted as such", function()
  class "Child" (Document.DocumentNode)
  Child.instances = 0
  function Child:__init()
    DocumentNode.__init(self)
    Child.instances = Child.instances + 1
  end
  function Child:__finalize() Child.instances = Child.instances - 1 end
  class "Parent" (Document.DocumentNode)
  Parent.instances = 0
  function Parent:__init()
    DocumentNode.__init(self)
    Parent.instances = Parent.instances + 1
    local child = self:add_property("node", Child())
    child.parent = self
    self:add_property("list", Document.DocumentList()):insert(Child())
    self:add_property("text", Document.ObservableString("a")):add_notifier(self, self.changed)
  end
  function Parent:changed() end
  function Parent:__finalize() Parent.instances = Parent.instances - 1 end
  local parent = Parent()
  collectgarbage()
  collectgarbage()
  equal({ Parent.instances, Child.instances, parent.text.value }, { 1, 2, "a" })
  parent.list:remove()
  collectgarbage()
  collectgarbage()
  equal({ Parent.instances, Child.instances }, { 1, 1 })
  parent = nil
  collectgarbage()
  collectgarbage()
  equal({ Parent.instances, Child.instances }, { 0, 0 })
end)

spec.finish()
