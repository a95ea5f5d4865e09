-- The client: its socket, its queue, and which state it is in.
-- SPDX-License-Identifier: MIT

class 'LineClient'

function LineClient:__init(preferences)
  self.preferences = preferences
  self.socket = nil
  self.queue = table.create()
  self.wanted = false
  self.connections = 0
  self.state_observable = renoise.Document.ObservableString("offline")
  self.states = {
    offline = OfflineState(self), login = LoginState(self), talking = TalkingState(self)
  }
  self.state = self.states.offline
end

function LineClient:go(name)
  self.state:leave()
  self.state = self.states[name]
  self.state_observable.value = name
  self.state:enter()
end

function LineClient:connect()
  self.wanted = true
  if not renoise.tool():has_timer({ self, self.poll }) then
    renoise.tool():add_timer({ self, self.poll }, self.preferences.poll_ms.value)
  end
end

function LineClient:disconnect(why)
  self.wanted = false
  if self.socket and self.socket.is_open then
    self:send_now("QUIT " .. why)
    self.socket:close()
  end
  self.socket = nil
  self:go("offline")
end

function LineClient:quit()
  if self.wanted then self:disconnect("closing") end
end

function LineClient:open_socket()
  local socket, err = renoise.Socket.create_client(
    self.preferences.host.value, self.preferences.port.value, renoise.Socket.PROTOCOL_TCP, 500)
  if err then
    return false, err
  end
  self.socket = socket
  self.connections = self.connections + 1
  return true
end

function LineClient:send_now(text)
  local ok, err = self.socket:send(text .. "\r\n")
  if not ok then
    self:lost(err)
  end
end

-- into the queue; urgent lines go in front
function LineClient:say(text, urgent)
  if urgent then
    self.queue:insert(1, text)
  else
    self.queue:insert(text)
  end
end

function LineClient:flush()
  while not self.queue:is_empty() and self.socket and self.socket.is_open do
    self:send_now(self.queue:remove(1))
  end
end

function LineClient:lost(why)
  print("lost: " .. tostring(why))
  if self.socket and self.socket.is_open then
    pcall(self.socket.close, self.socket)
  end
  self.socket = nil
  self:go("offline")
end

-- the timer: all lines that are there, then the state
function LineClient:poll()
  while self.socket do
    local line, err = self.socket:receive("*l", 0)
    if line then
      self.state:line(line)
    elseif err == "timeout" then
      break
    else
      assert(not self.socket.is_open)
      self:lost(err)
    end
  end
  self.state:tick()
  if not self.wanted then
    renoise.tool():remove_timer({ self, self.poll })
  end
end
