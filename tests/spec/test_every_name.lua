-- What holds for every object and function of the program: how names are read, written and called, one row a type.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Socket, Osc, Midi, Document = renoise.Socket, renoise.Osc, renoise.Midi, renoise.Document
local UDP = Socket.PROTOCOL_UDP

local function server() return Socket.create_server("localhost", 0, UDP) end

local far = server()
local function client() return Socket.create_client("localhost", far.local_port, UDP) end

local function numbers()
  local list = Document.ObservableNumberList()
  list:insert(1)
  list:insert(2)
  return list
end

local function nodes()
  local list = Document.DocumentList()
  list:insert(Document.DocumentNode())
  list:insert(Document.DocumentNode())
  return list
end

local function notify() end
local OBJECT = {}
local NOTIFIERS = { { "add_notifier", notify, OBJECT }, { "has_notifier", notify, OBJECT }, { "remove_notifier", OBJECT } }
local ENTRY = { name = "Global:Tools:Every Name", invoke = notify }
local HOOK = { category = "song", extensions = { "every" }, invoke = notify }

-- Calls of all methods of an observable, with its notifiers.
local function observable(...)
  local calls = { table.unpack(NOTIFIERS) }
  for _, call in ipairs { ... } do calls[#calls + 1] = call end
  return calls
end

-- Every type: how one is made, its properties that cannot be set, and a call of each of its methods, with all arguments
-- that it may have, in an order in which they can be made.
local rows = {
  SocketServer = {
    make = server,
    fixed = { "is_open", "is_running", "local_address", "local_port" },
    calls = { { "run", {} }, { "wait", 0.0 }, { "stop" }, { "close" } },
  },
  SocketClient = {
    make = client,
    fixed = { "is_open", "local_address", "local_port", "peer_address", "peer_port", "address", "port" },
    calls = { { "send", "bytes" }, { "receive", "*all", 0.0 }, { "close" } },
  },
  Message = {
    make = function() return Osc.Message("/a") end,
    fixed = { "pattern", "arguments", "binary_data" },
    calls = { { "to_binary_data" } },
  },
  Bundle = {
    make = function() return Osc.Bundle(0, Osc.Message("/a")) end,
    fixed = { "timetag", "elements", "binary_data" },
    calls = { { "to_binary_data" } },
  },
  MidiInputDevice = {
    make = function() return Midi.create_input_device("loopback", notify) end,
    fixed = { "name", "is_open" },
    calls = { { "close" } },
  },
  MidiOutputDevice = {
    make = function() return Midi.create_output_device("loopback") end,
    fixed = { "name", "is_open" },
    calls = { { "send", { 0xf8 } }, { "close" } },
  },
  Observable = { make = Midi.devices_changed_observable, fixed = {}, calls = observable() },
  ObservableBang = { make = Document.ObservableBang, fixed = {}, calls = observable { "bang" } },
  ObservableBoolean = {
    make = Document.ObservableBoolean,
    fixed = {},
    calls = observable({ "to_string" }, { "from_string", "true" }),
  },
  ObservableNumber = {
    make = Document.ObservableNumber,
    fixed = {},
    calls = observable({ "to_string" }, { "from_string", "5" }),
  },
  ObservableString = {
    make = Document.ObservableString,
    fixed = {},
    calls = observable({ "to_string" }, { "from_string", "text" }),
  },
  ObservableNumberList = {
    make = numbers,
    fixed = {},
    calls = observable({ "size" }, { "property", 1.0 }, { "find", 1.0, 2 }, { "insert", 1.0, 3 }, { "swap", 1.0, 2.0 },
      { "remove", 1.0 }, { "to_string" }, { "from_string", "no XML" }),
  },
  DocumentList = {
    make = nodes,
    fixed = {},
    calls = observable({ "size" }, { "property", 1.0 }, { "find", 1.0, {} }, { "insert", 1.0, Document.DocumentNode() },
      { "swap", 1.0, 2.0 }, { "remove", 1.0 }),
  },
  ScriptingTool = {
    make = renoise.tool,
    fixed = { "bundle_path", "app_idle_observable", "tool_will_unload_observable" },
    calls = {
      { "add_timer", notify, 1000.5 }, { "has_timer", notify }, { "remove_timer", notify },
      { "add_menu_entry", ENTRY }, { "has_menu_entry", ENTRY.name }, { "remove_menu_entry", ENTRY.name },
      { "add_keybinding", ENTRY }, { "has_keybinding", ENTRY.name }, { "remove_keybinding", ENTRY.name },
      { "add_midi_mapping", ENTRY }, { "has_midi_mapping", ENTRY.name }, { "remove_midi_mapping", ENTRY.name },
      { "add_file_import_hook", HOOK }, { "has_file_import_hook", "song", { "every" } },
      { "remove_file_import_hook", "song", { "every" } },
    },
  },
  Application = {
    make = renoise.app,
    fixed = { "log_filename", "window", "installed_tools", "key_modifier_states", "current_song" },
    calls = {
      { "show_status", "said by the spec" }, { "show_message", "said by the spec" }, { "show_warning", "said by the spec" },
      { "show_error", "said by the spec" }, { "show_prompt", "title", "text", { "Yes" } },
      { "show_custom_prompt", "title", {}, { "Yes" }, notify }, { "show_custom_dialog", "title", {}, notify, {} },
      { "prompt_for_path", "title" }, { "prompt_for_filename_to_read", { "wav" }, "title" },
      { "prompt_for_filename_to_write", "wav", "title" }, { "prompt_for_multiple_filenames_to_read", { "wav" }, "title" },
      { "open_url", "nowhere" }, { "open_path", "/nowhere" }, { "install_tool", "/nowhere" },
    },
  },
  Dialog = {
    make = function() return renoise.app():show_custom_dialog("title", renoise.ViewBuilder():column {}) end,
    fixed = { "visible" },
    calls = { { "show" }, { "close" } },
  },
  ApplicationWindow = {
    make = function() return renoise.app().window end,
    fixed = { "is_maximized", "is_minimized" },
    calls = { { "maximize" }, { "minimize" }, { "restore" }, { "select_preset", 1.0 } },
  },
  MidiMessage = {
    make = renoise.ScriptingTool.MidiMessage,
    fixed = { "int_value", "boolean_value" },
    calls = { { "is_trigger" }, { "is_switch" }, { "is_rel_value" }, { "is_abs_value" } },
  },
  ViewBuilder = {
    make = renoise.ViewBuilder,
    fixed = { "views" },
    calls = { { "text", { text = "a" } }, { "column", {} }, { "slider", { min = 0.0, max = 5.0 } } },
  },
}

for name, row in pairs(rows) do
  it(name .. ": its methods can be taken without a call, and take more arguments than they have", function()
    for _, more in ipairs { {}, { nil, "more", {}, 5 } } do
      local object = row.make()
      equal(type(object), name)
      for _, call in ipairs(row.calls) do
        local method, count = object[call[1]], #call - 1
        local arguments = { table.unpack(call, 2) }
        for place = 1, 4 do arguments[count + place] = more[place] end
        local good, why = pcall(method, object, table.unpack(arguments, 1, count + (more[2] and 4 or 0)))
        equal({ call[1], why = not good and why or nil }, { call[1] })
      end
    end
  end)

  it(name .. ": a name that it has not raises, when it is read and when it is written", function()
    local object = row.make()
    local text = ("unknown property or function 'no_such_name' for an object of type '%s'"):format(name)
    raises("test_every_name.lua:%d+: " .. text, function() return object.no_such_name end)
    raises("test_every_name.lua:%d+: " .. text, function() object.no_such_name = 1 end)
    raises("test_every_name.lua:%d+: " .. text, function() object:no_such_name() end)
  end)

  it(name .. ": what it is and what it can do cannot be set", function()
    local object = row.make()
    for _, fixed in ipairs(row.fixed) do
      raises("test_every_name.lua:%d+: property '" .. fixed .. "' is read only", function() object[fixed] = 1 end)
    end
    for _, call in ipairs(row.calls) do
      raises("test_every_name.lua:%d+: property '" .. call[1] .. "' is read only", function() object[call[1]] = 1 end)
      equal(type(object[call[1]]), "function")
    end
  end)

  it(name .. ": it is the same as itself, differs from others, and has a text", function()
    local object, other = row.make(), Document.ObservableBang()
    equal({ object == object, object ~= object, rawequal(object, object) }, { true, false, true })
    equal({ object == other, object ~= other, rawequal(object, other), object == nil, object == {} },
      { false, true, false, false, false })
    truthy(type(tostring(object)) == "string")
  end)
end

it("objects of one type are not equal, and that does not raise", function()
  for _, make in ipairs { server, client, Document.ObservableNumber, Document.ObservableBang, Document.DocumentNode,
    Document.DocumentList, renoise.ViewBuilder, rows.Message.make, rows.Dialog.make } do
    equal({ make() == make(), make() ~= make() }, { false, true })
  end
  local vb = renoise.ViewBuilder()
  equal(vb:text {} == vb:text {}, false)
end)

it("an instance of a script's class is compared with each by its __eq, or not at all", function()
  class "Beside"
  function Beside:__init() end
  local one = Beside()
  for _, row in pairs(rows) do
    local object = row.make()
    Beside.__eq = nil
    raises("No such operator defined", function() return one == object end)
    raises("No such operator defined", function() return object == one end)
    function Beside.__eq() return true end
    truthy(one == object and object == one)
  end
end)

it("instances of classes that derive from documents and lists are compared as those of any other", function()
  for _, base in ipairs { Document.DocumentNode, Document.ObservableNumberList, Document.ObservableNumber } do
    class "Derived" (base)
    function Derived:__init() base.__init(self) end
    local one, two = Derived(), Derived()
    truthy(one == one)
    raises("No such operator defined", function() return one == two end)
    Derived.__eq = rawequal
    equal(one == two, false)
  end
end)

-- ---- functions ----

it("functions take more arguments than they have, and nil for those that may be left out", function()
  local made = {
    Socket.create_server("localhost", 0, nil, nil), Socket.create_server(0, nil, nil), Socket.create_server("localhost", 0, UDP, 5, {}),
    Socket.create_client("localhost", far.local_port, UDP, nil, nil), Socket.create_client("localhost", far.local_port, UDP, 10.5, {}),
    Midi.create_input_device("loopback", notify, nil, nil), Midi.create_input_device("loopback", nil, notify, 5),
    Midi.create_output_device("loopback", nil, 5),
  }
  equal(#made, 8)
  for _, object in ipairs(made) do
    equal(object.is_open, true)
    object:close()
  end
  local message = Osc.Message("/a", nil, nil, 5)
  equal({ message.pattern, #message.arguments }, { "/a", 0 })
  equal({ #Osc.Bundle(0, message, nil, 5).elements, Osc.from_binary_data(message.binary_data, nil, 5).pattern }, { 1, "/a" })
  truthy(#Midi.available_input_devices(nil, 5) > 0 and #Midi.available_output_devices(nil, 5) > 0)
  truthy(rawequal(Midi.devices_changed_observable(nil, 5), Midi.devices_changed_observable()))
  truthy(rawequal(renoise.tool(nil, 5), renoise.tool()) and rawequal(renoise.app(nil, 5), renoise.app()))
  equal(renoise.song(nil, 5), nil)
end)

it("what makes documents does, too", function()
  equal({ Document.ObservableNumber(1, nil, 5).value, Document.ObservableString(nil, 5).value }, { 1, "" })
  equal({ Document.ObservableBoolean(nil, nil).value, type(Document.ObservableBang(nil, 5)) }, { false, "ObservableBang" })
  equal({ #Document.ObservableNumberList(5), #Document.DocumentList(5) }, { 0, 0 })
  local node = Document.create("EveryName", 5)({ x = 1 }, 5)
  equal({ node.x.value, Document.instantiate("EveryName", 5).x.value }, { 1, 1 })
  equal(Document.DocumentNode(5):has_property("x", 5), false)
  equal({ node:add_property("y", 2, 5).value, node:property("y", 5).value }, { 2, 2 })
  node:add_properties({ z = 3 }, 5)
  node:remove_property(node.z, 5)
  equal({ node.z, type(node:to_string(5)), node:from_string(node:to_string(), 5) }, { nil, "string", true })
  local path = os.tmpname()
  equal({ node:save_as(path, 5), node:load_from(path, 5) }, { true, true })
end)

it("a notifier with nil behind it is the function alone", function()
  local number = Document.ObservableNumber()
  number:add_notifier(notify, nil)
  equal({ number:has_notifier(notify), number:has_notifier(notify, nil) }, { true, true })
  number:remove_notifier(notify, nil)
  equal(number:has_notifier(notify), false)
end)

it("classes of the program say which static they have not", function()
  for name, class in pairs { Socket = Socket, Osc = Osc, Midi = Midi, Document = Document,
    Song = renoise.Song, ScriptingTool = renoise.ScriptingTool, Application = renoise.Application,
    ViewBuilder = renoise.ViewBuilder, SocketClient = Socket.SocketClient, Message = Osc.Message,
    ObservableNumber = Document.ObservableNumber, DocumentNode = Document.DocumentNode } do
    equal(type(class), name .. " class")
    raises(("test_every_name.lua:%%d+: no static 'no_such_name' in class '%s'"):format(name),
      function() return class.no_such_name end)
  end
end)

spec.finish()
