-- Lines go both ways; some of them are commands.
-- SPDX-License-Identifier: MIT

class 'TalkingState' (State)

TalkingState.NAME = "talking"

function TalkingState:__init(client)
  State.__init(self, client)
  self.handlers = table.create()
  self.handlers.PING = { self, self.ping }
  self.handlers.MSG = { self, self.message }
  self.handlers.DATA = { self, self.data }
  self.handlers.SUM = { self, self.sum }
end

function TalkingState:tick()
  self.client:flush()
end

function TalkingState:line(text)
  local words = text:split(" ")
  local handler = rawget(self.handlers, words[1] or "")
  if not handler then
    return State.line(self, text)
  end
  local object, method = unpack(handler)
  table.remove(words, 1)
  method(object, words, text)
end

function TalkingState:ping(words)
  self.client:say("PONG " .. (words[1] or ""), true)
end

function TalkingState:message(words, text)
  print(("<%s> %s"):format(words[1], table.concat(words, " ", 2)))
  self.client.preferences.log:insert(words[1])
end

-- that many bytes follow, whatever they are
function TalkingState:data(words)
  local bytes, err = self.client.socket:receive(tonumber(words[1]) * 1.0, 2000)
  if bytes then
    local sum = 0
    for i = 1, #bytes do sum = (sum + bytes:byte(i)) % 256 end
    print(("data %d sum %d"):format(#bytes / 1, sum))
    self.client:say(("GOT %d"):format(#bytes / 1), true)
  else
    self.client:lost(err)
  end
end

function TalkingState:sum(words)
  local sum = 0
  for i, word in ripairs(words) do
    sum = sum + (tonumber(word) or 0)
  end
  self.client:say("SUM " .. sum, true)
end
