-- Long work in slices, one for each idle moment, as a coroutine.
-- SPDX-License-Identifier: MIT

class "Slicer"

function Slicer:__init(work, ...)
  assert(type(work) == "function")
  self.work, self.args = work, { ... }
  self.thread = nil
end

function Slicer:running()
  return self.thread ~= nil
end

function Slicer:start()
  assert(not self:running())
  self.thread = coroutine.create(self.work)
  renoise.tool().app_idle_observable:add_notifier(Slicer.idle, self)
end

function Slicer:stop()
  assert(self:running())
  renoise.tool().app_idle_observable:remove_notifier { self, self.idle }
  self.thread = nil
end

function Slicer:idle()
  assert(coroutine.status(self.thread) == "suspended")
  local ok, err = coroutine.resume(self.thread, unpack(self.args))
  if not ok then
    self:stop()
    error(err)
  elseif self.thread and coroutine.status(self.thread) == "dead" then
    self:stop()
  end
end
