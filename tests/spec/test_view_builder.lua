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

it("numbers stay in their bounds", function()
  for _, method in ipairs { "valuebox", "valuefield", "slider", "minislider", "rotary", "scrollbar" } do
    local view = vb[method](vb, { min = 10, max = 20, value = 15 })
    equal({ view.min, view.max, view.value }, { 10, 20, 15 })
    view.value = 25
    equal(view.value, 20)
    view.value = 5
    equal(view.value, 10)
    view.min = 12
    equal(view.value, 12)
    view.value = 18
    view.max = 16
    equal(view.value, 16)
    equal(vb[method](vb, { min = 10, max = 20, value = 99 }).value, 20)
    equal(vb[method](vb, { min = 200, max = 300, value = 250 }).value, 250)
    equal(vb[method](vb, { min = -300, max = -200, value = -250 }).value, -250)
    raises("invalid value: a number", function() view.value = "12" end)
    raises("invalid value: a number", function() view.value = nil end)
    raises("invalid value: a number", function() view.value = 0 / 0 end)
    raises("invalid min", function() view.min = "1" end)
  end
  equal(vb:value({ value = -1e9 }).value, -1e9)
end)

it("an index is one of the items", function()
  for _, method in ipairs { "popup", "switch", "chooser" } do
    local view = vb[method](vb, { value = 2, items = { "a", "b", "c" } })
    equal(view.value, 2)
    view.value = 9
    equal(view.value, 3)
    view.items = { "a", "b" }
    equal(view.value, 2)
    view.value = 0
    equal(view.value, 1)
    raises("invalid value", function() view.value = "a" end)
    raises("invalid items", function() view.items = "a" end)
  end
  local empty = vb:popup()
  empty.value = 5
  equal(empty.value, 1)
end)

it("a pad has two numbers", function()
  local pad = vb:xypad { min = { x = 0, y = 0 }, max = { x = 10, y = 20 }, value = { x = 5, y = 30 } }
  equal(pad.value, { x = 5, y = 20 })
  pad.value = { x = -1, y = 7 }
  equal(pad.value, { x = 0, y = 7 })
  raises("x and y", function() pad.value = 1 end)
  raises("x and y", function() pad.value = { x = 1 } end)
  equal(pad.snapback, nil)
  pad.snapback = { x = 5, y = 5 }
  equal(pad.snapback, { x = 5, y = 5 })
end)

-- Constructor, items or bounds beside, a first value, another.
local VALUES = {
  { "checkbox", {}, false, true },
  { "valuebox", {}, 0, 50 },
  { "slider", {}, 0, 0.5 },
  { "value", {}, 0, 1000 },
  { "valuefield", {}, 0, 0.5 },
  { "minislider", {}, 0, 0.5 },
  { "rotary", {}, 0, 0.5 },
  { "scrollbar", {}, 0, 5 },
  { "popup", { items = { "a", "b" } }, 1, 2 },
  { "switch", { items = { "a", "b" } }, 1, 2 },
  { "chooser", { items = { "a", "b" } }, 1, 2 },
  { "textfield", {}, "", "text" },
  { "multiline_textfield", {}, "", "two\nlines" },
  { "xypad", {}, { x = 0, y = 0 }, { x = 0.5, y = 0.25 } },
}

it("a new value is told to the notifier, the first one and the same one are not", function()
  for _, row in ipairs(VALUES) do
    local method, properties, first, other = table.unpack(row)
    local heard = {}
    local given = { value = other, notifier = function(value) heard[#heard + 1] = value end }
    for name, value in pairs(properties) do given[name] = value end
    local view = vb[method](vb, given)
    equal(heard, {})
    view.value = other
    equal(heard, {})
    view.value = first
    view.value = other
    equal(heard, { first, other })
  end
end)

it("notifiers come and go, in all forms", function()
  for _, row in ipairs(VALUES) do
    local method, properties, first, other = table.unpack(row)
    local view = vb[method](vb, properties)
    local object = { heard = 0 }
    function object:changed() self.heard = self.heard + 1 end
    local heard = 0
    local function changed() heard = heard + 1 end
    view:add_notifier(changed)
    view:add_notifier(object, object.changed)
    raises("already been added", view.add_notifier, view, { object.changed, object })
    view.value = other
    equal({ heard, object.heard }, { 1, 1 })
    view:remove_notifier(changed)
    view:remove_notifier({ object.changed, object })
    view.value = first
    equal({ heard, object.heard }, { 1, 1 })
    raises("has not been added", view.remove_notifier, view, changed)
  end
  local object = {}
  function object:changed(value) self.value = value end
  vb:checkbox({ notifier = { object, object.changed } }).value = true
  equal(object.value, true)
end)

it("a notifier that fails is removed, and the value is kept", function()
  local calls = 0
  local view = vb:slider {
    notifier = function()
      calls = calls + 1
      error("this is wanted by the spec")
    end,
  }
  view.value = 1
  view.value = 0.5
  equal({ calls, view.value }, { 1, 0.5 })
end)

it("a notifier may change the value again", function()
  local view
  view = vb:valuebox { notifier = function(value) if value < 5 then view.value = value + 1 end end }
  view.value = 1
  equal(view.value, 5)
end)

it("texts of several lines are paragraphs too", function()
  for _, method in ipairs { "multiline_text", "multiline_textfield" } do
    local view = vb[method](vb, { text = "one\ntwo\r\nthree" })
    equal(view.paragraphs, { "one", "two", "three" })
    view.paragraphs = { "a", "", "b" }
    equal(view.text, "a\n\nb")
    view:add_line("c")
    equal(view.paragraphs, { "a", "", "b", "c" })
    view:clear()
    equal({ view.text, #view.paragraphs }, { "", 0 })
    view:add_line("first")
    equal(view.text, "first")
    view:scroll_to_last_line()
    view:scroll_to_first_line()
    equal(vb[method](vb, { paragraphs = { "x", "y" } }).text, "x\ny")
    raises("invalid paragraphs", function() view.paragraphs = "a" end)
  end
  equal(vb:multiline_textfield({ value = "a\nb" }).text, "a\nb")
  raises("unknown property or function 'add_notifier'", function() vb:multiline_text():add_notifier(print) end)
end)

it("text and value of a text field are the same", function()
  local view = vb:textfield { text = "a" }
  equal(view.value, "a")
  view.value = "b"
  equal(view.text, "b")
  view.text = 12
  equal(view.value, "12")
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

-- ---- values that are bound to documents ----

local Document = renoise.Document

it("a bound value follows its observable, and the observable the value", function()
  local rows = {
    { "checkbox", Document.ObservableBoolean(true), true, false },
    { "slider", Document.ObservableNumber(0.5), 0.5, 1 },
    { "valuebox", Document.ObservableNumber(50), 50, 60 },
    { "value", Document.ObservableNumber(50), 50, 60 },
    { "textfield", Document.ObservableString("a"), "a", "b" },
    { "multiline_textfield", Document.ObservableString("a"), "a", "b\nc" },
  }
  for _, row in ipairs(rows) do
    local method, observable, first, other = table.unpack(row)
    local heard = {}
    local view = vb[method](vb, { bind = observable, notifier = function(value) heard[#heard + 1] = value end })
    equal({ method, view.value }, { method, first })
    equal(heard, {})
    observable.value = other
    equal(view.value, other)
    equal(heard, { other })
    view.value = first
    equal(observable.value, first)
    equal(heard, { other, first })
  end
end)

it("an index is bound to a number", function()
  local observable = Document.ObservableNumber(2)
  local view = vb:popup { items = { "a", "b", "c" }, bind = observable }
  equal(view.value, 2)
  observable.value = 3
  equal(view.value, 3)
  view.value = 1
  equal(observable.value, 1)
end)

it("what is out of bounds is so in neither", function()
  local observable = Document.ObservableNumber(50)
  local view = vb:valuebox { min = 0, max = 10, bind = observable }
  equal({ view.value, observable.value }, { 10, 10 })
  observable.value = -5
  equal({ view.value, observable.value }, { 0, 0 })
end)

it("two views of one observable have the same value", function()
  local observable = Document.ObservableNumber(0.5)
  local one, two = vb:slider { bind = observable }, vb:rotary { bind = observable }
  one.value = 0.25
  equal({ two.value, observable.value }, { 0.25, 0.25 })
end)

it("a pad is bound to two numbers", function()
  local x, y = Document.ObservableNumber(0.5), Document.ObservableNumber(2)
  local pad = vb:xypad { bind = { x = x, y = y } }
  equal(pad.value, { x = 0.5, y = 1 })
  equal(y.value, 1)
  x.value = 0.25
  equal(pad.value, { x = 0.25, y = 1 })
  pad.value = { x = 0, y = 0.5 }
  equal({ x.value, y.value }, { 0, 0.5 })
end)

it("lines are bound to a list of texts", function()
  local list = Document.ObservableStringList()
  list:insert("one")
  list:insert("two")
  local view = vb:multiline_textfield { bind = list }
  equal(view.paragraphs, { "one", "two" })
  list:insert("three")
  equal(view.paragraphs, { "one", "two", "three" })
  view.paragraphs = { "a", "b" }
  equal({ #list, list[1].value, list[2].value }, { 2, "a", "b" })
  view:clear()
  equal(#list, 0)
end)

it("a view that is gone follows nothing", function()
  local observable = Document.ObservableNumber(0)
  local calls = 0
  vb:slider { bind = observable, notifier = function() calls = calls + 1 end }
  collectgarbage()
  collectgarbage()
  observable.value = 1
  equal(calls, 0)
end)

it("what cannot be bound raises", function()
  raises("", vb.slider, vb, { bind = 1 })
  raises("", vb.slider, vb, { bind = Document.ObservableString("a") })
  raises("", vb.xypad, vb, { bind = Document.ObservableNumber(1) })
end)

spec.finish()
