-- Reads one rule of a map, "/1/fader{n:1-8} x:0-1 <-> cc n x", into the flat table that C compiles (docs/maps.md).
-- SPDX-License-Identifier: MIT

local import = ...
local words = import "maps/words"

-- What a script may have changed by the time a rule is read; methods of texts, too, are looked up in its string.
local error, ipairs, tonumber = error, ipairs, tonumber
local char, find, format, gmatch, gsub = string.char, string.find, string.format, string.gmatch, string.gsub
local lower, match, sub, concat, move = string.lower, string.match, string.sub, table.concat, table.move
local abs, floor, huge, max, min = math.abs, math.floor, math.huge, math.max, math.min

local rule = {}

-- A mistake, at a column of the rule's text (from 1).
local function fail(column, message, ...) error({ column = column, text = format(message, ...) }, 0) end

-- Splits text into words and "quoted texts", each with its column.
local function split(text)
  local tokens, at = {}, 1
  while true do
    at = find(text, "%S", at)
    if not at then return tokens end
    local word
    if sub(text, at, at) == '"' then
      local close = find(text, '"', at + 1, true)
      if not close then fail(at, 'this text has no closing "') end
      word = sub(text, at, close)
    else
      word = match(text, "^%S+", at)
    end
    tokens[#tokens + 1] = { text = word, column = at }
    at = at + #word
  end
end

-- "0-1", "-1..1" or "127-0" as two numbers; nil when text is no range.
local function read_range(text)
  local low, high = match(text, "^(%-?[%d.]-)%.%.(%-?[%d.]+)$")
  if not low then low, high = match(text, "^(%-?[%d.]+)%-(%-?[%d.]+)$") end
  low, high = tonumber(low), tonumber(high)
  if low and high and abs(low) <= 1e9 and abs(high) <= 1e9 then return low, high end
end

local function is_whole(n) return n == floor(n) end

-- A number as SendMIDI writes it: 12, 0.5, 7FH, 12M; nil when text is none.
local function read_number(text, hex)
  local digits = match(text, "^(%x+)[Hh]$") or (hex and match(text, "^%x+$"))
  if digits then return tonumber(digits, 16) end
  return tonumber((match(text, "^(%-?%d+)[Mm]$"))) or (match(text, "^%-?[%d.]+$") and tonumber(text))
end

-- Declares a name of the left side.
local function declare(r, name, column, var)
  if r.names[name] then fail(column, '"%s" is on the left twice', name) end
  if #r.vars == 12 then fail(column, "a rule has at most 12 names") end
  r.vars[#r.vars + 1] = var
  var.name, var.column, var.index = name, column, #r.vars - 1
  r.names[name] = var
end

-- {n} or {n:1-8} in an address.
local function read_place(r, inside, column)
  local name, rest = match(inside, "^([%a_][%w_]*)(.*)$")
  if not name then fail(column, '"{%s}" is no name in braces', inside) end
  if #r.places == 8 then fail(column, "an address has at most 8 names") end
  local place, var = {}, { path = true, place = #r.places }
  if rest ~= "" then
    local low, high = read_range(match(rest, "^:(.+)$") or "")
    if not low or not is_whole(low) or not is_whole(high) then
      fail(column, '"{%s}" needs a range of whole numbers, such as {%s:1-8}', inside, name)
    end
    if abs(low) > 999999 or abs(high) > 999999 then
      fail(column, "a number in an address has at most 6 digits")
    end
    if low > high then fail(column, '"{%s}" goes down; write {%s:%d-%d}', inside, name, high, low) end
    place.low, place.high = low, high
    var.low, var.high = low, high
  end
  var.place_info = place
  r.places[#r.places + 1] = place
  declare(r, name, column, var)
  return char(#r.places)
end

local function read_address(r, token)
  local text, column = token.text, token.column
  if text == "*" then return "" end
  if sub(text, 1, 1) ~= "/" then fail(column, 'an OSC address starts with "/", not "%s"', text) end
  local out, at = {}, 1
  while at <= #text do
    local c = sub(text, at, at)
    if c == "{" then
      local close = find(text, "}", at, true)
      if not close then fail(column + at - 1, 'this "{" has no "}"') end
      out[#out + 1] = read_place(r, sub(text, at + 1, close - 1), column + at - 1)
      at = close
      if sub(text, at + 1, at + 1) == "{" then fail(column + at, "two names in braces need something between them") end
      r.places[#r.places].behind, r.places[#r.places].behind_column = sub(text, at + 1), column + at
    elseif find(c, "[*,?%[%]}%c]") then -- OSC forbids "#" too, but clients send it
      fail(column + at - 1, 'an OSC address cannot hold "%s"', c)
    else
      out[#out + 1] = c
    end
    at = at + 1
  end
  local address = concat(out)
  local double = find(text, "//", 1, true)
  if double then fail(column + double - 1, 'an OSC address cannot hold "//"') end
  if #address > 500 then fail(column, "an OSC address has at most 500 letters") end
  if #address > 1 and sub(address, -1) == "/" then fail(column + #text - 1, 'an OSC address does not end with "/"') end
  return address
end

-- The attributes of an argument: x, x:f, x:0-1, x:f:0-1=0.5.
local function read_argument(r, token)
  local text, column = token.text, token.column
  local name, rest = match(text, "^([%a_][%w_]*)(.*)$")
  if not name then fail(column, '"%s" is no name, number or "text"', text) end
  local var = {}
  local attributes, default = match(rest, "^([^=]*)=(.*)$")
  if default then
    var.default = tonumber(default)
    if not var.default or abs(var.default) == huge then
      fail(column + #text - #default, '"%s" is no number', default)
    end
  end
  attributes = attributes or rest
  if find(attributes, "^[^:]") then fail(column + #name, 'write "%s:0-1" or "%s=1"', name, name) end
  for at, attribute in gmatch(attributes, ":()([^:]*)") do
    at = column + #name + at - 1
    if attribute == "" then fail(at, "a range such as 0-1 or a type tag (i f h d s b m T) is missing") end
    if match(attribute, "^[ifhdsbmT]$") then
      if var.tag then fail(at, '"%s" has a type tag already', name) end
      var.tag = attribute
    else
      if var.low then fail(at, '"%s" has a range already', name) end
      var.low, var.high = read_range(attribute)
      if not var.low then
        fail(at, '"%s" is neither a range such as 0-1 nor a type tag (i f h d s b m T)', attribute)
      end
      if var.low == var.high then fail(at, '"%s" is no range', attribute) end
    end
  end
  declare(r, name, column, var)
  return { var = var.index, variable = var }
end

local function read_left(r, tokens, column)
  if #tokens == 0 then fail(column, "an OSC address is missing on the left") end
  r.address, r.address_column = read_address(r, tokens[1]), tokens[1].column
  for i = 2, #tokens do
    local text, argument = tokens[i].text, nil
    if #r.args == 12 then fail(tokens[i].column, "a rule has at most 12 arguments") end
    if sub(text, 1, 1) == '"' then
      argument = { text = sub(text, 2, -2) }
      if #argument.text > 500 then fail(tokens[i].column, "a text has at most 500 letters") end
    elseif match(text, "^%-?[%d.]+$") and tonumber(text) then
      argument = { number = tonumber(text) + 0.0, tag = is_whole(tonumber(text)) and "i" or "f" }
    else
      argument = read_argument(r, tokens[i])
    end
    r.args[#r.args + 1] = argument
  end
end

-- How a name of the left goes into a slot: slot = name * scale + offset, within low and high.
local function scale(var, slot, low, high, column)
  local out = { var = var.index, names = slot.names, scale = 1.0, offset = 0.0, low = slot.low, high = slot.high }
  if low then
    if low < slot.low and low < high or high < slot.low or low > slot.high or high > slot.high or low < slot.low then
      fail(column, "a %s goes from %d to %d", slot.name, slot.low, slot.high)
    end
    if low > high and not var.low then
      fail(column, 'to turn "%s" round, give it a range on the left, such as %s:0-1', var.name, var.name)
    end
    out.low, out.high = min(low, high), max(low, high)
  end
  if var.low and (low or not slot.names) then
    local from, to = low or slot.low, high or slot.high
    if var.low == var.high then fail(column, '"%s" has one value only and cannot be scaled', var.name) end
    out.scale = (to - from) / (var.high - var.low)
    out.offset = from - var.low * out.scale
    if out.scale == 0 then out.flat = true end
  end
  out.low, out.high = floor(out.low), floor(out.high)
  return out
end

local function constant(number, slot, column)
  if not is_whole(number) then fail(column, "a %s is a whole number", slot.name) end
  if number < slot.low or number > slot.high then
    fail(column, "a %s goes from %d to %d", slot.name, slot.low, slot.high)
  end
  return { var = -1, names = slot.names, scale = 0.0, offset = number + 0.0, low = slot.low, high = slot.high }
end

-- One value of the right side.
local function read_slot(r, token, slot, hex)
  local text, column = token.text, token.column
  local name, rest = match(text, "^([%a_][%w_]*)(.*)$")
  local var = name and r.names[name]
  if var then -- before numbers: "ch" is also twelve in hexadecimal
    local low, high
    if rest == "|all" and slot == words.channel then
      r.channel_all = true
    elseif rest ~= "" then
      low, high = read_range(match(rest, "^:(.+)$") or "")
      if not low then fail(column + #name, '"%s" is no range such as :0-127', rest) end
    end
    var.numeric = true
    return scale(var, slot, low, high, column)
  end
  local number = read_number(text, hex)
  if number then return constant(number, slot, column) end
  if slot.name == "note" and words.note_number(text) then return constant(words.note_number(text), slot, column) end
  local near = words.nearest(name or text, r.names)
  fail(column, '"%s" is no number and no name from the left%s', text, near and ('; did you mean "' .. near .. '"?') or "")
end

-- sysex: a data name, or bytes and names with SendMIDI's hex and dec between them.
local function read_bytes(r, tokens, at)
  local var = tokens[at] and r.names[tokens[at].text]
  local hex = false
  if #tokens == at and var and not var.path and not var.low and var == r.args[#r.args].variable
    and (not var.tag or find(var.tag, "[sbim]")) then
    r.data = var
    return
  end
  if #tokens == at and var and not var.path and not var.low and find(var.tag or "", "[sbm]") then
    fail(tokens[at].column, '"sysex" takes the last argument of the left side, "%s" is not it', var.name)
  end
  r.bytes = {}
  for i = at, #tokens do
    local text = lower(tokens[i].text)
    if text == "hex" or text == "hexadecimal" then
      hex = true
    elseif text == "dec" or text == "decimal" then
      hex = false
    else
      if #r.bytes == 64 then fail(tokens[i].column, "a system-exclusive rule has at most 64 bytes") end
      r.bytes[#r.bytes + 1] = read_slot(r, tokens[i], words.byte, hex)
    end
  end
end

-- A port's name in quotes as OSC addresses carry it; * and ? make it a pattern, which stays as it is.
local function port_name(name)
  name = lower(name)
  return find(name, "[*?]") and name or (gsub(name, "[ #,/%[%]{}]", "_"))
end

-- port NAME, port-id NAME, channel CH before the command; returns where the command is.
local function read_prefix(r, tokens)
  local at = 1
  while tokens[at] do
    local word, argument = lower(tokens[at].text), tokens[at + 1]
    if word ~= "port" and word ~= "port-id" and word ~= "channel" and word ~= "ch" then break end
    if not argument then fail(tokens[at].column, '"%s" needs a value', word) end
    local var = r.names[argument.text]
    if word == "port" and sub(argument.text, 1, 1) == '"' then
      r.port = port_name(sub(argument.text, 2, -2))
    elseif word == "port" and var then
      if not var.path then fail(argument.column, '"%s" must stand in the address to name a port', argument.text) end
      r.port_var, var.is_port = var.index, true
    elseif word == "port" then
      r.port = lower(argument.text)
    elseif word == "port-id" then
      if not var then fail(argument.column, '"%s" is no name from the left', argument.text) end
      r.port_id_var, var.numeric = var.index, true
    else
      r.channel = read_slot(r, argument, words.channel)
    end
    at = at + 2
  end
  return at
end

-- A function in the place of a MIDI message: it may have a port in front, and gets the names of the left as numbers.
local function read_target(r, tokens, target)
  local at = read_prefix(r, tokens)
  local token = tokens[at]
  if token then fail(token.column, "a function stands in the place of the MIDI message, so nothing but a port goes here") end
  if r.port_var or r.port_id_var or r.channel then
    fail(tokens[1].column, 'before a function only port "NAME" is possible')
  end
  for _, var in ipairs(r.vars) do
    if not var.path and find(var.tag or "", "[sbm]") then
      fail(var.column, "a function gets text and bytes in message.arguments; names are for numbers")
    end
  end
  r.command, r.slots, r.target = "function", {}, target
end

-- The values of a word, behind the token at.
local function read_values(r, tokens, at, wanted, word)
  local values = {}
  for i, slot in ipairs(wanted) do
    if tokens[at + i] then
      values[i] = read_slot(r, tokens[at + i], slot)
    elseif not slot.optional then
      fail(word.column, '"%s" needs a %s', word.text, slot.name)
    end
  end
  local extra = tokens[at + #wanted + 1]
  if extra then fail(extra.column, '"%s" is one too many for "%s"', extra.text, word.text) end
  return values
end

local function read_right(r, tokens, column)
  local at = read_prefix(r, tokens)
  local token = tokens[at]
  if not token then fail(column, "a MIDI word is missing on the right") end
  local command = words.commands[lower(token.text)]
  if not command then
    local near = words.nearest(token.text, words.commands)
    fail(token.column, '"%s" is not a MIDI word%s', token.text, near and ('; did you mean "' .. near .. '"?') or "")
  end
  r.command, r.status, r.command_info, r.command_column = command.command, command.status, command, token.column
  r.slots, r.running = {}, command.running
  if command.numbers and #tokens > at + 2 then
    r.bytes = read_values(r, tokens, at, command.numbers, token)
    return
  end
  if command.bytes then
    if not tokens[at + 1] then fail(token.column, '"%s" needs bytes or a name', token.text) end
    return read_bytes(r, tokens, at + 1)
  end
  if command.data then
    local data = tokens[at + 1]
    if not data then fail(token.column, '"%s" needs a name from the left', token.text) end
    r.data = r.names[data.text]
    if not r.data or r.data.path or r.data ~= r.args[#r.args].variable then
      fail(data.column, '"%s" takes the last argument of the left side, "%s" is not it', token.text, data.text)
    end
    at = at + 1
  end
  r.slots = read_values(r, tokens, at, command, token)
end

-- The type tag that a name is sent back with.
local function choose_tag(r, var)
  if var.tag then return var.tag end
  if r.command == "clock-tempo" then return "f" end -- seldom a whole number
  if var.low then
    local narrow = abs(var.high - var.low) <= 2
    return (narrow or not is_whole(var.low) or not is_whole(var.high)) and "f" or "i"
  end
  return var.default and not is_whole(var.default) and "f" or "i"
end

-- Names that make no sense together with how they are used, and what cannot be read backwards.
local function check_names(r)
  for _, var in ipairs(r.vars) do
    if var.path then
      if var.is_port and (var.numeric or var.low) then
        fail(var.column, '"%s" cannot be a port and a number', var.name)
      end
      local place = var.place_info
      place.number = (var.numeric or var.low) and true or false
      var.text = not place.number
      if place.number and (find(place.behind, "^%d") or find(place.behind, "^%.0+$") or find(place.behind, "^%.0+/")) then
        fail(place.behind_column, '"%s" belongs to the number before it', match(place.behind, "^[%d.]+"))
      end
    elseif var == r.data then
      var.tag = var.tag or (r.command == "raw" and "b" or "s")
      if (r.command == "full-frame" or r.command == "mtc") and var.tag ~= "s" then fail(var.column, '"%s" must be :s, a text', var.name) end
      if not find(var.tag, "[sbim]") then fail(var.column, '"%s" must be :s, :b, :i or :m', var.name) end
      if var.tag == "m" and r.command ~= "raw" then fail(var.column, "type m goes with raw") end
    else
      if var.tag and find(var.tag, "[bm]") then
        fail(var.column, 'type %s goes with "raw" or "sysex"', var.tag)
      end
      var.tag = choose_tag(r, var)
    end
  end
end

local function check_reverse(r)
  local used = {}
  local function use(slot)
    if slot and slot.flat then fail(r.command_column, "a range of one value cannot be read backwards; use ->") end
    if slot and slot.var >= 0 then used[slot.var] = true end
  end
  use(r.channel)
  for _, slot in ipairs(r.slots) do use(slot) end
  for _, slot in ipairs(r.bytes or {}) do use(slot) end
  for _, index in ipairs({ r.port_var or -1, r.port_id_var or -1, r.data and r.data.index or -1 }) do used[index] = true end
  if r.address == "" then fail(r.address_column, '"*" is no address to send to; use ->') end
  for _, var in ipairs(r.vars) do
    if not used[var.index] and not var.default then
      fail(var.column, 'backwards, nothing says what "%s" is; use -> or give it a default (%s=0)', var.name, var.name)
    end
    if var.tag == "s" and var ~= r.data then fail(var.column, "a number is not sent back as text; use i or f") end
  end
end

-- Reads the text of one rule, with the function in its target's place if there is one. Returns nil when it is empty.
-- Raises { column, text } for a mistake.
function rule.read(text, target)
  local tokens = split(text)
  if #tokens == 0 then return nil end
  local arrow
  for i, token in ipairs(tokens) do
    if token.text == "->" or token.text == "<-" or token.text == "<->" then
      if arrow then fail(token.column, "a rule has one arrow") end
      arrow = i
    end
  end
  if not arrow then fail(#text + 1, "an arrow is missing: ->, <- or <->") end
  local r = { vars = {}, names = {}, places = {}, args = {} }
  read_left(r, move(tokens, 1, arrow - 1, 1, {}), tokens[arrow].column)
  local right = move(tokens, arrow + 1, #tokens, 1, {})
  if target then
    if tokens[arrow].text ~= "->" then fail(tokens[arrow].column, "a function goes with ->") end
    read_target(r, right, target)
  else
    read_right(r, right, tokens[arrow].column)
  end
  r.channel = r.channel or constant(1, words.channel, 1)
  check_names(r)
  r.forward = tokens[arrow].text ~= "<-"
  r.reverse = tokens[arrow].text ~= "->"
  if r.reverse then check_reverse(r) end
  return r
end

return rule
