-- renoise.Osc: messages, bundles, and what is none. The bytes are written from the OSC 1.0 specification.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Osc = renoise.Osc
local Message, Bundle, decode = Osc.Message, Osc.Bundle, Osc.from_binary_data

-- Bytes from hex digits; spaces are for the reader.
local function hex(text)
  return (text:gsub("%s", ""):gsub("..", function(digits) return string.char(tonumber(digits, 16)) end))
end

-- A message to /a with the given tags; the arguments in hex.
local function message_bytes(tags, arguments)
  local text = "," .. tags .. "\0"
  return "/a\0\0" .. text .. ("\0"):rep(-#text % 4) .. hex(arguments or "")
end

local function decoded(bytes)
  local object, problem = decode(bytes)
  equal(problem, nil)
  return object
end

local function fails(bytes, why)
  local object, problem = decode(bytes)
  equal(object, nil)
  equal(type(problem), "string")
  truthy(#problem > 0)
  truthy(why == nil or problem:find(why, 1, true))
end

local FOO = hex "2f666f6f 00000000 2c696973 66660000 000003e8 ffffffff 68656c6c 6f000000 3f9df3b6 40b5b22d"
local FREQUENCY = hex "2f6f7363 696c6c61 746f722f 342f6672 65717565 6e637900 2c660000 43dc0000"
local HEAD = hex "2362756e 646c6500"
local NOW = hex "00000000 00000001"
local A = hex "0000000c 2f610000 2c690000 00000007" -- /a ,i 7, and its size
local B = hex "00000008 2f620000 2c000000" -- /b without arguments

it("reads the examples of the specification", function()
  local foo = decoded(FOO)
  equal(foo.pattern, "/foo")
  equal(#foo.arguments, 5)
  equal(foo.arguments[1].tag, "i")
  equal(foo.arguments[1].value, 1000)
  equal(foo.arguments[2].value, -1)
  equal(foo.arguments[3].tag, "s")
  equal(foo.arguments[3].value, "hello")
  truthy(math.abs(foo.arguments[4].value - 1.234) < 1e-6)
  truthy(math.abs(foo.arguments[5].value - 5.678) < 1e-6)
  local frequency = decoded(FREQUENCY)
  equal(frequency.pattern, "/oscillator/4/frequency")
  equal(frequency.arguments[1].value, 440)
end)

it("writes the examples of the specification", function()
  local frequency = { tag = "f", value = 440 }
  equal(Message("/oscillator/4/frequency", { frequency }).binary_data, FREQUENCY)
  equal(Message("/foo", {
    { tag = "i", value = 1000 }, { tag = "i", value = -1 }, { tag = "s", value = "hello" },
    { tag = "f", value = 1.234 }, { tag = "f", value = 5.678 },
  }).binary_data, FOO)
end)

it("names its types", function()
  equal(type(Message("/a")), "Message")
  equal(type(Bundle(0, Message("/a"))), "Bundle")
  equal(type(decoded(FOO)), "Message")
  equal(type(decoded(HEAD .. NOW)), "Bundle")
  equal(type(Osc), "Osc class")
  equal(type(Message), "Message class")
end)

it("offers the bytes as a property and as a method", function()
  local message, bundle = decoded(FOO), decoded(HEAD .. NOW .. A)
  equal(message.binary_data, FOO)
  equal(message:to_binary_data(), FOO)
  equal(bundle.binary_data, HEAD .. NOW .. A)
  equal(bundle:to_binary_data(), HEAD .. NOW .. A)
  local method = message.to_binary_data
  equal(method(message), FOO)
  equal(select(2, pcall(method, message)), FOO)
end)

it("makes messages without arguments", function()
  local bytes = hex "2f610000 2c000000"
  equal(Message("/a").binary_data, bytes)
  equal(Message("/a", nil).binary_data, bytes)
  equal(Message("/a", {}).binary_data, bytes)
  equal(#Message("/a").arguments, 0)
  equal(Message("/a", {}, "more").binary_data, bytes)
end)

it("takes any kind of table", function()
  local list = setmetatable({}, { __index = table })
  list:insert(setmetatable({}, { __index = { tag = "i", value = 7 } }))
  equal(Message("/a", list).binary_data, A:sub(5))
  equal(Message("/a", decoded(A:sub(5)).arguments).binary_data, A:sub(5))
end)

it("keeps its bytes when a script changes its arguments", function()
  local message = decoded(A:sub(5))
  truthy(rawequal(message.arguments, message.arguments))
  message.arguments[1].value = 8
  message.arguments[2] = { tag = "T" }
  equal(message.binary_data, A:sub(5))
  equal(message.arguments[1].value, 8)
  equal(tostring(message), "/a ,i 7")
end)

it("has read-only properties and no others", function()
  local message, bundle = Message("/a"), Bundle(0, Message("/a"))
  for _, name in ipairs { "pattern", "arguments", "binary_data", "to_binary_data" } do
    raises("read only", function() message[name] = 1 end)
  end
  for _, name in ipairs { "timetag", "elements", "binary_data" } do
    raises("read only", function() bundle[name] = 1 end)
  end
  raises("unknown property or function 'foo' for an object of type 'Message'", function() return message.foo end)
  raises("unknown property or function 'foo' for an object of type 'Bundle'", function() return bundle.foo end)
  raises("Message expected", function() return message.to_binary_data(bundle) end)
end)

it("refuses bad patterns", function()
  raises("must start with '/'", Message, "a")
  raises("must start with '/'", Message, "")
  raises("must start with '/'", Message, "#bundle")
  raises("must be a string", Message)
  raises("must be a string", Message, 1)
  raises("must be a string", Message, {})
  raises("control characters", Message, "/a\0b")
  raises("control characters", Message, "/a\n")
  raises("longer than 512", Message, "/" .. ("a"):rep(512))
  equal(Message("/" .. ("a"):rep(511)).pattern, "/" .. ("a"):rep(511))
  equal(Message("/a/*/[1-3]/{b,c}?").pattern, "/a/*/[1-3]/{b,c}?")
end)

it("refuses bad arguments and says which", function()
  raises("must be a table", Message, "/a", 1)
  raises("must be a table", Message, "/a", "text")
  raises("array of", Message, "/a", { tag = "i", value = 1 })
  local good = { tag = "i", value = 1 }
  raises("argument 2: must be a {tag=, value=} table, not a number", Message, "/a", { good, 1 })
  raises("argument 2: the tag must be a string", Message, "/a", { good, {} })
  raises("argument 2: unknown tag 'x'", Message, "/a", { good, { tag = "x", value = 1 } })
  raises("argument 2: unknown tag", Message, "/a", { good, { tag = "ii", value = 1 } })
  raises("argument 2: unknown tag", Message, "/a", { good, { tag = "", value = 1 } })
  raises("argument 2: unknown tag", Message, "/a", { good, { tag = "i\0", value = 1 } })
  raises("argument 2: unknown tag", Message, "/a", { good, { tag = "[" }, { tag = "]" } })
  raises("argument 3: tag 'i' needs a value", Message, "/a", { good, good, { tag = "i" } })
  raises("argument 3: the value of tag 'i' must be a number", Message, "/a", { good, good, { tag = "i", value = "1" } })
  local many = {}
  for i = 1, 1024 do many[i] = good end
  equal(#Message("/a", many).arguments, 1024)
  many[1025] = good
  raises("more than 1024", Message, "/a", many)
end)

it("says in which line of the script the mistake is", function()
  local _, problem = pcall(function() return Message("a") end)
  truthy(problem:find "test_osc%.lua:%d+:")
  _, problem = pcall(function() return Bundle("a") end)
  truthy(problem:find "test_osc%.lua:%d+:")
end)

it("answers nil and a text for what is no OSC", function()
  fails("garbage", "well-formed")
  fails("")
  fails("a\0\0\0,\0\0\0", "does not start with '/'")
  fails("/a")
  fails("/a\0")
  fails("/a\0\1,\0\0\0")
  fails("\0\0\0\0")
  fails(message_bytes("x"))
  fails(message_bytes("i"))
  fails(message_bytes("", "00000000"))
  fails(message_bytes("i", "0000000000000000"))
  fails(message_bytes("b", "7fffffff 00000000"))
  fails(message_bytes("b", "ffffffff"))
  fails(message_bytes("s", "61616161"))
  fails(message_bytes("[i]", "00000001"), "arrays")
  fails(message_bytes("[]"), "arrays")
  fails(message_bytes("["))
  fails("/" .. ("a"):rep(512) .. "\0\0\0,\0\0\0", "too large")
  fails(message_bytes(("T"):rep(1025)), "too large")
  fails(("/a\0\0,b\0\0\0\16\0\0") .. ("\0"):rep(0x100000), "larger than")
  raises("must be a string", decode)
  raises("must be a string", decode, {})
end)

it("answers nil and a text for every message and bundle cut short", function()
  local bundle = HEAD .. NOW .. A .. B
  for length = 0, #FOO - 1 do
    -- "/foo" alone is a message of an old client
    if length ~= 8 then fails(FOO:sub(1, length)) end
  end
  for length = 0, #bundle - 1 do
    -- a bundle may end behind each of its elements
    if length ~= 16 and length ~= 32 then fails(bundle:sub(1, length)) end
  end
  equal(#decoded(bundle:sub(1, 16)).elements, 0)
  equal(#decoded(bundle:sub(1, 32)).elements, 1)
end)

it("takes messages without a type-tag string as without arguments", function()
  equal(#decoded(hex "2f610000").arguments, 0)
  local message = decoded(hex "2f610000 00000001")
  equal(#message.arguments, 0)
  equal(message.binary_data, hex "2f610000 00000001")
end)

it("makes bundles of one message or of an array", function()
  local message = Message("/a", { { tag = "i", value = 7 } })
  local single = Bundle(0, message)
  equal(single.binary_data, HEAD .. NOW .. A)
  equal(#single.elements, 1)
  equal(single.elements[1].binary_data, A:sub(5))
  local list = setmetatable({}, { __index = table })
  list:insert(message)
  list:insert(Message("/b"))
  local bundle = Bundle(99, list)
  equal(bundle.binary_data, HEAD .. hex "00000063 00000000" .. A .. B)
  equal(#bundle.elements, 2)
  equal(bundle.elements[1].arguments[1].value, 7)
  equal(bundle.elements[2].pattern, "/b")
  list:insert(Message("/c"))
  equal(#bundle.elements, 2)
  equal(Bundle(0, {}).binary_data, HEAD .. NOW)
  equal(Bundle(0, message, "more").binary_data, HEAD .. NOW .. A)
end)

it("reads bundles", function()
  local bundle = decoded(HEAD .. hex "00000063 00000000" .. A .. B)
  equal(bundle.timetag, 99)
  equal(#bundle.elements, 2)
  equal(type(bundle.elements[1]), "Message")
  equal(bundle.elements[1].arguments[1].value, 7)
  equal(bundle.elements[2].pattern, "/b")
  truthy(rawequal(bundle.elements, bundle.elements))
  bundle.elements[1] = nil
  equal(bundle.binary_data, HEAD .. hex "00000063 00000000" .. A .. B)
  equal(tostring(bundle), "#bundle 99 { /a ,i 7; /b , }")
end)

local function nested(depth)
  local bytes = HEAD .. hex "00000063 00000000" .. A
  for _ = 2, depth do bytes = HEAD .. NOW .. string.pack(">s4", bytes) .. B end
  return bytes
end

it("reads bundles in bundles, eight deep", function()
  local bundle = decoded(nested(2))
  equal(type(bundle.elements[1]), "Bundle")
  equal(bundle.elements[1].timetag, 99)
  equal(bundle.elements[1].elements[1].arguments[1].value, 7)
  equal(bundle.elements[2].pattern, "/b")
  equal(tostring(bundle), "#bundle 0 { #bundle 99 { /a ,i 7 }; /b , }")
  bundle = decoded(nested(8))
  truthy(tostring(bundle):find("#bundle 99 { /a ,i 7 }", 1, true))
  for _ = 1, 7 do bundle = bundle.elements[1] end
  equal(bundle.timetag, 99)
  fails(nested(9), "too large")
end)

it("answers nil and a text for a bundle with anything bad in it", function()
  fails(HEAD .. NOW .. A .. hex "00000008 2f620000 2c780000", "message 2")
  fails(HEAD .. NOW .. A .. hex "00000008 62000000 2c000000", "message 2 of a bundle: the pattern")
  fails(HEAD .. NOW .. hex "00000000")
  fails(HEAD .. NOW .. hex "00000004 2f61")
  fails(HEAD .. NOW .. hex "ffffffff 2f610000")
  fails(HEAD .. NOW .. hex "00000006 2f6100002c00")
  fails(HEAD .. NOW .. string.pack(">s4", message_bytes("[]")), "arrays")
  fails(HEAD .. NOW .. string.pack(">s4", HEAD))
  fails(HEAD)
end)

it("refuses bad bundles", function()
  local message = Message("/a")
  raises("time must be a number", Bundle)
  raises("time must be a number", Bundle, message)
  raises("time must be a number", Bundle, "1", message)
  raises("out of range", Bundle, -1, message)
  raises("out of range", Bundle, 4294967296, message)
  raises("out of range", Bundle, math.huge, message)
  raises("out of range", Bundle, 0 / 0, message)
  raises("must follow the time", Bundle, 0)
  raises("must follow the time", Bundle, 0, 1)
  raises("element 2: must be a Message", Bundle, 0, { message, 1 })
  raises("element 1: a Bundle cannot", Bundle, 0, { Bundle(0, message) })
  raises("Bundle", Bundle, 0, Bundle(0, message))
end)

it("tells what it is", function()
  equal(tostring(Message("/a")), "/a ,")
  equal(tostring(Message("/a", {
    { tag = "i", value = 1 }, { tag = "f", value = 1 }, { tag = "f", value = 0.5 }, { tag = "s", value = 'x "\\\27y' },
    { tag = "b", value = "\0\1" }, { tag = "T" }, { tag = "F" }, { tag = "N" }, { tag = "I" },
  })), '/a ,iffsbTFNI 1 1 0.5 "x \\"\\\\\\027y" [2 bytes] true false nil inf')
  equal(tostring(decoded(hex "2f610000 00000001")), "/a ,")
end)

it("bounds what a script can make", function()
  local large = ("x"):rep(0x80000)
  raises("argument 2: the message is larger", Message, "/a", { { tag = "b", value = large }, { tag = "b", value = large } })
  local message = Message("/a", { { tag = "b", value = large } })
  raises("element 2: the bundle is larger", Bundle, 0, { message, message })
end)

spec.finish()
