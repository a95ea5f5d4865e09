-- Whole floats as texts where Lua itself makes them of numbers: "..", and functions that are given a number for a text.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal = spec.it, spec.equal

it("a whole float appended is what Lua 5.1 appends", function()
  local n = 4
  equal({ "ch" .. n / 2, n / 2 .. "ch", n ^ 2 .. "|" .. n / 4 }, { "ch2", "2ch", "16|1" })
  equal({ -n / 2 .. "", 0.0 .. "", 1e3 .. "" }, { "-2", "0", "1000" })
  equal({ 2 ^ 31 .. "", -2 ^ 31 .. "" }, { "2147483648", "-2147483648" })
end)

it("so is one that 14 digits cannot tell from a whole number", function()
  local tenth = 0.1
  equal({ tenth * 3 * 10 .. "", (1 - tenth * 3 - 0.7 + 7) .. "" }, { "3", "7" })
  equal(("%.17g"):format(tenth * 3 * 10), "3.0000000000000004")
  equal({ 3.00000000001 .. "", 99999999999999.25 .. "" }, { "3.00000000001", "99999999999999" })
end)

it("all others are as ever", function()
  equal({ 0.5 .. "", -1.25 .. "", 1e100 .. "", 1e-5 .. "", 7 .. "" }, { "0.5", "-1.25", "1e+100", "1e-05", "7" })
  equal({ 1e14 .. "", 99999999999999.0 .. "", 99999999999999.9 .. "" }, { "1e+14", "99999999999999", "1e+14" })
  equal({ 2 ^ 53 .. "", math.huge .. "", -math.huge .. "" }, { "9.007199254741e+15", "inf", "-inf" })
  equal({ (1 << 53) .. "", math.mininteger .. "" }, { "9007199254740992", "-9223372036854775808" })
end)

it("the number itself stays a float", function()
  local x = 4 / 2
  local _ = "" .. x
  equal({ math.type(x), x / 4 }, { "float", 0.5 })
end)

it("texts of numbers are keys", function()
  local channels = {}
  channels["ch" .. 6 / 2] = "three"
  equal(channels.ch3, "three")
end)

it("functions that want a text get the same one", function()
  equal({ string.len(4 / 2), string.upper(4 / 2), string.rep(4 / 2, 2), #tostring(4 / 2) }, { 1, "2", "22", 1 })
  equal({ string.sub(128 / 2, 1, 1), string.find(10 / 2, "5", 1, true) }, { "6", 1, 1 })
end)

it("as many as fit on the stack, in one go", function()
  local a, b, c = 10 / 2, 1.5, 3
  equal(a .. b .. c .. a .. "|" .. a + b .. a, "51.535|6.55")
end)

-- What tostring says is printed by another function, by the rules of the manual of 5.1; both must agree.
it("appended and told by tostring are the same", function()
  math.randomseed(7)
  for _ = 1, 20000 do
    local x = (math.random() - 0.5) * 10 ^ math.random(-8, 18)
    if math.random(3) == 1 then x = math.floor(x) + math.random(-2, 2) * 10 ^ -math.random(10, 16) end
    if x ~= 0 then equal(x .. "", tostring(x * 1.0)) end
  end
end)

spec.finish()
