-- What Renoise adds to Lua's library: table, math, ripairs, rprint, objinfo, oprint.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises

class "Thing"
function Thing:__init(name) self.name = name end

class "Equal"
function Equal:__init(name) self.name = name end
function Equal.__eq(a, b) return a.name == b.name end

-- ---- what is read when it is first called ----

it("finds the globals that it was written for, whatever scripts have made of them", function()
  local old_type, old_insert = type, table.insert
  type, table.insert = nil, nil
  local keys = table.keys({ a = 1 })
  local info = objinfo("text")
  type, table.insert = old_type, old_insert
  equal(keys, { "a" })
  truthy(info:find("class: string", 1, true))
end)

it("names the line that calls it in errors", function()
  local good, text = pcall(function() local count = table.count(nil) end)
  falsy(good)
  truthy(text:find("test_library.lua:%d+: bad argument #1 to 'count'"))
end)

it("lets a coroutine yield in what it calls", function()
  local walk = coroutine.wrap(function()
    local found = table.foreachi({ 1, 2 }, function(_, value) return coroutine.yield(value) end)
    return "found " .. tostring(found)
  end)
  equal({ walk(), walk(), walk(nil) }, { 1, 2, "found nil" })
end)

it("is the same function before and after, and others can be put in its place", function()
  local before, given = table.copy, {}
  table.copy({})
  truthy(rawequal(table.copy, before))
  table.copy = function() return given end
  truthy(rawequal(table.copy({ 1 }), given))
  table.copy = before
end)

-- ---- table ----

it("table.create makes table's functions methods", function()
  local t = table.create()
  t:insert("a")
  t:insert("b")
  equal({ t:concat(","), t:find("b"), t:count(), t:is_empty() }, { "a,b", 2, 2, false })
  local given = { 1 }
  truthy(rawequal(table.create(given), given))
  equal(given:count(), 1)
  raises("table expected", table.create, 5)
end)

it("a method that a script adds to table is there, too", function()
  table.spec_method = function(t) return #t end
  equal(table.create({ 1, 2 }):spec_method(), 2)
  table.spec_method = nil
end)

it("is_empty and count", function()
  equal({ table.is_empty({}), table.is_empty({ 1 }), table.is_empty({ a = 1 }), table.is_empty({ false }) },
    { true, false, false, false })
  equal({ table.count({}), table.count({ 1, 2, a = 3 }) }, { 0, 3 })
  raises("bad argument #1 to 'count' %(table expected, got nil%)", table.count)
end)

it("find gives the key of the first that is the same", function()
  equal({ table.find({ "a", "b", "a" }, "a"), table.find({ "a", "b", "a" }, "a", 2) }, { 1, 3 })
  equal({ table.find({ x = "y" }, "y"), table.find({ 1, 2 }, 2.0), table.find({ false }, false) }, { "x", 2, 1 })
  equal({ table.find({}, 1), table.find({ 1 }, "1"), table.find({ 1 }, nil) }, {})
end)

it("find compares instances without raising", function()
  local a, b = Thing("a"), Thing("b")
  equal({ table.find({ a, b }, b), table.find({ a }, b) }, { 2 })
  equal(table.find({ Equal("x"), Equal("y") }, Equal("y")), 2)
  equal(table.find({ print, {}, a, 1, "x" }, "x"), 5)
  local inner = {}
  equal(table.find({ {}, inner }, inner), 2)
end)

it("keys and values", function()
  local keys, values = table.keys({ a = 1, b = 2 }), table.values({ a = 1, b = 2 })
  table.sort(keys)
  table.sort(values)
  equal({ #keys, keys[1], keys[2], #values, values[1], values[2] }, { 2, "a", "b", 2, 1, 2 })
end)

it("copy is of one level, with the metatable", function()
  local meta = {}
  local inner = {}
  local t = setmetatable({ inner = inner, 1 }, meta)
  local copy = table.copy(t)
  falsy(rawequal(copy, t))
  truthy(rawequal(copy.inner, inner))
  truthy(getmetatable(copy) == meta)
  equal(copy[1], 1)
end)

it("rcopy is of all levels, and ends", function()
  local thing = Thing("x")
  local t = { list = { 1, { 2 } }, thing = thing, call = print }
  t.self = t
  t.list.shared = t.list[2]
  local copy = table.rcopy(t)
  falsy(rawequal(copy.list, t.list))
  equal({ copy.list[1], copy.list[2][1] }, { 1, 2 })
  truthy(rawequal(copy.self, copy))
  truthy(rawequal(copy.list.shared, copy.list[2]))
  truthy(rawequal(copy.thing, thing))
  truthy(rawequal(copy.call, print))
  local meta = {}
  truthy(getmetatable(table.rcopy({ setmetatable({}, meta) })[1]) == meta)
  truthy(rawequal(table.rcopy({ math = math }).math.sin, math.sin))
end)

it("clear empties a table and those in it", function()
  local inner = { 1, 2 }
  local t = table.create { inner = inner, 1 }
  t.self = t
  t:clear()
  equal({ next(t), next(inner) }, {})
  t:insert(1)
  equal(#t, 1)
end)

-- ---- ripairs ----

it("ripairs goes from the end to the first", function()
  local out = {}
  for index, value in ripairs({ "a", "b", "c" }) do out[#out + 1] = index .. value end
  equal(out, { "3c", "2b", "1a" })
  for _ in ripairs({}) do error("there is nothing") end
end)

it("what ripairs has given may be removed", function()
  local t = { 1, 2, 3, 4 }
  for index, value in ripairs(t) do
    if value % 2 == 0 then table.remove(t, index) end
  end
  equal(t, { 1, 3 })
end)

-- ---- math: the numbers are Renoise's documentation's ----

it("decibels", function()
  equal({ math.infdb, math.lin2db(1.0), math.lin2db(0.0), math.lin2db(-1), math.lin2db(1e-300) }, { -200, 0.0, -200.0, -200.0, -200.0 })
  equal({ math.db2lin(math.infdb), math.db2lin(-300), math.db2lin(0) }, { 0.0, 0.0, 1.0 })
  equal(("%.14g"):format(math.db2lin(6.0)), "1.9952623149689")
end)

it("faders", function()
  equal(("%.14g"):format(math.db2fader(-48, 6, 0)), "0.73879611492157")
  equal({ math.db2fader(-96, 0, 1), math.db2fader(-96, 0, -96), math.db2fader(-96, 0, 0) }, { 0.0, 0.0, 1.0 })
  equal({ math.fader2db(-96, 0, 1), math.fader2db(-96, 0, 0) }, { 0, -96 })
  for db = -47, 6 do truthy(math.abs(math.fader2db(-48, 6, math.db2fader(-48, 6, db)) - db) < 1e-4) end
end)

it("decibels that are whole print as in Lua 5.1", function()
  equal(table.concat({ math.lin2db(1) .. "", math.lin2db(0) .. "", math.db2lin(0) .. "", math.db2lin(-300) .. "" }, " "), "0 -200 1 0")
  equal({ math.db2fader(-96, 0, 0) .. "", math.fader2db(-96, 0, 1) .. "", math.fader2db(-96, 0, 0) .. "" }, { "1", "0", "-96" })
end)

-- ---- printing ----

-- The names that a tool reads from objinfo: those between the two words, and those behind the second.
local function names(value)
  local text = objinfo(value)
  local between, behind = text:match("properties:(.-)methods:(.*)$")
  local properties, methods = {}, {}
  for name in between:gmatch("[%a_]+") do properties[#properties + 1] = name end
  for name in behind:gmatch("[%a_]+") do methods[#methods + 1] = name end
  return properties, methods
end

it("objinfo is one text with the names of a class and of an instance", function()
  class "Told"
  Told.LIMIT = 1
  Told.level = property(function() return 1 end)
  function Told:__init() self.own = 1 self.late = property(self.get_late) end
  function Told:get_late() return 2 end
  equal({ names(Told) }, { { "LIMIT", "level" }, { "get_late" } })
  equal({ names(Told()) }, { { "LIMIT", "late", "level", "own" }, { "get_late" } })
end)

it("objinfo asks no property, and knows what a base had", function()
  class "Base"
  function Base:__init() self.bad = property(function() error("asked") end) end
  function Base:method() end
  class "Child" (Base)
  function Child:__init() Base.__init(self) end
  equal({ names(Child()) }, { { "bad" }, { "method" } })
end)

it("objinfo of built-in objects", function()
  local properties, methods = names(renoise.Osc.Message("/a"))
  equal({ table.find(properties, "pattern") ~= nil, table.find(methods, "to_binary_data") ~= nil }, { true, true })
  class "Mine" (renoise.Osc.Message)
  function Mine:__init() renoise.Osc.Message.__init(self, "/a") end
  truthy(table.find((names(Mine())), "binary_data"))
end)

it("objinfo of all else has both words", function()
  for _, value in ipairs { 1, "x", true, print, {}, io.stdout } do truthy(objinfo(value):find("properties:.*methods:")) end
end)

-- The program that runs this; valgrind has to say which that is.
local function notewire_path()
  local link = assert(io.popen(("readlink /proc/%d/exe"):format(io.open("/proc/self/stat"):read("*n"))))
  local program = link:read("*l")
  link:close()
  return os.getenv("NOTEWIRE") or program
end

-- What fn prints, as a program of its own says it.
local function printed(code)
  local path = os.tmpname(".lua")
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  local pipe = assert(io.popen(("'%s' exec '%s' 2>&1"):format(notewire_path(), path)))
  local out = pipe:read("*a")
  pipe:close()
  return out
end

it("rprint shows tables in tables, and ends; it and oprint return nothing", function()
  local out = printed([[
    local t = { 1, 2.0, { "x" }, name = "n", ["two words"] = true }
    t.self = t
    print(select("#", rprint(t)), select("#", rprint("text")), select("#", oprint(1)))
    rprint(nil)
  ]])
  equal(out:gsub("0x%x+", "A"), 'table: A\n  [1] = 1\n  [2] = 2\n  [3] = table: A\n    [1] = "x"\n'
    .. '  name = "n"\n  self = table: A (shown above)\n  ["two words"] = true\n"text"\n'
    .. "class: number\n properties:\n methods:\n\n0\t0\t0\nnil\n")
end)

it("rprint does not mind instances that cannot be printed", function()
  local out = printed([[
    class "Bad"
    function Bad:__init() end
    function Bad:__tostring() error("no") end
    rprint({ Bad() })
  ]])
  truthy(out:find("[1] = <Bad>", 1, true))
end)

it("debug.sethook takes no hook, and taking it away does nothing", function()
  equal({ select("#", debug.sethook()), select("#", debug.sethook(nil, "", 0)) }, { 0, 0 })
  debug.sethook(coroutine.create(print))
  raises("has a hook of its own", debug.sethook, print, "l")
  raises("has a hook of its own", debug.sethook, coroutine.create(print), print, "l")
end)

it("debug.start and stop do nothing", function()
  equal({ select("#", debug.start()), select("#", debug.stop()) }, { 0, 0 })
  equal(select("#", require("remdebug.engine").start()), 0)
  equal(select("#", require("remdebug/session").stop()), 0)
  equal(remdebug.session.start, debug.start)
end)

spec.finish()
