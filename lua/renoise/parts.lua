-- What of renoise is written in Lua: each part is read when a script first names it, for most need few and all must
-- start at once. SPDX-License-Identifier: MIT
local import = ...
local debug, ipairs, next, preload = debug, ipairs, next, package.preload
local rawget, renoise, setmetatable, tostring = rawget, renoise, setmetatable, tostring

local parts = {
  Application = "renoise/app",
  ApplicationWindow = "renoise/app",
  Dialog = "renoise/app",
  Document = "renoise/document",
  ScriptingTool = "renoise/tool",
  ViewBuilder = "renoise/view_builder",
  Views = "renoise/views",
  app = "renoise/app",
  tool = "renoise/tool",
}
local others = "renoise/song" -- and what Renoise has and a program without a song has not

setmetatable(renoise, {
  __index = function(_, name)
    import(parts[name] or others)
    local value = rawget(renoise, name)
    if value == nil then import("renoise/headless").raise("renoise." .. tostring(name), 2) end
    return value
  end,
  __pairs = function()
    for _, part in next, parts do import(part) end
    import(others)
    return next, renoise
  end,
})

-- Tools that were debugged once load the debugger still.
for _, name in ipairs { "engine", "session" } do
  local function load_debugger()
    local debugger = { start = debug.start, stop = debug.stop }
    remdebug = { engine = debugger, session = debugger }
    return debugger
  end
  preload["remdebug." .. name], preload["remdebug/" .. name] = load_debugger, load_debugger
end
