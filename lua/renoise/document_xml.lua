-- Documents as XML, as Renoise writes them: an element for each member, by its name; in lists one for each item.
-- SPDX-License-Identifier: MIT
local import = ...

local host = import "host"
local tree = import "renoise/document_tree"
local ipairs, type = ipairs, type
local concat = table.concat
local find, format, gsub, match, rep = string.find, string.format, string.gsub, string.match, string.rep
local attribute, elements = host.attribute, host.elements
local stop, try = tree.stop, tree.try

local xml = {}

xml.MODEL = {} -- the key under which a node has the name of its model
xml.NAMES = {} -- the key under which it has the names of its members, in their order

-- What a document is called in its file: by its model, or else by its class.
local function name_of(node)
  return attribute(node, xml.MODEL) or type(node)
end

-- ---- writing ----

local escapes = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ["\r"] = "&#13;", ['"'] = "&quot;" }

-- A text as XML has it. What XML has no place for, control characters and bytes that are no UTF-8, stands there as it is, which
-- we read again: tools keep such texts.
local function escape(text)
  return (gsub(text, '[&<>\r"]', escapes))
end

-- What an item of a list is called: Favorites has Favorite, categories have category, FavoritedList has Favorited.
local function item_name(list_name)
  local stem = match(list_name, "^(.+)ies$")
  return stem and stem .. "y" or match(list_name, "^(.+)List$") or match(list_name, "^(.+)s$") or list_name
end

-- How an item of a DocumentList says what it is to be made of.
local function type_attribute(node)
  local model = attribute(node, xml.MODEL)
  if model then
    return format(' type="lua_model:%s"', model)
  elseif type(node) ~= "DocumentNode" then
    return format(' type="lua_class:%s"', escape(type(node)))
  end
  return ""
end

local write_inner

-- An element with attributes as text, and what is in the value; at a depth of lines that begin that far to the right.
local function write(out, name, attributes, value, depth)
  if depth == host.xml_depth_max then -- what is not read is not written
    stop("too many elements inside each other")
  end
  local indent, inner = rep("  ", depth), {}
  local text = write_inner(inner, name, value, depth + 1)
  if text then
    out[#out + 1] = text == "" and format("%s<%s%s/>\n", indent, name, attributes) or
      format("%s<%s%s>%s</%s>\n", indent, name, attributes, text, name)
  elseif #inner == 0 then
    out[#out + 1] = format("%s<%s%s/>\n", indent, name, attributes)
  else
    out[#out + 1] = format("%s<%s%s>\n%s%s</%s>\n", indent, name, attributes, concat(inner), indent, name)
  end
end

-- The elements of what is inside into out; or, of an observable, its text.
function write_inner(out, name, value, depth)
  local members = attribute(value, tree.MEMBERS)
  if members then
    for _, member in ipairs(attribute(value, xml.NAMES)) do
      write(out, member, "", members[member], depth)
    end
  elseif tree.is_list(value) then
    for _, item in ipairs(elements(value)) do
      write(out, item_name(name), tree.is_node(item) and type_attribute(item) or "", item, depth)
    end
  else
    return escape(value:to_string())
  end
  return nil
end

local function write_all(value)
  local name = name_of(value)
  if not find(name, "^[A-Za-z_][A-Za-z0-9_]*$") then
    stop("'%s' cannot be the name of a document", name)
  end
  local out = { '<?xml version="1.0" encoding="UTF-8"?>\n' }
  write(out, name, ' doc_version="0"', value, 0)
  local text = concat(out)
  if #text > host.xml_bytes_max then
    stop("it is too long")
  end
  return text
end

-- The whole of a node or a list as text, or nil and why not.
function xml.write(value)
  return try(write_all, value)
end

-- ---- reading: what is to change is collected, so that nothing has changed when there is a mistake ----

local read

local function parse(observable, element, path)
  local value = host.parse_value(observable, element.text)
  if value == nil or #element > 0 then
    stop("%s: '%s' is no value of an %s", path, element.text, host.observable_type(observable))
  end
  return value
end

local function read_values(list, element, path, changes)
  local values = {}
  for place, item in ipairs(element) do
    values[place] = parse(list[tree.ITEM].class(), item, path)
  end
  changes[#changes + 1] = function()
    for place, value in ipairs(values) do
      local item = elements(list)[place]
      if item then
        item.value = value
      else
        list:insert(value)
      end
    end
    while #list > #values do
      list:remove()
    end
  end
end

local function read_nodes(list, element, path, changes)
  local nodes = {}
  for place, item in ipairs(element) do
    local node, problem = tree.try(xml.make, match(item.type or "DocumentNode", "[^:]*$"))
    if not node then
      stop("%s: %s", path, problem)
    end
    read(node, item, path, changes)
    nodes[place] = node
  end
  changes[#changes + 1] = function()
    while #list > 0 do
      list:remove()
    end
    for _, node in ipairs(nodes) do
      list:insert(node)
    end
  end
end

-- What is in the element and nowhere in the node is ignored, and the other way round.
local function read_members(node, element, path, changes)
  local members = attribute(node, tree.MEMBERS)
  for _, inner in ipairs(element) do
    local member = members[inner.name]
    if member then
      read(member, inner, path .. "." .. inner.name, changes)
    end
  end
end

function read(value, element, path, changes)
  if tree.is_node(value) then
    read_members(value, element, path, changes)
  elseif not tree.is_list(value) then
    local new = parse(value, element, path)
    changes[#changes + 1] = function()
      value.value = new
    end
  elseif value[tree.ITEM].class then
    read_values(value, element, path, changes)
  else
    read_nodes(value, element, path, changes)
  end
end

local function read_all(value, text)
  local element, problem = host.parse_xml(text)
  local name, changes = name_of(value), {}
  if not element then
    stop("%s", problem)
  elseif element.name ~= name then
    stop("it is a document of the type '%s', not '%s'", element.name, name)
  end
  read(value, element, name, changes)
  for _, change in ipairs(changes) do
    change()
  end
  return true
end

-- Sets what a text says of a node or a list: true, or nil and why not. Then nothing has changed.
function xml.read(value, text)
  return try(read_all, value, text)
end

return xml
