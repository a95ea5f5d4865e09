-- There is a connection: who we are is told, and the welcome awaited.
-- SPDX-License-Identifier: MIT

class 'LoginState' (State)

LoginState.NAME = "login"
LoginState.PATIENCE = 10

function LoginState:__init(client)
  State.__init(self, client)
end

function LoginState:enter()
  State.enter(self)
  self.client:send_now("NICK " .. self.client.preferences.nick.value)
end

function LoginState:tick()
  if self.age > self.PATIENCE then
    self.client:lost("no welcome")
  end
end

function LoginState:line(text)
  local word, rest = text:match("^(%S+)%s*(.*)$")
  if word == "WELCOME" then
    self.client:go("talking")
  elseif word == "TAKEN" then
    local nick = self.client.preferences.nick
    nick.value = nick.value .. "_"
    self.client:send_now("NICK " .. nick.value)
  else
    State.line(self, text)
  end
end
