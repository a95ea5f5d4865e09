-- Specs of the values of views: their bounds, their notifiers, and the observables that they are bound to.
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, raises = spec.it, spec.equal, spec.raises
local vb = renoise.ViewBuilder()

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

it("whole numbers print as in Lua 5.1, wherever they come from", function()
  local seen = {}
  local function notice(value) seen[#seen + 1] = value .. "" end
  for _, method in ipairs { "valuebox", "valuefield", "slider", "minislider", "rotary", "scrollbar" } do
    local view = vb[method](vb, { min = 0 / 5, max = 20 / 2, value = 6 / 2, width = 100 / 2 })
    equal({ view.min .. "", view.max .. "", view.value .. "", view.width .. "" }, { "0", "10", "3", "50" })
    view:add_notifier(notice)
    view.value = 8 / 2
    view.value = 100 / 2
    view:remove_notifier(notice)
  end
  equal(seen, { "4", "10", "4", "10", "4", "10", "4", "10", "4", "10", "4", "10" })
  local pad = vb:xypad { max = { x = 10 / 2, y = 10 / 2 }, value = { x = 4 / 2, y = 90 / 9 } }
  equal({ pad.value.x .. "", pad.value.y .. "", vb:slider { value = 0.5 }.value }, { "2", "5", 0.5 })
  equal({ vb:value({ value = 1e20 }).value, vb:value({ value = -math.huge }).value }, { 1e20, -math.huge })
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

it("a bound value is in its bounds in the view alone, until the view is given one", function()
  local observable = Document.ObservableNumber(50)
  local view = vb:valuebox { min = 0, max = 10, bind = observable }
  equal({ view.value, observable.value }, { 10, 50 })
  observable.value = -5
  equal({ view.value, observable.value }, { 0, -5 })
  view.value = 7
  equal({ view.value, observable.value }, { 7, 7 })
  view.max = 6
  equal({ view.value, observable.value }, { 6, 6 })
end)

it("dialogs change no preference that is out of the bounds of their views", function()
  local period, index = Document.ObservableNumber(1000), Document.ObservableNumber(0)
  local slider = vb:slider { min = 100, max = 6000, bind = period }
  local field = vb:valuefield { bind = period }
  local popup = vb:popup { items = { "a", "b" }, bind = index }
  equal({ slider.value, field.value, period.value }, { 1000, 1, 1000 })
  equal({ popup.value, index.value }, { 1, 0 })
  slider.value = 2000
  equal({ slider.value, field.value, period.value }, { 2000, 1, 2000 })
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
  equal(y.value, 2)
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
