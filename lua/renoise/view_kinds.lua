-- What views there are, and which properties each has: { kind (fields.lua), default }.
-- SPDX-License-Identifier: MIT
local pairs = pairs

local function join(...)
  local all = {}
  for _, group in pairs { ... } do
    for name, description in pairs(group) do all[name] = description end
  end
  return all
end

local mouse = { mouse_handler = { "optional" }, mouse_events = { "list", { "down", "up", "double" } } }
local layout = { margin = { "number", 0 }, spacing = { "number", 0 }, background = { "text", "invisible" } }
local font = { font = { "text", "normal" } }
local align = { align = { "text", "left" } }
local color = { color = { "color", { 0, 0, 0 } } }
local text = join(font, align, color, {
  text = { "text", "" },
  style = { "text", "normal" },
  orientation = { "text", "horizontal" },
})
local editing = { active = { "boolean", true }, edit_mode = { "boolean", false } }
local items = { items = { "list", {} } }
local range = { min = { "number", 0 }, max = { "number", 1 } }
local default = { default = { "number", 0 } }
local conversion = { tostring = { "optional" }, tonumber = { "optional" } }

-- base: "Control", else it is only a View; has: its properties; value: of which kind its value is (view_value.lua);
-- listens: to what notifiers can be added.
local kinds = {
  Rack = { has = join(layout, mouse, { style = { "text", "invisible" }, uniform = { "boolean", false } }) },
  Aligner = { has = join(layout, mouse, { mode = { "text", "left" } }) },
  Stack = { has = join(mouse, { autosize = { "boolean", true }, background = { "text", "invisible" } }) },
  Canvas = { has = join(mouse, { mode = { "text", "transparent" }, render = { "optional" } }) },
  Text = { has = text },
  TextLink = { base = "Control", has = text, listens = { "pressed", "released" } },
  MultiLineText = { has = join(font, { style = { "text", "body" } }), value = "lines" },
  TextField = { has = join(editing, align, { style = { "text", "border" } }), value = "text", listens = { "value" } },
  MultiLineTextField = {
    has = join(editing, font, { style = { "text", "border" } }),
    value = "lines",
    listens = { "value" },
  },
  Bitmap = {
    base = "Control",
    has = { bitmap = { "text", "" }, mode = { "text", "plain" } },
    listens = { "clicked" },
  },
  Button = {
    base = "Control",
    has = join(font, color, {
      text = { "text", "" },
      bitmap = { "text", "" },
      align = { "text", "center" },
      style = { "text", "normal" },
      secondary_color = { "color", { 0, 0, 0 } },
    }),
    listens = { "pressed", "released" },
  },
  CheckBox = { base = "Control", has = {}, value = "boolean", listens = { "value" } },
  Switch = { base = "Control", has = items, value = "index", listens = { "value" } },
  Popup = { base = "Control", has = items, value = "index", listens = { "value" } },
  Chooser = { base = "Control", has = items, value = "index", listens = { "value" } },
  Value = { has = join(font, align, { tostring = { "optional" } }), value = "number", listens = { "value" } },
  ValueBox = {
    base = "Control",
    has = join(conversion, { min = { "number", 0 }, max = { "number", 100 }, steps = { "list", { 1, 10 } } }),
    value = "number",
    listens = { "value" },
  },
  ValueField = { base = "Control", has = join(range, align, conversion), value = "number", listens = { "value" } },
  Slider = {
    base = "Control",
    has = join(range, default, { steps = { "list", { 0.01, 0.1 } } }),
    value = "number",
    listens = { "value" },
  },
  MiniSlider = { base = "Control", has = join(range, default), value = "number", listens = { "value" } },
  RotaryEncoder = { base = "Control", has = join(range, default), value = "number", listens = { "value" } },
  ScrollBar = {
    base = "Control",
    has = {
      min = { "number", 0 },
      max = { "number", 100 },
      pagestep = { "number", 100 },
      autohide = { "boolean", false },
      background = { "text", "invisible" },
    },
    value = "number",
    listens = { "value" },
  },
  XYPad = {
    base = "Control",
    has = {
      min = { "point", { x = 0, y = 0 } },
      max = { "point", { x = 1, y = 1 } },
      snapback = { "optional" },
    },
    value = "point",
    listens = { "value" },
  },
}

return {
  kinds = kinds,
  -- of all views
  view = {
    width = { "size", 10 },
    height = { "size", 18 },
    tooltip = { "text", "" },
    origin = { "point", { x = 0, y = 0 } },
    cursor = { "text", "default" },
  },
  -- of those that can be played with
  control = { active = { "boolean", true }, midi_mapping = { "text", "" } },
}
