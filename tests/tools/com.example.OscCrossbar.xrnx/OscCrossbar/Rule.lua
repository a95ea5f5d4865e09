-- A rule: a template such as /1/fader*, and what its matches are called then; stars stand for what the others stood for.
-- SPDX-License-Identifier: MIT

class "Rule"

-- rules are texts in the preferences: "/1/fader* => /track/*/volume"
function Rule:__init(text)
  local from, to = text:match("^%s*(/[^%s]*)%s*=>%s*(/[^%s]*)%s*$")
  if not from then
    error({ text = "not a rule: " .. text })
  end
  self.text = ("%s => %s"):format(from, to)
  self.pattern = "^" .. from:gsub("[%^%$%(%)%.%[%]%+%-%?%%]", "%%%0"):gsub("%*", "([^/]*)") .. "$"
  self.to = to
end

function Rule:apply(address)
  local captures = { address:match(self.pattern) }
  if #captures == 0 then
    return nil
  end
  local i = 0
  return (self.to:gsub("%*", function()
    i = i + 1
    return captures[i]
  end))
end

function Rule:__eq(other)
  return type(other) == "Rule" and self.text == other.text
end

function Rule:__tostring()
  return type(self) .. "(" .. self.text .. ")"
end
