-- renoise.ViewBuilder(): makes the views of dialogs, so that tools that have some go on.
-- SPDX-License-Identifier: MIT
local import = ...
local headless = import "renoise/headless"
local views = import "renoise/views"
local class, error, pairs, pcall, property, renoise, type = class, error, pairs, pcall, property, renoise, type
local gsub = string.gsub

class(renoise, "ViewBuilder")
local ViewBuilder = renoise.ViewBuilder
local registered = {} -- key of the views that have an id

ViewBuilder.DEFAULT_CONTROL_MARGIN = 4
ViewBuilder.DEFAULT_CONTROL_SPACING = 2
ViewBuilder.DEFAULT_CONTROL_HEIGHT = 18
ViewBuilder.DEFAULT_MINI_CONTROL_HEIGHT = 14
ViewBuilder.DEFAULT_DIALOG_MARGIN = 8
ViewBuilder.DEFAULT_DIALOG_SPACING = 8
ViewBuilder.DEFAULT_DIALOG_BUTTON_HEIGHT = 22

function ViewBuilder:__init() self[registered] = {} end

-- A table of the script's: it may take views out, to use their ids again.
ViewBuilder.views = property(function(self) return self[registered] end)

local classes = {
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

for method, name in pairs(classes) do
  ViewBuilder[method] = function(self, properties)
    if properties == nil then properties = {} end
    if type(properties) ~= "table" then error("invalid view: a table of its properties was expected", 2) end
    local good, made = pcall(views.make, name, properties, self[registered])
    if good and method == "vertical_aligner" and properties.mode == nil then made.mode = "top" end
    if good then return made end
    if type(made) == "string" then made = gsub(made, "^notewire/[%w_/]+%.lua:%d+: ", "") end
    error(made, 2) -- in the script's line, not in one of ours
  end
end

headless.seal(ViewBuilder, "renoise.ViewBuilder()", "")
