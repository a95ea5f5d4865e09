-- What is inside what in a document, and who hears of a change: observables, lists of them, nodes, lists of nodes.
-- SPDX-License-Identifier: MIT
local import = ...

local host = import "host"
local error, next, pcall, rawequal, type = error, next, pcall, rawequal, type
local format = string.format
local attribute, elements = host.attribute, host.elements

local tree = {}

tree.MEMBERS = {} -- the key under which a node has its members, by name
tree.ITEM = {} -- the key under which a list has what an item of it must be
local CHANGES = {} -- the key under which a node or a list that is watched has the Observable that is fired behind it

-- What ends something that has met what it cannot go on with, however deep.
function tree.stop(text, ...)
  error({ problem = format(text, ...) }, 0)
end

-- Calls body, and returns its result, or nil and what stopped it. Other errors are mistakes, and go on.
function tree.try(body, ...)
  local good, result = pcall(body, ...)
  if good then
    return result
  elseif type(result) == "table" and result.problem then
    return nil, result.problem
  end
  error(result, 0)
end

function tree.is_node(value)
  return attribute(value, tree.MEMBERS) ~= nil
end

function tree.is_list(value)
  return attribute(value, tree.ITEM) ~= nil
end

-- What is right inside: the members of a node or the items of a list, as a table; nil of all else.
local function inside(value)
  return attribute(value, tree.MEMBERS) or tree.is_list(value) and elements(value) or nil
end

-- Whether what is value, or somewhere in it.
function tree.contains(value, what)
  if rawequal(value, what) then
    return true
  end
  for _, inner in next, inside(value) or {} do
    if tree.contains(inner, what) then
      return true
    end
  end
  return false
end

-- The notifier of whoever is inside a node or a list that is watched.
local function tell(outer)
  host.fire(attribute(outer, CHANGES))
end

-- The Observable that is fired behind each change in a value. From the first call on all that is inside tells; what nobody
-- watches has none of this, and costs nothing.
local function watch(value)
  local changes = attribute(value, CHANGES)
  if changes then
    return changes
  elseif not inside(value) then
    return host.changes(value)
  end
  changes = tree.is_list(value) and host.changes(value) or host.observable()
  value[CHANGES] = changes
  for _, inner in next, inside(value) do
    tree.joined(value, inner)
  end
  return changes
end

-- Calls fn() after each change in a node, however deep: of values, lists and members. Returns what ends that.
function tree.on_change(node, fn)
  local changes = watch(node)
  changes:add_notifier(fn)
  return function()
    if changes:has_notifier(fn) then
      changes:remove_notifier(fn)
    end
  end
end

-- A node that is watched has got other members, and has no notifiers of its own to tell.
function tree.changed(node)
  if attribute(node, CHANGES) then
    tell(node)
  end
end

-- Something has come into a node or a list.
function tree.joined(outer, inner)
  if attribute(outer, CHANGES) and not watch(inner):has_notifier(tell, outer) then
    watch(inner):add_notifier(tell, outer)
  end
end

-- Something has gone from it. Where it still is in another place of it, it is heard of there.
function tree.left(outer, inner)
  if not attribute(outer, CHANGES) then
    return
  end
  for _, other in next, inside(outer) do
    if rawequal(other, inner) then
      return
    end
  end
  watch(inner):remove_notifier(tell, outer)
end

return tree
