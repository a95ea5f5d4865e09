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
    server:wait(kit.PATIENCE) -- or until it is closed
    spec.equal(server.is_open, false)
    server = nil
    collectgarbage()
    collectgarbage()
  end)

  spec.it("may be stopped and run again inside its own callback", function()
    local heard, runs_again, server = {}, false, nil
    local second = {socket_message = function(_, data) heard[#heard + 1] = data end}
    server = kit.server {
      socket_message = function()
        server:stop()
        server:run(second)
        runs_again = true
      end
    }
    local client = kit.client(server)
    client:send("one")
    spec.truthy(kit.until_true(server, function() return runs_again end))
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
          local before = #heard
          clients[depth + 1]:send("from depth " .. depth)
          kit.until_true(server, function() return #heard > before end)
        end
        depth = depth - 1
      end
    }
    for i = 1, 3 do
      clients[i] = kit.client(server)
    end
    clients[1]:send("from outside")
    spec.truthy(kit.until_true(server, function() return #heard == 3 and depth == 0 end))
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
          server:wait(kit.PATIENCE)
        else
          server:close()
        end
      end
    }
    client, other = kit.client(server), kit.client(server)
    client:send("x")
    server:wait(kit.PATIENCE)
    spec.equal(calls, 2)
    spec.equal(server.is_open, false)
  end)

  spec.it("is not called inside its own callback while that receives or connects", function()
    local inside, deepest, heard, server = 0, 0, {}, nil
    local quiet = kit.server {}
    local client = kit.client(quiet)
    local senders = {}
    server = kit.server {
      socket_message = function(_, data)
        heard[#heard + 1] = data
        inside = inside + 1
        deepest = math.max(deepest, inside)
        if #heard == 1 then
          senders[2]:send("second")
          spec.equal({client:receive("*all", 50)}, {nil, "timeout"})
          kit.client(quiet)
        end
        inside = inside - 1
      end
    }
    senders[1], senders[2] = kit.client(server), kit.client(server)
    senders[1]:send("first")
    spec.truthy(kit.until_true(server, function() return #heard == 2 end))
    spec.equal(heard, {"first", "second"})
    spec.equal(deepest, 1)
    server:close()
    quiet:close()
  end)

  spec.it("lets callbacks connect and receive", function()
    local answers, asked, server = {}, false, nil
    local far = kit.server {
      socket_message = function(socket, data)
        asked = true
        socket:send("far " .. data)
      end
    }
    server = kit.server {
      socket_message = function(_, data)
        local client = kit.client(far)
        client:send(data)
        kit.until_true(far, function() return asked end)
        answers[#answers + 1] = client:receive("*all", kit.PATIENCE)
      end
    }
    kit.client(server):send("question")
    kit.until_true(server, function() return answers[1] end)
    spec.equal(answers, {"far question"})
    server:close()
    far:close()
  end)
end

-- How many wait, when what earlier specs have left is gone.
local function queued()
  collectgarbage()
  collectgarbage()
  return notewire.counters().queued
end

-- What scripts run while a message is on its way to its callback may wait, and so have it delivered before.
local function nesting_before(kit)
  spec.it("may wait while a callback is looked up", function()
    local heard, inside, before, server = "", false, queued(), kit.server()
    local client = kit.client(server)
    local function has_heard(text)
      return kit.until_true(server, function() return #heard >= #text end) and heard == text
    end
    server:run(setmetatable({}, {
      __index = function(_, name)
        if name ~= "socket_message" then
          return nil
        end
        if server.is_running and not inside then
          local first = #heard + 1
          inside = true
          client:send(",")
          kit.until_true(server, function() return heard:find(",", first, true) end)
          inside = false
        end
        return function(_, data) heard = heard .. data end
      end
    }))
    for i = 1, 3 do
      client:send("message " .. i)
    end
    spec.truthy(has_heard("message 1message 2message 3,"))
    client:send("message 4")
    spec.truthy(has_heard("message 1message 2message 3,message 4,"))
    server:wait(20) -- for what is there twice
    spec.equal(heard, "message 1message 2message 3,message 4,")
    spec.equal(notewire.counters().queued, before)
    server:close()
  end)

  spec.it("may be closed, or its callback fail, after a wait while it is looked up", function()
    local before = queued()
    for _, ending in ipairs {function(server) server:close() end, function() error("this error belongs to the test") end} do
      local heard, inside, over, server = "", false, false, kit.server()
      local client = kit.client(server)
      server:run(setmetatable({}, {
        __index = function(_, name)
          if name ~= "socket_message" or not server.is_running then
            return nil
          elseif not inside then
            inside = true
            client:send(" and more")
            kit.until_true(server, function() return heard == "message and more" end)
            over = true
            ending(server)
          end
          return function(_, data) heard = heard .. data end
        end
      }))
      client:send("message")
      spec.truthy(kit.until_true(server, function() return over end))
      if server.is_open then
        server:wait(20) -- for what is there twice
      end
      spec.equal(heard, "message and more")
      if server.is_open then
        server:close()
      end
    end
    spec.equal(queued(), before)
  end)

  spec.it("gives everything once and in order while finalizers wait", function()
    local heard, sent, inside, over, before, server = {}, {}, false, false, queued(), kit.server()
    local client = kit.client(server)
    local send = client.send
    local function say()
      local text = ("%03d,"):format(#sent)
      sent[#sent + 1] = text
      send(client, text)
    end
    local function trap()
      setmetatable({}, {
        __gc = function()
          if not inside and not over and #sent < 200 then
            inside = true
            say()
            server:wait(2)
            inside = false
          end
        end
      })
    end
    server:run {
      socket_message = function(_, data)
        heard[#heard + 1] = data
        trap()
      end
    }
    for _ = 1, 100 do
      say()
      server:wait(1)
    end
    over = true
    kit.until_true(server, function() return #table.concat(heard) >= #table.concat(sent) end)
    spec.equal(table.concat(heard), table.concat(sent))
    spec.equal(notewire.counters().queued, before)
    server:close()
  end)
end

return function(kit)
  notifiers(kit)
  nesting(kit)
  nesting_before(kit)
end
