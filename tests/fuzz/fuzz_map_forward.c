/* Fuzzes maps both ways: packets become well-formed MIDI through the default dialects and a map with every kind of
 * rule, and MIDI becomes OSC that our own reader accepts. SPDX-License-Identifier: MIT */
/* covers: src/route/rule_forward.c src/route/rule_data.c src/route/rule_time.c src/route/rule_reverse.c */
/* covers: src/route/map.c src/osc/osc_template.c src/osc/osc_table.c */
#include "base/error.h"
#include "map/map_compile.h"
#include "osc/osc_bundle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Input: a packet; what its messages become is told back through every map. */
#define SYSEX_MAX 70000
#define OUT_MAX 300000
#define MAPS_MAX 8
#define TIGHT_MAX 4  /* messages of one input that are also told with too little room */
#define TELLS_MAX 64 /* messages of one input that are told at all: patterns make thousands */

static const char rules[] = "map [[\n"
                            "  /1/fader{n:1-8} x:0-1 <-> channel 1 cc n x\n"
                            "  /1/rotary{n:1-4} x:0-1 <-> channel 2 cc n:71-74 x:127-0\n"
                            "  /1/xy x:0-1 y:0-1 -> cc 16 x\n"
                            "  /1/xy x:0-1 y:0-1 -> cc 17 y\n"
                            "  /2/push{n:1-16} on:0-1 <-> channel 10 note n:36-51 on\n"
                            "  /keys/{ch:1-16}/{key:0-127} vel=100 <-> channel ch note key vel\n"
                            "  /all/{ch} n v <-> channel ch|all note-on n v\n"
                            "  /off/{ch:-1..16} n v=64 <-> channel ch|all note-off n v\n"
                            "  /neg/{v:-64..63}/x <-> cc 20 v\n"
                            "  /wheel v:-1..1 <-> bend v\n"
                            "  /program ch p:1-128 <-> channel ch program p:0-127\n"
                            "  /pressure v:d <-> pressure v\n"
                            "  /pp n v:h <-> pp n v\n"
                            "  /cc14 n v:0-1 <-> cc14 n v\n"
                            "  /nrpn n v <-> nrpn n v\n"
                            "  /rpn n v <-> port mine rpn n v\n"
                            "  /nobody n v <- port nobody rpn n v\n"
                            "  /tc t v <-> tc t v\n"
                            "  /spp n:f <-> spp n\n"
                            "  /ss n <-> ss n\n"
                            "  /play 1 <-> start\n"
                            "  /play 0 <-> stop\n"
                            "  /play \"cont\" 2 0.5 on:T=1 <-> continue\n"
                            "  /tun <-> tun\n"
                            "  /sysex data:s <-> sysex data\n"
                            "  /sysexb a \"x\" data:b -> sysex data\n"
                            "  /sysexi data:i <-> sysex data\n"
                            "  /bytes a b:T:0-1 <-> sysex 7EH a 9 b hex 7f\n"
                            "  /midi msg:m <-> raw msg\n"
                            "  /rawb \"x\" 7 data:b -> raw data\n"
                            "  /raws data:s <-> raw data\n"
                            "  /rawi 1 data:i <- raw data\n"
                            "  /rawb2 \"x\" data:b <- raw data\n"
                            "  /{dev}/note n v <-> port dev note n v\n"
                            "  /{dev}/raw data -> port dev raw data\n"
                            "  /from/{dev}/{id:0-3} n v <- port dev port-id id channel 3 note-on n v\n"
                            "  /fixed n -> port \"synth*\" cc n 1\n"
                            "  /mine n <-> port mine cc 9 n\n"
                            "  /mtc t <-> full-frame t\n"
                            "  /time t <-> mtc t\n"
                            "  /film t <-> mtc t 0\n"
                            "  /hmsf h m s f rate <-> mtc h m s f rate\n"
                            "  /noon m s f <-> mtc 12 m s f\n"
                            "  /run t <-> mtc-running t 1\n"
                            "  /tempo v:i:0-1 <-> clock-tempo v:20-300\n"
                            "  /clock v <-> clock-tempo v\n"
                            "  /rate/{rate:0-3} \"x\" t <-> full-frame t rate\n"
                            "  /a/#{ch:1-16}/#{n} v <-> channel ch note n v\n"
                            "  /ip/{a}.{b}.{c}-{d} v -> cc a v\n"
                            "  /dev{name}x/on n -> note n 1\n"
                            "  * msg:m -> raw msg\n"
                            "]]\n"
                            "map('/f{n:1-8}/{name} x:1-0 y=2 ->', print)\n";

static struct map *maps[MAPS_MAX];
static unsigned map_count, tells;
static struct midi_parameters parameters; /* of the one input that all is told from */
static struct midi_time_code code;

static void must(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "broken: %s\n", what);
        abort();
    }
}

/* One whole MIDI message at a time, of the message being played. */
struct collected {
    uint8_t bytes[SYSEX_MAX];
    size_t length;
    bool in_sysex;
    unsigned messages;
};

static struct collected collected;

static void on_osc(void *user, const uint8_t *bytes, size_t length)
{
    struct osc_view view;
    uint8_t *copy;
    int error;

    (void)user;
    if (bytes == NULL) /* it does not fit */
        return;
    copy = malloc(length);
    must(copy != NULL && length > 0 && length % 4 == 0, "packet length");
    memcpy(copy, bytes, length);
    error = osc_view_parse(&view, copy, length);
    must(error == 0 || length > 4096, "our reader takes what we send"); /* beyond 1024 arguments it may be too big */
    free(copy);
}

/* Tells a message to every map, with all the room and with too little. */
static void tell_maps(const struct rule_midi *midi)
{
    static uint8_t out[OUT_MAX];

    for (unsigned i = 0; i < map_count; i++) {
        map_reverse(maps[i], midi, out, sizeof out, on_osc, NULL);
        for (size_t size = 0; size < 48 && tells < TIGHT_MAX; size += 4) {
            uint8_t *tight = malloc(size > 0 ? size : 1);

            must(tight != NULL, "memory");
            map_reverse(maps[i], midi, tight, size, on_osc, NULL);
            free(tight);
        }
    }
}

static void tell_late(const struct midi_parameter_set *late)
{
    struct midi_msg msb = midi_parameters_msb(late);
    struct rule_midi midi = {
        .bytes = msb.b, .length = 3, .parameters = late, .late = true, .port = "mine", .port_length = 4, .port_id = 3};

    if (late->count > 0)
        tell_maps(&midi);
}

/* Tells a whole MIDI message back, with what it is part of. */
static void tell(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length), frame[MIDI_FULL_FRAME];
    struct rule_midi midi = {.bytes = copy, .length = length, .port = "mine", .port_length = 4, .port_id = 3};
    struct midi_parameter_set late, now;

    if (++tells > TELLS_MAX) {
        free(copy);
        return;
    }
    must(copy != NULL, "memory");
    memcpy(copy, bytes, length);
    if ((bytes[0] & 0xf0) == MIDI_CONTROL_CHANGE) {
        struct midi_msg msg = midi_short(bytes[0], bytes[1], bytes[2]);

        midi_parameters_take(&parameters, &msg, &late, &now);
        tell_late(&late);
        midi.parameters = now.count > 0 ? &now : NULL;
    } else if (bytes[0] == MIDI_TIME_CODE) {
        enum midi_time_result result = midi_time_code_take(&code, bytes[1], frame);

        midi.in_time = result != MIDI_TIME_STRAY;
        midi.time = result == MIDI_TIME_WHOLE ? frame : NULL;
    } else if (bytes[0] == MIDI_CLOCK) {
        midi.in_tempo = true;
        midi.bpm = (double)(collected.messages % 4) * 99.9;
    }
    tell_maps(&midi);
    free(copy);
}

static void on_midi(void *user, const struct midi_msg *msg, const char *port, size_t length)
{
    bool piece = (msg->flags & MIDI_SYSEX_PART) != 0;

    (void)user;
    must(port == NULL || length <= OSC_ADDRESS_MAX, "port name");
    must(msg->len >= 1 && msg->len <= 8 && msg->port == 0, "message");
    collected.messages++;
    if (!piece) {
        must(msg->flags == 0 && midi_length(msg->b[0]) == msg->len, "short message");
        for (int i = 1; i < msg->len; i++)
            must(msg->b[i] < 0x80, "data byte");
        must(!collected.in_sysex || midi_is_realtime(msg->b[0]), "nothing but real time in a SysEx");
        tell(msg->b, msg->len);
        return;
    }
    must(((msg->flags & MIDI_SYSEX_BEGIN) == 0) == collected.in_sysex, "SysEx pieces in order");
    must((msg->flags & MIDI_SYSEX_CUT) == 0, "SysEx that is whole");
    if ((msg->flags & MIDI_SYSEX_BEGIN) != 0)
        collected.length = 0;
    must(collected.length + msg->len <= sizeof collected.bytes, "SysEx no longer than its packet");
    memcpy(collected.bytes + collected.length, msg->b, msg->len);
    collected.length += msg->len;
    collected.in_sysex = (msg->flags & MIDI_SYSEX_END) == 0;
    if (collected.in_sysex)
        return;
    must(collected.length >= 2 && collected.bytes[0] == 0xf0 && collected.bytes[collected.length - 1] == 0xf7,
         "F0 and F7");
    for (size_t i = 1; i + 1 < collected.length; i++)
        must(collected.bytes[i] < 0x80, "SysEx data byte");
    tell(collected.bytes, collected.length);
}

/* What goes out at a pace of its own counts as MIDI does. */
static void on_tempo(void *user, double bpm, const char *port, size_t length)
{
    (void)user;
    must(bpm >= 0 && bpm <= 999, "tempo");
    must(port == NULL || length <= OSC_ADDRESS_MAX, "port name");
    collected.messages++;
}

static bool on_time(void *user, const struct midi_time *time, const char *port, size_t length)
{
    (void)user;
    must(time->hours < 24 && time->minutes < 60 && time->seconds < 60 && time->frames < 30 && time->rate == 1, "time");
    must(port == NULL || length <= OSC_ADDRESS_MAX, "port name");
    collected.messages++;
    return time->frames % 2 == 0;
}

/* Functions count as MIDI does. */
static void on_function(void *user, const struct rule *rule, const double values[RULE_VARS_MAX],
                        const struct osc_binding bindings[OSC_PLACES_MAX])
{
    (void)user;
    must(rule->command == RULE_FUNCTION && rule->var_count == 4, "the rule of the function");
    must(values[0] >= 1 && values[0] <= 8 && values[2] >= 0 && values[2] <= 1, "names within their ranges");
    must(bindings[1].length <= OSC_ADDRESS_MAX && rule->var[1].text, "text of the address");
    collected.messages++;
}

static void on_message(void *user, const struct osc_view *view, uint64_t timetag)
{
    struct rule_sink sink = {
        .midi = on_midi, .function = on_function, .tempo = on_tempo, .time = on_time, .user = NULL};

    (void)user, (void)timetag;
    for (unsigned i = 0; i < map_count; i++) {
        enum map_result result;
        int line = -1;

        collected.messages = 0;
        result = map_forward(maps[i], view, &sink, &line);
        must(!collected.in_sysex, "SysEx that ends");
        must((result == MAP_PLAYED) == (collected.messages > 0), "played means MIDI");
        must((line > 0) == (result == MAP_RANGE || result == MAP_BAD_DATA), "line of the rule");
    }
}

static void on_malformed(void *user, int error)
{
    (void)user;
    must(error < 0, "error");
}

/* Once: a map holds so many rules and no more, and none is freed too. */
static void check_bound(void)
{
    struct map *map = map_new("full", false);
    struct map_rule rule;

    must(map != NULL, "memory");
    memset(&rule, 0, sizeof rule);
    for (int i = 0; i < MAP_RULES_MAX; i++)
        must(map_add(map, &rule) == 0, "room for a rule");
    must(map_add(map, &rule) == NW_EFULL, "no room for one more");
    map_free(map);
    map_free(NULL);
}

/* Once: all default dialects, and the map above from a file. */
static void compile_maps(void)
{
    struct map_wishes wishes = {0};
    char path[] = "/tmp/notewire-fuzz-XXXXXX";
    int fd = mkstemp(path);

    must(fd >= 0 && write(fd, rules, sizeof rules - 1) == (ssize_t)(sizeof rules - 1), "map file");
    close(fd);
    must(map_compile_file(path, &maps[map_count++], &wishes) == 0, "the map compiles");
    must(map_assembles(maps[0]) && map_paces(maps[0]), "it has rules for values of several messages, and for clocks");
    unlink(path);
    must(map_assembles(maps[0]), "a map that makes one thing of several messages");
    for (const char *const *name = map_default_dialects; *name != NULL; name++) {
        must(map_count < MAPS_MAX, "few dialects");
        must(map_compile_dialect(*name, &maps[map_count]) == 0, "the dialects compile");
        must(map_is_dialect(maps[map_count]) && strcmp(map_name(maps[map_count]), *name) == 0, "a dialect by name");
        must(map_rules(maps[map_count]) > 0 && map_has_reverse(maps[map_count]), "a dialect both ways");
        map_count++;
    }
    map_free(maps[--map_count]); /* the last one again, to free a map once */
    must(map_compile_dialect(map_default_dialects[map_count - 1], &maps[map_count]) == 0, "again");
    map_count++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct osc_packet_sink sink = {.message = on_message, .malformed = on_malformed};
    struct midi_parameter_set late;
    uint8_t *copy;

    if (map_count == 0) {
        check_bound();
        compile_maps();
    }
    copy = malloc(size > 0 ? size : 1);
    must(copy != NULL, "memory");
    if (size > 0)
        memcpy(copy, data, size);
    tells = 0;
    memset(&parameters, 0, sizeof parameters);
    memset(&code, 0, sizeof code);
    osc_packet_walk(copy, size, &sink);
    midi_parameters_flush(&parameters, &late);
    tell_late(&late);
    free(copy);
    return 0;
}
