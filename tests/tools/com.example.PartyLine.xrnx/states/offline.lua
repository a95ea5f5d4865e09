-- No connection: one is tried after a while, when it is wanted.
-- SPDX-License-Identifier: MIT

class 'OfflineState' (State)

OfflineState.NAME = "offline"

function OfflineState:__init(client)
  State.__init(self, client)
  self.failures = 0
end

function OfflineState:tick()
  local client = self.client
  if not client.wanted then return end
  local wait = (self.failures == 0 and client.connections == 0) and 0 or client.preferences.reconnect_ms.value / 1000
  if self.age < wait then return end
  local ok, err = client:open_socket()
  if ok then
    self.failures = 0
    client:go("login")
  else
    self.failures = self.failures + 1
    self.entered_at = os.clock()
    if self.failures == 1 then
      renoise.app():show_warning("Party Line: " .. err)
    end
  end
end
