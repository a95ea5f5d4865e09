-- Files, folders and the clock: what Renoise adds to io and os, and how files are loaded.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises

-- A folder of this spec's own, which goes with the program.
local folder = os.tmpname(".d") .. ".files/"
assert(os.mkdir(folder))

local function write(name, text)
  local file = assert(io.open(folder .. name, "w"))
  file:write(text)
  file:close()
  return folder .. name
end

local function read(path)
  local file = assert(io.open(path))
  local text = file:read("*a")
  file:close()
  return text
end

-- ---- io and os ----

it("io.exists knows files, folders and links", function()
  local path = write("there.txt", "x")
  equal({ io.exists(path), io.exists(folder), io.exists(folder .. "missing") }, { true, true, false })
  os.execute(("ln -s nowhere '%sdangling'"):format(folder))
  equal({ io.exists(folder .. "dangling"), io.stat(folder .. "dangling").type }, { true, "link" })
  os.remove(folder .. "dangling")
  raises("string expected", io.exists)
  raises("zero bytes", io.exists, "a\0b")
end)

it("io.stat tells of a file", function()
  local path, before = write("stat.txt", "12345"), os.time()
  local stat = io.stat(path)
  equal({ stat.type, stat.size, stat.nlink }, { "file", 5, 1 })
  for _, name in ipairs { "dev", "ino", "mode", "uid", "gid", "rdev", "atime", "mtime", "ctime" } do
    equal({ name, math.type(stat[name]) }, { name, "integer" })
  end
  truthy(math.abs(stat.mtime - before) < 60)
  equal({ io.stat(folder).type, io.stat("/dev/null").type }, { "directory", "char device" })
  local none, problem, code = io.stat(folder .. "missing")
  equal({ none, type(problem), code }, { nil, "string", 2 })
end)

it("io.chmod takes and io.stat gives permissions as they are written", function()
  local path = write("mode.txt", "")
  equal(io.chmod(path, 640), true)
  equal(io.stat(path).mode, 640)
  equal({ io.chmod(path, 755.0), io.stat(path).mode }, { true, 755 })
  equal({ (io.chmod(folder .. "missing", 644)) }, {})
  raises("digits from 0 to 7", io.chmod, path, 689)
  raises("digits from 0 to 7", io.chmod, path, -1)
  raises("digits from 0 to 7", io.chmod, path, 1e30)
end)

it("os.mkdir makes one folder", function()
  equal({ os.mkdir(folder .. "made"), io.stat(folder .. "made").type }, { true, "directory" })
  local none, problem = os.mkdir(folder .. "made")
  equal({ none, type(problem) }, { nil, "string" })
  equal((os.mkdir(folder .. "not/there")), nil)
end)

it("os.move moves files and folders", function()
  write("from.txt", "moved")
  equal(os.move(folder .. "from.txt", folder .. "to.txt"), true)
  equal({ io.exists(folder .. "from.txt"), read(folder .. "to.txt") }, { false, "moved" })
  os.mkdir(folder .. "old")
  equal({ os.move(folder .. "old", folder .. "new"), io.exists(folder .. "new") }, { true, true })
  local none, problem = os.move(folder .. "missing", folder .. "x")
  equal({ none, type(problem) }, { nil, "string" })
end)

it("os.move moves to another file system", function()
  if not io.exists("/dev/shm") or io.stat("/dev/shm/").dev == io.stat(folder).dev then return end
  local far = ("/dev/shm/notewire-spec-%d"):format(math.random(1 << 40))
  equal(os.move(write("far.txt", "far away"), far), true)
  equal({ read(far), io.exists(folder .. "far.txt") }, { "far away", false })
  os.mkdir(folder .. "tree")
  write("tree/leaf", "leaf")
  os.remove(far)
  equal(os.move(folder .. "tree", far), true)
  equal(read(far .. "/leaf"), "leaf")
  os.remove(far .. "/leaf")
  os.remove(far)
end)

it("os.dirnames and filenames are names, sorted", function()
  os.mkdir(folder .. "list")
  for _, name in ipairs { "b.lua", "a.LUA", "c.txt", ".hidden" } do write("list/" .. name, "") end
  os.mkdir(folder .. "list/sub")
  os.mkdir(folder .. "list/Another")
  equal(os.dirnames(folder .. "list"), { "Another", "sub" })
  equal(#os.filenames(folder .. "list/"), 4)
  equal(os.filenames(folder .. "list", { "*.lua" }), { "a.LUA", "b.lua" })
  equal(os.filenames(folder .. "list", { "*.txt", "*.lua" }), { "a.LUA", "b.lua", "c.txt" })
  equal(os.filenames(folder .. "list", "*.txt"), { "c.txt" })
  equal(os.filenames(folder .. "list/sub"), {})
  raises("No such file", os.dirnames, folder .. "missing")
  raises("Not a directory", os.filenames, folder .. "list/c.txt")
  raises("table expected", os.filenames, folder, 5 > 3)
end)

it("os.tmpname makes an empty file of that extension", function()
  local a, b, c = os.tmpname(), os.tmpname(".wav"), os.tmpname("xml")
  truthy(a:find("^/.*%.tmp$") and b:find("%.wav$") and c:find("%.xml$"))
  equal({ io.stat(a).size, a == os.tmpname() }, { 0, false })
  raises("extension", os.tmpname, "/x")
end)

it("os.platform and os.currentdir", function()
  truthy(({ LINUX = true, MACINTOSH = true, WINDOWS = true })[os.platform()])
  local here = os.currentdir()
  equal({ here:sub(1, 1), here:sub(-1), io.stat(here).type }, { "/", "/", "directory" })
end)

it("os.clock goes on while a script waits, in seconds", function()
  local before = os.clock()
  notewire.wait(50)
  local waited = os.clock() - before
  truthy(waited >= 0.049 and waited < 40) -- 50 were milliseconds
end)

-- ---- loading ----

it("loadfile and dofile", function()
  local path = write("chunk.lua", "return 5, ...")
  equal({ loadfile(path)(6) }, { 5, 6 })
  equal({ dofile(path) }, { 5 })
  equal(loadfile(write("env.lua", "return x"), "t", { x = 1 })(), 1)
  local none, problem = loadfile(folder .. "missing.lua")
  equal({ none, problem:find("cannot open .*missing.lua") ~= nil }, { nil, true })
  raises("cannot open", dofile, folder .. "missing.lua")
  raises("bad.lua:2: ", dofile, write("bad.lua", "\nx = ="))
  raises("raise.lua:3: raised", dofile, write("raise.lua", "\n\nerror 'raised'"))
  equal(select(2, loadfile(write("bytes.lua", string.dump(function() end)))), "attempt to load a binary chunk (mode is 't')")
end)

it("dofile may yield", function()
  local path = write("yield.lua", "return coroutine.yield(1) + 1")
  local co = coroutine.wrap(function() return dofile(path) end)
  equal({ co(), co(41) }, { 1, 42 })
end)

it("a mark of UTF-8 and a first line for the shell are no Lua", function()
  local text = "\xef\xbb\xbf#!/usr/bin/lua\nreturn debug.getinfo(1, 'l').currentline"
  equal(dofile(write("mark.lua", text)), 2)
  package.path = ("%s?.lua;%s?/init.lua;%s"):format(folder, folder, package.path)
  equal(require "mark", 2)
end)

it("escapes that Lua 5.4 does not know stand for themselves, in all that is loaded", function()
  local text = [[return "\-\[\|\^\o", '\_', "\x41\z  b\u{41}\065"]]
  local told = { "-[|^o", "_", "AbAA" }
  equal({ dofile(write("escape.lua", text)) }, told)
  equal({ loadfile(folder .. "escape.lua")() }, told)
  equal({ load(text)() }, told)
  equal({ loadstring(text)() }, told)
  write("required.lua", text)
  equal(require "required", told[1])
end)

it("what fails beside such an escape tells its true line", function()
  raises("lines.lua:5: unexpected symbol", dofile, write("lines.lua", "x = '\\-'\n--[[ '\\-'\n]]\ny = [[\\-]]\nz = ="))
  raises("after.lua:4: here", dofile, write("after.lua", "local a = '\\-'\nlocal b = '\\\n\\-'\nerror 'here'"))
  raises("decimal escape too large", dofile, write("large.lua", "return '\\300'"))
end)

it("require takes dots and slashes, and init.lua", function()
  os.mkdir(folder .. "sub")
  write("sub/one.lua", "return { ... }")
  os.mkdir(folder .. "sub/two")
  write("sub/two/init.lua", "return 'two'")
  equal({ require("sub.one")[1], require("sub/one")[1], (require("sub.two")) }, { "sub.one", "sub/one", "two" })
  equal(require("sub.one"), package.loaded["sub.one"])
  raises("module 'sub.missing' not found:.*sub/missing.lua", require, "sub.missing")
  write("broken.lua", "\nx = =")
  raises("error loading module 'broken' from file '.*broken.lua':\n\t.*broken.lua:2:", require, "broken")
end)

it("package.searchpath finds what require does", function()
  equal(package.searchpath("sub.one", folder .. "?.lua"), folder .. "sub/one.lua")
  equal(package.searchpath("sub-one", folder .. "?.lua", "-"), folder .. "sub/one.lua")
  local none, tried = package.searchpath("x", folder .. "?.lua;;" .. folder .. "?/x.lua")
  equal({ none, tried }, { nil, ("no file '%sx.lua'\n\tno file '%sx/x.lua'"):format(folder, folder) })
end)

it("a module of 5.1 in a file of its own, called from outside", function()
  write("old_style.lua", 'module("old_style", package.seeall)\nfunction twice(x) return x * factor end\nfactor = 2')
  local made = require "old_style"
  equal({ made.twice(4), old_style.twice(5), rawget(_G, "twice") }, { 8, 10 })
end)

it("a class is loaded only when its name is not declared, as cLib.require does", function()
  write("Loaded.lua", 'class "SpecLoaded"')
  local function once(name, file)
    if not pcall(function() tostring(_G[name]) end) then require(file) return true end
    return false
  end
  equal({ once("SpecLoaded", "Loaded"), once("SpecLoaded", "Loaded") }, { true, false })
end)

spec.finish()
