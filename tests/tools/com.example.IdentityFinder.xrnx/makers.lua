-- Who made what: manufacturers by the bytes of their SysEx.
-- SPDX-License-Identifier: MIT

MAKERS = {
  [0x41] = "Roland", [0x42] = "Korg", [0x43] = "Yamaha", [0x47] = "Akai", [0x7D] = "Nobody",
  [0x002029] = "Novation", [0x000E] = "Alesis"
}

function maker_name(number)
  return rawget(MAKERS, number) or sprintf("maker %X", number)
end
