-- The lists: of booleans, numbers and texts, whose items are observables, and of nodes.
-- SPDX-License-Identifier: MIT
local import = ...

local host = import "host"
local tree = import "renoise/document_tree"
local Document = import "document"
local class, error, next, rawequal, select, type = class, error, next, rawequal, select, type
local floor, kind_of, most = math.floor, math.type, math.maxinteger
local format = string.format
local insert_at, remove_at = table.insert, table.remove
local elements, fire, is_list, ITEM = host.elements, host.fire, tree.is_list, tree.ITEM

-- Errors name the line of the script that called the method that called here.
local CALLER = 3

-- The items of what a method was called with.
local function items_of(list)
  if not is_list(list) then
    error(format("ObservableList expected, got %s", type(list)), CALLER)
  end
  return elements(list)
end

-- A place from 1 to last, as a whole number.
local function check_place(list, place, last)
  local whole = type(place) == "number" and floor(place)
  if kind_of(whole) ~= "integer" then
    error(format("%s: a position expected, got %s", type(list), type(place)), CALLER)
  elseif whole < 1 or whole > last then
    error(format("%s: position %d is out of range", type(list), whole), CALLER)
  end
  return whole
end

-- ---- what all lists can do ----

local methods = {}

function methods:size()
  return #items_of(self)
end

function methods:property(place)
  return items_of(self)[place]
end

-- ([start,] value): the place of the first item that holds the value.
function methods:find(...)
  local items, start, value = items_of(self), 1, (...)
  if select("#", ...) > 1 then
    start, value = ...
    start = check_place(self, start, most)
  end
  for place = start, #items do
    if self[ITEM].holds(items[place], value) then
      return place
    end
  end
  return nil
end

-- ([position,] value): the new item.
function methods:insert(...)
  local items = items_of(self)
  local place, value = #items + 1, (...)
  if select("#", ...) > 1 then
    place, value = ...
    place = check_place(self, place, #items + 1)
  end
  local item, problem = self[ITEM].make(self, value)
  if not item then
    error(format("%s: %s", type(self), problem), 2)
  end
  insert_at(items, place, item)
  tree.joined(self, item)
  fire(self, { type = "insert", index = place })
  return item
end

-- Of the last one without a place.
function methods:remove(place)
  local items = items_of(self)
  if place == nil and #items == 0 then
    error(format("%s: there is nothing to remove", type(self)), 2)
  end
  place = check_place(self, place == nil and #items or place, #items)
  local item = remove_at(items, place)
  tree.left(self, item)
  fire(self, { type = "remove", index = place })
end

function methods:swap(one, other)
  local items = items_of(self)
  one, other = check_place(self, one, #items), check_place(self, other, #items)
  items[one], items[other] = items[other], items[one]
  fire(self, { type = "swap", index1 = one, index2 = other })
end

-- Declares a list; item says how one is made of what is inserted, and whether it holds what is looked for.
local function declare(name, item)
  class(Document, name)(Document.ObservableList)
  local List = Document[name]
  item.list = List
  function List:__init()
    Document.ObservableList.__init(self)
    self[ITEM] = item
  end
  for method, body in next, methods do
    List[method] = body
  end
  host.seal(List)
end

-- ---- lists of values ----

local function holds_value(item, value)
  return rawequal(item.value, value)
end

local lists = {} -- by the type of their values, for whoever makes one of a table

for kind, name in next, { boolean = "ObservableBoolean", number = "ObservableNumber", string = "ObservableString" } do
  local Item = Document[name]
  declare(name .. "List", {
    class = Item,
    holds = holds_value,
    make = function(_, value)
      if type(value) ~= kind then
        return nil, format("a %s expected, got %s", kind, type(value))
      end
      return Item(value)
    end,
  })
  lists[kind] = Document[name .. "List"]
end

-- ---- DocumentList ----

declare("DocumentList", {
  holds = rawequal,
  make = function(list, value)
    if not tree.is_node(value) then
      return nil, format("a DocumentNode expected, got %s", type(value))
    elseif tree.contains(value, list) then
      return nil, "a node cannot be in a list that is in itself"
    end
    return value
  end,
})

return { lists = lists }
