-- A native route, and a function that computes for a second.
-- SPDX-License-Identifier: MIT
map("/note c n v -> channel c note n v")

map("/compute ->", function()
  local ends, sum = os.clock() + 1, 0
  repeat
    for place = 1, 10000 do
      sum = sum + place
    end
  until os.clock() >= ends
end)
