-- SocketServer over TCP: the rows of both protocols, and what connections have of their own.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local rows = require "socket_rows"

local Socket = renoise.Socket
local kit = rows.run(Socket.PROTOCOL_TCP)

-- A server that notes its events in order, and the sockets that it accepted.
local function noting()
  local events, sockets = {}, {}
  local server = kit.server {
    socket_accepted = function(socket)
      sockets[#sockets + 1] = socket
      events[#events + 1] = "accepted"
    end,
    socket_message = function(_, data)
      events[#events + 1] = data
    end,
    socket_error = function(text)
      events[#events + 1] = "error: " .. text
    end
  }
  return server, events, sockets
end

spec.it("is TCP when nobody says", function()
  local server = Socket.create_server("localhost", 0)
  local client, problem = rows.connect("localhost", server.local_port)
  spec.equal(problem, nil)
  local second, busy = Socket.create_server(server.local_port, nil)
  spec.equal(second, nil)
  spec.truthy(busy:find("tcp"))
  client:close()
  server:close()
end)

spec.it("tells of a connection, then of its data", function()
  local server, events, sockets = noting()
  local first, second = kit.client(server), kit.client(server)
  first:send("from first")
  second:send("from second")
  spec.truthy(kit.until_true(server, function() return #events == 4 end))
  table.sort(events)
  spec.equal(events, {"accepted", "accepted", "from first", "from second"})
  spec.equal(type(sockets[1]), "SocketClient")
  spec.equal(sockets[1].is_open, true)
  spec.equal(sockets[1].peer_port, first.local_port)
  spec.equal(sockets[2].peer_port, second.local_port)
  server:close()
end)

spec.it("keeps the order within a connection", function()
  local server, events = noting()
  local client = kit.client(server)
  local sent = {}
  for i = 1, 50 do
    sent[i] = ("%d,"):format(i)
    client:send(sent[i])
    server:wait(i % 3)
  end
  spec.truthy(kit.until_true(server, function() return #table.concat(events) >= 8 + #table.concat(sent) end))
  spec.equal(table.concat(events), "accepted" .. table.concat(sent))
  server:close()
end)

spec.it("keeps connections and their data while it is stopped", function()
  local server = kit.server()
  local client = kit.client(server)
  client:send("before run")
  server:wait(20)
  local events = {}
  local notifier = {
    socket_accepted = function() events[#events + 1] = "accepted" end,
    socket_message = function(_, data) events[#events + 1] = data end
  }
  server:run(notifier)
  spec.truthy(kit.until_true(server, function() return #events == 2 end))
  spec.equal(events, {"accepted", "before run"})
  server:stop()
  client:send("while stopped")
  server:wait(20)
  spec.equal(#events, 2)
  server:run(notifier)
  spec.truthy(kit.until_true(server, function() return #events == 3 end))
  spec.equal(events, {"accepted", "before run", "while stopped"})
  server:close()
end)

spec.it("tells of what came and went before run", function()
  local server = kit.server()
  local client = kit.client(server)
  client:send("bye")
  client:close()
  server:wait(20)
  local events, socket = {}, nil
  server:run {
    socket_accepted = function(accepted)
      socket = accepted
      events[#events + 1] = accepted.is_open
    end,
    socket_message = function(accepted, data) events[#events + 1] = data end
  }
  spec.truthy(kit.until_true(server, function() return #events == 2 and not socket.is_open end))
  spec.equal(events, {true, "bye"})
  server:close()
end)

spec.it("has sockets that are not open once the peer is gone and its data delivered", function()
  local server, events, sockets = noting()
  local client = kit.client(server)
  client:send("last words")
  spec.truthy(kit.until_true(server, function() return #events == 2 end))
  spec.equal(sockets[1].is_open, true)
  client:close()
  spec.truthy(kit.until_true(server, function() return not sockets[1].is_open end))
  spec.equal(events, {"accepted", "last words"})
  spec.equal({sockets[1]:receive("*all", kit.PATIENCE)}, {nil, "disconnected"})
  spec.raises("closed", sockets[1].receive, sockets[1], "*all", 0)
  spec.raises("closed", sockets[1].send, sockets[1], "x")
  server:close()
end)

spec.it("lets accepted sockets be closed inside every callback", function()
  local calls = 0
  local server = kit.server {
    socket_accepted = function(socket)
      calls = calls + 1
      if calls == 1 then
        socket:close()
        spec.equal(socket.is_open, false)
      end
    end,
    socket_message = function(socket)
      calls = calls + 1
      socket:close()
    end
  }
  local first = kit.client(server)
  first:send("never told")
  spec.truthy(kit.until_true(server, function() return calls == 1 end))
  spec.equal({first:receive("*all", kit.PATIENCE)}, {nil, "disconnected"})
  local second = kit.client(server)
  second:send("x")
  spec.truthy(kit.until_true(server, function() return calls == 3 end))
  spec.equal({second:receive("*all", kit.PATIENCE)}, {nil, "disconnected"})
  spec.equal(server.is_running, true)
  local third = kit.client(server)
  third:send("x")
  spec.truthy(kit.until_true(server, function() return calls == 5 end))
  server:close()
end)

spec.it("reads the rest of a message inside its callback", function()
  local body, client
  local server = kit.server {
    socket_message = function(socket, data)
      client:send("def")
      body = data .. assert(socket:receive(3, kit.PATIENCE))
    end
  }
  client = kit.client(server)
  client:send("abc")
  kit.until_true(server, function() return body end)
  spec.equal(body, "abcdef")
  server:close()
end)

spec.it("leaves what nobody is told of for receive", function()
  local socket
  local server = kit.server {socket_accepted = function(accepted) socket = accepted end}
  local client = kit.client(server)
  client:send("one\ntwo\n")
  kit.until_true(server, function() return socket end)
  server:wait(20)
  spec.equal(socket:receive("*line", kit.PATIENCE), "one")
  client:close()
  server:wait(20)
  spec.equal(socket.is_open, true)
  spec.equal(socket:receive("*line", kit.PATIENCE), "two")
  spec.truthy(kit.until_true(server, function() return not socket.is_open end))
  spec.equal({socket:receive("*line", kit.PATIENCE)}, {nil, "disconnected"})
  server:close()
end)

spec.it("closes its connections with itself", function()
  local server, events, sockets = noting()
  local client = kit.client(server)
  kit.until_true(server, function() return #events == 1 end)
  server:close()
  spec.equal(sockets[1].is_open, false)
  spec.raises("closed", sockets[1].send, sockets[1], "x")
  spec.equal({client:receive("*all", kit.PATIENCE)}, {nil, "disconnected"})
end)

spec.it("stays while one of its connections is used", function()
  local socket
  local server = kit.server {socket_accepted = function(accepted) socket = accepted end}
  local client = kit.client(server)
  kit.until_true(server, function() return socket end)
  server:stop()
  server = nil
  collectgarbage()
  collectgarbage()
  spec.equal({socket:send("still here")}, {true})
  spec.equal(client:receive("*all", kit.PATIENCE), "still here")
  socket = nil
  collectgarbage()
  collectgarbage()
  spec.equal({client:receive("*all", kit.PATIENCE)}, {nil, "disconnected"})
end)

spec.it("holds the connections that a script does not keep", function()
  local server, events = noting()
  local client = kit.client(server)
  for i = 1, 5 do
    client:send(tostring(i))
    spec.truthy(kit.until_true(server, function() return events[#events] == tostring(i) end))
    collectgarbage()
  end
  spec.equal(table.concat(events), "accepted12345")
  server:close()
end)

spec.it("calls all three methods of an instance, with the instance", function()
  class "AllThree"
  function AllThree:__init()
    self.accepted, self.heard, self.errors = 0, {}, {}
  end
  function AllThree:socket_accepted(socket)
    self.accepted = self.accepted + 1
    self.last = socket
  end
  function AllThree:socket_message(socket, data)
    self.heard[#self.heard + 1] = data
    self.same = rawequal(socket, self.last)
  end
  function AllThree:socket_error(text) self.errors[#self.errors + 1] = text end
  class "Inheriting" (AllThree)
  function Inheriting:__init() AllThree.__init(self) end
  for _, notifier in ipairs { AllThree(), Inheriting() } do
    local server, clients = kit.server(notifier), {}
    clients[1] = kit.client(server)
    clients[1]:send("to a method")
    spec.truthy(kit.until_true(server, function() return #notifier.heard == 1 end))
    spec.equal({notifier.accepted, notifier.heard, notifier.same}, {1, {"to a method"}, true})
    for i = 2, 65 do
      clients[i] = kit.client(server)
    end
    spec.truthy(kit.until_true(server, function() return #notifier.errors == 1 end))
    spec.equal(type(notifier.errors[1]), "string")
    server:close()
  end
end)

spec.it("says when it must turn connections away", function()
  local server, events, sockets = noting()
  local clients = {}
  for i = 1, 65 do
    clients[i] = kit.client(server)
  end
  spec.truthy(kit.until_true(server, function() return #events == 65 end))
  local accepted, errors = 0, 0
  for _, event in ipairs(events) do
    accepted = accepted + (event == "accepted" and 1 or 0)
    errors = errors + (event:find("^error: ") and 1 or 0)
  end
  spec.equal({accepted, errors}, {64, 1})
  for _, client in ipairs(clients) do
    client:close()
  end
  for _, socket in ipairs(sockets) do
    spec.truthy(kit.until_true(server, function() return not socket.is_open end))
  end
  local again = kit.client(server)
  again:send("room again")
  spec.truthy(kit.until_true(server, function() return events[#events] == "room again" end))
  server:close()
end)

spec.it("tells of an error once, even when the callback waits", function()
  local errors, clients, server = 0, {}, nil
  server = kit.server {
    socket_error = function()
      errors = errors + 1
      clients[errors]:send("so that the server looks again")
      server:wait(20)
    end
  }
  for i = 1, 66 do
    clients[i] = kit.client(server)
  end
  spec.truthy(kit.until_true(server, function() return errors == 2 end))
  server:wait(50) -- for what is told twice
  spec.equal(errors, 2)
  server:close()
end)

spec.it("keeps what many have left behind, and has room for others", function()
  local sockets = {}
  local server = kit.server {
    socket_accepted = function(socket) sockets[#sockets + 1] = socket end,
    socket_error = function(text) error(text) end
  }
  for i = 1, 100 do
    local client = kit.client(server)
    client:send("from " .. i)
    client:close()
    spec.truthy(kit.until_true(server, function() return #sockets == i end))
    server:wait(5)
  end
  for i = 1, 100 do
    spec.equal({i, sockets[i].is_open, sockets[i]:receive("*all", kit.PATIENCE)}, {i, true, "from " .. i})
    spec.truthy(kit.until_true(server, function() return not sockets[i].is_open end))
  end
  server:close()
end)

spec.it("disables one callback and leaves the others", function()
  local messages, accepted = 0, 0
  local server = kit.server {
    socket_accepted = function()
      accepted = accepted + 1
      error("this error belongs to the test")
    end,
    socket_message = function() messages = messages + 1 end
  }
  for i = 1, 2 do
    kit.client(server):send("x")
    spec.truthy(kit.until_true(server, function() return messages == i end))
  end
  spec.equal(accepted, 1)
  server:close()
end)

spec.it("takes a megabyte, and sends one back", function()
  local parts, server = {}, nil
  local text = ("0123456789abcdef"):rep(65536)
  local done
  server = kit.server {
    socket_message = function(socket, data)
      parts[#parts + 1] = data
      if #table.concat(parts) == #text then
        done = true
      end
    end
  }
  local client = kit.client(server)
  local sent = 0
  while sent < #text do
    local piece = text:sub(sent + 1, sent + 65536)
    spec.equal({client:send(piece)}, {true})
    sent = sent + #piece
    server:wait(1)
  end
  spec.truthy(kit.until_true(server, function() return done end))
  spec.equal(table.concat(parts) == text, true)
  server:close()
end)

spec.finish()
