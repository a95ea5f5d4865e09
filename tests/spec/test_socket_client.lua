-- SocketClient: connecting, sending, and every way to receive.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local rows = require "socket_rows"

local Socket = renoise.Socket
local TCP, UDP = Socket.PROTOCOL_TCP, Socket.PROTOCOL_UDP
local tcp, udp = rows.kit(TCP), rows.kit(UDP)
local PATIENCE = rows.PATIENCE

-- A client and the socket that a server has for it. send: what the far end says, once it is there.
local function pair()
  local far
  local server = tcp.server {socket_accepted = function(socket) far = socket end}
  local client = tcp.client(server)
  tcp.until_true(server, function() return far end)
  return client, far, server
end

-- The same over UDP: the far end is the sender of a first datagram.
local function udp_pair()
  local far
  local server = udp.server {socket_message = function(socket) far = socket end}
  local client = udp.client(server)
  client:send("hello")
  udp.until_true(server, function() return far end)
  return client, far, server
end

spec.it("has the constants that scripts store", function()
  spec.equal({TCP, UDP}, {1, 2})
  spec.equal(type(Socket), "Socket class")
  spec.equal(type(Socket.SocketClient), "SocketClient class")
  spec.equal(type(Socket.SocketServer), "SocketServer class")
  spec.raises("", Socket.SocketClient)
end)

spec.it("connects, with or without protocol and time-out", function()
  local server = tcp.server {}
  for _, arguments in ipairs {{}, {TCP}, {TCP, 500}, {TCP, 500.0}, {1.0, 500, "more"}} do
    local client, problem = rows.connect("localhost", server.local_port, table.unpack(arguments))
    spec.equal(problem, nil)
    spec.equal(type(client), "SocketClient")
    spec.equal(client.is_open, true)
    client:close()
  end
  local client = rows.connect("127.0.0.1", server.local_port + 0.0, nil, nil)
  spec.equal(client.peer_address, "127.0.0.1")
  spec.equal(client.peer_port, server.local_port)
  spec.equal(client.address, "127.0.0.1")
  spec.equal(client.port, server.local_port)
  spec.equal(client.local_address, "127.0.0.1")
  spec.truthy(client.local_port > 0 and client.local_port ~= server.local_port)
  client:close()
  server:close()
end)

spec.it("gives nil and a text when nobody is there", function()
  local server = tcp.server()
  local holder = tcp.client(server) -- nobody can listen on its port meanwhile
  local port = holder.local_port
  local client, problem = rows.connect("localhost", port)
  spec.equal({client, problem}, {nil, "Connection refused"})
  client, problem = rows.connect("no-such-host.invalid", port)
  spec.equal(client, nil)
  spec.truthy(problem:find("no-such-host.invalid", 1, true))
  client, problem = rows.connect("no-such-host.invalid", port, UDP)
  spec.equal(client, nil)
  spec.equal(type(problem), "string")
  client, problem = rows.connect("", port)
  spec.equal(client, nil)
  server:close()
end)

spec.it("speaks UDP to nobody", function()
  local server = udp.server()
  local port = server.local_port
  server:close()
  local client, problem = rows.connect("localhost", port, UDP)
  spec.equal(problem, nil)
  for _ = 1, 3 do
    spec.equal({client:send("anybody?")}, {true})
    spec.equal({client:receive("*all", 5)}, {nil, "timeout"})
  end
  spec.equal(client.is_open, true)
  client:close()
end)

spec.it("raises for arguments that are none", function()
  spec.raises("string expected", Socket.create_client)
  spec.raises("string expected", Socket.create_client, 9000)
  spec.raises("number expected", Socket.create_client, "localhost", "9000")
  spec.raises("number expected", Socket.create_client, "localhost")
  spec.raises("invalid port", Socket.create_client, "localhost", 0)
  spec.raises("invalid port", Socket.create_client, "localhost", 70000)
  spec.raises("invalid protocol", Socket.create_client, "localhost", 9000, 0)
  spec.raises("invalid timeout", Socket.create_client, "localhost", 9000, TCP, -1)
  spec.raises("invalid timeout", Socket.create_client, "localhost", 9000, TCP, "1")
  spec.raises("invalid timeout", Socket.create_client, "localhost", 9000, TCP, 0 / 0)
  spec.raises("zero byte", Socket.create_client, "localhost\0x", 9000)
end)

spec.it("says when there was no time to find a name", function()
  for _, protocol in ipairs {TCP, UDP} do
    local client, problem
    for _ = 1, 50 do -- a machine that stands still may find out first that there is none
      client, problem = Socket.create_client("no-such-host.invalid", 9000, protocol, 0)
      if problem == "timeout" then
        break
      end
    end
    spec.equal({client, problem}, {nil, "timeout"})
  end
end)

spec.it("says is_open when closed, and raises for all else", function()
  for _, make in ipairs {pair, udp_pair} do
    local client, _, server = make()
    local send, receive, close = client.send, client.receive, client.close
    client:close()
    spec.equal(client.is_open, false)
    for _, name in ipairs {"local_address", "local_port", "peer_address", "peer_port", "address", "port"} do
      spec.raises("closed", function() return client[name] end)
    end
    spec.raises("closed", send, client, "x")
    spec.raises("closed", receive, client, "*all", 0)
    spec.raises("closed", close, client)
    spec.equal(pcall(client.close, client), false)
    server:close()
  end
end)

spec.it("raises for unknown names, writing, and other objects", function()
  local client, _, server = pair()
  spec.raises("unknown property or function 'foo' for an object of type 'SocketClient'",
              function() return client.foo end)
  spec.raises("read only", function() client.peer_port = 1 end)
  spec.raises("SocketClient", client.send, server, "x")
  spec.raises("SocketClient", client.send)
  spec.equal(pcall(client.close, client), true)
  server:close()
end)

spec.it("is closed when it is collected", function()
  local client, far, server = pair()
  client = nil
  collectgarbage()
  collectgarbage()
  spec.equal({far:receive("*all", PATIENCE)}, {nil, "disconnected"})
  server:close()
end)

spec.it("sends strings, messages and bundles, and nothing else", function()
  for _, make in ipairs {pair, udp_pair} do
    local client, far, server = make()
    spec.equal({client:send("a\0b")}, {true})
    local message = renoise.Osc.Message("/a", {{tag = "i", value = 1}})
    local wire = "/a\0\0,i\0\0\0\0\0\1"
    if make == pair then
      spec.equal(far:receive(3, PATIENCE), "a\0b")
      spec.equal({client:send(message)}, {true})
      spec.equal(far:receive(#wire, PATIENCE), wire)
      spec.equal({client:send(renoise.Osc.Bundle(1, message))}, {true})
      spec.equal(far:receive(8, PATIENCE), "#bundle\0")
    else
      spec.equal({far:send(message)}, {true})
      spec.equal(client:receive("*all", PATIENCE), wire)
    end
    for _, value in ipairs {5, true, {}, print} do
      spec.raises("string, Message or Bundle expected", client.send, client, value)
    end
    spec.raises("string, Message or Bundle expected", client.send, client)
    server:close()
  end
end)

spec.it("receives lines, whatever ends them", function()
  local client, far, server = pair()
  far:send("one\ntwo\r\nthree\rfour\n\nfi")
  for _, line in ipairs {"one", "two", "three", "four", ""} do
    spec.equal({client:receive("*line", PATIENCE)}, {line})
  end
  spec.equal({client:receive("*l", 10)}, {nil, "timeout"})
  far:send("ve\n")
  spec.equal({client:receive("*l", PATIENCE)}, {"five"})
  server:close()
end)

spec.it("does not wait for what may follow a bare \\r, and swallows it later", function()
  local client, far, server = pair()
  far:send("Hello Client!\r")
  spec.equal({client:receive("*line", PATIENCE)}, {"Hello Client!"})
  far:send("\nnext\r")
  spec.equal({client:receive("*line", PATIENCE)}, {"next"})
  far:send("\n\n")
  spec.equal({client:receive("*line", PATIENCE)}, {""})
  far:send("\r")
  spec.equal({client:receive("*line", PATIENCE)}, {""})
  far:send("\n")
  spec.equal({client:receive("*all", 20)}, {nil, "timeout"})
  far:send("\n")
  spec.equal({client:receive("*all", PATIENCE)}, {"\n"})
  server:close()
end)

spec.it("receives all that is there", function()
  local client, far, server = pair()
  spec.equal({client:receive("*all", 0)}, {nil, "timeout"})
  far:send("one\ntwo")
  spec.equal({client:receive("*line", PATIENCE)}, {"one"})
  far:send("three")
  local all = ""
  while #all < 8 do
    all = all .. assert(client:receive("*a", PATIENCE))
  end
  spec.equal(all, "twothree")
  spec.equal({client:receive("*all", 10)}, {nil, "timeout"})
  spec.equal(client.is_open, true)
  server:close()
end)

spec.it("receives exactly so many bytes", function()
  local client, far, server = pair()
  far:send("abcdefg")
  spec.equal({client:receive(3, PATIENCE)}, {"abc"})
  spec.equal({client:receive(2.0, PATIENCE)}, {"de"})
  spec.equal({client:receive(3, 10)}, {nil, "timeout"})
  far:send("h")
  spec.equal({client:receive(3, PATIENCE)}, {"fgh"})
  server:close()
end)

spec.it("receives more than waits by itself", function()
  local client, far, server = pair()
  local text = ("0123456789abcdef"):rep(20000) -- 320 KB: more than a socket keeps for nobody
  spec.equal({far:send(text)}, {true})
  spec.equal(client:receive(#text, PATIENCE) == text, true)
  server:close()
end)

spec.it("goes on receiving much after a time-out", function()
  local client, far, server = pair()
  spec.equal(far:send(("x"):rep(700000)), true)
  spec.equal({client:receive(1048576, 100)}, {nil, "timeout"})
  spec.equal(far:send(("x"):rep(400000)), true)
  spec.equal(#(client:receive(1048576, PATIENCE) or ""), 1048576)
  spec.equal(#(client:receive(51424, PATIENCE) or ""), 51424)
  server:close()
end)

spec.it("receives what comes byte by byte", function()
  local client, far, server = pair()
  local before, sent = notewire.counters(), 0
  repeat -- until more than 8192 pieces have come, whatever the kernel puts together
    for _ = 1, 100 do
      far:send("y")
      server:wait(0)
    end
    sent = sent + 100
  until notewire.counters().received - before.received > 8192
  far:send("\nend\n")
  spec.equal({client:receive(2, PATIENCE)}, {"yy"})
  spec.equal(#(client:receive("*line", PATIENCE) or ""), sent - 2)
  spec.equal({client:receive("*line", PATIENCE)}, {"end"})
  spec.equal(notewire.counters().queued, before.queued)
  server:close()
end)

spec.it("raises for modes and time-outs that are none", function()
  local client, _, server = pair()
  for _, mode in ipairs {"*nothing", "", "line", "5", 0, -1, 1.5, {}, true, 1e18, 0 / 0} do
    spec.raises("invalid mode", client.receive, client, mode, 0)
  end
  spec.raises("invalid mode", client.receive, client)
  for _, timeout in ipairs {-1, "10", {}, 0 / 0} do
    spec.raises("invalid timeout", client.receive, client, "*all", timeout)
  end
  spec.raises("invalid timeout", client.receive, client, "*all")
  spec.equal(client.is_open, true)
  server:close()
end)

spec.it("delivers what is there before it tells of the end", function()
  local client, far, server = pair()
  far:send("header\r\nbody")
  far:close()
  spec.equal({client:receive("*line", PATIENCE)}, {"header"})
  spec.equal({client:receive("*all", PATIENCE)}, {"body"})
  spec.equal(client.is_open, true)
  spec.equal({client:receive("*all", PATIENCE)}, {nil, "disconnected"})
  spec.equal(client.is_open, false)
  spec.raises("closed", client.receive, client, "*all", 0)
  spec.raises("closed", client.send, client, "x")
  server:close()
end)

spec.it("gives no half lines and no short counts", function()
  for _, mode in ipairs {"*line", 10} do
    local client, far, server = pair()
    far:send("half")
    far:close()
    spec.equal({client:receive(mode, PATIENCE)}, {nil, "disconnected"})
    spec.equal(client.is_open, false)
    server:close()
  end
end)

spec.it("refuses a line without end, in bounded memory", function()
  local client, far, server = pair()
  far:send(("x"):rep(300000))
  local line, problem = client:receive("*line", PATIENCE)
  spec.equal(line, nil)
  spec.equal(problem, "the line is too long")
  spec.equal(client.is_open, false)
  server:close()
end)

spec.it("says when the peer does not take what is sent", function()
  local client, far, server = pair()
  far:close()
  local sent, problem
  for _ = 1, PATIENCE / 10 do
    sent, problem = client:send("into the void")
    if not sent then
      break
    end
    server:wait(10)
  end
  spec.equal({sent, problem}, {false, "disconnected"})
  spec.equal(client.is_open, false)
  server:close()
end)

spec.it("slows its peer down while nobody receives, and loses nothing", function()
  local client, far, server = pair()
  local piece, count = ("0123456789abcdef"):rep(4096), 40
  for _ = 1, count do
    spec.equal({far:send(piece)}, {true})
  end
  local got = 0
  for _ = 1, count do
    spec.equal(client:receive(#piece, PATIENCE) == piece, true)
    got = got + 1
  end
  spec.equal(got, count)
  server:close()
end)

spec.it("receives datagrams, one each time", function()
  local client, far, server = udp_pair()
  spec.equal({client:receive("*all", 0)}, {nil, "timeout"})
  far:send("one")
  far:send("")
  far:send("two\nthree")
  spec.equal({client:receive("*all", PATIENCE)}, {"one"})
  spec.equal({client:receive("*all", PATIENCE)}, {""})
  spec.equal({client:receive("*line", PATIENCE)}, {"two"})
  spec.equal({client:receive(2, PATIENCE)}, {"th"})
  far:send("other")
  spec.equal({client:receive("*all", PATIENCE)}, {"ree"})
  spec.equal({client:receive("*all", PATIENCE)}, {"other"})
  server:close()
end)

spec.it("passes over empty datagrams for lines and counts", function()
  local client, far, server = udp_pair()
  local function empties(count)
    for i = 1, count do
      far:send("")
      if i % 10 == 0 then
        server:wait(0)
      end
    end
  end
  far:send("be")
  empties(9000)
  spec.equal({client:receive("*line", 0)}, {nil, "timeout"})
  far:send("gun\n")
  spec.equal({client:receive("*line", PATIENCE)}, {"begun"})
  empties(9000)
  spec.equal({client:receive(3, 0)}, {nil, "timeout"})
  far:send("abc")
  spec.equal({client:receive(3, PATIENCE)}, {"abc"})
  spec.equal({client:receive("*all", 0)}, {nil, "timeout"})
  server:close()
end)

spec.it("hears datagrams of its peer alone", function()
  local client, far, server = udp_pair()
  local stranger = Socket.create_client("localhost", client.local_port, UDP)
  stranger:send("not for you")
  spec.equal({client:receive("*all", 20)}, {nil, "timeout"})
  far:send("for you")
  spec.equal({client:receive("*all", PATIENCE)}, {"for you"})
  server:close()
end)

spec.it("keeps the oldest datagrams, in bounded memory", function()
  local client, far, server = udp_pair()
  local piece, before = ("x"):rep(8192), notewire.counters().received
  for i = 1, 100 do
    spec.equal({far:send(("%03d"):format(i) .. piece)}, {true})
    spec.truthy(udp.until_true(server, function() return notewire.counters().received - before == i end))
  end
  local count = 0
  for i = 1, 100 do
    local datagram = client:receive("*all", 0)
    if not datagram then
      break
    end
    spec.equal(tonumber(datagram:sub(1, 3)), i)
    count = i
  end
  spec.equal(count, 31) -- 256 KiB
  far:send("room again")
  spec.equal({client:receive("*all", PATIENCE)}, {"room again"})
  server:close()
end)

spec.it("takes methods that were fetched before", function()
  local client, far, server = pair()
  local send, receive = client.send, client.receive
  spec.equal({send(client, "x", "more", 5)}, {true})
  spec.equal({receive(far, "*all", 500, nil, 5)}, {"x"})
  server:close()
end)

spec.finish()
