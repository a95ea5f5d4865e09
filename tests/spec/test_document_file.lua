-- Specs of documents as XML: the layout that Renoise's files have, what loads, what does not, and files.
-- SPDX-License-Identifier: MIT

local spec = require "spec"
local it, equal, truthy, raises = spec.it, spec.equal, spec.truthy, spec.raises
local Document = renoise.Document
local DocumentNode = Document.DocumentNode

-- A name that no file has, and what is in a file, or nil.
local path = os.tmpname()
local function bytes_of(name)
  local file = io.open(name, "rb")
  if not file then return nil end
  local bytes = file:read("a")
  file:close()
  return bytes
end
local function write_bytes(name, bytes)
  local file = assert(io.open(name, "wb"))
  file:write(bytes)
  file:close()
end

local function everything()
  return {
    flag = true, number = 99, text = "a", empty = "", flags = { false, true }, numbers = { 0, 0.5 }, texts = { "", "b" },
    node = { inner = { text = "c" } }, nodes = Document.DocumentList(), none = Document.ObservableStringList(),
  }
end

it("the layout is that of Renoise's files", function()
  Document.create("Favorite") { path = "", index = 0 }
  class "FavoriteClass" (DocumentNode)
  function FavoriteClass:__init()
    DocumentNode.__init(self)
    self:add_property("level", -1.25)
  end
  local doc = Document.create("ScriptingToolPreferences") {
    Favorites = Document.DocumentList(), FavoritedList = { "<None>", "Mono & Blue" }, categories = { 1, 2 }, Empty = "",
    window = { visible = false, title = 'a "b"' }, array = { true }, none = Document.DocumentList(),
  }
  doc.Favorites:insert(Document.instantiate("Favorite"))
  doc.Favorites:insert(FavoriteClass())
  equal(doc:to_string(), [[
<?xml version="1.0" encoding="UTF-8"?>
<ScriptingToolPreferences doc_version="0">
  <Empty/>
  <FavoritedList>
    <Favorited>&lt;None&gt;</Favorited>
    <Favorited>Mono &amp; Blue</Favorited>
  </FavoritedList>
  <Favorites>
    <Favorite type="lua_model:Favorite">
      <index>0</index>
      <path/>
    </Favorite>
    <Favorite type="lua_class:FavoriteClass">
      <level>-1.25</level>
    </Favorite>
  </Favorites>
  <array>
    <array>true</array>
  </array>
  <categories>
    <category>1</category>
    <category>2</category>
  </categories>
  <none/>
  <window>
    <title>a &quot;b&quot;</title>
    <visible>false</visible>
  </window>
</ScriptingToolPreferences>
]])
end)

it("the outermost element is called as the class is, too, and loads only there", function()
  class "RootClass" (DocumentNode)
  function RootClass:__init()
    DocumentNode.__init(self)
    self:add_property("x", 1)
  end
  local one = RootClass()
  equal(one:to_string(), '<?xml version="1.0" encoding="UTF-8"?>\n<RootClass doc_version="0">\n  <x>1</x>\n</RootClass>\n')
  equal({ Document.create("OtherRoot") { x = 2 }:from_string(one:to_string()) },
    { false, "it is a document of the type 'RootClass', not 'OtherRoot'" })
end)

it("properties are written in the order in which they were added", function()
  local doc = Document.create("Ordered") {}
  doc:add_property("b", 1)
  doc:add_property("a", 2)
  truthy(doc:to_string():find("<b>1</b>\n  <a>2</a>", 1, true))
end)

it("what was written loads, and sets everything back", function()
  local doc = Document.create("Back") (everything())
  doc.nodes:insert(Document.create("BackItem") { number = 1 })
  local saved = doc:to_string()
  doc.flag.value, doc.number.value, doc.text.value, doc.empty.value = false, 1, "", "x"
  doc.flags:remove()
  doc.numbers:insert(7)
  doc.texts[1].value = "y"
  doc.node.inner.text.value = "z"
  doc.nodes[1].number.value = 2
  doc.nodes:insert(Document.instantiate("BackItem"))
  doc.none:insert("x")
  equal({ doc:from_string(saved) }, { true })
  equal(doc:to_string(), saved)
  equal({ #doc.flags, #doc.numbers, #doc.nodes, doc.nodes[1].number.value, #doc.none }, { 2, 2, 1, 1, 0 })
end)

it("every text and every number comes back as it was", function()
  local doc = Document.create("Texts") { text = "", number = 0 }
  for _, text in ipairs { " a ", "\n\t", "a\rb\r\nc", "<a>&amp;</a>", "]]>", '"\'', "\u{e4}\u{1F3B9}\u{FFFD}", "\127" } do
    doc.text.value = text
    local saved = doc:to_string()
    doc.text.value = "other"
    equal({ doc:from_string(saved), doc.text.value }, { true, text })
  end
  for _, number in ipairs { 0.1, 1 / 3, 1e300, -2 ^ 60, math.huge, 0.024129032258064516 } do
    doc.number.value = number
    local saved = doc:to_string()
    doc.number.value = 5
    equal({ doc:from_string(saved), doc.number.value }, { true, number })
  end
end)

it("texts may have any bytes, and load as they were", function()
  local doc = Document.create("Binary") { node = { name = "" }, list = { "" } }
  for _, text in ipairs { "a\0b", "key\29one\30two\31", "\27[1m\1", "\xff", "L\xe4rm", "\u{FFFE}", "\xed\xa0\x80", "\u{10FE41}\1", "\127\u{85}" } do
    doc.node.name.value, doc.list[1].value = text, text .. "<&>\r"
    local saved = doc:to_string()
    truthy(doc:save_as(path))
    equal(bytes_of(path), saved)
    doc.node.name.value, doc.list[1].value = "other", "other"
    equal({ doc:from_string(saved) }, { true })
    equal({ doc.node.name.value, doc.list[1].value }, { text, text .. "<&>\r" })
    doc.node.name.value = "other"
    equal({ doc:load_from(path), doc.node.name.value }, { true, text })
  end
end)

it("files that Renoise wrote load", function()
  Document.create("RenoiseItem") { name = "", path = "" }
  local doc = Document.create("RenoisePreferences") {
    mode = 1, ratio = 0, release = true, list = { "x" }, loaders = Document.DocumentList(), views = Document.DocumentList(),
    dialog = { columns = 5, title = "x" }, kept = "kept",
  }
  doc.views:insert(Document.instantiate("RenoiseItem"))
  equal({ doc:from_string([[
<?xml version="1.0" encoding="UTF-8"?>
<RenoisePreferences doc_version="0">
  <dialog>
    <columns>1.0</columns>
    <title/>
    <unknown><columns>9</columns></unknown>
  </dialog>
  <mode>0.0</mode>
  <ratio>0.024129032258064516</ratio>
  <release>false</release>
  <list>
    <Any>&lt;No Theme&gt;</Any>
    <Any>Mono</Any>
  </list>
  <views/>
  <loaders>
    <loader type="lua_model:RenoiseItem">
      <path>Audio/Generators</path>
      <name>one</name>
    </loader>
  </loaders>
  <unknown type="x">9</unknown>
</RenoisePreferences>
]]) }, { true })
  equal({ doc.mode.value, doc.ratio.value, doc.release.value, doc.kept.value }, { 0, 0.024129032258064516, false, "kept" })
  equal({ doc.dialog.columns.value, doc.dialog.title.value, tostring(doc.dialog.columns) }, { 1, "", "1" })
  equal({ #doc.list, doc.list[1].value, doc.list[2].value, #doc.views }, { 2, "<No Theme>", "Mono", 0 })
  equal({ #doc.loaders, doc.loaders[1].path.value, doc.loaders[1].name.value }, { 1, "Audio/Generators", "one" })
end)

it("a tool reads its manifest through a class", function()
  class "RenoiseScriptingTool" (DocumentNode)
  function RenoiseScriptingTool:__init()
    DocumentNode.__init(self)
    self:add_property("Name", "Untitled Tool")
    self:add_property("Version", 1)
    self:add_property("Icon", "none")
  end
  write_bytes(path, [[
<?xml version="1.0" encoding="UTF-8"?>
<RenoiseScriptingTool doc_version="0">
  <!-- REQUIRED -->
  <ApiVersion>6.2</ApiVersion>
  <Id>com.example.Tool</Id>
  <Version>1.02</Version>
  <Name>An &amp; Example</Name>
</RenoiseScriptingTool>
]])
  local manifest = RenoiseScriptingTool()
  equal({ manifest:load_from(path) }, { true })
  equal({ manifest:property("Name").value, manifest.Version.value, manifest.Icon.value }, { "An & Example", 1.02, "none" })
end)

it("what does not fit changes nothing, and says what it is", function()
  local doc = Document.create("Fits") {
    first = 1, number = 2, flag = true, numbers = { 1 }, node = { number = 3 }, nodes = Document.DocumentList(),
  }
  local function fails(wanted, inside, root)
    root = root or "Fits"
    local good, problem = doc:from_string(("<%s><first>9</first>%s</%s>"):format(root, inside, root))
    equal(good, false)
    if not problem:find(wanted) then error(problem .. " has no " .. wanted) end
    equal({ doc.first.value, doc.number.value, #doc.numbers, doc.node.number.value, #doc.nodes }, { 1, 2, 1, 3, 0 })
  end
  fails("Fits.number: 'x' is no value of an ObservableNumber", "<number>x</number>")
  fails("Fits.number: '' is no value", "<number/>")
  fails("Fits.number: '2' is no value", "<number>2<x/></number>")
  fails("Fits.flag: '1' is no value of an ObservableBoolean", "<flag>1</flag>")
  fails("Fits.numbers: 'y'", "<numbers><number>1</number><number>y</number></numbers>")
  fails("Fits.node.number: 'z'", "<node><number>z</number></node>")
  fails("Fits.nodes: 'Nobody' was not registered", '<nodes><node type="lua_model:Nobody"/></nodes>')
  fails("it is a document of the type 'Other', not 'Fits'", "", "Other")
  fails("line 1, column %d+: ", "<unclosed>")
  fails("line 1, column %d+: ", "&nbsp;")
  equal((doc:from_string("")), false)
  raises("a text expected, got nil", doc.from_string, doc)
end)

it("a class that is gone is said to be", function()
  class "GoneClass" (DocumentNode)
  local made = 0
  function GoneClass:__init()
    DocumentNode.__init(self)
    self:add_property("number", 1)
    made = made + 1
  end
  local doc = Document.create("HasGone") { nodes = Document.DocumentList() }
  doc.nodes:insert(GoneClass())
  local saved = doc:to_string()
  equal({ doc:from_string(saved), made }, { true, 2 })
  _G["GoneClass"] = nil
  local good, problem = doc:from_string(saved)
  equal(good, false)
  truthy(problem:find("'GoneClass' was not registered", 1, true))
  equal(#doc.nodes, 1)
  class "GoneClass"
  function GoneClass:__init() end
  good, problem = doc:from_string(saved)
  equal(good, false)
  truthy(problem:find("'GoneClass' is not derived from DocumentNode", 1, true))
end)

it("an error in a class that is loaded goes on to the script", function()
  class "FailingNode" (DocumentNode)
  local fail = false
  function FailingNode:__init()
    DocumentNode.__init(self)
    if fail then error("on purpose") end
  end
  local doc = Document.create("HasFailing") { nodes = Document.DocumentList() }
  doc.nodes:insert(FailingNode())
  local saved = doc:to_string()
  fail = true
  raises("on purpose", doc.from_string, doc, saved)
end)

it("loading tells of what it changes, and of nothing else", function()
  local doc, calls = Document.create("Tells") { a = 1, b = 2, list = { 1, 2 } }, {}
  for _, name in ipairs { "a", "b" } do
    doc[name]:add_notifier(function() calls[#calls + 1] = name end)
  end
  doc.list:add_notifier(function(change) calls[#calls + 1] = change.type end)
  doc.list[1]:add_notifier(function() calls[#calls + 1] = "item" end)
  local saved = doc:to_string()
  equal(doc:from_string(saved), true)
  equal(calls, {})
  doc.b.value = 3
  doc.list[1].value = 5
  doc.list:insert(3)
  calls = {}
  equal(doc:from_string(saved), true)
  equal(calls, { "b", "item", "remove" })
end)

it("XML that would grow is not read", function()
  local doc = Document.create("Grows") { text = "x" }
  local good, problem = doc:from_string([[<!DOCTYPE Grows [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>
    <Grows><text>&b;</text></Grows>]])
  equal({ good, doc.text.value }, { false, "x" })
  truthy(problem:find("document type", 1, true))
  good, problem = doc:from_string([[<!DOCTYPE Grows [<!ENTITY a SYSTEM "file:///etc/passwd">]><Grows><text>&a;</text></Grows>]])
  equal({ good, doc.text.value }, { false, "x" })
  good, problem = doc:from_string(("<a>"):rep(100) .. ("</a>"):rep(100))
  equal(good, false)
  truthy(problem:find("too many elements inside each other", 1, true))
  good, problem = doc:from_string("<Grows>" .. (" "):rep(5 << 20) .. "</Grows>")
  equal({ good, problem }, { false, "it is too long" })
end)

it("what could not be read again is not written", function()
  local inner = Document.create("Inner") { text = "" }
  for _ = 1, 62 do
    local outer = Document.create("Outer") {}
    outer:add_property("inner", inner)
    inner = outer
  end
  equal(inner:from_string(inner:to_string()), true) -- 64 elements, the text is the last
  local outer = Document.create("Outer") {}
  outer:add_property("inner", inner)
  equal({ outer:save_as(path) }, { false, ("cannot write '%s': too many elements inside each other"):format(path) })

  local long = Document.create("Long") { [("n"):rep(100000)] = { 0 }, text = "" }
  for i = 1, 18 do
    long[("n"):rep(100000)]:insert(i)
  end
  local rest = (4 << 20) - #long:to_string() - #"</text>" + #"/"
  long.text.value = ("x"):rep(rest)
  local text = long:to_string()
  equal(#text, 4 << 20)
  equal(long:from_string(text), true)
  long.text.value = ("x"):rep(rest + 1)
  os.remove(path)
  equal({ long:save_as(path) }, { false, ("cannot write '%s': it is too long"):format(path) })
  equal(bytes_of(path), nil)
end)

it("files are saved and loaded, and errors are results", function()
  local doc = Document.create("Saved") (everything())
  equal({ doc:save_as(path) }, { true })
  equal(bytes_of(path), doc:to_string())
  doc.number.value = 1
  equal({ doc:load_from(path) }, { true })
  equal(doc.number.value, 99)
  os.remove(path)
  equal({ doc:load_from(path) }, { false, ("cannot read '%s': No such file or directory"):format(path) })
  equal({ doc:save_as("/no such folder/x.xml") },
    { false, "cannot write '/no such folder/x.xml': No such file or directory" })
  equal({ doc:save_as("/") }, { false, "cannot write '/': Is a directory" })
  equal({ doc:save_as("/dev/null") }, { false, "cannot write '/dev/null': Invalid argument" })
  write_bytes(path, "no XML")
  local good, problem = doc:load_from(path)
  equal(good, false)
  truthy(problem:find("cannot load '" .. path .. "': line 1, column 1: ", 1, true))
  for _, wrong in ipairs { "", 1, {}, "a\0b" } do
    raises("the name of a file expected", doc.save_as, doc, wrong)
    raises("the name of a file expected", doc.load_from, doc, wrong)
  end
end)

it("saving keeps a file's mode and links, and leaves nothing beside it", function()
  local doc = Document.create("Modes") { a = 1 }
  local folder = path .. ".d"
  equal(os.execute(("rm -rf %s && mkdir %s && cd %s && touch file && chmod 640 file && ln -s file link"):format(folder,
    folder, folder)), 0)
  local function shell(command)
    local pipe = assert(io.popen(("cd %s && %s"):format(folder, command)))
    local text = pipe:read("a")
    pipe:close()
    return text
  end
  equal({ doc:save_as(folder .. "/link") }, { true })
  equal(shell("stat -c %a file; readlink link; ls"), "640\nfile\nfile\nlink\n")
  equal(bytes_of(folder .. "/file"), doc:to_string())
  equal({ doc:save_as(folder .. "/new") }, { true })
  equal(shell("touch like; stat -c %a new; ls"), shell("stat -c %a like") .. "file\nlike\nlink\nnew\n")
  os.execute("rm -r " .. folder)
end)

it("relative paths begin where the script's do", function()
  local doc = Document.create("Relative") { a = 1 }
  local name = ("relative_%d.xml"):format(math.random(1 << 40)) -- specs run side by side
  equal({ doc:save_as(name) }, { true })
  local found = bytes_of(name) -- a program's paths begin where it was started
  os.remove(name)
  equal(found, doc:to_string())
end)

it("a node without a model or class has no way to be made in a list", function()
  local doc = Document.create("Anonymous") { nodes = Document.DocumentList() }
  doc.nodes:insert(DocumentNode())
  local good, problem = doc:from_string(doc:to_string())
  equal(good, false)
  truthy(problem:find("'DocumentNode' was not registered", 1, true))
end)

os.remove(path)
spec.finish()
