-- Specs of renoise.Midi, over the loopback port: what is sent to the output "loopback" comes in at the input "loopback".
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises
local Midi = renoise.Midi

-- A callback that keeps what it is given, and the list.
local function keeper()
  local got = {}
  return function(message)
    got[#got + 1] = message
  end, got
end

-- Until what was sent has been heard: the first turn brings it, and it waits until callbacks have taken it.
local function settle()
  local turns = 0
  repeat
    notewire.wait(2)
    turns = turns + 1
  until (turns > 1 and notewire.counters().queued == 0) or turns == 5000
end

-- An open pair, closed behind body.
local function with_loopback(callback, sysex_callback, body)
  local input = Midi.create_input_device("loopback", callback, sysex_callback)
  local output = Midi.create_output_device("loopback")
  local good, why = pcall(body, output, input)
  output:close()
  input:close()
  if not good then
    error(why, 0)
  end
end

-- Sends messages and returns what the callback, and the sysex callback, got.
local function echo(...)
  local callback, got = keeper()
  local sysex_callback, got_sysex = keeper()
  local messages = { ... }
  with_loopback(callback, sysex_callback, function(output)
    for _, message in ipairs(messages) do
      output:send(message)
    end
    settle()
  end)
  return got, got_sysex
end

local function includes(list, wanted)
  for _, name in ipairs(list) do
    if name == wanted then
      return true
    end
  end
  return false
end

-- ---- what there is ----

it("the devices are lists of names, made anew each time", function()
  local inputs, outputs = Midi.available_input_devices(), Midi.available_output_devices()
  truthy(includes(inputs, "loopback"))
  truthy(includes(outputs, "loopback"))
  truthy(includes(outputs, "print"))
  falsy(includes(inputs, "print"))
  falsy(includes(inputs, "stdin"))
  falsy(rawequal(inputs, Midi.available_input_devices()))
  equal(inputs, Midi.available_input_devices())
end)

it("a port that a script opened is no device of the list by that", function()
  local output = Midi.create_output_device("udp:127.0.0.1:9")
  falsy(includes(Midi.available_output_devices(), "udp:127.0.0.1:9"))
  output:close()
end)

it("the types have names", function()
  with_loopback(print, nil, function(output, input)
    equal(type(output), "MidiOutputDevice")
    equal(type(input), "MidiInputDevice")
  end)
  equal(type(Midi.MidiInputDevice), "MidiInputDevice class")
  equal(type(Midi.MidiOutputDevice), "MidiOutputDevice class")
end)

it("the versions are Renoise's", function()
  equal(renoise.API_VERSION, 6.2)
  equal(renoise.RENOISE_VERSION, "3.5.0")
end)

-- ---- opening ----

it("an unknown name raises", function()
  raises("no MIDI input device named 'nonsense'", Midi.create_input_device, "nonsense", print)
  raises("no MIDI output device named 'nonsense'", Midi.create_output_device, "nonsense")
  raises("no MIDI output device named ''", Midi.create_output_device, "")
  raises("no MIDI input device named 'print'", Midi.create_input_device, "print", print)
  raises("no MIDI output device named 'stdin'", Midi.create_output_device, "stdin")
  raises("address cannot be used", Midi.create_output_device, "udp:nowhere")
  raises("no MIDI output device", Midi.create_output_device, "loopback\0x")
  raises("string expected, got nil", Midi.create_output_device)
  raises("string expected, got number", Midi.create_output_device, 1)
  raises("string expected, got nil", Midi.create_input_device, nil, print)
end)

it("an input wants a callback", function()
  raises("needs a callback", Midi.create_input_device, "loopback")
  raises("needs a callback", Midi.create_input_device, "loopback", nil, nil)
  raises("#2", Midi.create_input_device, "loopback", 1)
  raises("#3", Midi.create_input_device, "loopback", print, "x")
  raises("#2", Midi.create_input_device, "loopback", {})
  raises("#2", Midi.create_input_device, "loopback", { print })
  raises("#2", Midi.create_input_device, "loopback", { {}, {} })
  raises("#2", Midi.create_input_device, "loopback", { 1, print })
  raises("#2", Midi.create_input_device, "loopback", { {}, print, 3 })
end)

it("either callback is enough", function()
  with_loopback(print, nil, function() end)
  with_loopback(nil, print, function() end)
end)

it("name and is_open", function()
  local input = Midi.create_input_device("loopback", print)
  local output = Midi.create_output_device("loopback")
  for _, device in ipairs({ input, output }) do
    equal(device.name, "loopback")
    equal(device.is_open, true)
    device:close()
    equal(device.name, "")
    equal(device.is_open, false)
    device:close()
    truthy(pcall(device.close, device))
    raises("read only", function() device.name = "x" end)
    raises("unknown property or function 'nonsense'", function() return device.nonsense end)
  end
end)

it("any text of -i and -o is a name", function()
  local output = Midi.create_output_device("udp:127.0.0.1:9")
  equal(output.name, "udp:127.0.0.1:9")
  output:close()
end)

it("a device that does not open is told of, and does not raise", function()
  local one = Midi.create_output_device("tcp-listen:127.0.0.1:38217")
  local two = Midi.create_input_device("tcp-listen:127.0.0.1:38217", print)
  equal(two.is_open, true)
  equal(two.name, "tcp-listen:127.0.0.1:38217")
  one:send({ 0x90, 60, 100 }) -- nobody is there: it goes nowhere
  one:close()
  two:close()
  equal(two.is_open, false)
end)

-- ---- short messages ----

it("a short message is an array of exactly three integers", function()
  local got = echo({ 0x90, 60, 100 }, { 0xc5, 7 }, { 0xd0, 9, 0 }, { 0xf8 }, { 0xf2, 1, 2 }, { 0xf6 })
  equal(got, { { 0x90, 60, 100 }, { 0xc5, 7, 0 }, { 0xd0, 9, 0 }, { 0xf8, 0, 0 }, { 0xf2, 1, 2 }, { 0xf6, 0, 0 } })
  for _, message in ipairs(got) do
    equal(#message, 3)
    for _, byte in ipairs(message) do
      equal(math.type(byte), "integer")
    end
  end
end)

it("a note-on with velocity 0 stays one", function()
  equal(echo({ 0x91, 60, 0 }), { { 0x91, 60, 0 } })
end)

it("what was heard can be sent as it is", function()
  local got = echo({ 0xc5, 7 })
  equal(echo(got[1]), { { 0xc5, 7, 0 } })
end)

it("all messages come but active sensing", function()
  equal(echo({ 0xfe }, { 0xfa }, { 0xfe, 0, 0 }, { 0xff }), { { 0xfa, 0, 0 }, { 0xff, 0, 0 } })
end)

it("each message is a table of its own", function()
  local got = echo({ 0x90, 60, 100 }, { 0x90, 60, 100 })
  falsy(rawequal(got[1], got[2]))
end)

it("the order is that of sending", function()
  local messages = {}
  for i = 1, 500 do
    messages[i] = { 0xb0 + i % 16, i % 128, i // 128 }
  end
  equal(echo(table.unpack(messages)), messages)
end)

-- ---- system exclusive ----

it("a SysEx is one array, to its own callback", function()
  local long = { 0xf0 }
  for i = 1, 5000 do
    long[i + 1] = i % 128
  end
  long[#long + 1] = 0xf7
  local got, got_sysex = echo({ 0xf0, 0xf7 }, { 0xf0, 0x7e, 0x7f, 6, 1, 0xf7 }, { 0x90, 1, 2 }, long)
  equal(got, { { 0x90, 1, 2 } })
  equal(got_sysex, { { 0xf0, 0xf7 }, { 0xf0, 0x7e, 0x7f, 6, 1, 0xf7 }, long })
end)

it("without a sysex callback it is dropped, and so are short messages without theirs", function()
  local callback, got = keeper()
  with_loopback(callback, nil, function(output)
    output:send({ 0xf0, 1, 0xf7 })
    output:send({ 0xf8 })
    settle()
  end)
  equal(got, { { 0xf8, 0, 0 } })
  callback, got = keeper()
  with_loopback(nil, callback, function(output)
    output:send({ 0xf0, 1, 0xf7 })
    output:send({ 0xf8 })
    settle()
  end)
  equal(got, { { 0xf0, 1, 0xf7 } })
end)

-- ---- callbacks ----

it("a callback is a function, or a function and its object in either order", function()
  local object, seen = {}, {}
  local function method(self, message)
    seen[#seen + 1] = { rawequal(self, object), message }
  end
  with_loopback({ object, method }, { method, object }, function(output)
    output:send({ 0x90, 1, 2 })
    output:send({ 0xf0, 3, 0xf7 })
    settle()
  end)
  equal(seen, { { true, { 0x90, 1, 2 } }, { true, { 0xf0, 3, 0xf7 } } })
end)

it("the object may be an instance of a class", function()
  class "Listener"
  function Listener:__init()
    self.seen = {}
  end
  function Listener:hear(message)
    self.seen[#self.seen + 1] = message
  end
  local listener = Listener()
  with_loopback({ listener, listener.hear }, { Listener.hear, listener }, function(output)
    output:send({ 0x90, 1, 2 })
    output:send({ 0xf0, 3, 0xf7 })
    settle()
  end)
  equal(listener.seen, { { 0x90, 1, 2 }, { 0xf0, 3, 0xf7 } })
end)

it("one device may be opened many times, and all hear everything", function()
  local one, got_one = keeper()
  local two, got_two = keeper()
  local first = Midi.create_input_device("loopback", one)
  with_loopback(two, nil, function(output)
    local other = Midi.create_output_device("loopback")
    output:send({ 0x90, 1, 2 })
    other:send({ 0x90, 3, 4 })
    output:close() -- what it played ends
    other:send({ 0x90, 5, 6 }) -- the port stays open for the other
    settle()
    other:close()
  end)
  equal(got_one, { { 0x90, 1, 2 }, { 0x90, 3, 4 }, { 0x80, 1, 64 }, { 0x90, 5, 6 } })
  equal(got_two, got_one)
  first:close()
end)

it("a closed input hears nothing, not even what waited", function()
  local callback, got = keeper()
  local input
  input = Midi.create_input_device("loopback", function(message)
    callback(message)
    input:close()
  end)
  local output = Midi.create_output_device("loopback")
  output:send({ 0x90, 1, 2 })
  output:send({ 0x90, 3, 4 })
  settle()
  equal(got, { { 0x90, 1, 2 } })
  equal(input.is_open, false)
  output:close()
end)

it("a callback may wait, send and open", function()
  local got = {}
  local output
  local input = Midi.create_input_device("loopback", function(message)
    got[#got + 1] = message[2]
    if message[2] < 3 then
      output:send({ 0x90, message[2] + 1, 1 })
      notewire.wait(5)
      local other = Midi.create_input_device("loopback", print)
      other:close()
    end
  end)
  output = Midi.create_output_device("loopback")
  output:send({ 0x90, 1, 1 })
  settle()
  equal(got, { 1, 2, 3 })
  output:close()
  input:close()
end)

it("what is not referred to any more is closed", function()
  local callback, got = keeper()
  do
    local _ = Midi.create_input_device("loopback", callback)
    -- one whose own callback refers to it is not kept by that
    local loop
    loop = Midi.create_input_device("loopback", function(message)
      callback(message)
      return loop
    end)
    local _ = Midi.create_output_device("loopback")
  end
  collectgarbage()
  collectgarbage()
  local output = Midi.create_output_device("loopback")
  output:send({ 0x90, 1, 2 })
  settle()
  equal(got, {})
  output:close()
end)

it("a device outlives collections while it is referred to", function()
  local callback, got = keeper()
  with_loopback(callback, nil, function(output)
    collectgarbage()
    collectgarbage()
    output:send({ 0x90, 1, 2 })
    settle()
  end)
  equal(got, { { 0x90, 1, 2 } })
end)

-- ---- send ----

it("send returns nothing", function()
  with_loopback(print, nil, function(output)
    equal(select("#", output:send({ 0xfe })), 0)
  end)
end)

it("send takes whole floats, and cuts fractions", function()
  equal(echo({ 144.0, 60.0, 100.9 }), { { 0x90, 60, 100 } })
end)

it("send refuses what is no message", function()
  with_loopback(print, print, function(output)
    local function refuses(pattern, value)
      raises(pattern, output.send, output, value)
    end
    refuses("empty", {})
    refuses("only SysEx", { 0x90, 1, 2, 3 })
    refuses("not 0 to 255", { 0x90, -1, 2 })
    refuses("not 0 to 255", { 0x90, 256, 2 })
    refuses("does not end with 0xF7", { 0xf0, 1, 2, 3 })
    refuses("does not end with 0xF7", { 0xf0 })
    refuses("not a number", { 0x90, "1", 2 })
    refuses("table expected, got string", "note-on 60 100")
    refuses("table expected, got nil", nil)
  end)
end)

it("send fills up a short message with 0, as those that come are", function()
  equal(echo({ 0xb0, 72 }, { 0xf2, 10.5 }, { 0xe3 }), { { 0xb0, 72, 0 }, { 0xf2, 10, 0 }, { 0xe3, 0, 0 } })
end)

it("bytes that are no MIDI are lost, and do not raise", function()
  local before = notewire.counters()["output-lost"]
  local got, got_sysex = echo({ 0xe8, 0, 128 }, { 0xf0, 7, 200, 0xf7 }, { 0xf0, 1, 0xf7, 2, 0xf7 }, { 0xf4 }, { 60, 1 }, { 0xe8, 0, 127 })
  equal(got, { { 0xe8, 0, 127 } })
  equal(got_sysex, {})
  equal(notewire.counters()["output-lost"] - before, 5)
end)

it("send refuses what is no message also where nothing is heard", function()
  local output = Midi.create_output_device("loopback")
  output:send({ 0x90, 1, 2 })
  raises("empty", output.send, output, {})
  output:close()
end)

it("what a port does not take is counted as lost, once a message", function()
  local output = Midi.create_output_device("loopback")
  local before = notewire.counters()["output-lost"]
  output:send({ 0x90, 1, 2 })
  output:send({ 0xf0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0xf7 })
  equal(notewire.counters()["output-lost"] - before, 2)
  output:close()
end)

it("send of a closed device raises", function()
  local output = Midi.create_output_device("loopback")
  local send = output.send
  output:close()
  raises("closed", output.send, output, { 0xf8 })
  raises("closed", send, output, { 0xf8 })
  raises("MidiOutputDevice expected", send, nil, { 0xf8 })
end)

it("an array may have table's functions as its methods", function()
  equal(echo(setmetatable({ 0x90, 1, 2 }, { __index = table })), { { 0x90, 1, 2 } })
end)

it("closing an output releases what sounds on it", function()
  local callback, got = keeper()
  local input = Midi.create_input_device("loopback", callback)
  local output = Midi.create_output_device("loopback")
  output:send({ 0x92, 60, 100 })
  output:close()
  settle()
  equal(got, { { 0x92, 60, 100 }, { 0x82, 60, 64 } })
  input:close()
end)

spec.finish()
