-- The faders and mutes of a Behringer X32 as MIDI controllers, both ways.
-- SPDX-License-Identifier: MIT
--
--     X32_HOST=10.0.0.5 notewire run x32_faders.lua -o print
--
-- The console answers who asks, and tells its changes for ten seconds to who says /xremote; so that is said each nine.

local X32_HOST = os.getenv("X32_HOST") or "127.0.0.1"
local X32_PORT = tonumber(os.getenv("X32_PORT") or 10023)
local KEEP_ALIVE = tonumber(os.getenv("X32_KEEP_ALIVE") or 9000) -- milliseconds
local CONTROLLER_IN = os.getenv("CONTROLLER_IN") or "udp:127.0.0.1:7000" -- notewire ports lists what there is

local CHANNELS = 16
local FADER, MUTE = 0, 64 -- controller 1 to 16 is a fader, 65 to 80 a mute
local CONTROL_CHANGE = 0xB0 -- on MIDI channel 1

local last = {} -- what each controller had last, so that nothing goes round in circles

-- To the outputs of -o.
local function play(controller, value)
  if last[controller] == value then return end
  last[controller] = value
  notewire.send(nil, { CONTROL_CHANGE, controller, value })
end

local function console_said(message)
  local channel, what = message.pattern:match("^/ch/(%d%d)/mix/(%l+)$")
  local argument = message.arguments[1]
  channel = tonumber(channel)
  if not channel or channel < 1 or channel > CHANNELS then return end
  if not argument or type(argument.value) ~= "number" then return end
  if what == "fader" then
    play(FADER + channel, math.floor(argument.value * 127 + 0.5))
  elseif what == "on" then -- 1 is heard, 0 is muted
    play(MUTE + channel, argument.value == 0 and 127 or 0)
  end
end

local console = notewire.connect(("udp:%s:%d"):format(X32_HOST, X32_PORT), console_said)

local function controller_said(message)
  local status, controller, value = table.unpack(message)
  if status ~= CONTROL_CHANGE or last[controller] == value then return end
  if controller > FADER and controller <= FADER + CHANNELS then
    console:send(("/ch/%02d/mix/fader"):format(controller - FADER), value / 127)
  elseif controller > MUTE and controller <= MUTE + CHANNELS then
    console:send(("/ch/%02d/mix/on"):format(controller - MUTE), value < 64 and 1 or 0)
  else
    return
  end
  last[controller] = value
end

-- A global, because a device that nothing refers to is closed.
input = renoise.Midi.create_input_device(CONTROLLER_IN, controller_said)

-- Asks where everything stands: an address without a value is a question.
local function ask_all()
  for channel = 1, CHANNELS do
    console:send(("/ch/%02d/mix/fader"):format(channel))
    console:send(("/ch/%02d/mix/on"):format(channel))
  end
end

console:send("/xremote")
ask_all()
notewire.every(KEEP_ALIVE, function() console:send("/xremote") end)
print(("console: %s:%d; controller: %s"):format(X32_HOST, X32_PORT, input.name))
