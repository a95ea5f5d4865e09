-- Specs of renoise.ViewBuilder(): views that nobody sees keep what they are told, and tell of their values.
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Builder = renoise.ViewBuilder
local vb = Builder()

-- Constructors, and the types that they make.
local TYPES = {
  row = "Rack",
  column = "Rack",
  horizontal_aligner = "Aligner",
  vertical_aligner = "Aligner",
  space = "View",
  stack = "Stack",
  canvas = "Canvas",
  text = "Text",
  link = "TextLink",
  multiline_text = "MultiLineText",
  textfield = "TextField",
  multiline_textfield = "MultiLineTextField",
  bitmap = "Bitmap",
  button = "Button",
  checkbox = "CheckBox",
  switch = "Switch",
  popup = "Popup",
  chooser = "Chooser",
  value = "Value",
  valuebox = "ValueBox",
  valuefield = "ValueField",
  slider = "Slider",
  minislider = "MiniSlider",
  rotary = "RotaryEncoder",
  scrollbar = "ScrollBar",
  xypad = "XYPad",
}

it("a view builder is made by calling its class", function()
  equal(type(Builder), "ViewBuilder class")
  equal(type(vb), "ViewBuilder")
  raises("unknown property or function 'foo' for an object of type 'ViewBuilder'", function() return vb.foo end)
end)

it("it has the sizes of Renoise", function()
  equal(Builder.DEFAULT_CONTROL_MARGIN, 4)
  equal(Builder.DEFAULT_CONTROL_SPACING, 2)
  equal(Builder.DEFAULT_CONTROL_HEIGHT, 18)
  equal(Builder.DEFAULT_MINI_CONTROL_HEIGHT, 14)
  equal(Builder.DEFAULT_DIALOG_MARGIN, 8)
  equal(Builder.DEFAULT_DIALOG_SPACING, 8)
  equal(Builder.DEFAULT_DIALOG_BUTTON_HEIGHT, 22)
end)

it("the classes of views are in a table, which has no sizes", function()
  equal(type(renoise.Views), "table")
  equal(renoise.Views.DEFAULT_DIALOG_MARGIN, nil)
  equal(type(vb:column { margin = renoise.Views.DEFAULT_DIALOG_MARGIN, vb:text() }), "Rack")
end)

it("each constructor makes its type, with or without a table", function()
  for method, name in pairs(TYPES) do
    equal(type(vb[method](vb)), name)
    equal(type(vb[method](vb, {})), name)
    equal(type(renoise.Views[name]), name .. " class")
    raises("a table of its properties was expected", vb[method], vb, 1)
    raises("views are made by renoise.ViewBuilder", renoise.Views[name])
  end
end)

it("all views have size, tooltip and visibility", function()
  for method, name in pairs(TYPES) do
    local view = vb[method](vb, { width = 100, height = "50%", tooltip = "Tip" })
    equal(view.width, 100)
    equal(view.height, "50%")
    equal(view.tooltip, "Tip")
    equal(view.visible, true)
    view.width, view.height, view.tooltip, view.visible = "80%", 20, "", false
    equal({ view.width, view.height, view.tooltip, view.visible }, { "80%", 20, "", false })
    equal(vb[method](vb).tooltip, "")
    raises("unknown property or function 'foo' for an object of type '" .. name, function() return view.foo end)
    raises("unknown property or function 'foo' for an object of type '" .. name, function() view.foo = 1 end)
    raises("unknown property or function 'foo' for an object of type '" .. name, vb[method], vb, { foo = 1 })
  end
  for _, size in ipairs { 0, -1, "wide", {}, true } do
    raises("invalid width", vb.space, vb, { width = size })
  end
  raises("invalid visible: a boolean", vb.space, vb, { visible = 1 })
end)

it("errors have the place in the script", function()
  raises("^[^:]*test_view_builder.lua:%d+: unknown property", function() vb:text { foo = 1 } end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid text", function() vb:text { text = {} } end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid text", function() vb:text().text = {} end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid value", function() vb:slider().value = "1" end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid value: a table", function() vb:xypad().value = 1 end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid visible", function() vb:slider().visible = 1 end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid view", function() vb:row():add_child(1) end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid view", function() vb:row():remove_child(vb:row()) end)
  raises("^[^:]*test_view_builder.lua:%d+: invalid view", function() vb:row { 1 } end)
  raises("^[^:]*test_view_builder.lua:%d+: this notifier", function() vb:slider():remove_notifier(print) end)
end)

it("properties have the defaults of Renoise", function()
  local defaults = {
    row = { margin = 0, spacing = 0, style = "invisible", uniform = false },
    horizontal_aligner = { margin = 0, spacing = 0, mode = "left" },
    vertical_aligner = { mode = "top" },
    text = { text = "", font = "normal", style = "normal", align = "left" },
    multiline_text = { text = "", font = "normal", style = "body" },
    textfield = { text = "", value = "", align = "left", active = true, edit_mode = false },
    multiline_textfield = { text = "", value = "", style = "border", active = true },
    bitmap = { mode = "plain", active = true },
    button = { text = "", active = true, midi_mapping = "" },
    checkbox = { value = false, active = true },
    valuebox = { min = 0, max = 100, value = 0 },
    value = { value = 0, font = "normal", align = "left" },
    valuefield = { min = 0, max = 1, value = 0, align = "left" },
    slider = { min = 0, max = 1, value = 0 },
    minislider = { min = 0, max = 1, value = 0 },
    rotary = { min = 0, max = 1, value = 0 },
    scrollbar = { min = 0, max = 100, value = 0, pagestep = 100, autohide = false },
    popup = { value = 1 },
    switch = { value = 1, items = {} },
    stack = { autosize = true },
    canvas = { mode = "transparent" },
  }
  for method, properties in pairs(defaults) do
    local view = vb[method](vb)
    for name, value in pairs(properties) do equal({ method, name, view[name] }, { method, name, value }) end
  end
end)

it("tables are copies", function()
  local items = { "a", "b" }
  local view = vb:popup { items = items }
  items[1] = "changed"
  view.items[2] = "changed"
  equal(view.items, { "a", "b" })
  local pad = vb:xypad()
  pad.value.x = 1
  equal(pad.value, { x = 0, y = 0 })
  local button = vb:button { color = { 1, 2, 3 } }
  equal(button.color, { 1, 2, 3 })
end)

it("views with an id are in views, until the script takes them out", function()
  local builder = Builder()
  local view = builder:text { id = "a", text = "A" }
  truthy(rawequal(builder.views.a, view))
  equal(builder.views.b, nil)
  equal(vb.views.a, nil)
  raises("the id 'a' is taken", builder.text, builder, { id = "a" })
  raises("its id must be a text", builder.text, builder, { id = 1 })
  builder.views.a = nil
  truthy(not rawequal(builder:text { id = "a" }, view))
  raises("read only", function() builder.views = {} end)
end)

it("children are given in the table, and come and go", function()
  local one, two = vb:text(), vb:text()
  local view = vb:column { margin = 1, one, nil, two }
  equal(#view.views, 2)
  truthy(rawequal(view.views[1], one) and rawequal(view.views[2], two))
  view:swap_views(one, two)
  truthy(rawequal(view.views[1], two))
  view:remove_child(two)
  equal(#view.views, 1)
  view:add_child(two)
  truthy(rawequal(view.views[2], two))
  view:remove_view(one)
  view:add_view(one)
  equal(#vb:row { views = { vb:text(), vb:text() } }.views, 2)
  raises("in another view already", vb.row, vb, { one })
  raises("is not in this view", view.remove_child, view, vb:text())
  raises("a view was expected", view.add_child, view, {})
  raises("a view was expected", view.add_child, view)
  raises("would be in itself", view.add_child, view, view)
  local outer = vb:row { view }
  raises("would be in itself", view.add_child, view, outer)
end)

it("what is in an invisible view is invisible", function()
  local inner = vb:text()
  local outer = vb:column { vb:row { inner } }
  equal(inner.visible, true)
  outer.visible = false
  equal(inner.visible, false)
  outer.visible = true
  inner.visible = false
  equal({ outer.visible, inner.visible }, { true, false })
end)

it("buttons, links and bitmaps take notifiers of clicks, which never come", function()
  for _, method in ipairs { "button", "link" } do
    local view = vb[method](vb, { text = "Go", pressed = print, released = { {}, print }, notifier = function() end })
    raises("already been added", view.add_pressed_notifier, view, print)
    view:remove_pressed_notifier(print)
    view:add_pressed_notifier({}, print)
    view:add_released_notifier(print)
    view:remove_released_notifier(print)
  end
  local bitmap = vb:bitmap { bitmap = "a.bmp", notifier = print }
  bitmap:remove_notifier(print)
  bitmap:add_notifier(print)
  raises("unknown property or function 'notifier'", vb.text, vb, { notifier = print })
  raises("unknown property or function 'pressed'", vb.slider, vb, { pressed = print })
  raises("unknown property or function 'bind'", vb.button, vb, { bind = {} })
end)

it("what would be drawn is kept", function()
  local function render() end
  local view = vb:canvas { mode = "plain", render = render, mouse_handler = render, mouse_events = { "down" } }
  equal({ view.mode, view.mouse_events }, { "plain", { "down" } })
  truthy(rawequal(view.mouse_handler, render))
  view:update()
  vb:row():resize()
end)

it("numbers have texts of their own", function()
  local view = vb:valuebox { tostring = function(value) return value .. " dB" end, tonumber = tonumber }
  equal(view.tostring(3), "3 dB")
  raises("invalid tostring", vb.valuebox, vb, { tostring = "dB" })
end)

spec.finish()
