-- Prints every name that scripts see beyond plain Lua 5.4's, for test_api: "global class", "member Message pattern".
-- SPDX-License-Identifier: MIT

local LUA = [[
  _G _VERSION arg assert collectgarbage coroutine debug dofile error getmetatable io ipairs load loadfile math next os
  package pairs pcall print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring
  type utf8 warn xpcall
  coroutine.close coroutine.create coroutine.isyieldable coroutine.resume coroutine.running coroutine.status
  coroutine.wrap coroutine.yield
  debug.debug debug.gethook debug.getinfo debug.getlocal debug.getmetatable debug.getregistry debug.getupvalue
  debug.getuservalue debug.setcstacklimit debug.sethook debug.setlocal debug.setmetatable debug.setupvalue
  debug.setuservalue debug.traceback debug.upvalueid debug.upvaluejoin
  io.close io.flush io.input io.lines io.open io.output io.popen io.read io.stderr io.stdin io.stdout io.tmpfile io.type
  io.write
  math.abs math.acos math.asin math.atan math.atan2 math.ceil math.cos math.cosh math.deg math.exp math.floor math.fmod
  math.frexp math.huge math.ldexp math.log math.log10 math.max math.maxinteger math.min math.mininteger math.modf
  math.pi math.pow math.rad math.random math.randomseed math.sin math.sinh math.sqrt math.tan math.tanh math.tointeger
  math.type math.ult
  os.clock os.date os.difftime os.execute os.exit os.getenv os.remove os.rename os.setlocale os.time os.tmpname
  package.config package.cpath package.loaded package.loadlib package.path package.preload package.searchers
  package.searchpath
  string.byte string.char string.dump string.find string.format string.gmatch string.gsub string.len string.lower
  string.match string.pack string.packsize string.rep string.reverse string.sub string.unpack string.upper
  table.concat table.insert table.move table.pack table.remove table.sort table.unpack
  utf8.char utf8.charpattern utf8.codepoint utf8.codes utf8.len utf8.offset
]]

local plain = {}
for name in LUA:gmatch("%S+") do plain[name] = true end

-- The names in a class object, which has no pairs: its __index looks into the table that is its first upvalue. The
-- second is a name for classes that are written in Lua.
local function names_behind(metatable)
  local index = rawget(metatable, "__index")
  if type(index) ~= "function" then return {} end
  local _, names = debug.getupvalue(index, 1)
  local _, class = debug.getupvalue(index, 2)
  return type(names) == "table" and names or {}, type(class) == "string"
end

-- Members of bases by what they are: classes in Lua that have one from a base need not tell of it again.
local told, bases = {}, true

local function tell_member(class, name, value)
  local known = told[value] and told[value] ~= class
  if bases then told[value] = told[value] or class end
  if not known and not tostring(name):find("^__") then print("member " .. class .. " " .. name) end
end

-- Tables and class objects, as deep as they go. A static that is not for scripts to call begins with "__". Functions in
-- a class that is written in Lua are members, and so are properties, which are functions too.
local function walk(path, value)
  local names, is_lua, class
  if type(value) == "table" then
    names = value
  elseif type(value):find(" class$") then
    names, is_lua = names_behind(debug.getmetatable(value))
    class = type(value):gsub(" class$", "")
    if is_lua then print("type " .. class) end
  end
  for name, inner in pairs(names or {}) do
    local full = path .. "." .. tostring(name)
    if is_lua and type(inner) == "function" then
      tell_member(class, name, inner)
    elseif not plain[full] and type(name) == "string" and not name:find("^__") then
      print("static " .. full)
      walk(full, inner)
    end
  end
end

-- One object of each type, for its metatable is made with the first.
local message = renoise.Osc.Message("/a")
local objects = {
  message,
  renoise.Osc.Bundle(0, message),
  renoise.Socket.create_server("127.0.0.1", 0, renoise.Socket.PROTOCOL_UDP),
  renoise.Socket.create_client("127.0.0.1", 9, renoise.Socket.PROTOCOL_UDP),
  renoise.Midi.create_input_device("loopback", print),
  renoise.Midi.create_output_device("loopback"),
  renoise.Midi.devices_changed_observable(),
  renoise.Document.ObservableBang(),
  renoise.Document.ObservableBoolean(),
  renoise.Document.ObservableList(),
  renoise.Document.ObservableNumber(),
  renoise.Document.ObservableString(),
  notewire.every(1000, print),
  notewire.framer("slip"),
  notewire.listen("udp:127.0.0.1:0", print),
  notewire.connect("127.0.0.1:9"),
}

-- The metatables of all types are in the registry, the names of each behind its __index.
for _, metatable in pairs(debug.getregistry()) do
  local name = type(metatable) == "table" and rawget(metatable, "__name")
  if name and type(rawget(metatable, "__index")) == "function" then
    print("type " .. name)
    for member, value in pairs(names_behind(metatable)) do
      print("member " .. name .. " " .. member)
      told[value] = name
    end
  end
end

-- Bases that are written in Lua before what is derived from them.
walk("renoise.Views.View", renoise.Views.View)
walk("renoise.Views.Control", renoise.Views.Control)
bases = false

for name, value in pairs(_G) do
  if not plain[name] then print("global " .. name) end
  if name ~= "_G" and name ~= "arg" then walk(name, value) end
end
os.exit(#objects > 0) -- they are kept up to here
