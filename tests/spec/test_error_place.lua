-- Errors of the host carry the line of the script that called (one mistake for each function, method and property), and
-- handlers of xpcall find what raised where Lua puts it.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy = spec.it, spec.equal, spec.truthy
local Socket, Osc, Midi, Document = renoise.Socket, renoise.Osc, renoise.Midi, renoise.Document
local tool, app = renoise.tool(), renoise.app()

-- Each call is one line below the other, the first one right below here, and raises in its own line.
local function check(here, calls)
  for n, call in ipairs(calls) do
    local good, problem = pcall(call)
    equal({ n, good, type(problem) }, { n, false, "string" })
    local place = ("test_error_place.lua:%d: "):format(here + n)
    equal(problem:match("test_error_place%.lua:%d+: ") or problem, place)
    equal(problem:match("^[^:]*:%d+: [^:]*%.lua:%d+: "), nil) -- no second place, such as one of ours
  end
end

it("classes, properties, operators", function()
  class "Placed"
  function Placed:__init() self.fixed = property(function() return 1 end) end
  class "Bare"
  local one, derive = Placed(), class "Derived"
  local calls = {
    function() class(12) end, -- the first
    function() derive(1) end,
    function() property() end,
    function() Bare() end,
    function() Placed[nil] = 1 end,
    function() one[0 / 0] = 1 end,
    function() one[nil] = 1 end,
    function() Osc[nil] = 1 end,
    function() return Placed.nothing end,
    function() one.fixed = 1 end,
    function() return one == Placed() end,
    function() return one + 1 end,
    function() return -one end,
    function() return #one end,
    function() one() end,
    function() one.fixed() end,
    function() type() end,
    function() rawequal(1) end,
    function() return undeclared_name end,
    function() return _G["undeclared_name"] end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
end)

it("sockets", function()
  local server = Socket.create_server("localhost", 0, Socket.PROTOCOL_UDP)
  local client = Socket.create_client("localhost", server.local_port, Socket.PROTOCOL_UDP)
  local closed = Socket.create_client("localhost", server.local_port, Socket.PROTOCOL_UDP)
  local closed_server = Socket.create_server("localhost", 0)
  closed:close()
  closed_server:close()
  local calls = {
    function() Socket.create_server("localhost", "1") end, -- the first
    function() Socket.create_server(70000) end,
    function() Socket.create_client("localhost", "1") end,
    function() Socket.create_client("localhost", 1, 3) end,
    function() Socket.create_client("localhost", 1, 1, -1) end,
    function() server:run(nil) end,
    function() server:run { socket_message = 1 } end,
    function() server:wait(-1) end,
    function() client:send({}) end,
    function() client:receive("*nothing", 0) end,
    function() client:receive(0, 0) end,
    function() client:receive("*all", -1) end,
    function() return client.nothing end,
    function() client.is_open = 1 end,
    function() closed:send("x") end,
    function() closed:receive("*all", 0) end,
    function() closed:close() end,
    function() return closed.peer_port end,
    function() closed_server:run {} end,
    function() closed_server:stop() end,
    function() closed_server:wait(1) end,
    function() closed_server:close() end,
    function() return closed_server.is_running end,
    function() client.send(server, "x") end,
    function() server.run(client, {}) end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
  client:close()
  server:close()
end)

it("OSC and MIDI", function()
  local message = Osc.Message("/a")
  local output = Midi.create_output_device("loopback")
  local input = Midi.create_input_device("loopback", print)
  local closed = Midi.create_output_device("loopback")
  closed:close()
  local calls = {
    function() Osc.from_binary_data(5) end, -- the first
    function() Osc.Message("a") end,
    function() Osc.Message("/a", { { tag = "x", value = 1 } }) end,
    function() Osc.Message("/a", { { tag = "i" } }) end,
    function() Osc.Bundle("now", message) end,
    function() Osc.Bundle(0, 5) end,
    function() message.pattern = "/b" end,
    function() return message.nothing end,
    function() Midi.create_input_device("loopback") end,
    function() Midi.create_input_device("nothing has this name", print) end,
    function() Midi.create_input_device("loopback", {}) end,
    function() Midi.create_output_device("nothing has this name") end,
    function() output:send {} end,
    function() output:send { 0x90, 256, 1 } end,
    function() output:send { 0xf0, 1 } end,
    function() output:send { 0x90, 1, 2, 3 } end,
    function() output:send(5) end,
    function() closed:send { 0xf8 } end,
    function() return output.nothing end,
    function() input.name = "x" end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
  output:close()
  input:close()
end)

it("observables", function()
  local number, list, nodes = Document.ObservableNumber(1), Document.ObservableNumberList(), Document.DocumentList()
  list:insert(1)
  local calls = {
    function() Document.ObservableNumber("1") end, -- the first
    function() number.value = "1" end,
    function() number:from_string({}) end,
    function() return number + {} end,
    function() return nil * number end,
    function() return number - "x" end,
    function() return number < "1" end,
    function() return true >= number end,
    function() number:add_notifier(1) end,
    function() number:has_notifier(1) end,
    function() number:remove_notifier(print) end,
    function() list:add_notifier() end,
    function() list:remove_notifier(print) end,
    function() list:insert("1") end,
    function() list:insert(9, 1) end,
    function() list:insert("1", 1) end,
    function() list:remove(2) end,
    function() list:swap(1, 2) end,
    function() list:find(0, 1) end,
    function() list[1] = 5 end,
    function() return list.nothing end,
    function() nodes:insert(1) end,
    function() nodes:remove() end,
    function() nodes:property() nodes:swap(1, 1) end,
    function() list.size({}) end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
end)

it("documents", function()
  local node = Document.create("Places") { x = 1 }
  local calls = {
    function() Document.create("a b") end, -- the first
    function() Document.create("Places")(1) end,
    function() Document.create("Places") { x = {} } end,
    function() Document.instantiate("NoSuchModel") end,
    function() Document.instantiate(1) end,
    function() node:add_property("x", 2) end,
    function() node:add_property("a b", 2) end,
    function() node:add_property("y", print) end,
    function() node:add_properties(1) end,
    function() node:add_properties { x = 1 } end,
    function() node:remove_property(1) end,
    function() node:save_as(1) end,
    function() node:load_from(1) end,
    function() node:from_string(1) end,
    function() Document.DocumentNode.property({}, "x") end,
    function() return Document.Nothing end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
end)

it("the tool and the application", function()
  local dialog = app:show_custom_dialog("title", {})
  local calls = {
    function() tool:add_timer(print, 0) end, -- the first
    function() tool:add_timer(1, 10) end,
    function() tool:has_timer(1) end,
    function() tool:remove_timer(print) end,
    function() tool:add_menu_entry { name = "" , invoke = print } end,
    function() tool:add_menu_entry { name = "a", invoke = print, active = 1 } end,
    function() tool:has_menu_entry(1) end,
    function() tool:remove_menu_entry("nothing") end,
    function() tool:add_keybinding { name = "a", invoke = print } end,
    function() tool:add_midi_mapping(1) end,
    function() tool:add_file_import_hook { category = "x", invoke = print } end,
    function() tool:has_file_import_hook("song", {}) end,
    function() tool:remove_file_import_hook("song", { "x" }) end,
    function() tool.preferences = {} end,
    function() tool.bundle_path = "/" end,
    function() return tool.nothing end,
    function() tool.nothing = 1 end,
    function() app:show_prompt("title", "text", {}) end,
    function() app.active_clipboard_index = 5 end,
    function() return app.load_song end,
    function() return app.nothing end,
    function() dialog.visible = false end,
    function() app.window.fullscreen = 1 end,
    function() app.window.nothing = 1 end,
    function() renoise.ScriptingTool() end,
    function() renoise.Application() end,
    function() renoise.Song() end,
    function() return renoise.Nothing end,
    function() return renoise.song().tracks end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
end)

it("views", function()
  local vb = renoise.ViewBuilder()
  local slider, column = vb:slider {}, vb:column {}
  local calls = {
    function() vb:slider { nothing = 1 } end, -- the first
    function() vb:slider(1) end,
    function() vb:slider { value = "x" } end,
    function() vb:text { text = {} } end,
    function() slider.value = "x" end,
    function() slider.nothing = 1 end,
    function() return slider.nothing end,
    function() column:add_child(1) end,
    function() column:remove_child(slider) end,
    function() slider:add_notifier(1) end,
    function() slider:remove_notifier(print) end,
    function() renoise.Views.Slider() end,
    function() return vb.nothing end,
    function() vb:popup { items = 1 } end,
    function() slider.min = "x" end,
    function() slider.width = {} end,
  }
  check(debug.getinfo(calls[1], "S").linedefined - 1, calls)
end)

it("the handler of xpcall stands on what raised", function()
  local here = debug.getinfo(1, "l").currentline
  local function index() local none; return none.field end
  local function raise() error("raised") end
  local function line(level) return function() return debug.getinfo(level, "l").currentline end end
  equal({ xpcall(index, line(2)) }, { false, here + 1 })
  equal({ xpcall(raise, line(3)) }, { false, here + 2 })
  equal({ xpcall(raise, function() return debug.getinfo(1, "l").currentline end) }, { false, here + 6 })
  equal({ xpcall(raise, function(message) return message:match("raised") end) }, { false, "raised" })
  for _, handler in ipairs { debug.traceback, function() return debug.traceback("", 2) end } do
    local _, trace = xpcall(index, handler)
    truthy(trace:match("stack traceback:%s*(%C*)"):find(":" .. here + 1 .. ":", 1, true))
  end
end)

spec.finish()
