-- Asks for what it may not have.
-- SPDX-License-Identifier: MIT
local known = {}
for name in string.gfind("string renoise", "%a+") do
  known[#known + 1] = name
end
table.foreach(known, print)
return os.getenv("PATH")
