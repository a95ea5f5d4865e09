-- An OSC proxy between a tablet and a DAW: each keeps its own addresses, and they are rewritten on the way.
-- SPDX-License-Identifier: MIT
--
--     notewire run udp_proxy.lua
--
-- The tablet sends to TABLET_PORT and is answered where it sends from. The DAW listens on DAW_PORT and sends its
-- feedback to FEEDBACK_PORT. The addresses below are REAPER's.

local TABLET_PORT = tonumber(os.getenv("TABLET_PORT") or 9000)
local DAW_HOST = os.getenv("DAW_HOST") or "127.0.0.1"
local DAW_PORT = tonumber(os.getenv("DAW_PORT") or 8000)
local FEEDBACK_PORT = tonumber(os.getenv("FEEDBACK_PORT") or 9001)

-- The tablet's address, the DAW's; {n} is a number. What is not here passes as it is.
local ADDRESSES = {
  { "/1/fader{n}", "/track/{n}/volume" },
  { "/1/pan{n}", "/track/{n}/pan" },
  { "/1/mute{n}", "/track/{n}/mute" },
  { "/1/play", "/play" },
  { "/1/stop", "/stop" },
}

-- "/1/fader{n}" as a pattern of Lua's: "^/1/fader(%d+)$".
local function pattern_of(address)
  return "^" .. address:gsub("%p", "%%%0"):gsub("%%{n%%}", "(%%d+)") .. "$"
end

-- A function that rewrites an address, from column `from` of the table to column `to`.
local function rewriter(from, to)
  return function(address)
    for _, row in ipairs(ADDRESSES) do
      local number = address:match(pattern_of(row[from]))
      if number then return (row[to]:gsub("{n}", number)) end
    end
    return address
  end
end

-- A packet with other addresses. Bundles within a bundle become part of it.
local function rewritten(packet, rewrite)
  if type(packet) == "Message" then return renoise.Osc.Message(rewrite(packet.pattern), packet.arguments) end
  local messages = {}
  local function collect(elements)
    for _, element in ipairs(elements) do
      if type(element) == "Bundle" then
        collect(element.elements)
      else
        messages[#messages + 1] = rewritten(element, rewrite)
      end
    end
  end
  collect(packet.elements)
  return renoise.Osc.Bundle(packet.timetag, messages)
end

-- One side: hears on a port, and gives what it hears to forward(packet), rewritten.
class "Side"

function Side:__init(port, rewrite, forward)
  self.rewrite, self.forward = rewrite, forward
  self.peer = nil -- who spoke last
  local server, problem = renoise.Socket.create_server(port, renoise.Socket.PROTOCOL_UDP)
  assert(server, problem)
  self.server = server
  self.server:run(self)
end

function Side:socket_message(socket, data)
  self.peer = socket
  local packet, problem = renoise.Osc.from_binary_data(data)
  if packet then
    self.forward(rewritten(packet, self.rewrite))
  else
    print(("udp_proxy: %s:%d sent no OSC: %s"):format(socket.peer_address, socket.peer_port, problem))
  end
end

local daw, problem = renoise.Socket.create_client(DAW_HOST, DAW_PORT, renoise.Socket.PROTOCOL_UDP)
assert(daw, problem)

local tablet = Side(TABLET_PORT, rewriter(1, 2), function(packet) daw:send(packet) end)
Side(FEEDBACK_PORT, rewriter(2, 1), function(packet)
  if tablet.peer then tablet.peer:send(packet) end
end)
