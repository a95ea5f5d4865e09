-- Asks what MIDI device is there, as MIDI's Universal SysEx has it: an identity request, and its reply in words.
-- SPDX-License-Identifier: MIT
--
--     DEVICE_OUT=udp:10.0.0.7:7001 DEVICE_IN=udp:7000 notewire exec sysex_handshake.lua
--
-- It asks again each second, three times at most; it exits with 0 when somebody has answered, else with 1.

local DEVICE_OUT = os.getenv("DEVICE_OUT") or "udp:127.0.0.1:7001" -- notewire ports lists what there is
local DEVICE_IN = os.getenv("DEVICE_IN") or "udp:127.0.0.1:7000"
local INTERVAL = tonumber(os.getenv("INTERVAL") or 1000) -- milliseconds
local TRIES = 3

local IDENTITY_REQUEST = { 0xF0, 0x7E, 0x7F, 0x06, 0x01, 0xF7 } -- 7F: whoever hears it

-- Some of the numbers that the MIDI Association gives out.
local MANUFACTURERS = {
  ["01"] = "Sequential", ["04"] = "Moog", ["41"] = "Roland", ["42"] = "Korg", ["43"] = "Yamaha", ["44"] = "Casio",
  ["47"] = "Akai", ["7D"] = "nobody (for tests)", ["00 20 29"] = "Novation", ["00 20 32"] = "Behringer",
  ["00 20 33"] = "Access", ["00 20 6B"] = "Arturia",
}

local function hex(bytes) return (("%02X "):rep(#bytes):format(table.unpack(bytes)):gsub(" $", "")) end

-- What an identity reply says; nil when the message is something else:
-- F0 7E device 06 02 manufacturer(1 or 3) family(2) member(2) version(4) F7
local function read_identity(message)
  if message[2] ~= 0x7E or message[4] ~= 0x06 or message[5] ~= 0x02 then return nil end
  local length = message[6] == 0 and 3 or 1
  if #message ~= 14 + length then return nil end
  local at = 6 + length
  local manufacturer = hex { table.unpack(message, 6, at - 1) }
  return {
    device = message[3],
    manufacturer = MANUFACTURERS[manufacturer] or manufacturer,
    family = message[at] + 128 * message[at + 1],
    member = message[at + 2] + 128 * message[at + 3],
    version = hex { table.unpack(message, at + 4, at + 7) },
  }
end

class "Handshake"

function Handshake:__init()
  self.asked = 0
  self.identity = nil
  self.input = renoise.Midi.create_input_device(DEVICE_IN, nil, { self, self.heard })
  self.output = renoise.Midi.create_output_device(DEVICE_OUT)
  self:ask()
  self.timer = notewire.every(INTERVAL, function() self:ask() end)
end

function Handshake:ask()
  self.asked = self.asked + 1
  if self.asked <= TRIES then self.output:send(IDENTITY_REQUEST) end
end

function Handshake:heard(message)
  self.identity = self.identity or read_identity(message)
end

-- Waits for the answer, which is nil when none came.
function Handshake:finish()
  while not self.identity and self.asked <= TRIES do notewire.wait(10) end
  self.timer:stop()
  return self.identity
end

local identity = Handshake():finish()
if not identity then
  print("no answer")
  os.exit(1)
end
print("device " .. identity.device)
print("manufacturer " .. identity.manufacturer)
print("family " .. identity.family)
print("member " .. identity.member)
print("version " .. identity.version)
