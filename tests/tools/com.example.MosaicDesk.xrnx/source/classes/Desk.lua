-- The desk: its widgets, and the devices that move them and are told.
-- SPDX-License-Identifier: MIT

msLib.require(msLib_ROOT .. "ControlMap")
msLib.require(msLib_ROOT .. "Fader")
msLib.require(msLib_ROOT .. "Toggle")
msLib.require(msLib_ROOT .. "LayoutDocument")

class 'Desk'

function Desk:__init(options)
  self.options = options
  self.widgets = table.create()
  self.map = ControlMap()
  self.fade_amount = 0
end

function Desk:start()
  local passed, err = self.map:load("maps/" .. self.options.map_name.value .. ".txt")
  assert(passed, err)
  for _, entry in ipairs(self.map.entries) do
    local widget = _G[entry.kind](self, entry)
    widget.value_observable:add_notifier(function() self:tell(widget) end)
    self.widgets:insert(widget)
  end
  table.sort(self.widgets)

  local options = self.options
  self.server, err = renoise.Socket.create_server(options.osc_in.value, renoise.Socket.PROTOCOL_UDP)
  assert(self.server, err)
  self.client, err = renoise.Socket.create_client("127.0.0.1", options.osc_out.value, renoise.Socket.PROTOCOL_UDP)
  assert(self.client, err)
  self.server:run(self)
  if options.midi_in.value ~= "" then
    self.midi_in = renoise.Midi.create_input_device(options.midi_in.value, { self, Desk.midi_callback })
  end
  if options.midi_out.value ~= "" then
    self.midi_out = renoise.Midi.create_output_device(options.midi_out.value)
  end
  LOG(("%s: %d widgets, %d instances, loaded %s"):format(tostring(self), #self.widgets, Widget.instances,
    table.concat(msLib.loaded, " ")))
end

function Desk:stop()
  for _, name in ipairs { "server", "client", "midi_in", "midi_out" } do
    local device = self[name]
    if device and device.is_open then device:close() end
  end
end

function Desk:widget(id)
  for _, widget in ipairs(self.widgets) do
    if widget.id == id then return widget end
  end
end

function Desk:__tostring()
  return type(self)
end

--------------------------------------------------------------------------------
-- in

function Desk:socket_error(message)
  renoise.app():show_warning(message)
end

function Desk:socket_message(socket, data)
  local osc, err = renoise.Osc.from_binary_data(data)
  if osc == nil then
    LOG("no OSC:", err ~= nil)
  elseif type(osc) == "Bundle" then
    for _, element in ipairs(osc.elements) do
      self:osc_message(element)
    end
  else
    self:osc_message(osc)
  end
end

function Desk:osc_message(message)
  if message.pattern == "/state" then
    self:tell_state(message)
    return
  end
  local entry, value = self.map:find_osc(message.pattern, message.arguments)
  if not entry then
    local words = { message.pattern }
    for i, argument in ipairs(message.arguments) do
      words[i + 1] = tostring(argument.value)
    end
    LOG("not mapped: " .. table.concat(words, " "))
    return
  end
  self:widget(entry.id):set_from_message(value)
end

function Desk:midi_callback(message)
  local entry = self.map:find_midi(message)
  if entry then
    local widget = self:widget(entry.id)
    if entry.what == "CC" then
      widget.midi_value = message[3]
    else
      widget:set_from_message((bit.band(message[1], 0xF0) == 0x90) and message[3] or 0)
    end
  end
end

--------------------------------------------------------------------------------
-- out

function Desk:tell(widget)
  if self.client then
    self.client:send(ControlMap.to_osc(widget.map, widget.value))
  end
  if self.midi_out then
    self.midi_out:send(widget:midi_message())
  end
end

function Desk:tell_state()
  local messages = table.create()
  for _, widget in ipairs(self.widgets) do
    for name, value in pairs(Reflection.snapshot(widget)) do
      local tag = ({ number = "f", string = "s", boolean = value and "T" or "F" })[type(value)]
      messages:insert(renoise.Osc.Message(("/state/%s/%s"):format(widget.id, name), { { tag = tag, value = value } }))
    end
  end
  self.client:send(renoise.Osc.Bundle(os.clock(), messages))
end

-- in steps, by a timer that removes itself
function Desk:fade_out()
  local function step()
    local moving = false
    for _, widget in ipairs(self.widgets) do
      if type(widget) == "Fader" and widget.value > 0 then
        widget.value = widget.value - 0.25
        moving = moving or widget.value > 0
      end
    end
    if not moving then
      renoise.tool():remove_timer(step)
      LOG("faded out")
    end
  end
  renoise.tool():add_timer(step, 10)
end

--------------------------------------------------------------------------------
-- files

function Desk:save(path)
  local document = LayoutDocument()
  document:take(self)
  return document:save_as(path)
end

function Desk:load(path)
  local document = LayoutDocument()
  local passed, err = document:load_from(path)
  if passed then
    document:apply(self)
  end
  return passed, err
end
