-- Names of notes. A module that sees the globals.
-- SPDX-License-Identifier: MIT

module("lib.notes", package.seeall)

local NAMES = { [0] = "C-", "C#", "D-", "D#", "E-", "F-", "F#", "G-", "G#", "A-", "A#", "B-" }

function name_of(number)
  return string.format("%s%d", NAMES[math.mod(number, 12)], number / 12)
end

function number_of(name)
  local key, octave = name:upper():match("^([A-G][%-#])(%d+)$")
  return table.find(NAMES, key) + octave * 12
end

return _M
