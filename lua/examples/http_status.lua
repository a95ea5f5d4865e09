-- A web page that tells how notewire is doing: what it has heard, and what became of it.
-- SPDX-License-Identifier: MIT
--
--     notewire run http_status.lua tablet.lua -o print
--     curl http://127.0.0.1:8080/

local HOST = os.getenv("STATUS_HOST") or "127.0.0.1"
local PORT = tonumber(os.getenv("STATUS_PORT") or 8080)

local LARGEST = 8192 -- bytes of a request; a browser's have less than 2000

-- The figures as lines of text: "received 12".
local function figures()
  local lines = {}
  for name, figure in pairs(notewire.counters()) do
    if type(figure) == "table" then
      for reason, count in pairs(figure) do
        if count > 0 then lines[#lines + 1] = ("%s-%s %d"):format(name, reason, count) end
      end
    else
      lines[#lines + 1] = ("%s %d"):format(name, figure)
    end
  end
  table.sort(lines)
  return table.concat(lines, "\n") .. "\n"
end

class "Server"

function Server:__init(host, port)
  self.requests = setmetatable({}, { __mode = "k" }) -- what has come of each request, by its socket
  self.pages = { ["/"] = figures, ["/version"] = function() return notewire.version .. "\n" end }
  local socket, problem = renoise.Socket.create_server(host, port, renoise.Socket.PROTOCOL_TCP)
  assert(socket, problem)
  self.socket = socket
  self.socket:run(self)
end

function Server:socket_accepted(socket)
  self.requests[socket] = ""
end

-- TCP cuts where it likes: a request is there when its empty line is.
function Server:socket_message(socket, data)
  local request = self.requests[socket] .. data
  self.requests[socket] = request
  if request:find("\r\n\r\n", 1, true) then
    self:answer(socket, request:match("^(%u+) ([^%s?]+)%S* HTTP/1%.%d\r\n"))
  elseif #request > LARGEST then
    self:reply(socket, "431 Request Header Fields Too Large", "too long\n")
  end
end

function Server:socket_error(problem)
  print("http_status: " .. problem)
end

function Server:answer(socket, method, path)
  if method == nil then
    self:reply(socket, "400 Bad Request", "this is no HTTP\n")
  elseif method ~= "GET" then
    self:reply(socket, "405 Method Not Allowed", "only GET\n")
  elseif self.pages[path] then
    self:reply(socket, "200 OK", self.pages[path]())
  else
    self:reply(socket, "404 Not Found", "no such page\n")
  end
end

function Server:reply(socket, status, text)
  socket:send(table.concat({
    "HTTP/1.1 " .. status,
    "Content-Type: text/plain; charset=utf-8",
    "Content-Length: " .. #text,
    "Connection: close",
    "",
    text,
  }, "\r\n"))
  socket:close()
end

local server = Server(HOST, PORT)
print(("status page: http://%s:%d/"):format(server.socket.local_address, server.socket.local_port))
