-- The table notewire: timers, framing, ports, figures, and OSC over loopback.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises
local Message, Bundle = renoise.Osc.Message, renoise.Osc.Bundle

-- Serves callbacks until condition() holds, for 20 s at most.
local function await(condition)
  for _ = 1, 4000 do
    if condition() then return end
    notewire.wait(5)
  end
  error("waited 20 s in vain", 2)
end

local function values(message)
  local list = {}
  for i, argument in ipairs(message.arguments) do list[i] = argument.tag .. "=" .. tostring(argument.value) end
  return message.pattern .. " " .. table.concat(list, " ")
end

-- ---- the table ----

it("has a version", function() equal(notewire.version, "0.1.0") end)

-- ---- every and wait ----

it("every calls after an interval, again and again, until stopped", function()
  local calls, start, first = 0, os.clock(), nil
  local timer = notewire.every(20, function(...)
    equal(select("#", ...), 0)
    first = first or os.clock()
    calls = calls + 1
  end)
  local early = false
  local slow = notewire.every(60000, function() early = true end) -- much longer than a busy machine lets us wait
  equal(type(timer), "Timer")
  equal(timer.is_running, true)
  notewire.wait(5)
  equal(early, false)
  slow:stop()
  await(function() return calls >= 3 end)
  truthy(first - start >= 0.02) -- a busy machine may be later
  timer:stop()
  equal(timer.is_running, false)
  local before = calls
  notewire.wait(60)
  equal(calls, before)
  timer:stop()
end)

it("a timer may stop itself, and is collected then", function()
  local seen = setmetatable({}, { __mode = "k" })
  do
    local calls, timer = 0, nil
    timer = notewire.every(1, function()
      calls = calls + 1
      timer:stop()
    end)
    seen[timer] = true
    await(function() return calls > 0 end)
    notewire.wait(20)
    equal(calls, 1)
  end
  collectgarbage()
  collectgarbage()
  equal(next(seen), nil)
end)

it("a timer that runs is not collected", function()
  local calls = 0
  notewire.every(2, function() calls = calls + 1 end)
  collectgarbage()
  collectgarbage()
  await(function() return calls >= 2 end)
end)

it("what was missed is not made up for", function()
  local calls = 0
  local timer = notewire.every(200, function() calls = calls + 1 end)
  local server = renoise.Socket.create_server("127.0.0.1", 0, renoise.Socket.PROTOCOL_UDP)
  server:wait(1300) -- serves nothing of this script but the server: six calls are missed
  equal(calls, 0)
  local start = os.clock()
  await(function() return calls >= 1 end)
  notewire.wait(20)
  truthy(calls <= 2 + (os.clock() - start) / 0.2) -- more than two only on a machine that stands still
  timer:stop()
  server:close()
end)

it("a timer that waits is not called inside itself, and others are", function()
  local inside, deepest, others = 0, 0, 0
  local done = false
  local other = notewire.every(2, function() others = others + 1 end)
  local timer
  timer = notewire.every(2, function()
    inside = inside + 1
    deepest = math.max(deepest, inside)
    local before = others
    await(function() return others > before + 2 end)
    inside = inside - 1
    timer:stop()
    done = true
  end)
  await(function() return done end)
  equal(deepest, 1)
  other:stop()
end)

it("a timer may be stopped while its own function waits", function()
  local finished, timer = false, nil
  timer = notewire.every(2, function()
    await(function() return not timer.is_running end)
    finished = true
  end)
  local stopper
  stopper = notewire.every(10, function()
    timer:stop()
    stopper:stop()
  end)
  await(function() return finished end)
end)

it("wait in a coroutine serves callbacks, too", function()
  local calls = 0
  local timer = notewire.every(2, function() calls = calls + 1 end)
  coroutine.wrap(function() await(function() return calls >= 2 end) end)()
  truthy(calls >= 2)
  timer:stop()
end)

it("intervals that are none are refused", function()
  raises("above 0", notewire.every, 0, print)
  raises("above 0", notewire.every, -1, print)
  raises("above 0", notewire.every, 0 / 0, print)
  raises("number expected", notewire.every, {}, print)
  raises("function expected", notewire.every, 10)
  raises("number expected", notewire.every, "5", print)
  raises("from 0 on", notewire.wait, -1)
  raises("from 0 on", notewire.wait, 0 / 0)
  raises("number expected", notewire.wait, "1")
  raises("read only", function() notewire.every(1e300, print).is_running = true end)
  raises("unknown property or function 'start' for an object of type 'Timer'",
    function() return notewire.every(1e300, print).start end)
end)

-- ---- framer ----

it("frames with a size prefix", function()
  local framer = notewire.framer("size")
  equal(framer:encode("abcd"), "\0\0\0\4abcd")
  local packets, problem = framer:feed("\0\0\0\4abcd\0\0\0\8efgh")
  equal(packets, { "abcd" })
  equal(problem, nil)
  equal(framer:feed(""), {})
  equal(framer:feed("ijkl\0\0"), { "efghijkl" })
  equal(framer:feed("\0\4mnop"), { "mnop" })
end)

it("frames with SLIP", function()
  local framer = notewire.framer("slip")
  equal(framer:encode("a\xc0b\xdbc"), "\xc0a\xdb\xdcb\xdb\xddc\xc0")
  equal(framer:feed("\xc0a\xdb"), {})
  equal(framer:feed("\xdcb\xdb\xddc\xc0\xc0d\xc0"), { "a\xc0b\xdbc", "d" })
end)

it("frames Messages and Bundles", function()
  local message = Message("/a", { { tag = "i", value = 7 } })
  equal(notewire.framer("size"):encode(message), "\0\0\0\12" .. message.binary_data)
  local bundle = Bundle(0, { message })
  equal(notewire.framer("slip"):feed(notewire.framer("slip"):encode(bundle)), { bundle.binary_data })
end)

it("many packets of one byte come out", function()
  local packets = notewire.framer("slip"):feed(("x\xc0"):rep(5000))
  equal(#packets, 5000)
  equal(packets[5000], "x")
end)

it("a broken SLIP frame costs itself only", function()
  local packets, problem = notewire.framer("slip"):feed("\xc0a\xc0\xc0b\xdbx\xc0\xc0c\xc0")
  equal(packets, { "a", "c" })
  equal(problem, "malformed")
end)

it("a size that cannot be is the end of the stream", function()
  local framer = notewire.framer("size")
  local packets, problem = framer:feed("\0\0\0\4good\0\0\0\3bad")
  equal(packets, { "good" })
  equal(problem, "malformed")
  packets, problem = framer:feed("\0\0\0\4late")
  equal(packets, {})
  equal(problem, "malformed")
end)

it("a packet has 1 MiB at most", function()
  local mib = ("x"):rep(2 ^ 20)
  equal(#notewire.framer("size"):feed("\0\16\0\0" .. mib)[1], 2 ^ 20)
  equal(select(2, notewire.framer("size"):feed("\0\16\0\4")), "a packet is larger than 1 MiB")
  raises("larger than 1 MiB", function() notewire.framer("slip"):encode(mib .. "x") end)
  local packets, problem = notewire.framer("slip"):feed("\xc0" .. mib .. "x\xc0\xc0y\xc0")
  equal(packets, { "y" })
  equal(problem, "a packet is larger than 1 MiB")
end)

it("framer refuses what it cannot frame", function()
  raises("invalid option 'cobs'", notewire.framer, "cobs")
  raises("string expected", notewire.framer)
  raises("multiple of 4", function() notewire.framer("size"):encode("abc") end)
  raises("string, Message or Bundle expected, got number", function() notewire.framer("slip"):encode(7) end)
  raises("string expected", function() notewire.framer("slip"):feed(7) end)
end)

-- ---- ports and figures ----

it("without ports there is nothing to send to", function()
  equal({ notewire.send(nil, "note-on 60 100") }, { false, "no such port" })
  equal({ notewire.send("nobody", { 0x90, 60, 100 }) }, { false, "no such port" })
  equal(notewire.ports(), { inputs = {}, outputs = {} })
end)

it("send refuses what is no MIDI", function()
  raises("invalid MIDI words", notewire.send, "*", "note-off-and-on 1")
  raises("invalid MIDI message", notewire.send, "*", { 0x90, "sixty" })
  raises("", notewire.send, "*")
  raises("string expected", notewire.send, {}, "start")
end)

it("counters have every name", function()
  local now = notewire.counters()
  for _, name in ipairs { "received", "delivered", "queued", "late", "far", "kernel-drops", "overruns", "output-lost" } do
    equal(math.type(now[name]), "integer")
  end
  local total = 0
  for _, name in ipairs { "malformed", "too-big", "refused", "unmapped", "range", "pattern", "no-port", "no-peer",
    "queue-full", "stalled", "disabled", "exit" } do
    total = total + now.dropped[name]
  end
  equal(now.dropped.total, total)
end)

-- ---- listen and connect ----

for _, way in ipairs { "udp", "tcp", "slip" } do
  it("a message goes to a Listener and its answer comes back over " .. way, function()
    local heard, answers, peers = {}, {}, {}
    local listener = notewire.listen((way == "udp" and "udp" or "tcp") .. ":127.0.0.1:0", function(message, peer)
      heard[#heard + 1] = values(message)
      peers[#peers + 1] = peer
      equal(type(message), "Message")
      equal(type(peer), "Peer")
      equal({ peer:send("/answer", #heard, 0.5, "text", true, false, nil) }, { true })
    end)
    equal(type(listener), "Listener")
    equal(listener.is_open, true)
    local peer = notewire.connect(way .. ":127.0.0.1:" .. listener.local_port, function(message, from)
      answers[#answers + 1] = values(message)
      peers[#peers + 1] = from
    end)
    await(function() return peer.is_ready end)
    equal({ peer.address, peer.port }, { "127.0.0.1", listener.local_port })
    equal({ peer:send(Message("/one", { { tag = "s", value = "a\xc0b" } })) }, { true })
    equal({ peer:send(Bundle(0, { Message("/two"), Message("/three", { { tag = "d", value = 0.25 } }) })) }, { true })
    await(function() return #answers == 3 end)
    equal(heard, { "/one s=a\xc0b", "/two ", "/three d=0.25" })
    equal(answers[1], "/answer i=1 f=0.5 s=text T=true F=false N=nil")
    truthy(rawequal(peers[#peers], peer))
    truthy(rawequal(peers[1], peers[2]) or rawequal(peers[1], peers[3]))
    equal(peers[1].address, "127.0.0.1")
    listener:close()
    equal(listener.is_open, false)
    equal({ peers[1]:send("/late") }, { false, "not connected" })
    listener:close()
    peer:close()
    equal(peer.is_ready, false)
    equal({ peer:send("/late") }, { false, "not connected" })
    peer:close()
  end)
end

it("one port listens on both protocols", function()
  local heard = {}
  local listener = notewire.listen(0, function(message) heard[#heard + 1] = message.pattern end)
  local udp = notewire.connect("127.0.0.1:" .. listener.local_port)
  local tcp = notewire.connect("tcp:localhost:" .. listener.local_port)
  await(function() return tcp.is_ready end)
  equal({ udp:send("/udp") }, { true })
  await(function() return #heard == 1 end)
  equal({ tcp:send("/tcp") }, { true })
  await(function() return #heard == 2 end)
  equal(heard, { "/udp", "/tcp" })
  listener:close()
end)

it("who ends his sending is answered before he is hung up on", function()
  local listener = notewire.listen("tcp:127.0.0.1:0", function(_, peer) peer:send("/late") end)
  local client = renoise.Socket.create_client("127.0.0.1", listener.local_port)
  local framer = notewire.framer("size")
  client:send(framer:encode(Message("/a")) .. framer:encode(Message("/b")))
  client:close()
  local before = notewire.counters()
  await(function() return notewire.counters().delivered >= before.delivered + 2 end)
  listener:close()
end)

it("a Peer that is closed hangs up", function()
  local server_peer
  local listener = notewire.listen("tcp:127.0.0.1:0", function(_, peer) server_peer = peer end)
  local peer = notewire.connect("tcp:127.0.0.1:" .. listener.local_port)
  await(function() return peer.is_ready end)
  peer:send("/a")
  await(function() return server_peer end)
  equal(server_peer.is_ready, true)
  server_peer:close()
  equal(server_peer.is_ready, false)
  await(function() return not peer.is_ready end)
  await(function() return peer.is_ready end) -- called again
  listener:close()
  peer:close()
end)

it("large and small numbers have tags that hold them", function()
  local got
  local listener = notewire.listen("udp:127.0.0.1:0", function(message) got = values(message) end)
  local peer = notewire.connect("127.0.0.1:" .. listener.local_port)
  peer:send("/n", 2147483647, 2147483648, -2147483648, 1.0)
  await(function() return got end)
  equal(got:gsub("=1%.0$", "=1"), "/n i=2147483647 h=2147483648 i=-2147483648 f=1")
  listener:close()
end)

it("a Listener that closes itself in its function hears no more", function()
  local calls, listener = 0, nil
  listener = notewire.listen("udp:127.0.0.1:0", function()
    calls = calls + 1
    listener:close()
  end)
  local peer = notewire.connect("127.0.0.1:" .. listener.local_port)
  local before = notewire.counters().dropped.disabled
  for _ = 1, 3 do peer:send("/a") end
  await(function() return calls > 0 end)
  notewire.wait(20)
  equal(calls, 1)
  local now = notewire.counters()
  equal(now.queued, 0)
  truthy(now.dropped.disabled - before <= 2)
end)

it("a Listener is collected when it is closed, and not before", function()
  local seen = setmetatable({}, { __mode = "k" })
  local port
  do
    local listener = notewire.listen("udp:127.0.0.1:0", function() end)
    seen[listener], port = true, listener.local_port
  end
  collectgarbage()
  collectgarbage()
  truthy(next(seen))
  equal({ notewire.listen("udp:127.0.0.1:" .. port, print) }, { nil, "udp port " .. port .. " is in use" })
  next(seen):close()
  collectgarbage()
  collectgarbage()
  equal(next(seen), nil)
end)

it("addresses that are none are refused", function()
  raises("PORT was expected", notewire.listen, "tcp:nowhere", print)
  raises("PORT was expected", notewire.listen, 65536, print)
  raises("PORT was expected", notewire.listen, 9000.5, print)
  raises("string expected", notewire.listen, nil, print)
  raises("zero byte", notewire.listen, "udp:0\0junk", print)
  raises("zero byte", notewire.connect, "127.0.0.1:9\0junk")
  raises("function expected", notewire.listen, 0)
  raises("HOST:PORT was expected", notewire.connect, "9000")
  raises("HOST:PORT was expected", notewire.connect, "udp:localhost:0")
  raises("function expected", notewire.connect, "udp:localhost:9", 9)
  equal({ notewire.listen("udp:203.0.113.1:9000", print) }, { nil, "203.0.113.1 is no address of this machine" })
end)

it("what cannot be sent is refused", function()
  local peer = notewire.connect("127.0.0.1:9")
  raises("begins with '/'", function() peer:send("a") end)
  raises("control characters", function() peer:send("/a\n") end)
  raises("zero bytes", function() peer:send("/a", "b\0c") end)
  raises("number, string, boolean or nil expected, got table", function() peer:send("/a", {}) end)
  raises("Message, Bundle or address expected", function() peer:send() end)
  equal({ peer:send("/a", ("x"):rep(70000)) }, { false, "too big" })
  falsy(pcall(peer.send))
  peer:close()
end)

it("nothing is left over", function()
  local now = notewire.counters()
  equal(now.received, now.delivered + now.queued + now.dropped.total)
end)

spec.finish()
