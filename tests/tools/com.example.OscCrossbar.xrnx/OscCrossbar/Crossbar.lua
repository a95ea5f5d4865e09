-- The crossbar itself: a UDP server, a UDP client, and the commands that it answers to whoever sent them.
-- SPDX-License-Identifier: MIT

local Message, Bundle = renoise.Osc.Message, renoise.Osc.Bundle

class "Crossbar"

function Crossbar:__init(prefs)
  self.prefs = prefs
  self.rules = table.create()
  self.counts = { passed = 0, renamed = 0, dropped = 0 }
  self.is_open = property(function(self) return self.server ~= nil and self.server.is_open end)
  self.commands = {
    ["/crossbar/ping"] = Crossbar.ping,
    ["/crossbar/rule"] = Crossbar.rule,
    ["/crossbar/rules"] = Crossbar.tell_rules,
    ["/crossbar/counts"] = Crossbar.tell_counts,
    ["/crossbar/unknown"] = Crossbar.unknown
  }
  self:read_rules()
  prefs.Rules:add_notifier({ self, self.rules_changed })
end

function Crossbar:read_rules()
  self.rules = table.create()
  for i = 1, self.prefs.Rules:size() do
    local ok, rule = pcall(Rule, self.prefs.Rules:property(i).value)
    if ok then
      self.rules:insert(rule)
    else
      renoise.app():show_warning(type(rule) == "table" and rule.text or tostring(rule))
    end
  end
end

function Crossbar:rules_changed(change)
  print(("rules: %s at %d"):format(change.type, change.index))
  self:read_rules()
end

--------------------------------------------------------------------------------
-- sockets

function Crossbar:open()
  local prefs = self.prefs
  local err
  self.server, err = renoise.Socket.create_server(prefs.ListenPort.value, prefs.Protocol.value)
  if err then
    return false, err
  end
  self.client, err = renoise.Socket.create_client(prefs.TargetHost.value, prefs.TargetPort.value, prefs.Protocol.value, nil)
  if err then
    self.server:close()
    return false, err
  end
  self.server:run {
    socket_error = function(message) print("crossbar: " .. message) end,
    socket_message = function(socket, data) self:receive(socket, data) end
  }
  return true
end

function Crossbar:close()
  for _, socket in pairs { self.server, self.client } do
    if socket.is_open then
      socket:close()
    end
  end
end

--------------------------------------------------------------------------------
-- what comes in

function Crossbar:receive(socket, data)
  local packet, err = renoise.Osc.from_binary_data(data)
  if not packet then
    renoise.app():show_status(("%s:%d sent %d bytes that are not OSC"):format(
      socket.peer_address, socket.peer_port, data:len()))
    self.counts.dropped = self.counts.dropped + 1
    return
  end
  self:process(socket, packet)
end

function Crossbar:process(socket, packet)
  if type(packet) == "Bundle" then
    for _, element in ipairs(packet.elements) do
      self:process(socket, element)
    end
  elseif type(packet) == "Message" then
    local command = self.commands[packet.pattern]
    if command then
      command(self, socket, packet)
    else
      self:pass(packet)
    end
  else
    error("unexpected " .. type(packet))
  end
end

function Crossbar:pass(message)
  for _, rule in ipairs(self.rules) do
    local address = rule:apply(message.pattern)
    if address then
      self.client:send(Message(address, message.arguments))
      self.counts.renamed = self.counts.renamed + 1
      return
    end
  end
  if self.prefs.PassUnknown.value then
    self.client:send(message)
    self.counts.passed = self.counts.passed + 1
  else
    self.counts.dropped = self.counts.dropped + 1
  end
end

--------------------------------------------------------------------------------
-- commands

function Crossbar:ping(socket, message)
  local args = table.rcopy(message.arguments)
  args[#args + 1] = { tag = "s", value = socket.peer_address }
  args[#args + 1] = { tag = "i", value = socket.peer_port }
  socket:send(Message("/crossbar/pong", args))
end

-- with "+" a rule is added, with "-" it is taken away
function Crossbar:rule(socket, message)
  local args = message.arguments
  local what, text = args[1] and args[1].value, args[2] and args[2].value
  local ok, rule = pcall(Rule, tostring(text))
  if not ok then
    socket:send(Message("/crossbar/error", table.create { { tag = "s", value = rule.text } }))
    return
  end
  local position = table.find(self.rules, rule)
  if what == "+" and not position then
    self.prefs.Rules:insert(rule.text)
  elseif what == "-" and position then
    self.prefs.Rules:remove(position)
  end
  socket:send(Message("/crossbar/ok", { { tag = "i", value = #self.prefs.Rules }, { tag = "s", value = tostring(rule) } }))
end

function Crossbar:tell_rules(socket)
  local messages = table.create()
  for i, rule in ipairs(self.rules) do
    messages:insert(Message("/crossbar/rule", { { tag = "i", value = i }, { tag = "s", value = rule.text } }))
  end
  messages:insert(Message("/crossbar/end"))
  socket:send(Bundle(os.clock(), messages).binary_data)
end

function Crossbar:tell_counts(socket)
  local counts = self.counts
  local total = counts.passed + counts.renamed + counts.dropped
  socket:send(Message("/crossbar/counts", {
    { tag = "i", value = counts.passed }, { tag = "i", value = counts.renamed }, { tag = "i", value = counts.dropped },
    { tag = "f", value = (total > 0) and counts.renamed / total or 0 }, { tag = "T" }, { tag = "N" }
  }))
end

function Crossbar:unknown(socket, message)
  local value = message.arguments[1].value
  self.prefs.PassUnknown.value = (value == true or value == 1)
  socket:send(Bundle(0, Message("/crossbar/unknown", { { tag = self.prefs.PassUnknown.value and "T" or "F" } })):to_binary_data())
end
