-- Times calls: for each case below a line of its name and nanoseconds of CPU, without those of the loop around it.
-- notewire runs them all, plain Lua those that it can. SPDX-License-Identifier: MIT
local calls, only = tonumber(arg[1]), arg[2]
local format, insert, remove, concat, tostring = string.format, table.insert, table.remove, table.concat, tostring
local find, gsub, sub, byte = string.find, string.gsub, string.sub, string.byte
local v = {} -- what the cases use: v.NAME is NAME there

local function use(values)
  for name, value in pairs(values) do v[name] = value end
end

local function call_of(text)
  local names, values = {}, {}
  for name, value in pairs(v) do
    if find(" " .. text .. " ", "[^%w_.]" .. name .. "[^%w_]") then
      names[#names + 1], values[#values + 1] = name, value
    end
  end
  local locals = #names > 0 and "local " .. concat(names, ", ") .. " = ...\n" or ""
  local body = assert(load(locals .. "return function(count) for i = 1, count do " .. text .. " end end"))
  return body((table.unpack or unpack)(values))
end

-- notewire's os.clock goes on while others run, so there the kernel is asked, which knows when it has just let us wait.
local wait = rawget(_G, "notewire") and notewire.wait
local function cpu()
  if not wait then return os.clock() end
  wait(1)
  local file = assert(io.open("/proc/self/schedstat"))
  local nanoseconds = file:read("n")
  file:close()
  return nanoseconds / 1e9
end

local function time(call)
  collectgarbage()
  local began = cpu()
  call(calls)
  return cpu() - began
end

local empty = call_of("")

local function case(name, text)
  if only and name ~= only then return end
  local call = call_of(text)
  call(100)
  print(format("%s\t%.2f", name, (time(call) - time(empty)) / calls * 1e9))
end

-- ---- what any Lua can do ----

local Meta = {}
Meta.__index = Meta
function Meta:get() return self.x end

use {
  plain = { x = 1 },
  object = setmetatable({ x = 1 }, Meta),
  call = function(value) return value end,
  new_table = function(x) return { x = x } end,
  new_object = function(x) return setmetatable({ x = x }, Meta) end,
  format = format, insert = insert, remove = remove, concat = concat, tostring = tostring,
  find = find, gsub = gsub, sub = sub, byte = byte, type = type,
  list = {}, words = { "a", "b", "c", "d" }, text = "note 60 100",
}

case("call", "call(i)")
case("table read", "local x = plain.x")
case("table write", "plain.x = i")
case("table new", "new_table(i)")
case("object new", "new_object(i)")
case("object method", "object:get()")
case("type", "type(i)")
case("format text", [[format("%s %s", "note", "on")]])
case("format whole", [[format("%d %d", 60, 100)]])
case("format fraction", [[format("%.2f", 1.5)]])
case("tostring whole", "tostring(60)")
case("tostring fraction", "tostring(1.5)")
case("insert and remove", "insert(list, i) remove(list)")
case("concat", "concat(words, ' ')")
case("sub", "sub(text, 6, 7)")
case("byte", "byte(text, 6)")
case("find", "find(text, '%d+')")
case("gsub", "gsub(text, '%d+', 'x')")
if not wait then return end

-- ---- what only notewire can ----

class "A"
function A:__init(x) self.x = x end
function A:get() return self.x end
A.p = property(function(self) return self.x end, function(self, x) self.x = x end)

local bytes = "/note\0\0\0,iii\0\0\0\0\0\0\0\1\0\0\0\60\0\0\0\100"
local message = renoise.Osc.from_binary_data(bytes)
for place, value in ipairs { 1, 60, 100 } do assert(message.arguments[place].value == value) end
assert(renoise.Osc.Message("/note", message.arguments).binary_data == bytes)

local bang = renoise.Document.ObservableBang()
local bangs = 0
bang:add_notifier(function() bangs = bangs + 1 end)
bang:bang()
assert(bangs == 1)

use {
  A = A, a = A(1), bang = bang, bytes = bytes, message = message,
  from_binary_data = renoise.Osc.from_binary_data, Message = renoise.Osc.Message,
  number = renoise.Document.ObservableNumber(1), tool = renoise.tool,
  server = assert(renoise.Socket.create_server("127.0.0.1", 0, renoise.Socket.PROTOCOL_UDP)),
}

case("class new", "A(i)")
case("class method", "a:get()")
case("attribute read", "local x = a.x")
case("attribute write", "a.x = i")
case("property read", "local x = a.p")
case("property write", "a.p = i")
case("is_running", "local x = server.is_running")
case("bundle_path", "local x = tool().bundle_path")
case("value read", "local x = number.value")
case("value write", "number.value = i")
case("bang", "bang:bang()")
case("arguments table", "local x = {{tag = 'i', value = 1}, {tag = 'i', value = 60}, {tag = 'i', value = 100}}")
case("message new", "Message('/note', {{tag = 'i', value = 1}, {tag = 'i', value = 60}, {tag = 'i', value = 100}})")
case("binary_data", "local x = message.binary_data")
case("from_binary_data", "from_binary_data(bytes)")
case("from_binary_data and arguments", [[
  local list = from_binary_data(bytes).arguments
  local x = list[1].value + list[2].value + list[3].value
]])
