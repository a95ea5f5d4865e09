-- A tablet plays a synth and shows what the synth does: OSC one way, MIDI the other, labels on both.
-- SPDX-License-Identifier: MIT
--
--     notewire run tablet_to_synth.lua
--
-- The tablet sends 0 to 1 from the addresses below, and is answered where it sends from; /synth/sync asks for everything.

local TABLET_PORT = tonumber(os.getenv("TABLET_PORT") or 8000)
local SYNTH_OUT = os.getenv("SYNTH_OUT") or "print" -- notewire ports lists what there is
local SYNTH_IN = os.getenv("SYNTH_IN") or "udp:127.0.0.1:7000"

local CONTROLS = {
  { address = "/synth/cutoff", controller = 74, label = "Cutoff" },
  { address = "/synth/resonance", controller = 71, label = "Resonance" },
  { address = "/synth/attack", controller = 73, label = "Attack" },
  { address = "/synth/release", controller = 72, label = "Release" },
  { address = "/synth/volume", controller = 7, label = "Volume" },
}

local CONTROL_CHANGE = 0xB0 -- on channel 1

class "TabletToSynth"

function TabletToSynth:__init()
  self.by_address, self.by_controller = {}, {}
  for _, control in ipairs(CONTROLS) do
    self.by_address[control.address] = control
    self.by_controller[control.controller] = control
  end
  self.values = {} -- what is known of the synth: 0 to 127, by controller
  self.tablet = nil -- the socket of who spoke last

  self.output = renoise.Midi.create_output_device(SYNTH_OUT)
  self.input = renoise.Midi.create_input_device(SYNTH_IN, { self, self.synth_said })
  local server, problem = renoise.Socket.create_server(TABLET_PORT, renoise.Socket.PROTOCOL_UDP)
  assert(server, problem)
  self.server = server
  self.server:run(self)
end

function TabletToSynth:socket_message(socket, data)
  self.tablet = socket
  local packet, problem = renoise.Osc.from_binary_data(data)
  if packet then
    self:tablet_said(packet)
  else
    print(("%s:%d sent no OSC: %s"):format(socket.peer_address, socket.peer_port, problem))
  end
end

function TabletToSynth:tablet_said(packet)
  if type(packet) == "Bundle" then
    for _, element in ipairs(packet.elements) do self:tablet_said(element) end
    return
  end
  local control, argument = self.by_address[packet.pattern], packet.arguments[1]
  if packet.pattern == "/synth/sync" then
    for _, known in ipairs(CONTROLS) do self:show(known, true) end
  elseif control and argument and type(argument.value) == "number" then
    local value = math.floor(math.max(0, math.min(argument.value, 1)) * 127 + 0.5)
    self.values[control.controller] = value
    self.output:send { CONTROL_CHANGE, control.controller, value }
    self:show(control, false) -- the finger knows where it is
  end
end

-- A short message is always three numbers.
function TabletToSynth:synth_said(message)
  local control = self.by_controller[message[2]]
  if message[1] == CONTROL_CHANGE and control then
    self.values[control.controller] = message[3]
    self:show(control, true)
  end
end

-- Tells the tablet the label of a control, and its place when that is wanted.
function TabletToSynth:show(control, with_place)
  local value = self.values[control.controller]
  if self.tablet == nil or value == nil then return end
  local messages = {
    renoise.Osc.Message(control.address .. "/label", { { tag = "s", value = control.label .. " " .. value } }),
  }
  if with_place then
    messages[2] = renoise.Osc.Message(control.address, { { tag = "f", value = value / 127 } })
  end
  self.tablet:send(renoise.Osc.Bundle(0, messages))
end

local app = TabletToSynth()
print(("tablet: UDP port %d; synth: %s and %s"):format(app.server.local_port, app.output.name, app.input.name))
