-- renoise.Document: nodes with members by name, models to make them of, and files to keep them in.
-- SPDX-License-Identifier: MIT
local import = ...

local host = import "host"
local tree = import "renoise/document_tree"
local lists = import("renoise/observable").lists
local xml = import "renoise/document_xml"
local Document = import "document"
renoise.Document = Document
local class, error, globals, ipairs, next = class, error, _G, ipairs, next
local rawequal, rawget, tostring, type = rawequal, rawget, tostring, type
local find, format = string.find, string.format
local remove_at, sort = table.remove, table.sort
local attribute, stop = host.attribute, tree.stop
local ITEM, MEMBERS, MODEL, NAMES = tree.ITEM, tree.MEMBERS, xml.MODEL, xml.NAMES

local models = {} -- the tables that they were created with, by name
local plain = { ObservableBoolean = true, ObservableNumber = true, ObservableString = true }
local observables = {
  boolean = Document.ObservableBoolean, number = Document.ObservableNumber, string = Document.ObservableString,
}
local add_all -- below, for members may be nodes

-- What methods return that may fail.
local function result(good, problem)
  if good then
    return true
  end
  return false, problem
end

local function is_name(name)
  return type(name) == "string" and find(name, "^[A-Za-z_][A-Za-z0-9_]*$") ~= nil
end

class(Document, "DocumentNode")
local DocumentNode = Document.DocumentNode

function DocumentNode:__init()
  self[MEMBERS] = {}
  self[NAMES] = {}
end

-- ---- members ----

-- The members of what a method was called with, by name.
local function members_of(node)
  return attribute(node, MEMBERS) or
    error(format("DocumentNode expected, got %s (its __init must call DocumentNode.__init)", type(node)), 3)
end

-- Adds an observable, a list or a node. It is an attribute too, unless the class has something of that name: then
-- doc.name costs no more than any other attribute.
local function add(node, name, member)
  if not is_name(name) then
    stop("'%s' cannot be the name of a property: letters, digits and _ only, and no digit first", tostring(name))
  elseif node[MEMBERS][name] then
    stop("there is a property '%s' already", name)
  elseif tree.contains(member, node) then
    stop("'%s' would be in itself", name)
  end
  node[MEMBERS][name] = member
  node[NAMES][#node[NAMES] + 1] = name
  if node[name] == nil then
    node[name] = member
  end
  tree.joined(node, member)
  tree.changed(node)
  return member
end

-- A list of the values in a table.
local function list_of(values)
  local kind, count = type(values[1]), 0
  for _, value in next, values do
    count = count + 1
    if type(value) ~= kind then
      stop("the values of a list must be of one type, and nothing else be in its table")
    end
  end
  if not lists[kind] or count ~= #values then
    stop("a list must have booleans, numbers or texts, one behind the other")
  end
  local list = lists[kind]()
  for _, value in ipairs(values) do
    list:insert(value)
  end
  return list
end

-- A new node by the name of its model or class.
local function make(name)
  local properties, declared = models[name], rawget(globals, name)
  if properties then
    local node = DocumentNode()
    node[MODEL] = name
    return add_all(node, properties, true)
  elseif type(declared) == name .. " class" then
    local node = declared()
    return tree.is_node(node) and node or stop("'%s' is not derived from DocumentNode", name)
  end
  stop("'%s' was not registered: there is no such model, nor a class in a global", name)
end

local copy

-- Makes what is in a value what is in another of its kind.
local function fill(value, source)
  if tree.is_node(source) then
    for _, name in ipairs(source[NAMES]) do
      local member, inner = value[MEMBERS][name], source[MEMBERS][name]
      if not member then
        add(value, name, copy(inner))
      elseif type(member) == type(inner) then
        fill(member, inner)
      end
    end
  elseif tree.is_list(source) then
    for _ = 1, #value do
      value:remove()
    end
    for _, item in ipairs(host.elements(source)) do
      value:insert(tree.is_node(item) and copy(item) or item.value)
    end
  else
    value.value = source.value
  end
  return value
end

-- A new one with the same in it.
function copy(value)
  local made
  if tree.is_list(value) then
    made = value[ITEM].list()
  elseif not tree.is_node(value) then
    made = Document[host.observable_type(value)]()
  elseif value[MODEL] or type(value) == "DocumentNode" then
    made = DocumentNode()
    made[MODEL] = value[MODEL]
  else
    made = make(type(value))
  end
  return fill(made, value)
end

-- What a script's value is in a document. Observables and the like are taken as they are, or copied.
local function member_of(value, copied)
  local kind = type(value)
  if observables[kind] then
    return observables[kind](value)
  elseif kind == "table" and next(value) == nil then
    stop("an empty table says nothing of its type")
  elseif kind == "table" and value[1] ~= nil then
    return list_of(value)
  elseif kind == "table" then
    return add_all(DocumentNode(), value, copied)
  elseif tree.is_node(value) or tree.is_list(value) or plain[host.observable_type(value)] then
    return copied and copy(value) or value
  end
  stop("a value of the type %s cannot be in a document", kind)
end

-- Adds all that is in a table, in the order of its names, so that files say the same in the same order.
function add_all(node, properties, copied)
  local names = {}
  for name in next, properties do
    if not is_name(name) then
      add(node, name) -- says why not
    end
    names[#names + 1] = name
  end
  sort(names)
  for _, name in ipairs(names) do
    local member, problem = tree.try(member_of, properties[name], copied)
    if not member then
      stop("%s: %s", name, problem)
    end
    add(node, name, member)
  end
  return node
end

-- ---- DocumentNode ----

function DocumentNode:add_property(name, value)
  members_of(self)
  local member, problem = tree.try(function()
    return add(self, name, member_of(value))
  end)
  return member or error(problem, 2)
end

function DocumentNode:add_properties(properties)
  members_of(self)
  if type(properties) ~= "table" then
    error(format("add_properties: a table expected, got %s", type(properties)), 2)
  end
  local node, problem = tree.try(add_all, self, properties)
  if not node then
    error(problem, 2)
  end
end

function DocumentNode:property(name)
  return members_of(self)[name]
end

function DocumentNode:has_property(name)
  return members_of(self)[name] ~= nil
end

function DocumentNode:remove_property(member)
  local members, names = members_of(self), self[NAMES]
  for place, name in ipairs(names) do
    if rawequal(members[name], member) then
      members[name] = nil
      remove_at(names, place)
      if rawequal(attribute(self, name), member) then
        self[name] = nil
      end
      tree.left(self, member)
      tree.changed(self)
      return
    end
  end
  error("remove_property: this is no property of the document", 2)
end

function DocumentNode:to_string()
  members_of(self)
  local text, problem = xml.write(self)
  return text or error(problem, 2)
end

function DocumentNode:from_string(text)
  members_of(self)
  if type(text) ~= "string" then
    error(format("from_string: a text expected, got %s", type(text)), 2)
  end
  return result(xml.read(self, text))
end

local function check_path(path, method)
  if type(path) ~= "string" or path == "" or find(path, "\0", 1, true) then
    error(format("%s: the name of a file expected", method), 3)
  end
end

function DocumentNode:save_as(path)
  members_of(self)
  check_path(path, "save_as")
  local text, problem = xml.write(self)
  if not text then
    return false, format("cannot write '%s': %s", path, problem)
  end
  return result(host.write_file(path, text))
end

function DocumentNode:load_from(path)
  members_of(self)
  check_path(path, "load_from")
  local text, problem = host.read_file(path)
  if not text then
    return false, problem
  end
  local good, why = xml.read(self, text)
  return result(good, why and format("cannot load '%s': %s", path, why))
end

-- ---- Serializable, of the lists of values ----

for _, List in next, lists do
  function List:to_string()
    local text, problem = xml.write(self)
    return text or error(problem, 2)
  end

  function List:from_string(text)
    xml.read(self, text)
  end
end

-- ---- renoise.Document ----

function Document.create(name)
  if not is_name(name) then
    error(format("'%s' cannot be the name of a model: letters, digits and _ only, and no digit first", tostring(name)), 2)
  end
  return function(properties)
    if type(properties) ~= "table" then
      error(format("renoise.Document.create: a table expected, got %s", type(properties)), 2)
    end
    local node = DocumentNode()
    node[MODEL] = name
    local made, problem = tree.try(add_all, node, properties)
    if not made then
      error(problem, 2)
    end
    models[name] = properties
    return node
  end
end

function Document.instantiate(name)
  if type(name) ~= "string" then
    error(format("renoise.Document.instantiate: a name expected, got %s", type(name)), 2)
  end
  local node, problem = tree.try(make, name)
  return node or error(problem, 2)
end

host.seal(DocumentNode, false)
xml.make = make

return { Document = Document, is_node = tree.is_node, on_change = tree.on_change }
