-- What string.split is to many.
-- SPDX-License-Identifier: MIT

function string:split(separator)
  local fields = setmetatable({}, { __index = table.insert })
  local list = {}
  self:gsub(("([^%s]+)"):format(separator or "%s"), function(field) list[#list + 1] = field end)
  assert(fields[1] == nil)
  return list
end
