-- Lua 5.1 in Lua 5.4: old names, numbers with fractions, texts of numbers, edges of the library. Expectations are the
-- 5.1 manual's.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises

-- ---- names ----

it("unpack and select", function()
  equal({ unpack({ 1, 2, 3 }) }, { 1, 2, 3 })
  equal({ unpack({ 1, 2, 3 }, 2.9) }, { 2, 3 })
  equal({ table.unpack({ 1, 2, 3 }, 1, 2.5) }, { 1, 2 })
  equal(select("#", unpack({}, 1, 3)), 3)
  equal({ select(2.5, "a", "b", "c") }, { "b", "c" })
  equal({ select(-1, "a", "b") }, { "b" })
  equal(select("#", select(4, "a")), 0)
  raises("out of range", select, 0)
  raises("out of range", select, -3, "a")
  raises("too many results", unpack, {}, 1, 1e8)
  raises("too many results", unpack, {}, math.mininteger, math.maxinteger)
end)

it("loadstring compiles a text, under the name given", function()
  equal(loadstring("return 1 + 1")(), 2)
  equal({ loadstring("return ...")(3, 4) }, { 3, 4 })
  equal({ loadstring("x = = 1", "=name") }, { nil, "name:1: unexpected symbol near '='" })
  equal(select(2, loadstring("x = = 1")), "[string \"x = = 1\"]:1: unexpected symbol near '='")
end)

it("load takes texts and functions, and never bytecode", function()
  local parts = { "return ", "4", "2" }
  equal(load(function() return table.remove(parts, 1) end)(), 42)
  equal(load("return x", "=name", "bt", { x = 7 })(), 7)
  equal({ load(function() error("no more", 0) end) }, { nil, "no more" })
  equal(select("#", load(function() return {} end)), 2)
  equal(select(2, load(string.dump(function() end))), "attempt to load a binary chunk (mode is 't')")
  equal(load(function() return nil end)(), nil)
  raises("function expected", load)
end)

it("setfenv gives one function other globals", function()
  local function get() return x end
  local function sibling() return rawget(_G, "x") end
  truthy(setfenv(get, { x = 42 }) == get)
  equal(get(), 42)
  equal(sibling(), nil)
  equal(getfenv(get).x, 42)
  truthy(getfenv(sibling) == _G)
end)

it("functions made by one with other globals have them, too", function()
  local function outer() return function() return x end end
  setfenv(outer, { x = "inner" })
  equal(outer()(), "inner")
end)

it("what a chunk sets with other globals stays there", function()
  local env = {}
  setfenv(loadstring("y = 5 function f() return y end"), env)()
  equal({ env.y, env.f() }, { 5, 5 })
  equal(rawget(_G, "y"), nil)
end)

it("setfenv by level", function()
  local function first()
    setfenv(1, setmetatable({}, { __index = _G }))
    hidden = "here"
    return hidden
  end
  equal(first(), "here")
  equal(rawget(_G, "hidden"), nil)
  local function caller()
    local function set() setfenv(2, { z = 9 }) end
    set()
    return z
  end
  equal(caller(), 9)
end)

it("getfenv by level, and of what has none", function()
  truthy(getfenv() == _G)
  truthy(getfenv(0) == _G)
  truthy(getfenv(1) == _G)
  truthy(getfenv(print) == _G)
  local function bare() end
  local env = {}
  setfenv(bare, env)
  truthy(getfenv(bare) == env)
end)

it("setfenv refuses what has no globals of its own", function()
  raises("cannot change environment", setfenv, print, {})
  raises("table expected", setfenv, 1)
  raises("number expected, got nil", setfenv, nil, {})
  truthy(getfenv(nil) == getfenv(1))
  raises("invalid level", setfenv, 100, {})
  raises("non%-negative", getfenv, -1)
end)

it("debug.setfenv and debug.getfenv take functions", function()
  local function get() return x end
  truthy(debug.setfenv(get, { x = 42 }) == get)
  equal(get(), 42)
  equal(debug.getfenv(get), { x = 42 })
  equal(debug.getfenv({}), nil)
  raises("cannot change environment", debug.setfenv, 1, {})
end)

it("setfenv(0) is for all that is loaded later", function()
  local before = getfenv(0)
  setfenv(0, { later = 1 })
  local chunk = loadstring("return later")
  setfenv(0, before)
  equal(chunk(), 1)
  equal(pcall(loadstring("return later")), false)
end)

it("module makes a table the globals of the chunk", function()
  local chunk = loadstring([[
    module("spec_module", package.seeall)
    function hello(name) return greeting .. tostring(name) end
    greeting = "hello, "
  ]])
  equal(select("#", chunk()), 0)
  local made = package.loaded.spec_module
  truthy(rawget(_G, "spec_module") == made)
  equal(made.hello("x"), "hello, x")
  equal({ made._NAME, made._PACKAGE }, { "spec_module", "" })
  truthy(made._M == made)
  equal(rawget(_G, "greeting"), nil)
end)

it("module with dots makes tables in tables, and without seeall sees nothing", function()
  local ok, why = pcall(loadstring('module("spec_a.b.c") return print'))
  equal({ ok, why }, { true, nil })
  equal(rawget(_G, "spec_a").b.c._PACKAGE, "spec_a.b.")
  rawset(_G, "spec_taken", 5)
  raises("name conflict for module 'spec_taken'", loadstring('module "spec_taken"'))
end)

it("math's old names", function()
  equal({ math.mod(7, 4), math.mod(-7, 4), math.pow(2, 10), math.log10(1000) }, { 3, -3, 1024.0, 3.0 })
  equal({ math.ldexp(0.5, 3.9), math.frexp(8) }, { 4.0, 0.5, 4 })
  equal({ math.cosh(0), math.sinh(0), math.tanh(0), math.atan2(0, 1) }, { 1.0, 0.0, 0.0, 0.0 })
  truthy(math.fmod(1, 0) ~= math.fmod(1, 0)) -- not a number
  equal(math.ldexp(1, 1e300), math.huge)
end)

it("table's old names", function()
  equal({ table.getn({ 1, 2 }), table.maxn({ 1, [10.5] = 2, x = 3 }), table.maxn({}) }, { 2, 10.5, 0 })
  local seen = {}
  table.foreach({ a = 1, 5 }, function(key, value) seen[key] = value end)
  equal(seen, { a = 1, 5 })
  equal(table.foreach({ 1, 2 }, function(key) return key end), 1)
  local order = {}
  table.foreachi({ "x", "y", a = 1 }, function(index, value) order[#order + 1] = index .. value end)
  equal(order, { "1x", "2y" })
  equal(table.foreachi({ "x", "y" }, function(index, value) if value == "y" then return index end end), 2)
end)

it("string.gfind, gcinfo, newproxy, package.loaders", function()
  local words = {}
  for word in string.gfind("a bc", "%a+") do words[#words + 1] = word end
  equal(words, { "a", "bc" })
  truthy(gcinfo() > 0 and gcinfo() % 1 == 0)
  equal(type(newproxy()), "userdata")
  falsy(getmetatable(newproxy(false)))
  local proxy = newproxy(true)
  getmetatable(proxy).__index = { x = 1 }
  equal(newproxy(proxy).x, 1)
  raises("proxy expected", newproxy, io.stdout)
  truthy(package.loaders == package.searchers)
end)

it("a __gc that a proxy's metatable gets later is called", function()
  local ended = 0
  local proxy = newproxy(true)
  getmetatable(proxy).__gc = function() ended = ended + 1 end
  proxy = nil
  collectgarbage()
  collectgarbage()
  equal(ended, 1)
end)

it("_VERSION says what runs", function() equal(_VERSION, "Lua 5.4") end)

-- ---- numbers with fractions ----

it("string functions cut fractions off", function()
  equal({ ("x"):rep(2.9), ("abcdef"):sub(2.9, 4.1), ("abc"):sub(-2.9), ("abc"):byte(1.5) }, { "xx", "bcd", "bc", 97 })
  equal({ ("abc"):byte(-1.9, -1), string.char(65.9, 66.1) }, { 99, "AB" })
  equal({ ("abcb"):find("b", 2.9, true) }, { 2, 2 })
  equal({ ("abcb"):match("b()", 2.5), (("aaa"):gsub("a", "b", 1.5)) }, { 3, "baa" })
  equal(("x"):rep(0 / 0), "")
  raises("value out of range", string.char, 256)
  raises("value out of range", string.char, -1)
  raises("too large", string.rep, "x", 1e300)
end)

it("sub and byte at their edges", function()
  equal({ ("abc"):sub(0), ("abc"):sub(-10, 10), ("abc"):sub(3, 2), ("abc"):sub(4) }, { "abc", "abc", "", "" })
  equal({ ("abc"):sub(math.mininteger, math.maxinteger), ("abc"):sub(2, -2), (""):sub(1) }, { "abc", "b", "" })
  equal({ ("abc"):byte(1, -1) }, { 97, 98, 99 })
  equal({ select("#", ("abc"):byte(4)), select("#", ("abc"):byte(0)), select("#", (""):byte()) }, { 0, 0, 0 })
  equal({ ("abc"):byte() }, { 97 })
  equal(string.char(), "")
end)

it("string.format cuts fractions off", function()
  equal(("%d %i %c %o %x %X"):format(3.7, -3.7, 65.9, 8.9, 255.9, 255.9), "3 -3 A 10 ff FF")
  equal(("%5d|%-5d|%05d"):format(1.9, 2.9, 3.9), "    1|2    |00003")
  equal(("%d %x"):format("3.9", "10"), "3 a")
  equal(("%d"):format(2 ^ 31), "2147483648")
  equal(("%x %x"):format(-1, 2 ^ 63), "ffffffffffffffff 8000000000000000")
  raises("number expected", string.format, "%d", {})
  raises("bad argument #2", string.format, "%d")
  raises("invalid conversion", string.format, "%y", 1)
end)

it("string.format knows %u", function()
  equal(("%u %5u|%-5u|%05u"):format(7.9, 8, 9, 10), "7     8|9    |00010")
  equal(("%u"):format(-1), "18446744073709551615")
  equal(("a%%u%ub%s%uc"):format(1, "x", 2), "a%u1bx2c")
  raises("number expected", string.format, "%u", "x")
  raises("no value", string.format, "%u")
end)

it("table functions cut fractions off", function()
  local t = { 1, 2, 3 }
  table.insert(t, 2.0, "x")
  table.insert(t, 2.9, "y")
  equal(t, { 1, "y", "x", 2, 3 })
  equal(table.remove(t, 2.5), "y")
  equal(table.concat({ 1, 2, 3 }, ",", 1.9, 2.9), "1,2")
end)

it("math, os and io functions cut fractions off", function()
  math.randomseed(1234567.89)
  for _ = 1, 20 do
    local value = math.random(1.9, 2.9)
    truthy(value == 1 or value == 2)
    equal(math.random(1.9), 1)
  end
  equal(os.date("!%H:%M:%S", 3661.9), "01:01:01")
  equal(os.date("!*t", 3661.9).min, 1)
  equal(os.time({ year = 2020.9, month = 2.5, day = 3.5, hour = 12 }), os.time({ year = 2020, month = 2, day = 3, hour = 12 }))
  equal({ os.difftime(5.5, 2), os.difftime(5) }, { 3.5, 5.0 })
  local file = io.tmpfile()
  file:write("abcdef")
  file:seek("set", 1.9)
  equal(file:read(2.9), "bc")
  file:close()
  collectgarbage("setpause", 200.5)
end)

it("texts of numbers and numbers in the place of texts are taken", function()
  equal({ math.max("1", 2), math.max("10", "9"), math.min("1", 2, "0.5"), math.max(1) }, { 2, 10, 0.5, 1 })
  equal({ math.min(3, 1, 2), math.max(1.5, 1), math.max(-1, "-0x10") }, { 1, 1.5, -1 })
  raises("bad argument #2 to 'max' %(number expected, got string%)", function() math.max(1, "one") end)
  raises("bad argument #1 to 'min' %(number expected, got no value%)", function() math.min() end)
  equal({ tonumber(10, 16), tonumber(10 / 1, 2), tonumber(12, 10), tonumber("ff", 16) }, { 16, 2, 12, 255 })
  equal({ tonumber(19, 8), tonumber(1.5, 10), tonumber("1.5"), tonumber(7), tonumber(7, nil) }, { nil, 1.5, 1.5, 7, 7 })
  raises("bad argument #1 to 'tonumber'", function() tonumber() end)
  raises("base out of range", function() tonumber("1", 37) end)
end)

it("math.random of nothing raises", function()
  raises("interval is empty", math.random, 0)
  raises("interval is empty", math.random, -1)
  raises("interval is empty", math.random, 2, 1)
  local value = math.random()
  truthy(value >= 0 and value < 1)
end)

-- ---- texts of numbers ----

it("whole floats have no point in tostring, format, concat and write", function()
  equal({ tostring(1.0), tostring(2 ^ 31), tostring(2 ^ 53), tostring(1e15), tostring(-0.0), tostring(1.5) },
    { "1", "2147483648", "9.007199254741e+15", "1e+15", "-0", "1.5" })
  equal({ tostring(math.huge), tostring(-math.huge), tostring(10 / 2) }, { "inf", "-inf", "5" })
  equal(("%s %5s|%q"):format(1.0, 2.0, "x"), "1     2|\"x\"")
  equal(table.concat({ 1.0, 2, 2.5, "x" }, ","), "1,2,2.5,x")
  equal(("x"):gsub("x", function() return 3.0 end), "3")
  local file = io.tmpfile()
  file:write(1.0, " ", 2)
  file:seek("set")
  equal(file:read("*a"), "1 2")
  file:close()
end)

it("tostring asks metamethods as ever", function()
  equal(tostring(setmetatable({}, { __tostring = function() return "told" end })), "told")
  truthy(tostring(setmetatable({}, { __name = "Named" })):find("^Named: "))
  raises("must return a string", print, setmetatable({}, { __tostring = function() return {} end }))
  raises("value expected", tostring)
  class "Shown"
  function Shown:__init() end
  equal(("%s"):format(Shown()), "<Shown>")
  function Shown:__tostring() return "shown" end
  equal({ tostring(Shown()), ("%s"):format(Shown()) }, { "shown", "shown" })
end)

it("OSC's floats that are whole are whole numbers", function()
  local message = renoise.Osc.Message("/a", { { tag = "f", value = 1 }, { tag = "d", value = 2 }, { tag = "f", value = 0.5 } })
  local read = renoise.Osc.from_binary_data(message.binary_data).arguments
  equal({ read[1].value .. "", read[2].value .. "", read[3].value .. "" }, { "1", "2", "0.5" })
end)

-- ---- edges of the library ----

it("table.remove beyond the end gives nil, table.insert goes there", function()
  local t = { 1, 2, [0] = "zero" }
  equal({ table.remove(t, 5), table.remove(t, 0), table.remove(t, -1), table.remove({}) }, {})
  equal(t, { 1, 2, [0] = "zero" })
  equal(table.remove({ [0] = 1 }), nil)
  table.insert(t, 5, "far")
  equal(t, { 1, 2, [0] = "zero", [5] = "far" })
  local low = { 1, 2 }
  table.insert(low, 0, "low")
  equal(low, { nil, 1, 2, [0] = "low" })
  raises("wrong number of arguments", table.insert, {})
  raises("wrong number of arguments", table.insert, {}, 1, 2, 3)
  raises("table expected", table.insert, nil, 1)
  raises("too many elements", table.insert, {}, -1e18, 1)
end)

it("table functions see metamethods, as in 5.4", function()
  local log = {}
  local t = setmetatable({}, { __len = function() return 2 end, __index = function(_, key) return "v" .. key end,
    __newindex = function(_, key, value) log[#log + 1] = key .. "=" .. tostring(value) end })
  table.insert(t, "new")
  equal({ table.concat(t, ","), table.concat(log, " ") }, { "v1,v2", "3=new" })
  raises("invalid value %(at index 1%)", table.concat, { {} })
  equal(table.concat({}, ","), "")
  equal(table.concat({ "a" }, ",", math.maxinteger, math.maxinteger - 1), "")
end)

it("coroutine.running is nil outside of coroutines", function()
  equal({ coroutine.running() }, { nil, true })
  local co
  co = coroutine.create(function() return coroutine.running() end)
  local _, running, is_main = coroutine.resume(co)
  truthy(running == co)
  equal(is_main, false)
end)

it("a % in a replacement stands for itself before most signs", function()
  equal({ (("a.b"):gsub("%.", "%-")), (("ab"):gsub("a", "%%")), (("ab"):gsub("(a)", "[%1%0]")) }, { "a-b", "%b", "[aa]b" })
  raises("invalid capture index", string.gsub, "a", "a", "%2")
end)

it("os.date passes on what it does not know", function()
  equal({ os.date("%Q", 0), os.date("!%Y-%m-%d", 0), os.date("", 0), os.date("!%H%%", 0) }, { "%Q", "1970-01-01", "", "00%" })
  equal(os.date("!*t", 0).year, 1970)
  equal(#os.date("!" .. ("%Y"):rep(300), 0), 1200)
  truthy(os.date():find("%d"))
end)

it("os.execute returns the number that the system does, and how the command ended", function()
  equal({ os.execute("true") }, { 0, "exit", 0 })
  equal({ os.execute("exit 3") }, { 3 * 256, "exit", 3 })
  equal({ os.execute("kill -9 $$") }, { 9, "signal", 9 })
  equal({ os.execute() }, { 1 })
  equal(("code %d"):format(os.execute("false")), "code 256")
  raises("string expected, got table", os.execute, {})
end)

it("require returns the module alone", function()
  package.preload.spec_one_module = function() return { 7 } end
  local list = {}
  table.insert(list, require("spec_one_module"))
  table.insert(list, require("spec_one_module"))
  equal(list, { { 7 }, { 7 } })
  equal(list[1], list[2])
end)

it("xpcall, pcall and ipairs are as ever", function()
  equal({ xpcall(function(...) return ... end, print, 1, 2) }, { true, 1, 2 })
  equal({ pcall(error, "x", 0) }, { false, "x" })
end)

it("idioms", function()
  for _, name in ipairs { "missing_spec_module" } do equal(pcall(require, name), false) end
  local out = {}
  for key, value in next, { a = 1 } do out[#out + 1] = key .. value end
  equal(out, { "a1" })
  equal({ math.floor(3.7) .. "", ("%02d:%02d"):format(65 / 60, 65 % 60) }, { "3", "01:05" })
  equal(({ [1.0] = "one" })[1], "one")
  equal(table.getn({ n = 5, 1 }), 1)
  equal(string.format("%s", nil), "nil")
  equal(_G._G, _G)
end)

it("errors of functions name the function", function()
  raises("bad argument #2 to 'format' %(no value%)", function() string.format("%d") end)
  raises("bad argument #1 to 'random' %(number expected, got table%)", function() math.random({}) end)
  raises("bad argument #1 to 'rep' %(number expected, got no value%)", function() ("x"):rep() end)
end)

it("tostring returns what __tostring does", function()
  class "SpecTold"
  function SpecTold:__init(told) self.told = told end
  function SpecTold:__tostring() return self.told end
  for _, told in ipairs { 5, "text", {}, false } do
    equal(tostring(setmetatable({}, { __tostring = function() return told end })), told)
    equal(tostring(SpecTold(told)), told)
  end
  equal(tostring(setmetatable({}, { __tostring = function() end })), nil)
  raises("must return a string", print, SpecTold({}))
end)

it("errors of functions tell the line that calls", function()
  local here = debug.getinfo(1, "l").currentline
  local calls = {
    function() table.insert({}, 1, 2, 3) end,
    function() ("x"):rep({}) end,
    function() bit.band() end,
    function() setfenv(print, {}) end,
    function() table.find(1, 2) end,
    function() math.random(0) end,
    function() io.chmod("x", 999) end,
    function() os.dirnames("/there/is/no/such/folder") end,
    function() string.format("%d") end,
    function() ("%d"):format({}) end,
    function() math.random(2, 1) end,
    function() math.randomseed({}) end,
    function() table.move({}, 1) end,
    function() io.lines("/there/is/no/such/file") end,
    function() io.tmpfile():read("x") end,
    function() io.tmpfile():seek("there") end,
    function() os.time({}) end,
    function() collectgarbage("nothing") end,
    function() setmetatable(1, {}) end,
    function() xpcall(1) end,
    function() unpack() end,
    function() table.concat({ {} }) end,
    function() loadstring() end,
    function() require("there_is_no_such_module") end,
    function() module() end,
    function() newproxy({}) end,
    function() select(0) end,
  }
  for n, call in ipairs(calls) do
    local _, problem = pcall(call)
    equal(tostring(problem):match("test_lua51.lua:%d+: ") or problem, ("test_lua51.lua:%d: "):format(here + 1 + n))
  end
end)

spec.finish()
