-- A widget with a value in a range, which others can watch.
-- SPDX-License-Identifier: MIT

msLib.require(msLib_ROOT .. "Widget")

class 'ValueWidget' (Widget)

ValueWidget.MIN, ValueWidget.MAX = 0, 1

function ValueWidget:__init(desk, map)
  Widget.__init(self, desk, map)
  self.value_observable = renoise.Document.ObservableNumber(self.MIN)
  self.value = property(self.get_value, self.set_value)
  self.midi_value = property(self.get_midi_value, self.set_midi_value)
end

function ValueWidget:get_value()
  return self.value_observable.value
end

function ValueWidget:set_value(val)
  if self.enabled then
    self.value_observable.value = msLib.clamp(val, self.MIN, self.MAX)
  end
end

function ValueWidget:get_midi_value()
  return msLib.round(msLib.scale(self.value, self.MIN, self.MAX, 0, 127))
end

function ValueWidget:set_midi_value(val)
  self.value = msLib.scale(val, 0, 127, self.MIN, self.MAX)
end

-- from the number that a message brought
function ValueWidget:set_from_message(val)
  self.value = val
end
