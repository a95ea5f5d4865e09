-- A control map: lines of widget, MIDI and OSC, such as  Fader volume-1 | CC07\|Ch1 | /page/1 1 %f
-- SPDX-License-Identifier: MIT

class 'ControlMap'

function ControlMap:__init()
  self.entries = table.create()
end

function ControlMap:load(path)
  if not io.exists(path) then
    return false, ("'%s' does not exist"):format(path)
  end
  for line in io.lines(path) do
    line = msLib.trim(line)
    if line ~= "" and not line:find("^%-%-") then
      self:add_line(line)
    end
  end
  return true
end

function ControlMap:add_line(line)
  local kind, id, midi, osc = line:match("^(%a+)%s+([%w_\-]+)%s*\|%s*(%S+)%s*\|%s*(.+)$")
  local what, number, channel = midi:match("^(%u%u)(%d+)\\Ch(%d+)$")
  self.entries:insert {
    kind = kind, id = id, what = what, number = tonumber(number), channel = tonumber(channel), osc = osc
  }
end

-- the texts between spaces
local function tokens(text)
  local list = table.create()
  for token in text:gmatch("[^%s]+") do list:insert(token) end
  return list
end

-- the entry that a message is for, and the number in the place of its %f or %i
function ControlMap:find_osc(pattern, arguments)
  for _, entry in ipairs(self.entries) do
    local wanted = tokens(entry.osc)
    local value, matches = nil, (wanted[1] == pattern) and (#wanted - 1 == #arguments)
    for i = 2, #wanted do
      local argument = arguments[i - 1]
      if not matches then
        break
      elseif wanted[i] == "%f" or wanted[i] == "%i" then
        value = argument.value
      elseif wanted[i] ~= tostring(argument.value) then
        matches = false
      end
    end
    if matches then
      return entry, tonumber(value)
    end
  end
end

function ControlMap:find_midi(message)
  local what = ({ [0x90] = "NT", [0x80] = "NT", [0xB0] = "CC" })[bit.band(message[1], 0xF0)]
  for _, entry in ipairs(self.entries) do
    if entry.what == what and entry.number == message[2] and entry.channel == bit.band(message[1], 0x0F) + 1 then
      return entry
    end
  end
end

-- the message that tells a client of a value
function ControlMap.to_osc(entry, value)
  local list, arguments = tokens(entry.osc), table.create()
  for i, token in ripairs(list) do
    if token == "%f" then
      arguments:insert(1, { tag = "f", value = value })
    elseif token == "%i" then
      arguments:insert(1, { tag = "i", value = value })
    elseif i > 1 then
      local number = tonumber(token)
      arguments:insert(1, number and { tag = "f", value = number } or { tag = "s", value = token })
    end
  end
  return renoise.Osc.Message(list[1], arguments)
end
