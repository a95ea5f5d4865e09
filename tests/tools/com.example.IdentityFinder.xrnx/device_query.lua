-- A question to one device: a message, a timer that asks again, and a callback in the end.
-- SPDX-License-Identifier: MIT

class "Identity"

function Identity:__init(bytes)
  local at = 6
  self.channel = bytes[3]
  self.maker = bytes[at]
  if self.maker == 0 then
    self.maker = bytes[at + 1] * 256 + bytes[at + 2]
    at = at + 2
  end
  self.family = from_7bit(bytes[at + 1], bytes[at + 2])
  self.member = from_7bit(bytes[at + 3], bytes[at + 4])
  self.version = { unpack(bytes, at + 5, at + 8) }
end

function Identity:__tostring()
  return sprintf("%s family %d member %d version %s", maker_name(self.maker), self.family, self.member,
    table.concat(self.version, "."))
end

--------------------------------------------------------------------------------

class "DeviceQuery"

DeviceQuery.REQUEST = { 0xF0, 0x7E, 0x7F, 0x06, 0x01, 0xF7 }

function DeviceQuery:__init(input_name, output_name, tries, patience)
  self.input_name, self.output_name = input_name, output_name
  self.tries, self.patience = tries, patience
  self.asked = 0
  self.notes = 0
  self.pending = property(function(self) return self.finished ~= nil end)
end

function DeviceQuery:start(finished)
  self.finished = finished
  -- both orders are fine
  self.input = renoise.Midi.create_input_device(self.input_name, { self, self.on_short }, { DeviceQuery.on_sysex, self })
  self.output = renoise.Midi.create_output_device(self.output_name)
  self:ask_again()
  renoise.tool():add_timer({ self, self.ask_again }, self.patience)
end

function DeviceQuery:ask_again()
  if self.asked >= self.tries then
    self:finish(nil)
    return
  end
  self.asked = self.asked + 1
  self.output:send(DeviceQuery.REQUEST)
end

function DeviceQuery:on_short(message)
  assert(#message == 3)
  self.notes = self.notes + 1
  print("short", hex_of(message))
end

function DeviceQuery:on_sysex(message)
  local is_answer = message[2] == 0x7E and message[4] == 0x06 and message[5] == 0x02 and #message >= 15
  if not is_answer then
    print("sysex", hex_of(message))
    return
  end
  self:finish(Identity(message))
end

function DeviceQuery:finish(identity)
  local finished = self.finished
  self:stop()
  if finished then finished(self, identity) end
end

function DeviceQuery:stop()
  self.finished = nil
  if renoise.tool():has_timer({ self.ask_again, self }) then
    renoise.tool():remove_timer({ self.ask_again, self })
  end
  for _, device in ipairs { self.input, self.output } do
    if device.is_open then
      device:close()
      assert(device.name == "")
    end
  end
end
