-- Globals are strict: reading one that nobody has set raises.
-- SPDX-License-Identifier: MIT
local spec = require "spec"
local it, equal, raises = spec.it, spec.equal, spec.raises

it("reading a global that nobody has set raises, also through _G", function()
  raises("variable 'spec_undeclared' is not declared", function() return spec_undeclared end)
  raises("variable 'spec_undeclared' is not declared", function() return _G["spec_undeclared"] end)
  equal(rawget(_G, "spec_undeclared"), nil)
  equal(_AUTO_RELOAD_DEBUG, nil)
  _AUTO_RELOAD_DEBUG = true
  equal(_AUTO_RELOAD_DEBUG, true)
  equal(jit and jit.version, nil)
end)

it("a global is declared by its name in __declared, too", function()
  local globals = debug.getmetatable(_G)
  raises("variable 'spec_declared' is not declared", function() return spec_declared end)
  rawset(_G, "spec_declared", nil)
  raises("variable 'spec_declared' is not declared", function() return spec_declared end)
  globals.__declared["spec_declared"] = true
  equal(spec_declared, nil)
  globals.__declared["spec_declared"] = nil
  raises("variable 'spec_declared' is not declared", function() return spec_declared end)
  spec_set = nil
  equal(globals.__declared.spec_set, true)
  equal(getmetatable(_G), globals)
end)

spec.finish()
