-- Script Box: runs small scripts of users, each with globals of its own, as Lua 5.1 lets one do.
-- SPDX-License-Identifier: MIT

require "lib/serial"
require "lib/sandbox"
require "lib/slicer"
local notes = require "lib.notes"

local serial, Sandbox, Slicer = serial, Sandbox, Slicer
local DATA = os.currentdir() .. "data"
local STATE = DATA .. "/state.lua"
local PORT_FILE = "port.txt"

--------------------------------------------------------------------------------
-- what is kept

local state = { runs = {}, last = { name = "", seconds = 0 } }

local function load_state()
  local chunk = loadfile(STATE)
  if chunk then
    setfenv(chunk, {})
    state = chunk()
  end
end

local function save_state()
  if not io.exists(DATA) then
    assert(os.mkdir(DATA))
  end
  local new = os.tmpname("lua")
  local file = assert(io.open(new, "w"))
  file:write("return ", serial.dump(state), "\n")
  file:close()
  if io.exists(STATE) then assert(os.remove(STATE)) end
  assert(os.move(new, STATE))
end

--------------------------------------------------------------------------------
-- the scripts

local sandboxes = table.create()

local function load_scripts()
  sandboxes:clear()
  local folder = os.currentdir() .. "scripts/"
  for _, filename in ipairs(os.filenames(folder, { "*.lua" })) do
    local name = filename:match("^(.+)%.lua$")
    local stat = assert(io.stat(folder .. filename))
    local sandbox, err = Sandbox(name, folder .. filename), nil
    sandbox.size, sandbox.kind = stat.size, stat.type
    sandbox:share { notes = notes, bit = bit, print = function(...) print("[" .. name .. "]", ...) end }
    sandboxes[name] = sandbox
  end
  return table.count(sandboxes)
end

local function run(name, ...)
  local sandbox = rawget(sandboxes, name)
  if not sandbox then
    return false, "no such script: " .. name
  end
  local begun = os.clock()
  local results = { sandbox:run(...) }
  state.runs[name] = (state.runs[name] or 0) + 1
  state.last.name, state.last.seconds = name, math.mod(math.floor(os.clock() - begun), 60)
  save_state()
  return unpack(results)
end

--------------------------------------------------------------------------------
-- a port that takes their names and arguments, one line a datagram

local server
local commands = table.create()

function commands.run(words)
  local name = words:remove(1)
  if (name == nil) then return false, "which one?" end
  return run(name, unpack(words))
end

function commands.list()
  local names = sandboxes:keys()
  table.sort(names)
  local out = table.create()
  table.foreachi(names, function(i, name)
    out:insert(("%d %s %s %d"):format(i / 1, name, sandboxes[name].kind, sandboxes[name].size / 1))
  end)
  return true, out:concat("; ")
end

function commands.runs()
  return true, serial.dump(state.runs)
end

function commands.eval(words)
  local chunk, err = loadstring("return " .. words:concat(" "), "=eval")
  if not chunk then return false, err end
  setfenv(chunk, { math = math, string = string, tostring = tostring })
  return pcall(chunk)
end

function commands.later(words)
  local slicer = Slicer(function(upto)
    local sum = 0
    for i = 1, tonumber(upto) do
      sum = sum + i
      if math.mod(i, 1000) == 0 then coroutine.yield() end
    end
    print("sum", sum)
  end, words[1])
  slicer:start()
  return true, tostring(slicer:running())
end

local function answer(peer, data)
  local words = table.create()
  for word in string.gfind(data, "[^%s]+") do
    words:insert(word)
  end
  local command = rawget(commands, words:remove(1) or "")
  local ok, text = false, "what?"
  if command then
    ok, text = command(words)
  end
  peer:send((ok and "ok " or "error ") .. tostring(text) .. "\n")
end

local function start()
  local file = assert(io.open(PORT_FILE))
  local port = file:read("*n")
  file:close()
  local err
  server, err = renoise.Socket.create_server("127.0.0.1", port, renoise.Socket.PROTOCOL_UDP)
  if err then
    renoise.app():show_error(err)
    return
  end
  server:run({ socket_message = answer })
  renoise.app():show_status(("Script Box: %d scripts, port %d, %s"):format(load_scripts(), port, notes.name_of(60)))
end

load_state()
renoise.tool():add_menu_entry { name = "Main Menu:Tools:Script Box:Start", invoke = start }
renoise.tool():add_file_import_hook {
  category = "sample",
  extensions = { "box" },
  invoke = function(path) return (io.exists(path)) end
}
