-- Specs of renoise.Midi for test_renoise_midi, which does what this prints, a word a line, and says "start" when it is done.
-- SPDX-License-Identifier: MIT
local Midi = renoise.Midi
local NAME = "Rubber Keys 49:Rubber Keys 49 MIDI 1"
local done, changes, lists = 0, 0, {}

-- Until condition holds, for 20 s at most.
local function wait_for(what, condition)
  for _ = 1, 2000 do
    if condition() then
      return
    end
    notewire.wait(10)
  end
  error("waited for " .. what, 2)
end

local answers = Midi.create_input_device("stdin", function(message)
  assert(message[1] == 0xfa)
  done = done + 1
end)

local function ask(...)
  local before = done
  print(table.concat({ ... }, " "))
  io.stdout:flush()
  wait_for("the answer to " .. (...), function() return done > before end)
end

local function has(list, name)
  for _, other in ipairs(list) do
    if other == name then
      return true
    end
  end
  return false
end

local function is_there()
  return has(Midi.available_output_devices(), NAME) and has(Midi.available_input_devices(), NAME)
end

-- What is there at the start, and names that are nobody's.
assert(not is_there())
assert(has(Midi.available_input_devices(), "Midi Through:Midi Through Port-0"))
assert(has(Midi.available_output_devices(), "Midi Through:Midi Through Port-0"))
local good, why = pcall(Midi.create_output_device, NAME)
assert(not good and why:find("no MIDI output device named", 1, true), why)
assert(not pcall(Midi.create_input_device, NAME, print))

Midi.devices_changed_observable():add_notifier(function()
  changes = changes + 1
  lists[changes] = is_there()
end)

local function changed_to(there)
  wait_for("devices_changed", function() return changes > 0 and lists[changes] == there end)
  assert(is_there() == there)
end

-- A device that is plugged in is told, by its name, and can be opened.
ask("plug")
changed_to(true)
notewire.wait(300) -- what is plugged in at the far end has a port, too
changes = 0
local heard = {}
local output = Midi.create_output_device(NAME)
local input = Midi.create_input_device(NAME, function(message) heard[#heard + 1] = table.concat(message, " ") end)
assert(output.name == NAME and input.name == NAME)

local function both_ways()
  ask("listen")
  heard = {}
  output:send({ 0x90, 60, 100 })
  ask("hear", "90 3c 64")
  ask("play", "b0 07 7f")
  wait_for("the controller", function() return #heard > 0 end)
  assert(heard[1] == "176 7 127" and #heard == 1, heard[1])
end

both_ways()
assert(changes == 0) -- what we open ourselves changes nothing: a tool that then looks for its device anew would close it
for _ = 1, 3 do
  -- Unplugged: told; the devices stay open, quiet, and raise nothing.
  changes = 0
  ask("unplug")
  changed_to(false)
  assert(output.is_open and input.is_open and output.name == NAME and input.name == NAME)
  for note = 1, 100 do
    output:send({ 0x90, note, 100 })
  end
  output:send({ 0xf0, 0x7d, 1, 2, 0xf7 })
  -- Plugged in again: told; the same objects play again.
  changes = 0
  ask("plug")
  changed_to(true)
  both_ways()
end

-- A port of our own, for other programs: here for this one.
local mine_out = Midi.create_output_device("virtual:mine")
assert(mine_out.name == "virtual:mine")
assert(not has(Midi.available_output_devices(), "notewire:mine"))
mine_out:send({ 0x90, 1, 2 })

output:close()
input:close()
mine_out:close()
answers:close()
print("done")
