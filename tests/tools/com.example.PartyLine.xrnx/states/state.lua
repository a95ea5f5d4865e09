-- What all states are: they are entered, ticked, told of lines, and left.
-- SPDX-License-Identifier: MIT

class 'State'

State.NAME = "none"

function State:__init(client)
  self.client = client
  self.entered_at = 0
  self.age = property(State.get_age)
end

function State:get_age()
  return os.clock() - self.entered_at
end

function State:enter()
  self.entered_at = os.clock()
end

function State:leave() end

function State:tick() end

function State:line(text)
  print("? " .. text)
end

function State:__tostring()
  return ("%s (%d)"):format(self.NAME, math.floor(self.age))
end
