-- The native route of the benchmarks, as a function.
-- SPDX-License-Identifier: MIT
map("/note c n v ->", function(message, c, n, v)
  return {0x90 + c - 1, n, v}
end)
