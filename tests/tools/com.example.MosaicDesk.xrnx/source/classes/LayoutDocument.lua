-- What is saved of a desk: its values, in a document of its own class, with a node of another for each widget.
-- SPDX-License-Identifier: MIT

class 'WidgetDocument' (renoise.Document.DocumentNode)

function WidgetDocument:__init()
  renoise.Document.DocumentNode.__init(self)
  self:add_properties { id = "", value = 0, enabled = true }
end

--------------------------------------------------------------------------------

class 'LayoutDocument' (renoise.Document.DocumentNode)

function LayoutDocument:__init()
  renoise.Document.DocumentNode.__init(self)
  self:add_property("map_name", "")
  self:add_property("presses", renoise.Document.ObservableNumberList())
  self:add_property("widgets", renoise.Document.DocumentList())
end

function LayoutDocument:take(desk)
  self.map_name.value = desk.options.map_name.value
  for _, widget in ipairs(desk.widgets) do
    local node = WidgetDocument()
    node.id.value = widget.id
    node.value.value = widget.value
    node.enabled.value = widget.enabled
    self.widgets:insert(#self.widgets + 1, node)
    self.presses:insert(widget.presses or -1)
  end
end

function LayoutDocument:apply(desk)
  for i = 1, #self.widgets do
    local node = self.widgets[i]
    local widget = desk:widget(node.id.value)
    if widget then
      widget.enabled = true
      widget.value = node.value.value
      widget.enabled = node.enabled.value
    end
    if self.presses[i].value ~= -1 then
      widget.presses = self.presses[i].value
    end
  end
end
