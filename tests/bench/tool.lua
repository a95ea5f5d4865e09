-- A small tool, as they begin: options, a class, a menu entry, a dialog that is built when it is wanted.
-- SPDX-License-Identifier: MIT
local options = renoise.Document.create("BenchOptions") {
  host = "127.0.0.1",
  port = 8000,
  ports = { 8000, 9000 },
  view = { visible = true },
}

class "Bench"

function Bench:__init(options)
  self.options = options
  self.lines = table.create()
  options.port:add_notifier(self, self.port_changed)
end

function Bench:port_changed()
  self.lines:insert(self.options.port.value)
end

function Bench:show()
  local views = renoise.ViewBuilder()
  local dialog = views:column { views:text { text = "Port" }, views:valuebox { bind = self.options.port } }
  renoise.app():show_custom_dialog("Bench", dialog)
end

local bench = Bench(options)

renoise.tool():add_menu_entry {
  name = "Main Menu:Tools:Bench",
  invoke = function() bench:show() end,
}
options.port.value = 8001
assert(bench.lines[1] == 8001)
