-- Finalizers that wait, at any moment: what is on its way to a callback meanwhile. Most of it shows with NOTEWIRE_GC=stress.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal = spec.it, spec.equal
local Midi = renoise.Midi

-- Serves callbacks until condition() holds, for 20 s at most.
local function await(condition)
  for _ = 1, 4000 do
    if condition() then return end
    notewire.wait(5)
  end
  error("waited 20 s in vain", 2)
end

-- Calls body while something is collected again and again, whose finalizer calls feed and serves what comes.
local function with_trap(feed, body)
  local on, inside = true, false
  local function trap()
    setmetatable({}, { __gc = function()
      if not on then return end
      if not inside then
        inside = true
        feed()
        notewire.wait(1)
        inside = false
      end
      trap()
    end })
  end
  trap()
  local good, why = pcall(body)
  on = false
  if not good then error(why, 0) end
end

it("a finalizer that waits while a MIDI message is handed over takes none away nor gives one twice", function()
  local got, heard = {}, 0
  local function count(message)
    got[message[2]] = (got[message[2]] or 0) + 1
    heard = heard + 1
  end
  local input = Midi.create_input_device("loopback", count, count)
  local output = Midi.create_output_device("loopback")
  local wanted, sent = {}, 0
  local function feed()
    if sent >= 120 then return end
    local i = sent + 1 -- a table may run the finalizer, which feeds, too
    sent = i
    wanted[i] = 1
    output:send(i % 3 == 0 and { 0xf0, i, 1, 2, 3, 4, 5, 6, 7, 8, 0xf7 } or { 0x90, i, 1 })
  end
  with_trap(feed, function()
    while sent < 120 do
      feed()
      notewire.wait(1)
    end
    await(function() return heard >= sent end)
    notewire.wait(20) -- for what is there twice
  end)
  equal(got, wanted)
  equal(notewire.counters().queued, 0)
  input:close()
  output:close()
end)

it("a finalizer that waits while an OSC message is handed over takes none away nor gives one twice", function()
  local got, wanted, peers, others, heard = {}, {}, {}, 0, 0
  local listener = notewire.listen("udp:127.0.0.1:0", function(message, peer)
    local number = message.arguments[1].value
    got[number] = (got[number] or 0) + 1
    if not peers[peer] then others = others + 1 end
    peers[peer] = true
    heard = heard + 1
  end)
  local sender = notewire.connect("127.0.0.1:" .. listener.local_port)
  await(function() return sender.is_ready end)
  local sent = 0
  local function feed()
    if sent >= 100 then return end
    local i = sent + 1
    sent = i
    wanted[i] = 1
    sender:send("/number", i)
  end
  with_trap(feed, function()
    while sent < 100 do
      feed()
      notewire.wait(1)
    end
    await(function() return heard >= sent end)
  end)
  equal(got, wanted)
  equal(others, 1)
  sender:close()
  listener:close()
end)

it("a finalizer that waits or stops it does not disturb a timer", function()
  local calls, timers = 0, {}
  with_trap(function() end, function()
    for i = 1, 10 do timers[i] = notewire.every(1, function() calls = calls + 1 end) end
    await(function() return calls > 100 end)
    for i = 1, 10 do
      local timer = timers[i]
      setmetatable({}, { __gc = function() timer:stop() end })
    end
    await(function()
      collectgarbage()
      for i = 1, 10 do
        if timers[i].is_running then return false end
      end
      return true
    end)
  end)
  local before = calls
  notewire.wait(20)
  equal(calls, before)
end)

spec.finish()
