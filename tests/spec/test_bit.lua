-- bit: LuaBitOp's operations. Expectations are those of its documentation, and of arithmetic modulo 2^32.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises

it("tobit takes any number modulo 2^32, with a sign", function()
  equal({ bit.tobit(0xffffffff), bit.tobit(0xffffffff + 1), bit.tobit(2 ^ 40 + 1234) }, { -1, 0, 1234 })
  equal({ bit.tobit(2 ^ 31), bit.tobit(-2 ^ 31 - 1), bit.tobit(2 ^ 31 - 1) }, { -2147483648, 2147483647, 2147483647 })
  equal({ bit.tobit(-1), bit.tobit(-2 ^ 33 - 5), bit.tobit(1e300), bit.tobit(math.mininteger) }, { -1, -5, 0, 0 })
  equal({ bit.tobit(math.huge), bit.tobit(0 / 0), bit.tobit("0x10") }, { 0, 0, 16 })
  equal({ bit.tobit(1.4), bit.tobit(1.6), bit.tobit(-1.6) }, { 1, 2, -2 })
  equal(math.type(bit.tobit(1.0)), "integer")
end)

it("not, and, or, exclusive or", function()
  equal({ bit.bnot(0), bit.bnot(-1), bit.bnot(0xffffffff), bit.bnot(0x12345678) }, { -1, 0, 0, -305419897 })
  equal({ bit.bor(1, 2, 4, 8), bit.band(0x12345678, 0xff), bit.bxor(0xa5a5f0f0, 0xaa55ff00) }, { 15, 0x78, 0x0ff00ff0 })
  equal({ bit.bor(7), bit.band(2 ^ 32 + 6, 3), bit.bxor(-1, -1) }, { 7, 2, 0 })
  raises("number expected", bit.band)
  raises("number expected", bit.bor, 1, {})
end)

it("shifts take the lower five bits of their count", function()
  equal({ bit.lshift(1, 0), bit.lshift(1, 8), bit.lshift(1, 40), bit.lshift(1, 31) }, { 1, 256, 256, -2147483648 })
  equal({ bit.rshift(256, 8), bit.rshift(-256, 8), bit.rshift(-1, 32) }, { 1, 16777215, -1 })
  equal({ bit.arshift(256, 8), bit.arshift(-256, 8), bit.arshift(-1, 31), bit.arshift(-8, 0) }, { 1, -1, -1, -8 })
  equal({ bit.lshift(0x87654321, 12), bit.rshift(0x87654321, 12), bit.arshift(0x87654321, 12) },
    { 0x54321000, 0x00087654, bit.tobit(0xfff87654) })
  equal(bit.lshift(1, -1), -2147483648)
end)

it("rotations and bswap", function()
  equal({ bit.rol(0x12345678, 12), bit.ror(0x12345678, 12) }, { 0x45678123, 0x67812345 })
  equal({ bit.rol(0x12345678, 0), bit.ror(0x12345678, 32), bit.rol(1, 33) }, { 0x12345678, 0x12345678, 2 })
  equal({ bit.bswap(0x12345678), bit.bswap(0x78563412) }, { 0x78563412, 0x12345678 })
end)

it("tohex", function()
  equal({ bit.tohex(1), bit.tohex(-1), bit.tohex(0xffffffff), bit.tohex(-1, -8) },
    { "00000001", "ffffffff", "ffffffff", "FFFFFFFF" })
  equal({ bit.tohex(0x21, 4), bit.tohex(0x87654321, 4), bit.tohex(0xabc, -2) }, { "0021", "4321", "BC" })
  equal({ bit.tohex(1, 20), bit.tohex(1, -20), bit.tohex(1, 0) }, { "00000001", "00000001", "" })
end)

it("require finds it", function() truthy(require("bit") == bit) end)

spec.finish()
