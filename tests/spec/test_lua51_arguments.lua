-- What functions of Lua 5.1 take and those of 5.4 refuse: texts of numbers, modes, orders. Expectations are the 5.1 manual's.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises

it("tonumber with a base", function()
  equal({ tonumber(10, 10), tonumber("7.5", 10), tonumber("0x10", 10), tonumber(7.5, 10) }, { 10, 7.5, 16, 7.5 })
  equal({ tonumber(10, 16), tonumber("ff", 16.9), tonumber(" 0xFF ", 16), tonumber("0Xg", 16) }, { 16, 255, 255 })
  equal({ tonumber("0x1", 8), tonumber("z", 36), tonumber("-7", 8), tonumber(8 / 2, 2), tonumber(nil, 10) }, { nil, 35, -7 })
  equal({ tonumber("0x1F"), tonumber("10", nil), tonumber("") }, { 31, 10 })
  raises("value expected", tonumber)
  raises("out of range", tonumber, "1", 99)
  raises("string expected", tonumber, {}, 16)
end)

it("math.max and min take texts of numbers, and say numbers", function()
  equal({ math.max(0, "64"), math.min("127", 300), math.max("5"), math.min("0x10", "2.5") }, { 64, 127, 5, 2.5 })
  raises("number expected", math.max, 1, "x")
  raises("expected", math.min)
end)

it("io.open takes modes that only the system knows", function()
  local path = os.tmpname()
  for _, mode in ipairs { "wt", "at", "w+t" } do
    local file = io.open(path, mode)
    file:write(mode)
    file:close()
  end
  local file = io.open(path, "rw")
  equal({ file:read("*a"), (file:write("x")) }, { "w+t" })
  file:close()
  file = io.open(path, "rb+")
  truthy(file:write("W"))
  file:close()
  equal(io.open(path, "rt"):read(1.0), "W")
  raises("invalid mode", io.open, path, "x")
end)

it("table.sort takes orders that hold for equal elements, too", function()
  local numbers, texts = {}, {}
  for i = 1, 500 do numbers[i], texts[i] = i * 7919 % 257, ("%03d"):format(i * 31 % 100) end
  table.sort(numbers, function(a, b) return a <= b end)
  table.sort(texts, function(a, b) return a >= b end)
  for i = 2, 500 do truthy(numbers[i - 1] <= numbers[i] and texts[i - 1] >= texts[i]) end
  equal({ #numbers, #texts }, { 500, 500 })
end)

it("table.sort keeps every element, whatever the order says", function()
  for _, order in ipairs { function() return true end, function() return false end, function() return math.random(2) == 1 end } do
    local list, sum = {}, 0
    for i = 1, 100 do list[i] = i end
    table.sort(list, order)
    for i = 1, 100 do sum = sum + list[i] end
    equal({ #list, sum }, { 100, 5050 })
  end
end)

it("table.sort at its edges", function()
  for length = 0, 40 do
    local list = {}
    for i = 1, length do list[i] = (i * 17 + length) % 41 end
    table.sort(list)
    equal(#list, length)
    for i = 2, length do truthy(list[i - 1] < list[i]) end
  end
  local list = { 3, 1, "x", 2 }
  raises("attempt to compare", table.sort, list)
  equal(list, { 3, 1, "x", 2 })
  raises("table expected", table.sort, "x")
  raises("function expected", table.sort, {}, 5)
  equal(select("#", table.sort({ 2, 1 }, nil)), 0)
  local named = table.create { { name = "b" }, { name = "a" } }
  named:sort(function(a, b) return a.name < b.name end)
  equal(named[1].name, "a")
end)

it("pairs and ipairs take tables and objects", function()
  for _, value in ipairs { 1, "text", false, print } do
    raises("table expected, got " .. type(value), pairs, value)
    raises("table expected, got " .. type(value), ipairs, value)
  end
  raises("bad argument #1 to 'ipairs' %(table expected, got nil%)", function() for _ in ipairs(nil) do end end)
  raises("bad argument #1 to 'pairs' %(table expected, got no value%)", function() pairs() end)
  local seen = {}
  for key, value in pairs { a = 1 } do seen[key] = value end
  for at, value in ipairs { "x", nil, "y" } do seen[at] = value end
  for key in pairs(setmetatable({}, { __pairs = function() return next, { b = 2 } end })) do seen[key] = true end
  equal(seen, { "x", a = 1, b = true })
end)

it("arg is what ... is, where no global has the name", function()
  local program = arg
  rawset(_G, "arg", nil)
  local function all(...) return arg end
  local function rest(first, ...) return first, arg.n, unpack(arg, 1, arg.n) end
  local function take(...)
    local format = table.remove(arg, 1)
    arg[1] = arg[1] + 1
    return format:format(unpack(arg))
  end
  local function sum(...)
    local total = 0
    for _, value in ipairs(arg) do total = total + value end
    return total
  end
  local function pass(...) return all(arg), arg end
  local passed, first = pass(5, 6)
  local function again(depth, ...)
    if depth == 0 then return arg[1] end
    return again(depth - 1, arg[1] * 2), arg[1], arg == arg
  end
  local results = {
    all(1, "two", false), all(), { rest("a", nil, "b", nil) }, take("%d-%s", 4, "x"), sum(1, 2, 3), sum(),
    { again(2, 5) }, coroutine.wrap(function(...) coroutine.yield(arg.n) end)(7, 8), { all({}) }, all(all(9)),
    { passed.n, passed[1] == first, first },
  }
  rawset(_G, "arg", program)
  equal(results, {
    { 1, "two", false, n = 3 }, { n = 0 }, { "a", 3, nil, "b", nil }, "5-x", 6, 0,
    { 20, 5, true }, 2, { { {}, n = 1 } }, { { 9, n = 1 }, n = 1 },
    { 1, true, { 5, 6, n = 2 } },
  })
end)

spec.finish()
