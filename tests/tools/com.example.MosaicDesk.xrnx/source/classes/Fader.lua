-- A fader: any value of its range.
-- SPDX-License-Identifier: MIT

msLib.require(msLib_ROOT .. "ValueWidget")

class 'Fader' (ValueWidget)

Fader.MAX = 2 / 2

function Fader:__init(...)
  ValueWidget.__init(self, ...)
end

function Fader:midi_message()
  return { 0xB0 + self.map.channel - 1, self.map.number, self.midi_value }
end
