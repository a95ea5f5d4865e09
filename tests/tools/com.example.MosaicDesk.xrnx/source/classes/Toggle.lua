-- A toggle: on or off, and each press changes it.
-- SPDX-License-Identifier: MIT

msLib.require(msLib_ROOT .. "ValueWidget")

class 'Toggle' (ValueWidget)

function Toggle:__init(...)
  ValueWidget.__init(self, ...)
  self.presses = 0
end

function Toggle:set_value(val)
  ValueWidget.set_value(self, (val > 0.5) and 1 or 0)
end

function Toggle:set_from_message(val)
  if val > 0 then
    self.presses = self.presses + 1
    self.value = 1 - self.value
  end
end

function Toggle:midi_message()
  local status = (self.value == 1) and 0x90 or 0x80
  return { status + self.map.channel - 1, self.map.number, self.midi_value }
end

function Toggle:__tostring()
  return ValueWidget.__tostring(self) .. (self.value == 1 and "*" or "")
end
