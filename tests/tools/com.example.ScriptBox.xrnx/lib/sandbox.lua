-- A script with its own globals: what it sets stays there, what it may read is named.
-- SPDX-License-Identifier: MIT

class "Sandbox"

Sandbox.SHARED = { "assert", "error", "ipairs", "math", "pairs", "select", "string", "table", "tonumber", "tostring", "type", "unpack" }

function Sandbox:__init(name, path)
  self.name = name
  self.environment = {}
  for _, shared in ipairs(Sandbox.SHARED) do
    self.environment[shared] = _G[shared]
  end
  setmetatable(self.environment, {
    __index = function(_, key) error(("'%s' is not for scripts"):format(key), 2) end
  })
  local file = assert(io.open(path, "rb"))
  local source = file:read("*a")
  file:close()
  self.chunk, self.problem = loadstring(source, "=" .. name)
  if self.chunk then
    setfenv(self.chunk, self.environment)
    assert(getfenv(self.chunk) == self.environment)
  end
end

function Sandbox:share(names)
  table.foreach(names, function(name, value) rawset(self.environment, name, value) end)
end

function Sandbox:run(...)
  if not self.chunk then
    return false, self.problem
  end
  local args = { ... }
  return xpcall(function() return self.chunk(unpack(args)) end, function(err)
    return tostring(err)
  end)
end
