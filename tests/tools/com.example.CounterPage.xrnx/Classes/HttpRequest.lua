-- One request as it comes in, in as many pieces as the network likes.
-- SPDX-License-Identifier: MIT

class 'HttpRequest'

HttpRequest.MAX_SIZE = 65536

function HttpRequest:__init()
  self.buffer = ""
  self:reset()
end

function HttpRequest:reset()
  self.method = nil
  self.path = nil
  self.version = nil
  self.headers = nil
  self.body = nil
end

local function unescape(text)
  text = text:gsub("%+", " ")
  return (text:gsub("%%(%x%x)", function(hex)
    return string.char(tonumber(hex, 16))
  end))
end

function HttpRequest:read_head()
  local from, to = self.buffer:find("\r?\n\r?\n")
  if (not from) then
    return false
  end
  local head = self.buffer:sub(1, from - 1)
  self.buffer = self.buffer:sub(to + 1)
  self.method, self.path, self.version = head:match("^(%u+) (%S+) HTTP/(%d%.%d)")
  self.headers = {}
  for key, value in string.gfind(head, "\n([%w\-]+):%s*([^\r\n]*)") do
    self.headers[key:lower()] = value
  end
  return true
end

-- takes a piece (or nil, for what is left over) and says "more", "done" or "bad"
function HttpRequest:feed(data)
  self.buffer = self.buffer .. (data or "")
  if (#self.buffer > HttpRequest.MAX_SIZE) then
    return "bad"
  end
  if (not self.headers) and (not self:read_head()) then
    return "more"
  end
  if (not self.method) then
    return "bad"
  end
  local length = tonumber(self.headers["content-length"] or 0)
  if (not length) or (length < 0) then
    return "bad"
  end
  if (#self.buffer < length) then
    return "more"
  end
  self.body = self.buffer:sub(1, length)
  self.buffer = self.buffer:sub(length + 1)
  return "done"
end

function HttpRequest:wants_close()
  local connection = (self.headers["connection"] or ""):lower()
  if (self.version == "1.0") then
    return (connection ~= "keep\-alive")
  end
  return (connection == "close")
end

-- the fields of a form, as texts
function HttpRequest:form()
  local fields = table.create()
  for pair in string.gfind(self.body, "[^&]+") do
    local key, value = pair:match("^([^=]*)=?(.*)$")
    fields[unescape(key)] = unescape(value)
  end
  return fields
end
