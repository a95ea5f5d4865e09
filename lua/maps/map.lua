-- The words that a map file can say: map, use, osc, midi_in, midi_out, din, release_after, reply (docs/maps.md).
-- SPDX-License-Identifier: MIT

local import = ... -- import "maps/rule" gives what that file of notewire returns
local rule = import "maps/rule"

-- What a script may have changed by the time it says a word; methods of texts, too, are looked up in its string.
local error, pairs, pcall, select, tostring = error, pairs, pcall, select, tostring
local load, setmetatable, tonumber, type, xpcall = load, setmetatable, tonumber, type, xpcall
local find, gmatch, gsub, match, sub = string.find, string.gmatch, string.gsub, string.match, string.sub
local concat, pack, max, math_type = table.concat, table.pack, math.max, math.type
local getinfo, stderr, globals = debug.getinfo, io.stderr, _G

-- Globals of scripts that a map by itself has not, or that read other files, and the libraries that have more there: who reads one, or what of a
-- library is missing, is a script.
local script_words, libraries = {}, { "debug", "io", "math", "os", "package", "string", "table" }
for word in gmatch([[
  renoise notewire class property arg bit dofile gcinfo getfenv loadfile loadstring module newproxy objinfo oprint require
  ripairs rprint setfenv unpack
]], "%S+") do script_words[word] = true end

-- What reaches outside of a map.
local effects = {
  io = "open popen lines input output read tmpfile",
  os = "execute exit remove rename setlocale tmpname",
}

-- Standard output is for MIDI words (-o print).
local function print_to_stderr(...)
  local words = pack(...)
  for i = 1, words.n do words[i] = tostring(words[i]) end
  stderr:write(concat(words, "\t"), "\n")
end

-- The language for one file: text is its source, name its name. Returns the words that the file may say, what they
-- collect: { rules, uses, osc, midi_in, midi_out, din, release_after, reply, mistakes }, and functions for C: see below.
return function(text, name)
  local short = getinfo(load("", "@" .. name), "S").short_src -- as Lua's messages name it
  text = gsub(text, "\r\n?", "\n") -- as Lua reads it
  local result = {
    rules = {}, uses = {}, osc = {}, midi_in = {}, midi_out = {}, din = {}, release_after = {}, reply = {}, mistakes = {},
  }
  local starts = { 1 } -- where each line of the source begins
  for position in gmatch(text, "\n()") do starts[#starts + 1] = position end

  -- Line and column of a position in the source.
  local function place(position)
    local line = 1
    while starts[line + 1] and starts[line + 1] <= position do line = line + 1 end
    return line, position - starts[line] + 1
  end

  -- The rule without its comment.
  local function strip(line)
    local quoted = false
    for at = 1, #line do
      local c, before = sub(line, at, at), sub(line, at - 1, at - 1)
      if c == '"' then quoted = not quoted end
      local begins = at == 1 or find(before, "%s")
      if not quoted and begins and (c == "#" or sub(line, at, at + 1) == "--") then return sub(line, 1, at - 1) end
    end
    return line
  end

  local function mistake(line, column, message, shown)
    if #result.mistakes < 20 then
      shown = shown and gsub(shown, "\t", " ") -- so that the mark below it stands where it should
      result.mistakes[#result.mistakes + 1] = { line = line, column = column, text = message, shown = shown }
    end
  end

  -- The line of the map that is calling; the first one when it is not known (a tail call, a coroutine of the word).
  local function calling_line()
    local info = getinfo(3, "l")
    return info and max(info.currentline, 1) or 1
  end

  -- Where the source has this text in quotes or brackets; nil when a program made it.
  local function find_literal(literal, from)
    local at = find(text, literal, from, true)
    while at and not find(sub(text, at - 1, at - 1), "[\"'%[\n]") do at = find(text, literal, at + 1, true) end
    return at
  end

  local closed = false -- the file has been read: nobody looks at the result any more

  -- For each word, which its caller then is in.
  local function check_open()
    if closed then error("map: rules are read only while the file is loaded", 3) end
  end

  local said = {}

  function said.map(rules, target, ...)
    check_open()
    local call_line = calling_line()
    if type(rules) ~= "string" or (target ~= nil and type(target) ~= "function") or select("#", ...) > 0 then
      return mistake(call_line, 1, "map takes one text of rules, or the left side of one and a function")
    end
    local found = find_literal(rules, starts[call_line] or 1)
    local offset = 1
    for line in gmatch(rules .. "\n", "(.-)\r?\n") do
      local ok, read = pcall(rule.read, strip(line), target)
      local at_line, at_column = call_line, 0
      if found then
        at_line, at_column = place(found + offset - 1)
        at_column = at_column - 1
      end
      if not ok then
        if type(read) ~= "table" then error(read, 0) end
        local shown = found and sub(text, starts[at_line], (starts[at_line + 1] or #text + 2) - 2) or line
        mistake(at_line, at_column + read.column, read.text, shown)
      elseif read then
        read.line = at_line
        result.rules[#result.rules + 1] = read
      end
      offset = offset + #line + 1
      if sub(rules, offset - 1, offset - 1) == "\r" then offset = offset + 1 end
    end
  end

  -- The other words collect texts.
  for name, list in pairs({ use = "uses", osc = "osc", midi_in = "midi_in", midi_out = "midi_out", din = "din",
    release_after = "release_after", reply = "reply" }) do
    said[name] = function(value)
      check_open()
      if math_type(value) == "integer" or (math_type(value) and name == "release_after") then value = tostring(value) end
      if type(value) ~= "string" then
        return mistake(calling_line(), 1, name .. ' takes a text, such as ' .. name .. ' "..."')
      end
      local texts = result[list]
      texts[#texts + 1] = { text = value, line = calling_line() }
    end
  end

  -- What went wrong as text, and its line. Called where it did, it knows the line of a text that does not say it.
  local function explain(problem)
    if type(problem) ~= "string" and type(problem) ~= "number" then
      problem = "the map raised an error that is no text"
    end
    local message, line = tostring(problem), nil
    if sub(message, 1, #short + 1) == short .. ":" then
      local number, rest = match(message, "^(%d+):%s*(.*)$", #short + 2)
      if number then message, line = rest, tonumber(number) end
    end
    local level = 2
    local info = getinfo(level, "Sl")
    while info and not line do
      if info.short_src == short and info.currentline > 0 then line = info.currentline end
      level = level + 1
      info = getinfo(level, "Sl")
    end
    return { text = message, line = line or 1 }
  end

  -- Notes a failure, as text or as explain() made it.
  local function failed(problem)
    if type(problem) ~= "table" then problem = explain(problem) end -- did not compile, or no memory
    local line = starts[problem.line] and problem.line or 1
    local near = match(problem.text, "near '(.-)'$") or match(problem.text, "near (<eof>)$")
    local source = sub(text, starts[line], (starts[line + 1] or #text + 2) - 2)
    local column = near == "<eof>" and #source + 1 or near and find(source, near, 1, true) or 1
    mistake(line, column, problem.text, near ~= "<eof>" and find(source, "%S") and source or nil)
  end

  -- Runs a file as nothing but a map: what it says is collected, and it ends where it begins to be a script, the line of
  -- which is then result.script. load_chunk(environment) returns its function, or nil and why there is none.
  local function run(load_chunk)
    local script = {}
    local function begin_script()
      result.script = result.script or explain("").line
      error(script)
    end
    for name, functions in pairs(effects) do
      for word in gmatch(functions, "%S+") do globals[name][word] = nil end
    end
    for _, name in pairs(libraries) do setmetatable(globals[name], { __index = begin_script }) end
    local environment = setmetatable({ print = print_to_stderr }, { __index = function(_, key)
      if said[key] then return said[key] end
      if script_words[key] then begin_script() end
      return globals[key]
    end })
    local chunk, problem = load_chunk(environment)
    local ok = false
    if chunk then ok, problem = xpcall(chunk, function(raised) return raised == script and raised or explain(raised) end) end
    if not ok and problem ~= script then failed(problem) end
    closed = true
    return result
  end

  -- The file has been read.
  local function close()
    closed = true
    return result
  end

  return { words = said, result = result, failed = failed, run = run, close = close }
end
