-- The views of dialogs, which nobody sees: they keep their properties and children, and tell notifiers of values.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local fields = import "renoise/fields"
local kinds = import "renoise/view_kinds"
local view_value = import "renoise/view_value"
local class, error, ipairs, next, pairs, pcall, property, rawequal, renoise, setmetatable, type =
  class, error, ipairs, next, pairs, pcall, property, rawequal, renoise, setmetatable, type
local insert, remove, sort = table.insert, table.remove, table.sort

local views = {}
local key, children, parent, listeners = {}, {}, {}, {} -- scripts cannot have these
local made = setmetatable({}, { __mode = "k" }) -- all views

renoise.Views = {} -- no class: tools look for DEFAULT_DIALOG_MARGIN here too, and find nil
class(renoise.Views, "View")
local View = renoise.Views.View

-- ---- views in views ----

-- depth: how many functions are between the script and this one.
local function check_view(view, depth)
  if view == nil or not made[view] then
    error("invalid view: a view was expected, got " .. type(view), depth + 1)
  end
end

local function add(self, child, depth)
  check_view(child, depth + 1)
  if child[parent] then error("invalid view: it is in another view already", depth + 1) end
  local above = self
  while above do
    if rawequal(above, child) then error("invalid view: it would be in itself", depth + 1) end
    above = above[parent]
  end
  insert(self[children], child)
  child[parent] = self
end

local function find(self, child, depth)
  check_view(child, depth + 1)
  for place, other in ipairs(self[children]) do
    if rawequal(other, child) then return place end
  end
  error("invalid view: it is not in this view", depth + 1)
end

function View:add_view(child) add(self, child, 2) end

function View:remove_view(child)
  remove(self[children], find(self, child, 2))
  child[parent] = nil
end

function View:swap_views(one, other)
  local list, first, second = self[children], find(self, one, 2), find(self, other, 2)
  list[first], list[second] = list[second], list[first]
end

View.add_child, View.remove_child, View.swap_childs = View.add_view, View.remove_view, View.swap_views

View.views = property(function(self)
  local list = {}
  for place, child in ipairs(self[children]) do list[place] = child end
  return list
end)

-- What is in an invisible view is invisible.
View.visible = property(function(self)
  local view = self
  while view do
    if not fields.get(view, "visible") then return false end
    view = view[parent]
  end
  return true
end, function(self, value) fields.put(self, "visible", fields.check("visible", "boolean", value, 3)) end)

-- ---- classes ----

-- The methods by which scripts listen to the observable of a name in the view.
local function add_listening(Class, name)
  local middle = (name == "pressed" or name == "released") and name .. "_" or ""
  for _, verb in ipairs { "add", "remove" } do
    Class[verb .. "_" .. middle .. "notifier"] = function(self, ...)
      local observable = self[listeners][name]
      local good, why = pcall(observable[verb .. "_notifier"], observable, ...)
      if not good then error(why, 2) end
    end
  end
end

-- The bounds of a value change with these.
local bounds = { min = true, max = true, items = true }

local function add_fields(Class, descriptions, kind)
  for name, description in pairs(descriptions) do
    local changed = kind.value and bounds[name] and view_value.limit or nil
    Class[name] = fields.property(name, description[1], changed)
  end
end

local function make_class(name, kind)
  local Class = renoise.Views[name]
  local descriptions = { visible = { "boolean", true } }
  for _, group in ipairs { kinds.view, kind.base == "Control" and kinds.control or {}, kind.has } do
    for field, description in pairs(group) do descriptions[field] = description end
  end
  add_fields(Class, kind.has, kind)
  if kind.value then view_value.add_members(Class, kind.value, kind.listens ~= nil) end
  for _, listens in ipairs(kind.listens or {}) do add_listening(Class, listens) end

  function Class:__init(given)
    if given ~= key then error("views are made by renoise.ViewBuilder()", 3) end
    fields.init(self, descriptions)
    made[self] = true
    self[children], self[listeners] = {}, {}
    if kind.value then self[listeners].value = view_value.init(self, kind.value) end
    for _, listens in ipairs(kind.listens or {}) do
      self[listeners][listens] = self[listeners][listens] or host.observable()
    end
  end

  host.seal(Class)
end

add_fields(View, kinds.view, {})
make_class("View", { has = {} })
class(renoise.Views, "Control")(View)
add_fields(renoise.Views.Control, kinds.control, {})
make_class("Control", { base = "Control", has = {} })

for name, kind in pairs(kinds.kinds) do
  class(renoise.Views, name)(renoise.Views[kind.base or "View"])
  make_class(name, kind)
end

function renoise.Views.Rack:resize() end
function renoise.Views.Canvas:update() end

for _, name in ipairs { "MultiLineText", "MultiLineTextField" } do
  local Class = renoise.Views[name]
  function Class:scroll_to_first_line() end
  function Class:scroll_to_last_line() end
  function Class:clear() self.text = "" end
  function Class:add_line(line)
    line = fields.check("line", "text", line, 2)
    self.text = self.text == "" and line or self.text .. "\n" .. line
  end
end

-- ---- making ----

-- In this order: bounds before values, values before who is told of them.
local ranks = { min = 1, max = 1, items = 1, bind = 3, value = 3, text = 3, paragraphs = 3 }
local last = { notifier = true, pressed = true, released = true }

local function set(view, name, value)
  local own = view[listeners]
  if name == "bind" and own.value then
    view_value.bind(view, value)
  elseif name == "notifier" and next(own) then
    (own.value or own.clicked or own.released):add_notifier(value)
  elseif (name == "pressed" or name == "released") and own[name] then
    own[name]:add_notifier(value)
  else
    view[name] = value
  end
end

local function names_in_order(properties)
  local names = {}
  for name in pairs(properties) do
    if type(name) == "string" and name ~= "id" and name ~= "views" then insert(names, name) end
  end
  local function rank(name) return last[name] and 4 or ranks[name] or 2 end
  sort(names, function(a, b)
    if rank(a) ~= rank(b) then return rank(a) < rank(b) end
    return a < b
  end)
  return names
end

-- Children stand among the properties, and may have gaps between them.
local function add_children(view, list)
  local places = {}
  for place in pairs(list) do
    if type(place) == "number" then insert(places, place) end
  end
  sort(places)
  for _, place in ipairs(places) do add(view, list[place], 1) end
end

-- A new view of a class, as its construction table says. registered are those that have an id.
function views.make(name, properties, registered)
  local view = renoise.Views[name](key)
  for _, property_name in ipairs(names_in_order(properties)) do
    set(view, property_name, properties[property_name])
  end
  add_children(view, properties)
  if properties.views ~= nil then add_children(view, properties.views) end
  local id = properties.id
  if id ~= nil then
    if type(id) ~= "string" then error("invalid view: its id must be a text") end
    if registered[id] ~= nil then error("invalid view: the id '" .. id .. "' is taken") end
    registered[id] = view
  end
  return view
end

return views
