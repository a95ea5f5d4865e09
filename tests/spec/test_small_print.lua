-- Small things that tools of Renoise rely on, each across several parts of the API.
-- SPDX-License-Identifier: MIT

local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Socket, Osc, Midi = renoise.Socket, renoise.Osc, renoise.Midi
local UDP, TCP = Socket.PROTOCOL_UDP, Socket.PROTOCOL_TCP

-- A file beside this one, while fn runs.
local folder = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local function with_file(name, text, fn)
  local file = assert(io.open(folder .. name, "w"))
  file:write(text)
  file:close()
  local ok, problem = pcall(fn)
  os.remove(folder .. name)
  if not ok then error(problem, 0) end
end

it("methods can be taken off an object and called later", function()
  local server = Socket.create_server("localhost", 0, UDP)
  local client = Socket.create_client("localhost", server.local_port, UDP)
  local send = client.send
  equal(send(client, "x"), true)
  equal((pcall(client.close, client)), true)
  equal(client.is_open, false)
  equal((pcall(client.send, client, "x")), false)
  server:close()
end)

it("arguments that nobody asked for are ignored", function()
  local server = Socket.create_server("localhost", 0, UDP, 1, {}, "more")
  truthy(server.is_open)
  server:stop("now", 7)
  server:close(true)
  equal(Osc.from_binary_data(Osc.Message("/a", {}, 5).binary_data, 1).pattern, "/a")
  truthy(#Midi.available_output_devices(1) >= 0)
end)

it("nil in place of what may be left out is leaving it out", function()
  local server = Socket.create_server("localhost", 0, nil)
  local client = Socket.create_client("localhost", server.local_port, nil, nil)
  truthy(client.is_open) -- TCP both, or it could not connect
  client:close()
  server:close()
  equal(#Osc.Message("/a", nil).arguments, 0)
  local input = Midi.create_input_device("loopback", function() end, nil)
  input:close()
end)

it("numbers with a fraction of nothing are whole numbers", function()
  local server = Socket.create_server("localhost", 0.0, UDP + 0.0)
  local client = Socket.create_client("localhost", server.local_port + 0.0, 2.0, 500.0)
  equal({ client:receive("*all", 0.0) }, { nil, "timeout" })
  client:close()
  server:close()
end)

it("a port that is taken is no error, but nil and a text", function()
  local first = Socket.create_server("localhost", 0, TCP)
  local second, problem = Socket.create_server("localhost", first.local_port, TCP)
  equal(second, nil)
  truthy(type(problem) == "string" and problem:find(tostring(first.local_port), 1, true))
  first:close()
end)

it("errors of the host carry the line that called", function()
  local here = debug.getinfo(1, "l").currentline
  local calls = {
    function() Socket.create_server(70000) end,
    function() Osc.Message("no slash") end,
    function() Osc.Bundle("soon", Osc.Message("/a")) end,
    function() Midi.create_output_device("there is no such device") end,
    function() return Socket.create_server("localhost", 0, UDP).no_such_property end,
    function() local s = Socket.create_server("localhost", 0) s:close() s:close() end,
  }
  for n, call in ipairs(calls) do
    local ok, problem = pcall(call)
    equal(ok, false)
    truthy(tostring(problem):find(("test_small_print.lua:%d:"):format(here + 1 + n), 1, true))
  end
end)

it("closed objects raise, and is_open can still be asked", function()
  local server = Socket.create_server("localhost", 0, UDP)
  server:close()
  equal(server.is_open, false)
  raises("", function() return server.local_port end)
  raises("", function() server:run({}) end)
end)

it("require takes names with slashes and finds what lies beside the script", function()
  local name = ("beside_%d"):format(math.random(1 << 40)) -- specs run side by side
  with_file(name .. ".lua", "return { name = ... }", function()
    equal(require(name).name, name)
    equal(require("./" .. name).name, "./" .. name)
    equal(require(name), package.loaded[name])
  end)
end)

it("a global that is set to nil can be read from then on", function()
  raises("variable 'no_dialog' is not declared", function() return no_dialog end)
  no_dialog = nil
  equal(no_dialog, nil)
  equal(_G["no_dialog"], nil)
  no_dialog = 1
  equal(no_dialog, 1)
  no_dialog = nil
  equal(no_dialog, nil)
  rawset(_G, "no_other", nil)
  raises("variable 'no_other' is not declared", function() return no_other end)
end)

it("a table that inserts itself can be what gsub looks up", function()
  local parts = setmetatable({}, { __index = table.insert })
  string.gsub("a,bc,,d", "([^,]*),?", parts)
  equal({ parts[1], parts[2] }, { "a", "bc" })
end)

it("one function and one object are one notifier, however they are written", function()
  local changed = Midi.devices_changed_observable()
  class "Listener"
  function Listener:__init() end
  function Listener:changed() end
  local listener = Listener()
  changed:add_notifier({ listener, listener.changed })
  equal(changed:has_notifier({ Listener.changed, listener }), true)
  equal(Midi.devices_changed_observable():has_notifier(listener, Listener.changed), true)
  changed:remove_notifier(Listener.changed, listener)
  equal(changed:has_notifier({ listener, listener.changed }), false)
end)

it("the API says which it is", function()
  equal(renoise.API_VERSION, 6.2)
  truthy(renoise.API_VERSION >= 2 and renoise.API_VERSION >= 6.1)
  truthy(renoise.RENOISE_VERSION:find("^%d+%.%d+%.%d+"))
end)

it("globals can be set anywhere, and rawget and rawset ask nobody", function()
  local function set() set_in_a_function = 1 end
  set()
  equal(set_in_a_function, 1)
  equal(rawget(_G, "set_raw"), nil)
  rawset(_G, "set_raw", 2)
  equal({ set_raw, rawget(_G, "set_raw") }, { 2, 2 })
  _G["set_by_name"] = 3
  equal(set_by_name, 3)
  equal(pcall(function() tostring(_G["xNoSuchClass"]) end), false) -- by this cLib knows what to load
end)

it("libraries are tables that can be added to", function()
  function math.round(x) return math.floor(x + 0.5) end
  function table.serialize(t) return #t end
  function string.split(text, mark)
    local parts = setmetatable({}, { __index = table.insert })
    text:gsub("[^" .. mark .. "]+", parts)
    return parts
  end
  function os.spec_added() return "os" end
  function io.spec_added() return "io" end
  function bit.spec_added() return "bit" end
  local parts = ("a:b"):split(":")
  equal({ math.round(1.5), table.serialize({ 1, 2 }), parts[1], parts[2] }, { 2, 2, "a", "b" })
  equal({ os.spec_added(), io.spec_added(), bit.spec_added() }, { "os", "io", "bit" })
  for _, names in ipairs { { math, "round" }, { table, "serialize" }, { string, "split" } } do names[1][names[2]] = nil end
end)

it("lists of devices may be asked for the end, and be made lists with methods", function()
  local list = Midi.available_output_devices()
  equal(next(list, #list), nil)
  truthy(table.create(list):find("loopback"))
end)

spec.finish()
