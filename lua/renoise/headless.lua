-- What Renoise has and a program without a song and windows has not: a read of it raises and names it.
-- SPDX-License-Identifier: MIT
local import = ...
local host = import "host"
local error, gmatch = error, string.gmatch
local headless = {}

-- Raises at so many levels above the caller.
function headless.raise(name, level)
  error(name .. " is not available headless", level + 1)
end

-- Seals a class of which names, words in a text, are missing here; who is how scripts come to its object.
function headless.seal(class, who, names)
  local missing = {}
  for name in gmatch(names, "%S+") do missing[name] = true end
  host.seal(class, function(name)
    if missing[name] then headless.raise(who .. "." .. name, 3) end
  end)
end

return headless
