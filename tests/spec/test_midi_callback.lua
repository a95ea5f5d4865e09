-- The callbacks of MIDI inputs: when they are called, and what becomes of one that fails.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy = spec.it, spec.equal, spec.truthy
local Midi = renoise.Midi

-- Serves callbacks until condition() holds, for 10 s at most.
local function wait_for(condition)
  for _ = 1, 2000 do
    if condition() then return true end
    notewire.wait(5)
  end
  return false
end

local NOTE, SYSEX = { 0x90, 60, 100 }, { 0xf0, 1, 0xf7 }

-- Opens an input with these callbacks, sends a note and a SysEx twice, and waits until all has been heard by another.
local function play(callback, sysex_callback)
  local heard = 0
  local function count() heard = heard + 1 end
  local input = Midi.create_input_device("loopback", callback, sysex_callback)
  local witness = Midi.create_input_device("loopback", count, count)
  local output = Midi.create_output_device("loopback")
  for round = 1, 2 do
    output:send(NOTE)
    output:send(SYSEX)
    truthy(wait_for(function() return heard == 2 * round end))
  end
  equal({ input.is_open, witness.is_open }, { true, true })
  input:close()
  witness:close()
  output:close()
end

it("one that fails is called no more, and the other one of the input goes on", function()
  local object = {}
  for _, failing in ipairs { "callback", "sysex_callback" } do
    local calls = { callback = {}, sysex_callback = {} }
    local function make(name)
      return function(message)
        table.insert(calls[name], message)
        if name == failing then error("this error belongs to the test") end
      end
    end
    play(make("callback"), make("sysex_callback"))
    local other = failing == "callback" and "sysex_callback" or "callback"
    equal({ #calls[failing], #calls[other] }, { 1, 2 })
    equal(calls.callback[1], NOTE)
    equal(calls.sysex_callback[1], SYSEX)
  end
  local calls = 0
  play({ object, function() calls = calls + 1 error("this error belongs to the test") end }, nil)
  equal(calls, 1)
end)

it("they are called while the script waits, and at no other time", function()
  local calls = 0
  local input = Midi.create_input_device("loopback", function() calls = calls + 1 end)
  local output = Midi.create_output_device("loopback")
  output:send(NOTE)
  local until_then = os.clock() + 0.05
  while os.clock() < until_then do end
  equal(calls, 0)
  truthy(wait_for(function() return calls == 1 end))
  input:close()
  output:close()
end)

it("a server that waits calls none of them", function()
  local calls = 0
  local input = Midi.create_input_device("loopback", function() calls = calls + 1 end)
  local output = Midi.create_output_device("loopback")
  local server = renoise.Socket.create_server("localhost", 0)
  output:send(NOTE)
  server:wait(200)
  equal(calls, 0)
  truthy(wait_for(function() return calls == 1 end))
  server:close()
  input:close()
  output:close()
end)

spec.finish()
