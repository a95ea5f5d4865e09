-- The MIDI words of the map language, and what each of their values may be (docs/maps.md).
-- SPDX-License-Identifier: MIT

-- What a script may have changed by the time a rule is read.
local pairs, tonumber, min = pairs, tonumber, math.min
local byte, lower, match, upper = string.byte, string.lower, string.match, string.upper

local words = {}

-- A value slot spans its whole range; a slot that names something is taken as it is.
local function value(name, high) return { name = name, low = 0, high = high } end
local function names(name, low, high) return { name = name, low = low, high = high, names = true } end

words.channel = names("channel", 1, 16)
words.byte = value("byte", 127)

-- word: { command for C, slots }. Commands are those of enum rule_command.
local note, velocity = names("note", 0, 127), value("velocity", 127)
local controller, wide = names("controller", 0, 127), value("value", 16383)
local seven = value("value", 127)
local rate = names("rate", 0, 3) -- of time code: 24, 25, 29.97 or 30 frames a second
rate.optional = true

words.commands = {
  ["note"] = { command = "note", channel = true, note, velocity },
  ["note-on"] = { command = "note-on", channel = true, note, velocity },
  ["note-off"] = { command = "note-off", channel = true, note, velocity },
  ["poly-pressure"] = { command = "poly-pressure", channel = true, note, seven },
  ["control-change"] = { command = "control-change", channel = true, controller, seven },
  ["control-change-14"] = { command = "control-change-14", channel = true, names("controller", 0, 31), wide },
  ["program-change"] = { command = "program-change", channel = true, names("program", 0, 127) },
  ["channel-pressure"] = { command = "channel-pressure", channel = true, seven },
  ["pitch-bend"] = { command = "pitch-bend", channel = true, wide },
  ["nrpn"] = { command = "nrpn", channel = true, names("parameter", 0, 16383), wide },
  ["rpn"] = { command = "rpn", channel = true, names("parameter", 0, 16383), wide },
  ["time-code"] = { command = "time-code", names("type", 0, 7), names("value", 0, 15) },
  ["quarter-frame"] = { command = "quarter-frame", names("data byte", 0, 127) },
  ["song-position"] = { command = "song-position", names("position", 0, 16383) },
  ["song-select"] = { command = "song-select", names("song", 0, 127) },
  ["tune-request"] = { command = "system", status = 0xf6 },
  ["midi-clock"] = { command = "system", status = 0xf8 },
  ["start"] = { command = "system", status = 0xfa },
  ["continue"] = { command = "system", status = 0xfb },
  ["stop"] = { command = "system", status = 0xfc },
  ["active-sensing"] = { command = "system", status = 0xfe },
  ["reset"] = { command = "system", status = 0xff },
  ["system-exclusive"] = { command = "system-exclusive", bytes = true },
  ["full-frame"] = { command = "full-frame", data = true, rate },
  ["mtc"] = {
    command = "mtc", data = true, rate,
    numbers = {
      names("number of hours", 0, 23), names("number of minutes", 0, 59), names("number of seconds", 0, 59),
      names("number of frames", 0, 29), rate,
    },
  },
  ["clock-tempo"] = { command = "clock-tempo", names("tempo", 0, 999) },
  ["raw"] = { command = "raw", data = true },
}

words.commands["mtc-running"] = { command = "mtc", data = true, running = true, rate, numbers = words.commands["mtc"].numbers }

local also = {
  on = "note-on", off = "note-off", pp = "poly-pressure", cc = "control-change", cc14 = "control-change-14",
  program = "program-change", pc = "program-change", pressure = "channel-pressure", cp = "channel-pressure",
  bend = "pitch-bend", pb = "pitch-bend", tc = "time-code", spp = "song-position", ss = "song-select",
  tun = "tune-request", clock = "midi-clock", mc = "midi-clock", cont = "continue", as = "active-sensing",
  rst = "reset", sysex = "system-exclusive", syx = "system-exclusive",
}
for short, long in pairs(also) do words.commands[short] = words.commands[long] end

-- C3 is 60; sharps and flats as SendMIDI has them. nil when text is no note name.
function words.note_number(text)
  local letter, sign, octave = match(text, "^([A-Ga-g])([#b]?)(%-?%d)$")
  if not letter then return nil end
  local step = ({ C = 0, D = 2, E = 4, F = 5, G = 7, A = 9, B = 11 })[upper(letter)]
  local number = (tonumber(octave) + 2) * 12 + step + (sign == "#" and 1 or sign == "b" and -1 or 0)
  return number >= 0 and number <= 127 and number or nil
end

-- How many letters tell two words apart.
local function distance(a, b)
  local row = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    local diagonal
    diagonal, row[0] = row[0], i
    for j = 1, #b do
      local change = diagonal + (byte(a, i) == byte(b, j) and 0 or 1)
      diagonal = row[j]
      row[j] = min(change, row[j] + 1, row[j - 1] + 1)
    end
  end
  return row[#b]
end

-- The word of a list that somebody who wrote text may have meant, or nil.
function words.nearest(text, list)
  local best, best_distance = nil, min(3, #text)
  for word in pairs(list) do
    local d = distance(lower(text), word)
    if d < best_distance or (d == best_distance and best and word < best) then best, best_distance = word, d end
  end
  return best
end

return words
