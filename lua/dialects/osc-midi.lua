-- OSC 1.0's own MIDI type, at any address: Renoise, TouchOSC Bridge and others send /midi ,m.
-- SPDX-License-Identifier: MIT
map [[
  *       msg:m    -> raw msg
  /midi   msg:m   <-  raw msg
  /sysex  data:s  <-  sysex data
]]
