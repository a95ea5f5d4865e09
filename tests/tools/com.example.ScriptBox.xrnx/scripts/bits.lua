-- Bits of a number as hexadecimal digits, and turned.
-- SPDX-License-Identifier: MIT
local number = tonumber(...)
print(notes.name_of(number), notes.number_of("A-4"))
return bit.tohex(bit.bnot(number)) .. " " .. bit.rol(number, 31) .. " " .. tostring(math.pow(number, 2))
