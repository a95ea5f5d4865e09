-- Party Line: a chat client that asks its socket again and again, as a machine of states.
-- SPDX-License-Identifier: MIT

require "split"
require "states.state"
require "states.offline"
require "states.login"
require "states.talking"
require "line_client"

local preferences = renoise.Document.create("PartyLinePreferences") {
  host = "localhost",
  port = 6600,
  nick = "renoise",
  poll_ms = 20,
  reconnect_ms = 200,
  log = { "" }
}
renoise.tool().preferences = preferences

local client = LineClient(preferences)

local function entry(name, invoke, active)
  renoise.tool():add_menu_entry { name = "Main Menu:Tools:Party Line:" .. name, invoke = invoke, active = active }
end

entry("Connect", function() client:connect() end, function() return not client.wanted end)
entry("Disconnect", function() client:disconnect("bye") end, function() return client.wanted end)
entry("Say Hello", function()
  client:say("hello from " .. os.platform():lower())
end)

client.state_observable:add_notifier(function()
  renoise.app():show_status("Party Line: " .. client.state_observable.value)
end)

renoise.tool().app_release_document_observable:add_notifier(client, LineClient.quit)
