-- SocketServer over UDP: the rows of both protocols, and what datagrams have of their own.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local rows = require "socket_rows"

local Socket = renoise.Socket
local kit = rows.run(Socket.PROTOCOL_UDP)

spec.it("gives exactly one datagram each time, empty ones too", function()
  local notifier, heard = kit.listener()
  local server = kit.server(notifier)
  local client = kit.client(server)
  local sizes = {1, 0, 508, 1500, 9000, 65507}
  for _, size in ipairs(sizes) do
    spec.equal({client:send(("x"):rep(size))}, {true})
  end
  spec.truthy(kit.until_true(server, function() return #heard == #sizes end))
  for i, size in ipairs(sizes) do
    spec.equal(#heard[i].data, size)
  end
  server:close()
end)

spec.it("has senders that are not open, but can be answered", function()
  local notifier, heard = kit.listener()
  local server = kit.server(notifier)
  local client = kit.client(server)
  client:send("x")
  spec.truthy(kit.until_true(server, function() return heard[1] end))
  local sender = heard[1].socket
  spec.equal(sender.is_open, false)
  spec.equal({sender:send("later")}, {true})
  spec.equal({client:receive("*all", kit.PATIENCE)}, {"later"})
  spec.raises("can be answered with send", sender.receive, sender, "*all", 0)
  spec.raises("string, Message or Bundle expected", sender.send, sender, 5)
  sender:close() -- there is nothing to close
  spec.equal({sender:send("still")}, {true})
  spec.equal({client:receive("*all", kit.PATIENCE)}, {"still"})
  spec.equal({sender:send(("x"):rep(65508))}, {false, "too big"})
  server:close()
  spec.raises("closed", sender.send, sender, "too late")
  spec.raises("closed", function() return sender.peer_address end)
  spec.equal(sender.is_open, false)
end)

spec.it("keeps the senders of earlier messages apart from later ones", function()
  local notifier, heard = kit.listener()
  local server = kit.server(notifier)
  local first, second = kit.client(server), kit.client(server)
  for i, client in ipairs {first, second, first} do
    client:send("x")
    spec.truthy(kit.until_true(server, function() return #heard == i end))
  end
  spec.equal(heard[1].socket.peer_port, first.local_port)
  spec.equal(heard[2].socket.peer_port, second.local_port)
  spec.equal(heard[3].socket.peer_port, first.local_port)
  heard[1].socket:send("to the first")
  spec.equal(first:receive("*all", kit.PATIENCE), "to the first")
  spec.equal({second:receive("*all", 20)}, {nil, "timeout"})
  server:close()
end)

spec.it("discards what comes while it is stopped", function()
  local notifier, heard = kit.listener()
  local server = kit.server()
  local client = kit.client(server)
  local function discards(text)
    local before = notewire.counters().dropped.disabled
    client:send(text)
    spec.truthy(kit.until_true(server, function() return notewire.counters().dropped.disabled > before end))
  end
  discards("before run")
  server:run(notifier)
  server:wait(20)
  client:send("while it runs")
  spec.truthy(kit.until_true(server, function() return #heard == 1 end))
  server:stop()
  discards("while it is stopped")
  server:run(notifier)
  server:wait(20)
  spec.equal(#heard, 1)
  spec.equal(heard[1].data, "while it runs")
  server:close()
end)

spec.it("may share the port of a client of the same script, and hears its peer unless the client waits for it", function()
  local notifier, heard = kit.listener()
  local told, far = {}, nil
  local peer = kit.server {socket_message = function(socket, data) told[#told + 1], far = data, socket end}
  local client = kit.client(peer)
  client:send("hello")
  spec.truthy(kit.until_true(peer, function() return far end))
  local server, problem = Socket.create_server(client.local_port, kit.protocol)
  spec.equal(problem, nil)
  spec.equal(server.local_port, client.local_port)
  far:send("before run")
  server:wait(20)
  server:run(notifier)
  local second = Socket.create_server("localhost", client.local_port, kit.protocol)
  spec.equal(second, nil)
  local stranger = Socket.create_client("localhost", server.local_port, kit.protocol)
  stranger:send("from somebody else")
  spec.truthy(kit.until_true(server, function() return #heard == 1 end))
  spec.equal(heard[1].socket.peer_port, stranger.local_port)
  spec.equal(client:receive("*all", 0), "before run")
  far:send("for who waits")
  spec.equal(client:receive("*all", kit.PATIENCE), "for who waits")
  far:send("from the peer")
  spec.truthy(kit.until_true(server, function() return #heard == 2 end))
  spec.equal({heard[2].data, heard[2].socket.peer_port, heard[2].socket.peer_address},
    {"from the peer", peer.local_port, "127.0.0.1"})
  heard[2].socket:send("an answer")
  client:send("and more")
  spec.truthy(kit.until_true(peer, function() return #told == 3 end))
  spec.equal({told[2], told[3], far.peer_port}, {"an answer", "and more", client.local_port})
  server:stop()
  far:send("after stop")
  spec.equal(client:receive("*all", kit.PATIENCE), "after stop")
  client:close()
  second, problem = Socket.create_server("localhost", server.local_port, kit.protocol)
  spec.equal(second, nil)
  server:close()
  peer:close()
end)

spec.it("that shares a port outlives neither itself nor the client", function()
  local notifier, heard = kit.listener()
  local far
  local peer = kit.server {socket_message = function(socket) far = socket end}
  local client = kit.client(peer)
  client:send("hello")
  spec.truthy(kit.until_true(peer, function() return far end))
  local server = Socket.create_server(client.local_port, kit.protocol)
  server:run(notifier)
  server:close()
  server = nil
  collectgarbage()
  far:send("to the client")
  spec.equal(client:receive("*all", kit.PATIENCE), "to the client")
  server = Socket.create_server(client.local_port, kit.protocol)
  server:run(notifier)
  client = nil
  collectgarbage()
  collectgarbage()
  far:send("to the server alone")
  spec.truthy(kit.until_true(server, function() return #heard == 1 end))
  spec.equal(heard[1].data, "to the server alone")
  server:close()
  peer:close()
end)

spec.it("hears a flood, and loses nothing that fits its queue", function()
  local count, server = 0, nil
  server = kit.server {socket_message = function(_, data) count = count + #data end}
  local client = kit.client(server)
  for _ = 1, 2000 do
    client:send("0123456789")
  end
  spec.truthy(kit.until_true(server, function() return count == 20000 end))
  server:close()
end)

spec.finish()
