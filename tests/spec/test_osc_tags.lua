-- renoise.Osc: every tag, both ways, and time tags. The bytes are written from the OSC 1.0 specification.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Message, Bundle, decode = renoise.Osc.Message, renoise.Osc.Bundle, renoise.Osc.from_binary_data

local function hex(text)
  return (text:gsub("%s", ""):gsub("..", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- A message to /a with the given tags; the arguments in hex.
local function message_bytes(tags, arguments)
  return "/a\0\0" .. string.pack("!4z Xi4", "," .. tags) .. hex(arguments)
end

local function decoded(bytes)
  local object, problem = decode(bytes)
  equal(problem, nil)
  return object
end

-- Decoding gives this value (and it prints so); composing gives the same bytes again.
local function both_ways(tag, value, bytes, text)
  local data = message_bytes(tag, bytes)
  local argument = decoded(data).arguments[1]
  equal(argument.tag, tag)
  equal(argument.value, value)
  equal(tostring(argument.value), text or tostring(value))
  equal(Message("/a", { { tag = tag, value = value } }).binary_data, data)
  equal(Message("/a", { argument }).binary_data, data)
end

local function composes(tag, value, bytes)
  equal(Message("/a", { { tag = tag, value = value } }).binary_data, message_bytes(tag, bytes))
end

local function refuses(tag, value, why)
  raises("argument 1.*" .. (why or ""), Message, "/a", { { tag = tag, value = value } })
end

it("asks for a value of the tag's type", function()
  for tag in ("ifsSbhtdcrm"):gmatch "." do
    refuses(tag, nil, "needs a value")
    refuses(tag, {}, "must be a")
    refuses(tag, true, "must be a")
  end
end)

it("i: 32 bits, truncated toward zero", function()
  both_ways("i", 0, "00000000")
  both_ways("i", -1, "ffffffff")
  both_ways("i", 2147483647, "7fffffff")
  both_ways("i", -2147483648, "80000000")
  composes("i", 1.9, "00000001")
  composes("i", -1.9, "ffffffff")
  composes("i", 60.0, "0000003c")
  refuses("i", 2147483648, "out of range")
  refuses("i", -2147483649, "out of range")
  refuses("i", 1e300, "out of range")
  refuses("i", math.huge, "out of range")
  refuses("i", 0 / 0, "out of range")
  refuses("i", "1")
end)

it("f: whole numbers print as in Lua 5.1", function()
  both_ways("f", 1, "3f800000", "1")
  both_ways("f", 0, "00000000", "0")
  both_ways("f", -2, "c0000000", "-2")
  both_ways("f", 0.5, "3f000000", "0.5")
  both_ways("f", math.huge, "7f800000")
  both_ways("f", 2.0 ^ 100, "71800000", "1.2676506002282e+30")
  composes("f", 1.0, "3f800000")
  equal(decoded(message_bytes("f", "80000000")).arguments[1].value .. "", "0")
  local nan = decoded(message_bytes("f", "7fc00000")).arguments[1].value
  truthy(nan ~= nan)
  refuses("f", 1e39, "out of range")
  refuses("f", "1")
end)

it("d: 64 bits", function()
  both_ways("d", 1, "3ff00000 00000000", "1")
  both_ways("d", 0.1, "3fb99999 9999999a", "0.1")
  both_ways("d", 1e20, "4415af1d 78b58c40", "1e+20")
  both_ways("d", -math.huge, "fff00000 00000000")
  refuses("d", "1")
end)

it("s and S: text, padded", function()
  both_ways("s", "", "00000000")
  both_ways("s", "abc", "61626300")
  both_ways("s", "abcd", "61626364 00000000")
  both_ways("S", "ab", "61620000")
  refuses("s", 1)
  refuses("s", "a\0b", "zero byte")
  refuses("S", "\0", "zero byte")
end)

it("b: any bytes", function()
  both_ways("b", "", "00000000")
  both_ways("b", "\0", "00000001 00000000")
  both_ways("b", "\0\1\2\255", "00000004 000102ff")
  both_ways("b", "abcde", "00000005 61626364 65000000")
  refuses("b", 1)
end)

it("h: 64 bits, all of them", function()
  both_ways("h", 1, "00000000 00000001")
  both_ways("h", math.maxinteger, "7fffffff ffffffff")
  both_ways("h", math.mininteger, "80000000 00000000")
  both_ways("h", 9007199254740993, "00200000 00000001")
  composes("h", 60.0, "00000000 0000003c")
  composes("h", -1.5, "ffffffff ffffffff")
  refuses("h", 2.0 ^ 63, "out of range")
  refuses("h", 0 / 0, "out of range")
end)

it("t: seconds, as Bundle has them", function()
  both_ways("t", 99, "00000063 00000000", "99")
  both_ways("t", 12.5, "0000000c 80000000", "12.5")
  both_ways("t", 0, "00000000 00000001", "0")
  local last = decoded(message_bytes("t", "ffffffff ffffffff")).arguments
  truthy(last[1].value < 4294967296)
  equal(Message("/a", last).binary_data, message_bytes("t", "ffffffff fffff800"))
  refuses("t", -1, "out of range")
  refuses("t", "1")
end)

it("c: a character, or its number", function()
  both_ways("c", "A", "00000041")
  both_ways("c", "\0", "00000000")
  both_ways("c", "\255", "000000ff")
  both_ways("c", 256, "00000100")
  both_ways("c", -1, "ffffffff")
  composes("c", 65, "00000041")
  refuses("c", "", "one character")
  refuses("c", "ab", "one character")
  refuses("c", 2147483648, "out of range")
end)

it("r: a colour as an unsigned number", function()
  both_ways("r", 0x01020304, "01020304")
  both_ways("r", 0xff804020, "ff804020")
  composes("r", -1, "ffffffff")
  refuses("r", 4294967296, "out of range")
  refuses("r", -2147483649, "out of range")
  refuses("r", "#fff")
end)

it("m: a number, or its four bytes", function()
  both_ways("m", 1234, "000004d2")
  both_ways("m", 0x01903c64, "01903c64")
  both_ways("m", 0xfe000000, "fe000000")
  composes("m", "\1\144\60\100", "01903c64")
  composes("m", -1, "ffffffff")
  refuses("m", "abc", "4 bytes")
  refuses("m", 4294967296, "out of range")
end)

it("T F N I: no data, their value is not asked", function()
  both_ways("T", true, "")
  both_ways("F", false, "")
  both_ways("N", nil, "")
  both_ways("I", math.huge, "")
  for tag in ("TFNI"):gmatch "." do
    composes(tag, nil, "")
    composes(tag, "anything", "")
  end
  local arguments = decoded(message_bytes("TNF", "")).arguments
  equal(#arguments, 3)
  equal(arguments[2].tag, "N")
  equal(arguments[2].value, nil)
  equal(arguments[3].value, false)
end)

it("time tags are seconds", function()
  local message = Message("/a")
  for time, bytes in pairs {
    [99] = "00000063 00000000", [12.5] = "0000000c 80000000", [0.25] = "00000000 40000000",
    [4294967295] = "ffffffff 00000000", [0] = "00000000 00000001",
  } do
    local bundle = Bundle(time, message)
    equal(bundle.binary_data:sub(9, 16), hex(bytes))
    equal(bundle.timetag, time)
    equal(decoded(bundle.binary_data).timetag, time)
  end
  equal(tostring(Bundle(99.0, message).timetag), "99")
  equal(Bundle(1e-300, message).binary_data:sub(9, 16), hex "00000000 00000001")
  equal(decoded(hex "2362756e646c6500 00000000 00000000").timetag, 0)
  local now = os.clock()
  truthy(math.abs(Bundle(now, message).timetag - now) < 1e-6)
end)

spec.finish()
