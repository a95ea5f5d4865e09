-- The server: its methods are the callbacks of the socket, and each peer has a request that grows.
-- SPDX-License-Identifier: MIT

--==============================================================================

class 'PageServer'

PageServer.REASONS = {
  [200] = "OK", [304] = "Not Modified", [400] = "Bad Request", [404] = "Not Found", [405] = "Method Not Allowed",
  [507] = "Insufficient Storage"
}

function PageServer:__init(store)
  self.store = store
  self.server = nil
  self.peers = table.create()
  self.served = 0
  self.running = property(self.get_running)
  -- routes are methods, looked up once
  self.routes = {
    ["/"] = self.get_page,
    ["/counters.json"] = self.get_json,
    ["/hit"] = self.post_hit
  }
end

function PageServer:get_running()
  return self.server ~= nil and self.server.is_open and self.server.is_running
end

function PageServer:start(port, idle_seconds)
  local server, err = renoise.Socket.create_server(port)
  if err then
    return false, err
  end
  self.server = server
  self.idle_seconds = idle_seconds
  server:run(self)
  renoise.tool():add_timer({ self, self.close_idle_peers }, 250)
  return true
end

function PageServer:stop()
  if renoise.tool():has_timer({ self.close_idle_peers, self }) then
    renoise.tool():remove_timer({ self.close_idle_peers, self })
  end
  if self.server and self.server.is_open then
    self.server:stop()
    self.server:close()
  end
  self.server = nil
  self.peers:clear()
end

local function peer_key(socket)
  return socket.peer_address .. ":" .. socket.peer_port
end

--------------------------------------------------------------------------------
-- socket callbacks

function PageServer:socket_error(message)
  print("Counter Page: socket error: " .. message)
end

function PageServer:socket_accepted(socket)
  self.peers[peer_key(socket)] = { socket = socket, request = HttpRequest(), last = os.clock() }
end

function PageServer:socket_message(socket, data)
  local peer = self.peers[peer_key(socket)]
  peer.last = os.clock()
  local state = peer.request:feed(data)
  while (state == "done") and socket.is_open do
    self:answer(socket, peer.request)
    peer.request:reset()
    state = peer.request:feed(nil)
  end
  if (state == "bad") and socket.is_open then
    self:send(socket, 400, "text/plain", "What was that?\n", true)
  end
end

--------------------------------------------------------------------------------
-- timers

function PageServer:close_idle_peers()
  for key, peer in pairs(table.copy(self.peers)) do
    if (not peer.socket.is_open) then
      self.peers[key] = nil
    elseif (os.clock() - peer.last > self.idle_seconds) then
      print(string.format("Counter Page: nothing came for %d s", self.idle_seconds))
      peer.socket:close()
      self.peers[key] = nil
    end
  end
end

--------------------------------------------------------------------------------
-- answers

function PageServer:send(socket, status, content_type, body, close, without_body)
  local head = table.create {
    ("HTTP/1.1 %d %s"):format(status, PageServer.REASONS[status]),
    "Content-Type: " .. content_type,
    "Content-Length: " .. #body,
    "Connection: " .. (close and "close" or "keep-alive"),
    ("ETag: \"%s\""):format(self.store:fingerprint())
  }
  local ok, err = socket:send(head:concat("\r\n") .. "\r\n\r\n" .. (without_body and "" or body))
  if (not ok) then
    self:socket_error(err)
  end
  if close then
    socket:close()
  end
end

function PageServer:answer(socket, request)
  self.served = self.served + 1
  local close = request:wants_close()
  local path = request.path:match("^[^?]*")
  local route = self.routes[path]
  if (not route) then
    self:send(socket, 404, "text/plain", "No such page: " .. path .. "\n", close)
    return
  end
  local wanted = (route == PageServer.post_hit) and "POST" or "GET"
  if (request.method ~= wanted) and not (request.method == "HEAD" and wanted == "GET") then
    self:send(socket, 405, "text/plain", "Try " .. wanted .. "\n", close)
    return
  end
  local status, content_type, body = route(self, request)
  self:send(socket, status, content_type, body, close, request.method == "HEAD")
end

function PageServer:get_page(request)
  local file = assert(io.open("page.html", "r"))
  local page = file:read("*all")
  file:close()
  local rows = table.create()
  for _, name in ipairs(self.store.names) do
    rows:insert("<tr><td>" .. name .. "</td><td>" .. tostring(self.store.values[name]) .. "</td></tr>")
  end
  page = page:gsub("%$(%w+)", { rows = rows:concat("\n"), total = tostring(self.store.total) })
  return 200, "text/html", page
end

function PageServer:get_json(request)
  if (request.headers["if-none-match"] == '"' .. self.store:fingerprint() .. '"') then
    return 304, "application/json", ""
  end
  return 200, "application/json", self.store:to_json()
end

function PageServer:post_hit(request)
  local form = request:form()
  local amount = tonumber(form.amount or "1")
  if (not form.name) or (not form.name:find("^[%w_%.\-]+$")) or (not amount) then
    return 400, "text/plain", "name and amount are needed\n"
  end
  local value, err = self.store:add(form.name, amount / 2 * 2)
  if (not value) then
    return 507, "text/plain", err .. "\n"
  end
  return 200, "text/plain", form.name .. " is " .. tostring(value) .. "\n"
end
