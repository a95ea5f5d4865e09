-- A function that leaves garbage, in a script that holds NW_BENCH_HEAP MiB; says "collected" at the end of each cycle.
-- SPDX-License-Identifier: MIT
local bytes = tonumber(os.getenv("NW_BENCH_HEAP")) * 1024 * 1024
local groups, made = {}, 0

-- What scripts hold: small tables with names, numbers and lists.
local function item()
  made = made + 1
  return {name = "item " .. made, channel = made % 16 + 1, note = made % 128, values = {made, made / 3, made * 2}}
end

local function fill()
  local enough = collectgarbage("count") * 1024 + bytes

  collectgarbage("stop")
  while collectgarbage("count") * 1024 < enough do
    local group = {}
    for place = 1, 64 do
      group[place] = item()
    end
    groups[#groups + 1] = group
  end
  collectgarbage("restart")
end

local function announce()
  setmetatable({}, {
    __gc = function()
      io.stderr:write("collected\n")
      announce()
    end
  })
end

map("/note c n v ->", function(message, c, n, v)
  local recent = {}
  for place = 1, 16 do
    recent[place] = {n, v, "note " .. n .. " " .. place}
  end
  if #groups > 0 then
    groups[made % #groups + 1][v % 64 + 1] = item()
  end
  return {0x90 + c - 1, n, v}
end)

fill()
announce()
