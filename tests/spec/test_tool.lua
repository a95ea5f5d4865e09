-- Specs of renoise.tool(): what it is, its observables, and its timers.
-- SPDX-License-Identifier: MIT
package.path = arg[0]:gsub("[^/]*$", "") .. "?.lua;" .. package.path
local spec = require("spec")
local it, equal, truthy, falsy, raises = spec.it, spec.equal, spec.truthy, spec.falsy, spec.raises
local tool = renoise.tool()

local OBSERVABLES = {
  "tool_finished_loading_observable",
  "tool_will_unload_observable",
  "app_idle_observable",
  "app_became_active_observable",
  "app_resigned_active_observable",
  "app_release_document_observable",
  "app_new_document_observable",
  "app_will_save_document_observable",
  "app_saved_document_observable",
}

-- Waits until holds() does, for 20 s at most.
local function wait_for(holds)
  for _ = 1, 2000 do
    if holds() then return true end
    notewire.wait(10)
  end
  return false
end

it("there is one tool", function()
  equal(type(tool), "ScriptingTool")
  equal(type(renoise.ScriptingTool), "ScriptingTool class")
  truthy(rawequal(tool, renoise.tool()))
  raises("there is one tool", renoise.ScriptingTool)
end)

it("names that a tool has not raise", function()
  raises("unknown property or function 'foo' for an object of type 'ScriptingTool'", function() return tool.foo end)
  raises("unknown property or function 'foo' for an object of type 'ScriptingTool'", function() tool.foo = 1 end)
end)

it("bundle_path is the folder of relative paths, absolute and with its slash, and cannot be set", function()
  equal(tool.bundle_path:sub(1, 1), "/")
  equal(tool.bundle_path:sub(-1), "/")
  local name = os.tmpname():match("[^/]*$") .. ".probe"
  io.open(name, "w"):close() -- a program's relative paths begin where it was started
  local file = io.open(tool.bundle_path .. name)
  os.remove(name)
  truthy(file)
  file:close()
  raises("read only", function() tool.bundle_path = "/" end)
end)

it("each observable is one, and cannot be set", function()
  for _, name in ipairs(OBSERVABLES) do
    equal(type(tool[name]), "Observable")
    truthy(rawequal(tool[name], tool[name]))
    raises("read only", function() tool[name] = 1 end)
  end
end)

it("app_idle_observable fires about ten times a second, without arguments", function()
  local calls, arguments, quickest = 0, nil, math.huge
  local function idle(...) calls, arguments = calls + 1, select("#", ...) end
  tool.app_idle_observable:add_notifier(idle)
  for _ = 1, 20 do -- a busy machine needs more tries than one
    local wanted, began = calls + 10, os.clock()
    truthy(wait_for(function() return calls >= wanted end))
    quickest = math.min(quickest, os.clock() - began)
    if quickest < 1.5 then break end
  end
  equal(arguments, 0)
  truthy(quickest > 0.7 and quickest < 1.5)
  tool.app_idle_observable:remove_notifier(idle)
  calls = 0
  notewire.wait(300)
  equal(calls, 0)
end)

it("an idle notifier may remove itself, and be added again", function()
  local object = { calls = 0 }
  function object:idle()
    self.calls = self.calls + 1
    tool.app_idle_observable:remove_notifier({ self, self.idle })
  end
  for round = 1, 2 do
    tool.app_idle_observable:add_notifier({ object.idle, object })
    truthy(wait_for(function() return object.calls == round end))
    notewire.wait(250)
    equal(object.calls, round)
  end
end)

it("two idle notifiers: one goes, the other stays", function()
  local one, two = 0, 0
  local function first() one = one + 1 end
  local function second() two = two + 1 end
  tool.app_idle_observable:add_notifier(first)
  tool.app_idle_observable:add_notifier(second)
  truthy(wait_for(function() return one > 0 and two > 0 end))
  tool.app_idle_observable:remove_notifier(first)
  one, two = 0, 0
  truthy(wait_for(function() return two > 1 end))
  equal(one, 0)
  tool.app_idle_observable:remove_notifier(second)
end)

it("observables that have nothing to tell here never fire", function()
  local fired = false
  local function fire() fired = true end
  local names = {}
  for _, name in ipairs(OBSERVABLES) do
    if name ~= "app_idle_observable" then names[#names + 1] = name end
  end
  for _, name in ipairs(names) do tool[name]:add_notifier(fire) end
  notewire.wait(250)
  equal(fired, false)
  for _, name in ipairs(names) do tool[name]:remove_notifier(fire) end
end)

it("preferences are nil or a document", function()
  equal(tool.preferences, nil)
  for _, value in ipairs { 1, "text", {}, true, print, renoise.Document.ObservableNumber(), renoise.Document.DocumentList() } do
    raises("test_tool.lua:%d+: invalid preferences: a DocumentNode or nil was expected", function() tool.preferences = value end)
  end
  equal(tool.preferences, nil)
end)

it("a slash behind bundle_path does no harm", function()
  local name = ("slashed_%d"):format(math.random(1 << 40))
  local file = assert(io.open(name .. ".lua", "w"))
  file:write("return 'found'")
  file:close()
  local before = package.path
  package.path = tool.bundle_path .. "/?.lua;" .. before
  local good, found = pcall(require, name)
  package.path = before
  os.remove(name .. ".lua")
  equal({ good, found }, { true, "found" })
end)

-- ---- timers ----

it("a timer is called again and again, first one interval from now", function()
  local calls, start, first = 0, os.clock(), nil
  local function tick(...)
    equal(select("#", ...), 0)
    first = first or os.clock()
    calls = calls + 1
  end
  falsy(tool:has_timer(tick))
  tool:add_timer(tick, 40)
  equal(tool:has_timer(tick), true)
  truthy(wait_for(function() return calls >= 3 end))
  truthy(first - start >= 0.04) -- a busy machine may be later
  tool:remove_timer(tick)
  equal(tool:has_timer(tick), false)
  calls = 0
  notewire.wait(150)
  equal(calls, 0)
end)

it("a timer that was late does not catch up", function()
  local calls = 0
  local function tick() calls = calls + 1 end
  tool:add_timer(tick, 10)
  local late = os.time() + 2 -- at least a second of computing
  while os.time() < late do end
  notewire.wait(0)
  truthy(calls <= 2)
  tool:remove_timer(tick)
end)

it("a timer with an object is called with it, in either order, and is known by both", function()
  class "Clock"
  function Clock:__init() self.calls = 0 end
  function Clock:tick() self.calls = self.calls + 1 end
  for _, object in ipairs { Clock(), { calls = 0 } } do
    local tick = Clock.tick
    for _, forms in ipairs { { { object, tick }, { tick, object } }, { { tick, object }, { object, tick } } } do
      object.calls = 0
      tool:add_timer(forms[1], 5)
      equal(tool:has_timer(forms[2]), true)
      equal(tool:has_timer({ object, tick }), true)
      equal(tool:has_timer(tick), false)
      equal(tool:has_timer({ {}, tick }), false)
      raises("already added", tool.add_timer, tool, forms[2], 5)
      truthy(wait_for(function() return object.calls > 1 end))
      tool:remove_timer(forms[2])
      equal(tool:has_timer(forms[1]), false)
    end
  end
end)

it("the same function may tick for several objects", function()
  local calls = {}
  local function tick(object) calls[object] = (calls[object] or 0) + 1 end
  local one, two = {}, {}
  tool:add_timer({ one, tick }, 5)
  tool:add_timer({ two, tick }, 5)
  tool:remove_timer({ one, tick })
  truthy(wait_for(function() return calls[two] end))
  equal(calls[one], nil)
  tool:remove_timer({ two, tick })
end)

it("an interval is a number above 0", function()
  for _, interval in ipairs { 0, -1, "10", {}, 0 / 0 } do
    raises("invalid timer: its interval", tool.add_timer, tool, print, interval)
  end
  raises("invalid timer: its interval", tool.add_timer, tool, print)
  falsy(tool:has_timer(print))
  tool:add_timer(print, 1e9)
  tool:remove_timer(print)
end)

it("what is no timer raises", function()
  for _, value in ipairs { 1, "tick", true, {}, { print }, { print, print }, { {}, {} } } do
    raises("invalid timer: a function", tool.add_timer, tool, value, 10)
    raises("invalid timer: a function", tool.has_timer, tool, value)
    raises("invalid timer: a function", tool.remove_timer, tool, value)
  end
  raises("has not been added", tool.remove_timer, tool, print)
  raises("has not been added", tool.remove_timer, tool, { print, {} })
end)

it("errors have the place in the script", function()
  raises("^[^:]*test_tool.lua:%d+: invalid timer", function() tool:add_timer(print, 0) end)
  raises("^[^:]*test_tool.lua:%d+: invalid timer", function() tool:remove_timer(print) end)
end)

it("a timer may remove itself, others, and add some", function()
  local order = {}
  local function second() order[#order + 1] = "second" end
  local function third()
    order[#order + 1] = "third"
    tool:remove_timer(third)
  end
  local function third_again() third() end
  local function first()
    order[#order + 1] = "first"
    tool:remove_timer(first)
    tool:remove_timer(second)
    tool:add_timer(third, 5)
  end
  tool:add_timer(first, 5)
  tool:add_timer(second, 60)
  truthy(wait_for(function() return #order == 2 end))
  notewire.wait(100)
  equal(order, { "first", "third" })
  falsy(tool:has_timer(third_again))
end)

it("a timer may be added again by itself with another interval", function()
  local calls = 0
  local function tick()
    calls = calls + 1
    tool:remove_timer(tick)
    if calls < 3 then tool:add_timer(tick, calls) end
  end
  tool:add_timer(tick, 1)
  truthy(wait_for(function() return calls == 3 end))
  equal(tool:has_timer(tick), false)
end)

it("a failing timer is a timer no more, and the others go on", function()
  local fails, others = 0, 0
  local function failing()
    fails = fails + 1
    error("this is wanted by the spec")
  end
  local function other() others = others + 1 end
  tool:add_timer(failing, 5)
  tool:add_timer(other, 5)
  truthy(wait_for(function() return others > 5 and fails > 0 end))
  equal(fails, 1)
  equal(tool:has_timer(failing), false)
  raises("has not been added", tool.remove_timer, tool, failing)
  tool:add_timer(failing, 5) -- as a new one
  truthy(wait_for(function() return fails == 2 end))
  tool:remove_timer(other)
end)

-- The machine may be busy: of 200 tries one at least must be as good as that, for each of six calls.
it("a timer is late by 5 ms at most when nothing else happens", function()
  local best, worst = {}, nil
  for _ = 1, 200 do
    local times = { os.clock() }
    local function tick() times[#times + 1] = os.clock() end
    tool:add_timer(tick, 20)
    truthy(wait_for(function() return #times > 6 end))
    tool:remove_timer(tick)
    worst = 0
    for place = 2, 7 do
      best[place] = math.min(best[place] or math.huge, math.abs(times[place] - times[1] - (place - 1) * 0.02))
      worst = math.max(worst, best[place])
    end
    if worst < 0.005 then break end
  end
  truthy(worst < 0.005)
end)

spec.finish()
