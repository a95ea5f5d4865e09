-- What the callbacks of a SocketServer may be and do, over either protocol; socket_rows.lua runs them.
-- SPDX-License-Identifier: MIT
local spec = require "spec"

local function notifiers(kit)
  class "RowsNotifier"
  function RowsNotifier:__init()
    self.heard = {}
  end
  function RowsNotifier:socket_message(socket, data)
    self.heard[#self.heard + 1] = data
  end

  spec.it("takes an instance of a class, and calls its methods", function()
    local notifier = RowsNotifier()
    local server = kit.server(notifier)
    local client = kit.client(server)
    client:send("to a method")
    spec.truthy(kit.until_true(server, function() return #notifier.heard == 1 end))
    spec.equal(notifier.heard, {"to a method"})
    server:close()
  end)

  spec.it("takes a function that comes later, in a table or an instance", function()
    local table_notifier, instance, got = {}, RowsNotifier(), {}
    for i, notifier in ipairs {table_notifier, instance} do
      local server = kit.server(notifier)
      notifier.socket_message = function(...)
        got[i] = select("#", ...)
      end
      kit.client(server):send("x")
      kit.until_true(server, function() return got[i] end)
      server:close()
    end
    spec.equal(got, {2, 3})
  end)

  spec.it("can do without callbacks", function()
    local server = kit.server {}
    local client = kit.client(server)
    spec.equal(client:send("to nobody"), true)
    server:wait(20)
    spec.equal(server.is_running, true)
    server:close()
  end)

  spec.it("disables a callback that fails, until run", function()
    local calls = 0
    local notifier = {
      socket_message = function()
        calls = calls + 1
        error("this error belongs to the test")
      end
    }
    local server = kit.server(notifier)
    local client = kit.client(server)
    client:send("one")
    spec.truthy(kit.until_true(server, function() return calls == 1 end))
    client:send("two")
    server:wait(30)
    spec.equal(calls, 1)
    spec.equal(server.is_running, true)
    server:stop()
    server:run(notifier)
    client:send("three")
    spec.truthy(kit.until_true(server, function() return calls == 2 end))
    server:close()
  end)
end

local function nesting(kit)
  spec.it("may be closed inside its own callback", function()
    local server
    server = kit.server {socket_message = function() server:close() end}
    local client = kit.client(server)
    client:send("x")
    server:wait(200)
    spec.equal(server.is_open, false)
    server = nil
    collectgarbage()
    collectgarbage()
  end)

  spec.it("may be stopped and run again inside its own callback", function()
    local heard, server = {}, nil
    local second = {socket_message = function(_, data) heard[#heard + 1] = data end}
    server = kit.server {
      socket_message = function()
        server:stop()
        server:run(second)
      end
    }
    local client = kit.client(server)
    client:send("one")
    server:wait(50)
    client:send("two")
    spec.truthy(kit.until_true(server, function() return heard[1] end))
    spec.equal(heard, {"two"})
    server:close()
  end)

  spec.it("may wait inside wait inside wait", function()
    local depth, deepest, heard, server = 0, 0, {}, nil
    local clients = {}
    server = kit.server {
      socket_message = function(_, data)
        heard[#heard + 1] = data
        depth = depth + 1
        deepest = math.max(deepest, depth)
        if depth < 3 then
          clients[depth + 1]:send("from depth " .. depth)
          server:wait(60)
        end
        depth = depth - 1
      end
    }
    for i = 1, 3 do
      clients[i] = kit.client(server)
    end
    clients[1]:send("from outside")
    server:wait(400)
    spec.equal(heard, {"from outside", "from depth 1", "from depth 2"})
    spec.equal(deepest, 3)
    server:close()
  end)

  spec.it("may be closed inside a wait inside its callback", function()
    local calls, server = 0, nil
    local client, other
    server = kit.server {
      socket_message = function()
        calls = calls + 1
        if calls == 1 then
          other:send("close")
          server:wait(5000)
        else
          server:close()
        end
      end
    }
    client, other = kit.client(server), kit.client(server)
    client:send("x")
    server:wait(5000)
    spec.equal(calls, 2)
    spec.equal(server.is_open, false)
  end)

  spec.it("lets callbacks connect and receive", function()
    local answers, server = {}, nil
    local far = kit.server {socket_message = function(socket, data) socket:send("far " .. data) end}
    server = kit.server {
      socket_message = function(_, data)
        local client = kit.client(far)
        client:send(data)
        far:wait(50)
        answers[#answers + 1] = client:receive("*all", 500)
      end
    }
    kit.client(server):send("question")
    kit.until_true(server, function() return answers[1] end)
    spec.equal(answers, {"far question"})
    server:close()
    far:close()
  end)
end

return function(kit)
  notifiers(kit)
  nesting(kit)
end
