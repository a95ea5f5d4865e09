-- Times from_binary_data: a line for each round, nanoseconds of CPU a call, without those of the loop around it.
-- SPDX-License-Identifier: MIT
local rounds, calls = tonumber(arg[1]), 200000
local bytes = "/note\0\0\0,iii\0\0\0\0\0\0\0\1\0\0\0\60\0\0\0\100"
local from_binary_data = renoise.Osc.from_binary_data

local function read()
  local sum = 0
  for _ = 1, calls do
    local list = from_binary_data(bytes).arguments
    sum = sum + list[1].value + list[2].value + list[3].value
  end
  return sum
end

local function nothing()
  local sum = 0
  for _ = 1, calls do
    sum = sum + 1 + 60 + 100
  end
  return sum
end

local function time(body)
  local began = os.clock()
  assert(body() == calls * 161)
  return os.clock() - began
end

for _ = 1, rounds do
  print((time(read) - time(nothing)) / calls * 1e9)
end
