-- osmid, and Sonic Pi before it had its own: /{port or *}/{command} in, /midi/{port}/{number}/{channel}/{type} out.
-- SPDX-License-Identifier: MIT
map [[
  /{device}/note_on           ch note vel=100  -> port device channel ch|all note note vel
  /{device}/note_off          ch note vel=64   -> port device channel ch|all note-off note vel
  /{device}/control_change    ch number value  -> port device channel ch|all control-change number value
  /{device}/program_change    ch number        -> port device channel ch|all program-change number
  /{device}/pitch_bend        ch value         -> port device channel ch|all pitch-bend value
  /{device}/channel_pressure  ch value         -> port device channel ch|all channel-pressure value
  /{device}/poly_pressure     ch note value    -> port device channel ch|all poly-pressure note value
  /{device}/raw               data:b           -> port device raw data
  /{device}/clock                              -> port device midi-clock
  /{device}/start                              -> port device start
  /{device}/stop                               -> port device stop
  /{device}/continue                           -> port device continue
  /{device}/active_sensing                     -> port device active-sensing
  /{device}/active_sense                       -> port device active-sensing

  /midi/{device}/{id}/{ch}/note_on                  note vel      <- port device port-id id channel ch note-on note vel
  /midi/{device}/{id}/{ch}/note_off                 note vel      <- port device port-id id channel ch note-off note vel
  /midi/{device}/{id}/{ch}/control_change           number value  <- port device port-id id channel ch control-change number value
  /midi/{device}/{id}/{ch}/program_change           number        <- port device port-id id channel ch program-change number
  /midi/{device}/{id}/{ch}/pitch_bend               value         <- port device port-id id channel ch pitch-bend value
  /midi/{device}/{id}/{ch}/channel_pressure         value         <- port device port-id id channel ch channel-pressure value
  /midi/{device}/{id}/{ch}/polyphonic_key_pressure  note value    <- port device port-id id channel ch poly-pressure note value
  /midi/{device}/{id}/sysex                         data:i        <- port device port-id id system-exclusive data
  /midi/{device}/{id}/MTC                           value         <- port device port-id id quarter-frame value
  /midi/{device}/{id}/song_position                 value         <- port device port-id id song-position value
  /midi/{device}/{id}/song_select                   value         <- port device port-id id song-select value
  /midi/{device}/{id}/tune_request                                <- port device port-id id tune-request
  /midi/{device}/{id}/clock                                       <- port device port-id id midi-clock
  /midi/{device}/{id}/start                                       <- port device port-id id start
  /midi/{device}/{id}/continue                                    <- port device port-id id continue
  /midi/{device}/{id}/stop                                        <- port device port-id id stop
  /midi/{device}/{id}/active_sensing                              <- port device port-id id active-sensing
]]
