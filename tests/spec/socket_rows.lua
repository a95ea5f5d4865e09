-- What SocketServer does over either protocol: the rows of test_socket_tcp.lua and test_socket_udp.lua.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local callbacks = require "socket_callback_rows"

local Socket = renoise.Socket

-- What the rows share. ports: any free one; a server of the row's protocol on it, and a client that speaks to a server.
-- PATIENCE: milliseconds for what must come, on a busy machine too; short fixed waits are for what must not.
local rows = {PATIENCE = 20000}

-- create_client, which gives up after a second by itself: again on a machine that is too busy for that.
function rows.connect(...)
  local client, problem
  for _ = 1, 20 do
    client, problem = Socket.create_client(...)
    if problem ~= "timeout" then
      break
    end
  end
  return client, problem
end

function rows.kit(protocol)
  local kit = {protocol = protocol, PATIENCE = rows.PATIENCE}

  function kit.server(notifier)
    local server, problem = Socket.create_server("localhost", 0, protocol)
    assert(server, problem)
    if notifier then
      server:run(notifier)
    end
    return server
  end

  function kit.client(server)
    local client, problem = Socket.create_client("localhost", server.local_port, protocol, rows.PATIENCE)
    assert(client, problem)
    return client
  end

  -- A notifier that notes what it hears, and the list it notes it in.
  function kit.listener()
    local heard = {}
    return {
      socket_message = function(socket, data)
        heard[#heard + 1] = {socket = socket, data = data}
      end
    }, heard
  end

  -- Lets the server's callbacks run until condition holds.
  function kit.until_true(server, condition)
    for _ = 1, rows.PATIENCE / 5 do
      if condition() then
        return true
      end
      server:wait(5)
    end
    return false
  end

  return kit
end

local function creating(kit)
  local protocol = kit.protocol

  spec.it("returns a server and no error text", function()
    local server, problem = Socket.create_server("localhost", 0, protocol)
    spec.equal(type(server), "SocketServer")
    spec.equal(problem, nil)
    server:close()
  end)

  spec.it("listens on every address without one", function()
    local server = Socket.create_server(0, protocol)
    spec.equal(server.local_address, "0.0.0.0")
    local client = Socket.create_client("127.0.0.1", server.local_port, protocol, rows.PATIENCE)
    local notifier, heard = kit.listener()
    server:run(notifier)
    client:send("hello")
    spec.truthy(kit.until_true(server, function() return #heard == 1 end))
    spec.equal(heard[1].socket.peer_address, "127.0.0.1")
    server:close()
  end)

  spec.it("listens on every address of IPv6, too, where there is one", function()
    local addresses = io.open("/proc/net/if_inet6")
    local here = addresses and addresses:read("*a"):find("00000000000000000000000000000001", 1, true)
    if addresses then
      addresses:close()
    end
    if not here then
      return
    end
    local notifier, heard = kit.listener()
    local server = Socket.create_server(0, protocol)
    server:run(notifier)
    local client, problem = Socket.create_client("::1", server.local_port, protocol, rows.PATIENCE)
    spec.equal(problem, nil)
    client:send("hello")
    spec.truthy(kit.until_true(server, function() return #heard == 1 end))
    spec.equal({client.peer_address, heard[1].socket.peer_address}, {"::1", "::1"})
    server:close()
  end)

  spec.it("knows localhost and 0.0.0.0", function()
    local server = Socket.create_server("localhost", 0, protocol)
    spec.equal(server.local_address, "127.0.0.1")
    server:close()
    server = Socket.create_server("0.0.0.0", 0, protocol)
    spec.equal(server.local_address, "0.0.0.0")
    server:close()
  end)

  spec.it("takes the port as given, a float too", function()
    local server = Socket.create_server("localhost", 0, protocol)
    local port = server.local_port
    spec.equal(math.type(port), "integer")
    server:close()
    server = Socket.create_server("localhost", port + 0.0, protocol + 0.0)
    spec.equal(server.local_port, port)
    server:close()
    server = Socket.create_server(port + 0.0, protocol)
    spec.equal(server.local_port, port)
    server:close()
  end)

  spec.it("gives nil and a text for a port in use, a strange address and an unknown name", function()
    local server = kit.server()
    local second, problem = Socket.create_server("localhost", server.local_port, protocol)
    spec.equal(second, nil)
    spec.truthy(problem:find("port " .. server.local_port .. " is in use", 1, true))
    server:close()
    second, problem = Socket.create_server("203.0.113.9", 0, protocol)
    spec.equal(second, nil)
    spec.truthy(problem:find("203.0.113.9", 1, true))
    second, problem = Socket.create_server("no-such-host.invalid", 0, protocol)
    spec.equal(second, nil)
    spec.truthy(problem:find("no-such-host.invalid", 1, true))
  end)

  spec.it("raises for arguments that are none", function()
    spec.raises("number expected", Socket.create_server, "localhost", "9000", protocol)
    spec.raises("string expected", Socket.create_server, {}, 9000, protocol)
    spec.raises("string expected", Socket.create_server)
    spec.raises("number expected", Socket.create_server, "localhost")
    spec.raises("invalid port", Socket.create_server, "localhost", 65536, protocol)
    spec.raises("invalid port", Socket.create_server, -1, protocol)
    spec.raises("invalid port", Socket.create_server, 9000.5, protocol)
    spec.raises("invalid protocol", Socket.create_server, "localhost", 9000, 3)
    spec.raises("invalid protocol", Socket.create_server, 9000, "tcp")
    spec.raises("zero byte", Socket.create_server, "127.0.0.1\0.evil", 0, protocol)
  end)

  spec.it("can be opened again on its port at once", function()
    local server, other
    repeat -- a port that no other program has for the other protocol
      server = kit.server()
      other = Socket.create_server("localhost", server.local_port, 3 - protocol)
    until other
    local port = server.local_port
    server:run(kit.listener())
    other:close()
    local client = kit.client(server)
    client:send("x")
    server:wait(20)
    server:close()
    for _, one in ipairs {Socket.PROTOCOL_UDP, Socket.PROTOCOL_TCP, protocol} do
      local again, problem = Socket.create_server("localhost", port, one)
      spec.equal(problem, nil)
      again:close()
    end
  end)
end

-- Tools stop a server, forget it, and make another one on its port when they are started again.
local function forgetting(kit)
  spec.it("gives its port to the next when it is stopped and nobody knows it any more", function()
    local function stop_and_forget()
      local server = kit.server(kit.listener())
      local client, port = kit.client(server), server.local_port
      client:send("x")
      server:wait(20)
      client:close()
      server:stop()
      return port
    end
    for _ = 1, 3 do
      local port = stop_and_forget()
      local server, problem = Socket.create_server("localhost", port, kit.protocol)
      spec.equal(problem, nil)
      server:close()
    end
  end)

  spec.it("keeps its port while it is known, or runs", function()
    local known = kit.server()
    spec.equal(Socket.create_server("localhost", known.local_port, kit.protocol), nil)
    spec.equal(known.is_open, true)
    local running = setmetatable({kit.server(kit.listener())}, {__mode = "v"})
    spec.equal(Socket.create_server("localhost", running[1].local_port, kit.protocol), nil)
    spec.equal(running[1].is_running, true)
    known:close()
    running[1]:close()
  end)
end

local function life(kit)
  spec.it("runs between run and stop, and may run again", function()
    local server = kit.server()
    spec.equal(server.is_running, false)
    server:stop()
    server:run {}
    spec.equal(server.is_running, true)
    server:stop()
    server:stop()
    spec.equal(server.is_running, false)
    spec.equal(server.is_open, true)
    server:run {}
    spec.equal(server.is_running, true)
    server:close()
  end)

  spec.it("raises for a second run, and for what is no notifier", function()
    local server = kit.server()
    spec.raises("table of functions or class instance expected, got nil", server.run, server, nil)
    spec.raises("got function", server.run, server, print)
    spec.raises("got SocketServer", server.run, server, server)
    spec.raises("'socket_message' of the notifier is a number", server.run, server, {socket_message = 1})
    spec.equal(server.is_running, false)
    server:run {}
    spec.raises("running already", server.run, server, {})
    server:close()
  end)

  spec.it("says is_open when closed, and raises for all else", function()
    local server = kit.server {}
    local run, stop, wait, close = server.run, server.stop, server.wait, server.close
    server:close()
    spec.equal(server.is_open, false)
    for _, name in ipairs {"is_running", "local_address", "local_port"} do
      spec.raises("closed", function() return server[name] end)
    end
    spec.raises("closed", run, server, {})
    spec.raises("closed", stop, server)
    spec.raises("closed", wait, server, 1)
    spec.raises("closed", close, server)
  end)

  spec.it("raises for unknown names and for writing", function()
    local server = kit.server()
    spec.raises("unknown property or function 'foo' for an object of type 'SocketServer'",
                function() return server.foo end)
    spec.raises("foo", function() server.foo = 1 end)
    spec.raises("read only", function() server.is_open = false end)
    server:close()
  end)

  spec.it("says where a script went wrong", function()
    local server = kit.server()
    spec.raises("socket_rows.lua:%d+: the server is running already", function()
      server:run {}
      server:run {}
    end)
    server:close()
  end)

  spec.it("is closed when it is collected and has stopped", function()
    local server = kit.server {}
    local port = server.local_port
    server:stop()
    server = nil
    collectgarbage()
    collectgarbage()
    local again, problem = Socket.create_server("localhost", port, kit.protocol)
    spec.equal(problem, nil)
    again:close()
  end)

  spec.it("is closed when it is collected, but not while it runs", function()
    local server = kit.server()
    local port = server.local_port
    server = nil
    collectgarbage()
    collectgarbage()
    local again, problem = Socket.create_server("localhost", port, kit.protocol)
    spec.equal(problem, nil)
    local notifier, heard = kit.listener()
    again:run(notifier)
    again, notifier = nil, nil
    collectgarbage()
    collectgarbage()
    local client = Socket.create_client("localhost", port, kit.protocol, rows.PATIENCE)
    client:send("still there?")
    local other = kit.server()
    for _ = 1, 20 do
      client:receive("*all", 1) -- turns the loop; what came waits for the end of the script, or a wait of its server
    end
    other:close()
    again, problem = Socket.create_server("localhost", port, kit.protocol)
    spec.equal(again, nil)
    spec.truthy(problem:find("in use"))
    spec.equal(#heard, 0)
  end)
end

local function messages(kit)
  spec.it("gives messages with their sender, in order", function()
    local notifier, heard = kit.listener()
    local server = kit.server(notifier)
    local client = kit.client(server)
    spec.equal({client:send("one\0two")}, {true})
    spec.truthy(kit.until_true(server, function() return #heard == 1 end))
    client:send("three")
    spec.truthy(kit.until_true(server, function() return #heard == 2 end))
    spec.equal(heard[1].data, "one\0two")
    spec.equal(heard[2].data, "three")
    spec.equal(type(heard[1].socket), "SocketClient")
    spec.equal(heard[1].socket.peer_address, "127.0.0.1")
    spec.equal(heard[1].socket.peer_port, client.local_port)
    spec.equal(heard[1].socket.address, "127.0.0.1")
    spec.equal(heard[1].socket.port, client.local_port)
    spec.equal(heard[1].socket.local_address, "127.0.0.1")
    spec.equal(heard[1].socket.local_port, server.local_port)
    server:close()
  end)

  spec.it("gives the same object for the same sender", function()
    local notifier, heard = kit.listener()
    local server = kit.server(notifier)
    local client = kit.client(server)
    for i = 1, 3 do
      client:send("x")
      spec.truthy(kit.until_true(server, function() return #heard == i end))
    end
    spec.truthy(rawequal(heard[1].socket, heard[3].socket))
    server:close()
  end)

  spec.it("tells many senders apart", function()
    local heard, count = {}, 0
    local server = kit.server {
      socket_message = function(socket, data)
        count = count + 1
        heard[socket.peer_address .. ":" .. socket.peer_port] = data
        socket:send("to " .. data)
      end
    }
    local clients = {}
    for i = 1, 20 do
      clients[i] = kit.client(server)
      clients[i]:send("client " .. i)
    end
    spec.truthy(kit.until_true(server, function() return count == 20 end))
    for i, client in ipairs(clients) do
      spec.equal(heard["127.0.0.1:" .. client.local_port], "client " .. i)
      spec.equal(client:receive("*all", kit.PATIENCE), "to client " .. i)
    end
    server:close()
  end)

  spec.it("answers through the socket of a message", function()
    local results
    local server = kit.server {
      socket_message = function(socket, data)
        results = {socket:send(data:upper() .. "\r")}
      end
    }
    local client = kit.client(server)
    client:send("hello")
    spec.truthy(kit.until_true(server, function() return results end))
    spec.equal(results, {true})
    spec.equal({client:receive("*line", kit.PATIENCE)}, {"HELLO"})
    server:close()
  end)

  spec.it("gives nothing before run, and after stop", function()
    local notifier, heard = kit.listener()
    local server = kit.server()
    server:wait(10)
    server:run(notifier)
    server:stop()
    local client = kit.client(server)
    client:send("too early")
    server:wait(20)
    spec.equal(#heard, 0)
    server:close()
  end)

  spec.it("dispatches for the whole of a wait", function()
    local notifier, heard = kit.listener()
    local server = kit.server(notifier)
    local first, second = kit.client(server), kit.client(server)
    for _, timeout in ipairs {50, 500, kit.PATIENCE} do -- as long as it takes both of them to come in one wait
      local before, begin = #heard, os.clock()
      first:send("first")
      second:send("second")
      server:wait(timeout)
      spec.truthy(os.clock() - begin >= timeout / 1000 - 0.001)
      if #heard - before >= 2 then
        break
      end
      spec.truthy(timeout < kit.PATIENCE)
    end
    spec.raises("invalid timeout", server.wait, server, -1)
    spec.raises("invalid timeout", server.wait, server)
    spec.raises("invalid timeout", server.wait, server, "10")
    server:wait(0)
    server:wait(0.5)
    server:close()
  end)

  spec.it("calls nothing outside of waits", function()
    local notifier, heard = kit.listener()
    local server = kit.server(notifier)
    local client = kit.client(server)
    client:send("x")
    spec.equal({client:receive("*all", 50)}, {nil, "timeout"})
    spec.equal(#heard, 0)
    spec.truthy(kit.until_true(server, function() return #heard == 1 end))
    server:close()
  end)
end

function rows.run(protocol)
  local kit = rows.kit(protocol)
  creating(kit)
  forgetting(kit)
  life(kit)
  messages(kit)
  callbacks(kit)
  return kit
end

return rows
