-- The base of all widgets.
-- SPDX-License-Identifier: MIT

class 'Widget'

Widget.instances = 0
Widget.__eq = msLib.equals

function Widget:__init(desk, map)
  TRACE("Widget:__init", map.id)
  Widget.instances = Widget.instances + 1
  self.desk = desk
  self.map = map
  self.id = map.id
  self.enabled = property(self.get_enabled, self.set_enabled)
  self._enabled = true
end

function Widget:get_enabled() return self._enabled end

function Widget:set_enabled(val)
  assert(type(val) == "boolean", "boolean expected, not " .. type(val))
  self._enabled = val
end

function Widget:__lt(other)
  return self.id < other.id
end

function Widget:__tostring()
  return ("%s [%s]"):format(type(self), self.id)
end
