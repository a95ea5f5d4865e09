-- A socket server that counts datagrams, and says how many when one has one byte.
-- SPDX-License-Identifier: MIT
local count = 0
local server = assert(renoise.Socket.create_server("127.0.0.1", tonumber(arg[1]), renoise.Socket.PROTOCOL_UDP))

server:run {
  socket_message = function(socket, message)
    if #message > 1 then
      count = count + 1
    else
      print(count)
    end
  end
}
while true do
  server:wait(60000)
end
