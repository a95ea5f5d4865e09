-- Matching where Lua 5.1 and 5.4 differ: at empty matches, and behind the end.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal = spec.it, spec.equal

-- What the manual of 5.1 leaves open, its str_gsub and gmatch_aux say: the next match is looked for where the last one
-- ends, and one place later when it was empty.
local function each(text, pattern)
  local list = {}
  for part in text:gmatch(pattern) do list[#list + 1] = part end
  return list
end

it("an empty match that begins where another ends counts", function()
  equal(each("a,b", "[^,]*"), { "a", "", "b", "" })
  equal(each("a,,c,", "([^,]*),?"), { "a", "", "c", "" })
  equal(each("one\ntwo", "([^\n]*)\n?"), { "one", "two", "" })
  equal(each("", ".*"), { "" })
  equal(each("ab", "()"), { 1, 2, 3 })
  equal(each("aab", "a*"), { "aa", "", "" })
  equal({ ("abc"):gsub("b*", "x") }, { "xaxxcx", 4 })
  equal({ ("hello world"):gsub("%w*", "<%0>") }, { "<hello><> <world><>", 4 })
  equal({ ("abc"):gsub("", "-") }, { "-a-b-c-", 4 })
  equal({ ("abc"):gsub(".-", "-", 2) }, { "-a-bc", 2 })
  equal({ ("  x  "):gsub("^%s*", "") }, { "x  ", 1 })
  equal({ ("x  "):gsub("%s*$", "") }, { "x", 2 })
  equal({ ("a b"):gsub("%s*", function(gap) return gap == "" and "." or "_" end) }, { ".a_.b.", 4 })
end)

it("find and match begin at the end at the latest", function()
  equal({ ("abc"):find("", 10) }, { 4, 3 })
  equal({ ("abc"):find("", 10, true) }, { 4, 3 })
  equal({ ("abc"):find("$", 5) }, { 4, 3 })
  equal({ (""):find("", 2) }, { 1, 0 })
  equal(("abc"):find("c", 99), nil)
  equal(("abc"):find("c", 5, true), nil)
  equal(("abc"):match("%s*()", math.maxinteger), 4)
  equal(("abc"):match("^(.-)$", 5), "")
  equal(("abc"):match(".", 5), nil)
end)

it("gmatch and gsub go on by the rule of 5.1, whatever the pattern", function()
  local patterns = { "a*", "b-", "[ab]*", "(a?)b*", "%s*", "()a*", "a*b?", ".-b?", "%f[a]a*", "b*$" }
  math.randomseed(3)
  for _ = 1, 3000 do
    local pattern, text = patterns[math.random(#patterns)], {}
    for i = 1, math.random(0, 8) do text[i] = ("ab c"):sub(math.random(4)):sub(1, 1) end
    text = table.concat(text)
    local wanted, out, at, done = {}, {}, 1, 1
    while at <= #text + 1 do
      local from, to = text:find(pattern, at)
      if not from then break end
      wanted[#wanted + 1] = text:sub(from, to)
      out[#out + 1] = text:sub(done, from - 1) .. "<" .. text:sub(from, to) .. ">"
      done = to + 1
      at = to < from and from + 1 or to + 1
    end
    local got = {}
    local replaced, count = text:gsub(pattern, "<%0>")
    equal({ replaced, count }, { table.concat(out) .. text:sub(done), #wanted })
    for part in text:gmatch("()" .. pattern) do got[#got + 1] = part end
    equal(#got, #wanted)
  end
end)

spec.finish()
