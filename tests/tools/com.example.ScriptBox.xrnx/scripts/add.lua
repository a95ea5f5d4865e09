-- Adds its arguments.
-- SPDX-License-Identifier: MIT
local sum = 0
for i = 1, select("#", ...) do
  sum = sum + tonumber((select(i, ...)))
end
total = sum
return sum
