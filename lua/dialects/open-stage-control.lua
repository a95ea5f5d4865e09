-- Open Stage Control's words, and the shortest there are: what notewire speaks to who has not spoken yet.
-- SPDX-License-Identifier: MIT
map [[
  /note             ch note vel=100    <-> channel ch note note vel
  /note_off         ch note vel=64      -> channel ch note-off note vel
  /control          ch number value    <-> channel ch control-change number value
  /program          ch number          <-> channel ch program-change number
  /pitch            ch value           <-> channel ch pitch-bend value
  /channel_pressure ch value           <-> channel ch channel-pressure value
  /key_pressure     ch note value      <-> channel ch poly-pressure note value
  /nrpn             ch number value    <-> channel ch nrpn number value
  /rpn              ch number value    <-> channel ch rpn number value
  /mtc              time:s             <-> mtc time
  /sysex            data:s             <-> system-exclusive data
]]
