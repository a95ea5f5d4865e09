-- renoise.song(), which is nil, and the classes of songs: their constants are there, for tools read them when they load.
-- SPDX-License-Identifier: MIT
local import = ...
local headless, host = import "renoise/headless", import "host"
local class, gmatch, pairs, renoise = class, string.gmatch, pairs, renoise

renoise.song = host.song

local constants = {
  Song = {
    MAX_NUMBER_OF_INSTRUMENTS = 255,
    SUB_COLUMN_NOTE = 1,
    SUB_COLUMN_INSTRUMENT = 2,
    SUB_COLUMN_VOLUME = 3,
    SUB_COLUMN_PANNING = 4,
    SUB_COLUMN_DELAY = 5,
    SUB_COLUMN_SAMPLE_EFFECT_NUMBER = 6,
    SUB_COLUMN_SAMPLE_EFFECT_AMOUNT = 7,
    SUB_COLUMN_EFFECT_NUMBER = 8,
    SUB_COLUMN_EFFECT_AMOUNT = 9,
  },
  Transport = {
    PLAYMODE_RESTART_PATTERN = 1,
    PLAYMODE_CONTINUE_PATTERN = 2,
    RECORD_PARAMETER_MODE_PATTERN = 1,
    RECORD_PARAMETER_MODE_AUTOMATION = 2,
    TIMING_MODEL_SPEED = 1,
    TIMING_MODEL_LPB = 2,
  },
  Track = {
    TRACK_TYPE_SEQUENCER = 1,
    TRACK_TYPE_MASTER = 2,
    TRACK_TYPE_SEND = 3,
    TRACK_TYPE_GROUP = 4,
    MUTE_STATE_ACTIVE = 1,
    MUTE_STATE_OFF = 2,
    MUTE_STATE_MUTED = 3,
  },
  DeviceParameter = { POLARITY_UNIPOLAR = 1, POLARITY_BIPOLAR = 2 },
  Pattern = { MAX_NUMBER_OF_LINES = 512 },
  PatternLine = {
    EMPTY_NOTE = 121,
    NOTE_OFF = 120,
    EMPTY_INSTRUMENT = 255,
    EMPTY_VOLUME = 255,
    EMPTY_PANNING = 255,
    EMPTY_DELAY = 0,
    EMPTY_EFFECT_NUMBER = 0,
    EMPTY_EFFECT_AMOUNT = 0,
  },
  PatternTrackAutomation = { PLAYMODE_POINTS = 1, PLAYMODE_LINES = 2, PLAYMODE_CURVES = 3 },
  Instrument = {
    NUMBER_OF_MACROS = 8,
    MAX_NUMBER_OF_PHRASES = 126,
    TAB_SAMPLES = 1,
    TAB_PLUGIN = 2,
    TAB_EXT_MIDI = 3,
    PHRASES_OFF = 1,
    PHRASES_PLAY_SELECTIVE = 2,
    PHRASES_PLAY_KEYMAP = 3,
    LAYER_NOTE_DISABLED = 0,
    LAYER_NOTE_ON = 1,
    LAYER_NOTE_OFF = 2,
    OVERLAP_MODE_ALL = 0,
    OVERLAP_MODE_CYCLED = 1,
    OVERLAP_MODE_RANDOM = 2,
  },
  InstrumentTriggerOptions = { QUANTIZE_NONE = 1, QUANTIZE_LINE = 2, QUANTIZE_BEAT = 3, QUANTIZE_BAR = 4 },
  InstrumentMidiOutputProperties = { TYPE_EXTERNAL = 1, TYPE_LINE_IN_RET = 2, TYPE_INTERNAL = 3 },
  InstrumentPhrase = {
    KEY_TRACKING_NONE = 1,
    KEY_TRACKING_TRANSPOSE = 2,
    KEY_TRACKING_OFFSET = 3,
    MAX_NUMBER_OF_LINES = 512,
    MIN_NUMBER_OF_NOTE_COLUMNS = 1,
    MAX_NUMBER_OF_NOTE_COLUMNS = 12,
    MIN_NUMBER_OF_EFFECT_COLUMNS = 0,
    MAX_NUMBER_OF_EFFECT_COLUMNS = 8,
  },
  InstrumentPhraseMapping = { KEY_TRACKING_NONE = 1, KEY_TRACKING_TRANSPOSE = 2, KEY_TRACKING_OFFSET = 3 },
  Sample = {
    INTERPOLATE_NONE = 1,
    INTERPOLATE_LINEAR = 2,
    INTERPOLATE_CUBIC = 3,
    INTERPOLATE_SINC = 4,
    LOOP_MODE_OFF = 1,
    LOOP_MODE_FORWARD = 2,
    LOOP_MODE_REVERSE = 3,
    LOOP_MODE_PING_PONG = 4,
    BEAT_SYNC_REPITCH = 1,
    BEAT_SYNC_PERCUSSION = 2,
    BEAT_SYNC_TEXTURE = 3,
    NEW_NOTE_ACTION_NOTE_CUT = 1,
    NEW_NOTE_ACTION_NOTE_OFF = 2,
    NEW_NOTE_ACTION_SUSTAIN = 3,
  },
  SampleBuffer = { CHANNEL_LEFT = 1, CHANNEL_RIGHT = 2, CHANNEL_LEFT_AND_RIGHT = 3 },
  SampleModulationDevice = {
    TARGET_VOLUME = 1,
    TARGET_PANNING = 2,
    TARGET_PITCH = 3,
    TARGET_CUTOFF = 4,
    TARGET_RESONANCE = 5,
    TARGET_DRIVE = 6,
    OPERATOR_ADD = 1,
    OPERATOR_SUB = 2,
    OPERATOR_MUL = 3,
    OPERATOR_DIV = 4,
  },
  SampleFaderModulationDevice = {
    SCALING_LOG_FAST = 1,
    SCALING_LOG_SLOW = 2,
    SCALING_LINEAR = 3,
    SCALING_EXP_SLOW = 4,
    SCALING_EXP_FAST = 5,
  },
  SampleVelocityTrackingModulationDevice = { MODE_CLAMP = 1, MODE_SCALE = 2 },
  SampleEnvelopeModulationDevice = {
    MIN_NUMBER_OF_POINTS = 6,
    MAX_NUMBER_OF_POINTS = 6144,
    PLAYMODE_POINTS = 1,
    PLAYMODE_LINES = 2,
    PLAYMODE_CURVES = 3,
    LOOP_MODE_OFF = 1,
    LOOP_MODE_FORWARD = 2,
    LOOP_MODE_REVERSE = 3,
    LOOP_MODE_PING_PONG = 4,
  },
  SampleStepperModulationDevice = {
    MIN_NUMBER_OF_POINTS = 1,
    MAX_NUMBER_OF_POINTS = 256,
    PLAYMODE_POINTS = 1,
    PLAYMODE_LINES = 2,
    PLAYMODE_CURVES = 3,
  },
  SampleLfoModulationDevice = { MODE_SIN = 1, MODE_SAW = 2, MODE_PULSE = 3, MODE_RANDOM = 4 },
}

-- Without constants; type() knows them all the same.
local without = [[
  AudioDevice EffectColumn GroupTrack InstrumentMacro InstrumentMidiInputProperties InstrumentPluginProperties
  NoteColumn PatternIterator PatternSequencer PatternTrack SampleAhdrsModulationDevice SampleDeviceChain
  SampleKeyTrackingModulationDevice SampleMapping SampleModulationSet SampleOperandModulationDevice SongPos
]]
for name in gmatch(without, "%S+") do constants[name] = {} end

for name, values in pairs(constants) do
  class(renoise, name)
  local Class = renoise[name]
  for constant, value in pairs(values) do Class[constant] = value end
  function Class:__init() headless.raise("renoise." .. name, 3) end
end
renoise.TrackDevice = renoise.AudioDevice -- what it was called
