-- Global functions, as they are handed from tool to tool.
-- SPDX-License-Identifier: MIT

function sprintf(fmt, ...)
  local args = { ... }
  for i = 1, select("#", ...) do
    if type(args[i]) == "boolean" or args[i] == nil then args[i] = tostring(args[i]) end
  end
  return string.format(fmt, unpack(args, 1, select("#", ...)))
end

function starts_with(text, prefix)
  return text:lower():find(prefix:lower(), 1, true) == 1
end

function hex_of(bytes)
  local out = {}
  for i = 1, table.getn(bytes) do
    out[i] = ("%02X"):format(bytes[i])
  end
  return table.concat(out, " ")
end

-- 7-bit bytes, the lowest first
function from_7bit(low, high)
  return bit.bor(bit.band(low, 0x7F), bit.lshift(bit.band(high, 0x7F), 7))
end
