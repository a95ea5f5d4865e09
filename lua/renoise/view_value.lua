-- The values of views: kept in their bounds, bound to observables of documents, and told to notifiers.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local fields = import "renoise/fields"
local error, floor, pairs, property, setmetatable, type = error, math.floor, pairs, property, setmetatable, type
local concat, gmatch, gsub = table.concat, string.gmatch, string.gsub

local view_value = {}
local states = {} -- key of a view's { kind, value, observable, write }

-- ---- texts of several lines ----

local function join(paragraphs) return concat(paragraphs, "\n") end

local function split(text)
  local lines = {}
  if text == "" then return lines end
  for line in gmatch(gsub(text, "\r\n?", "\n") .. "\n", "(.-)\n") do lines[#lines + 1] = line end
  return lines
end

-- ---- bounds ----

local function clamp(value, min, max)
  if value > max then value = max end
  return value < min and min or value
end

-- The value as the bounds of its view let it be.
local function limit(view, kind, value)
  if kind == "number" and fields.has(view, "min") then
    return clamp(value, fields.get(view, "min"), fields.get(view, "max"))
  elseif kind == "index" then
    return clamp(floor(value), 1, #fields.get(view, "items"))
  elseif kind == "point" then
    local min, max = fields.get(view, "min"), fields.get(view, "max")
    return { x = fields.whole(clamp(value.x, min.x, max.x)), y = fields.whole(clamp(value.y, min.y, max.y)) }
  end
  return value
end

local function copy(value) return type(value) == "table" and { x = value.x, y = value.y } or value end

local function same(a, b)
  if type(a) == "table" then return a.x == b.x and a.y == b.y end
  return a == b
end

-- What kinds are as fields.
local field_kinds = { number = "number", index = "number", boolean = "boolean", text = "text", lines = "text" }

-- depth: how many functions are between the script and this one.
local function check(kind, value, depth)
  if kind ~= "point" then
    value = fields.check("value", field_kinds[kind], value, depth + 1)
  elseif type(value) ~= "table" or type(value.x) ~= "number" or type(value.y) ~= "number" then
    error("invalid value: a table with x and y was expected", depth + 1)
  end
  return value
end

-- ---- changing ----

-- write: tells an observable that is bound; nil where the value has come from there, and where there is none.
local function assign(view, value, write)
  local state = view[states]
  value = limit(view, state.kind, value)
  if same(value, state.value) then return end
  state.value = value
  if write then write(value) end
  host.fire(state.observable, copy(value))
end

-- The bounds have changed.
function view_value.limit(view)
  local state = view[states]
  assign(view, state.value, state.write)
end

-- Makes the value and the observable that tells of it, which it returns.
function view_value.init(view, kind)
  local first = { number = 0, index = 1, boolean = false, text = "", lines = "", point = { x = 0, y = 0 } }
  view[states] = { kind = kind, value = first[kind], observable = host.observable() }
  return view[states].observable
end

-- ---- binding ----

-- How an observable is read and written as the value of a view: those of lists have no value of their own.
local function read_list(list)
  local lines = {}
  for place = 1, #list do lines[place] = list[place].value end
  return join(lines)
end

local function write_list(list, text)
  if read_list(list) == text then return end
  while #list > 0 do list:remove(#list) end
  for _, line in pairs(split(text)) do list:insert(line) end
end

local function read_one(observable) return observable.value end

local function write_one(observable, value)
  if observable.value ~= value then observable.value = value end
end

-- The view takes the value of the observable now and whenever it changes, as long as there is the view. What is out of its
-- bounds stays so in the observable: many a dialog shows a preference in a view that has been given no bounds. Only the
-- observable keeps the notifier, and that does not keep the view.
local function follow(view, observable, read, use)
  local weak = setmetatable({ view }, { __mode = "v" })
  local function changed()
    if weak[1] then
      assign(weak[1], use(weak[1], read(observable)))
    else
      observable:remove_notifier(changed)
    end
  end
  changed()
  observable:add_notifier(changed)
end

-- bind = observable, or of an XYPad { x = observable, y = observable }.
function view_value.bind(view, bound)
  local state = view[states]
  if state.kind == "point" then
    follow(view, bound.x, read_one, function(of, x) return { x = x, y = of[states].value.y } end)
    follow(view, bound.y, read_one, function(of, y) return { x = of[states].value.x, y = y } end)
    state.write = function(value)
      write_one(bound.x, value.x)
      write_one(bound.y, value.y)
    end
    return
  end
  local is_list = type(bound) == "ObservableStringList"
  local read, write = is_list and read_list or read_one, is_list and write_list or write_one
  follow(view, bound, read, function(_, value) return value end)
  state.write = function(value) write(bound, value) end
end

-- ---- members ----

local function value_property()
  return property(
    function(self) return copy(self[states].value) end,
    function(self, value) assign(self, check(self[states].kind, value, 3), self[states].write) end
  )
end

-- Adds the properties of a value to a class; what nobody can change is only a text.
function view_value.add_members(Class, kind, changeable)
  if changeable then Class.value = value_property() end
  if kind == "text" or kind == "lines" then Class.text = value_property() end
  if kind ~= "lines" then return end
  Class.paragraphs = property(function(self) return split(self[states].value) end, function(self, paragraphs)
    if type(paragraphs) ~= "table" then error("invalid paragraphs: a list of texts was expected", 3) end
    assign(self, join(paragraphs), self[states].write)
  end)
end

return view_value
