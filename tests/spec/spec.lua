-- What the specs of scripts share: it, equal, truthy, raises, finish. Run one as: notewire exec tests/spec/test_NAME.lua
-- SPDX-License-Identifier: MIT
-- Everything is a local here: globals are strict, and a spec may replace them.
local error, next, pcall, print = error, next, pcall, print
local rawequal, tostring, type = rawequal, tostring, type
local concat, find, format = table.concat, string.find, string.format

local spec = {}
local specs, failed = 0, 0

-- A value as a failure shows it. No instance is asked: its __tostring may raise, or be what is tested.
local function show(value, deep)
  local kind = type(value)
  if kind == "string" then
    return format("%q", value)
  elseif kind == "table" and not deep then
    local parts = {}
    for key, item in next, value do
      parts[#parts + 1] = format("[%s] = %s", show(key, true), show(item, true))
    end
    return "{" .. concat(parts, ", ") .. "}"
  elseif kind == "number" or kind == "boolean" or kind == "nil" then
    return tostring(value)
  end
  return "a " .. kind
end

-- Tables by what is in them; all else, instances too, by identity: comparing instances may call __eq or raise.
local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" or rawequal(a, b) then
    return rawequal(a, b)
  end
  for key, item in next, a do
    if not same(item, b[key]) then
      return false
    end
  end
  for key in next, b do
    if a[key] == nil then
      return false
    end
  end
  return true
end

-- One rule and what shows it. The first expectation that does not hold ends it; the others go on.
function spec.it(says, body)
  specs = specs + 1
  local good, why = pcall(body)
  if not good then
    failed = failed + 1
    print(format("FAILED: %s\n  %s", says, type(why) == "string" and why or show(why)))
  end
end

function spec.equal(got, wanted)
  if not same(got, wanted) then
    error(format("got %s, wanted %s", show(got), show(wanted)), 2)
  end
end

function spec.truthy(got)
  if not got then
    error(format("got %s, wanted something true", show(got)), 2)
  end
end

function spec.falsy(got)
  if got then
    error(format("got %s, wanted nil or false", show(got)), 2)
  end
end

-- body, called with what follows it, must raise a text in which the Lua pattern is found. Returns the text.
function spec.raises(pattern, body, ...)
  local good, why = pcall(body, ...)
  if good then
    error(format("nothing was raised, wanted %q", pattern), 2)
  elseif type(why) ~= "string" or not find(why, pattern) then
    error(format("raised %s, wanted %q", show(why), pattern), 2)
  end
  return why
end

-- At the end of every file of specs. Raises when one failed, so that the program fails.
function spec.finish()
  print(format("%d specs, %d failed", specs, failed))
  if failed > 0 or specs == 0 then
    error(format("%d of %d specs failed", failed, specs), 0)
  end
end

return spec
