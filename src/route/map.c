/* A compiled map: its rules, found by address one way and by MIDI status the other.
 * SPDX-License-Identifier: MIT */
#include "route/map.h"

#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* What map_keep holds, in a list so that pointers stay. */
struct kept {
    struct kept *next;
    unsigned char bytes[];
};

struct map {
    char *name;
    bool dialect, assembles, paces;
    struct kept *kept;
    struct map_rule *rules; /* as added */
    unsigned count, capacity;
    struct osc_table table;          /* of the forward rules */
    unsigned *forward;               /* table entry to rule */
    unsigned *reverse;               /* rules by status kind, each kind in order */
    unsigned from[MAP_STATUSES + 1]; /* where each kind begins in reverse */
};

struct map *map_new(const char *name, bool dialect)
{
    struct map *map = calloc(1, sizeof *map);

    if (map == NULL || (map->name = strdup(name)) == NULL) {
        free(map);
        return NULL;
    }
    map->dialect = dialect;
    return map;
}

void map_free(struct map *map)
{
    if (map == NULL)
        return;
    while (map->kept != NULL) {
        struct kept *next = map->kept->next;

        free(map->kept);
        map->kept = next;
    }
    free(map->table.entries);
    free(map->table.buckets);
    free(map->forward);
    free(map->reverse);
    free(map->rules);
    free(map->name);
    free(map);
}

const void *map_keep(struct map *map, const void *bytes, size_t length)
{
    struct kept *kept = malloc(sizeof *kept + length + 1);

    if (kept == NULL)
        return NULL;
    memcpy(kept->bytes, bytes, length);
    kept->bytes[length] = 0;
    kept->next = map->kept;
    map->kept = kept;
    return kept->bytes;
}

int map_add(struct map *map, const struct map_rule *rule)
{
    if (map->count == MAP_RULES_MAX)
        return NW_EFULL;
    if (map->count == map->capacity) {
        unsigned capacity = map->capacity > 0 ? map->capacity * 2 : 16;
        struct map_rule *rules = realloc(map->rules, capacity * sizeof *rules);

        if (rules == NULL)
            return NW_EMEMORY;
        map->rules = rules;
        map->capacity = capacity;
    }
    map->rules[map->count++] = *rule;
    return 0;
}

/* Which kind of MIDI message a status is: 0 to 7 channel messages, 8 to 23 system messages. */
static unsigned status_kind(uint8_t status)
{
    return status < 0xf0 ? (status >> 4) & 7u : 8u + (status & 0x0fu);
}

/* The kinds of MIDI messages that a rule reads backwards, one bit each. */
static uint32_t rule_kinds(const struct rule *rule)
{
    static const uint8_t status[] = {
        [RULE_NOTE_ON] = MIDI_NOTE_ON,
        [RULE_NOTE_OFF] = MIDI_NOTE_OFF,
        [RULE_KEY_PRESSURE] = MIDI_KEY_PRESSURE,
        [RULE_CONTROL] = MIDI_CONTROL_CHANGE,
        [RULE_PROGRAM] = MIDI_PROGRAM_CHANGE,
        [RULE_PRESSURE] = MIDI_CHANNEL_PRESSURE,
        [RULE_BEND] = MIDI_PITCH_BEND,
        [RULE_TIME_CODE] = MIDI_TIME_CODE,
        [RULE_QUARTER_FRAME] = MIDI_TIME_CODE,
        [RULE_SONG_POSITION] = MIDI_SONG_POSITION,
        [RULE_SONG_SELECT] = MIDI_SONG_SELECT,
        [RULE_SYSEX] = MIDI_SYSEX,
        [RULE_FULL_FRAME] = MIDI_SYSEX,
        [RULE_CONTROL_14] = MIDI_CONTROL_CHANGE,
        [RULE_NRPN] = MIDI_CONTROL_CHANGE,
        [RULE_RPN] = MIDI_CONTROL_CHANGE,
        [RULE_TEMPO] = MIDI_CLOCK,
    };

    if ((rule->direction & RULE_REVERSE) == 0)
        return 0;
    switch ((enum rule_command)rule->command) {
    case RULE_RAW: return (1u << MAP_STATUSES) - 1;
    case RULE_NOTE: return 1u << status_kind(MIDI_NOTE_ON) | 1u << status_kind(MIDI_NOTE_OFF);
    case RULE_MTC: return 1u << status_kind(MIDI_TIME_CODE) | 1u << status_kind(MIDI_SYSEX);
    case RULE_SYSTEM: return 1u << status_kind(rule->status);
    default: return 1u << status_kind(status[rule->command]);
    }
}

/* Fills the table of forward rules. */
static int build_forward(struct map *map)
{
    unsigned count = 0;

    for (unsigned i = 0; i < map->count; i++)
        count += (map->rules[i].rule.direction & RULE_FORWARD) != 0;
    map->table.bucket_count = osc_table_buckets((int32_t)count);
    map->table.buckets = calloc(map->table.bucket_count, sizeof *map->table.buckets);
    map->table.entries = calloc(count + 1, sizeof *map->table.entries);
    map->forward = calloc(count + 1, sizeof *map->forward);
    if (map->table.buckets == NULL || map->table.entries == NULL || map->forward == NULL)
        return NW_EMEMORY;
    for (unsigned i = 0; i < map->count; i++)
        if ((map->rules[i].rule.direction & RULE_FORWARD) != 0) {
            map->forward[map->table.count] = i;
            map->paces = map->paces || map->rules[i].rule.command == RULE_TEMPO || map->rules[i].rule.running;
            map->table.entries[map->table.count++].address = map->rules[i].address;
        }
    osc_table_index(&map->table);
    return 0;
}

/* Sorts the reverse rules by status kind, their order kept. */
static int build_reverse(struct map *map)
{
    unsigned total = 0;

    for (unsigned kind = 0; kind < MAP_STATUSES; kind++)
        for (unsigned i = 0; i < map->count; i++)
            total += rule_kinds(&map->rules[i].rule) >> kind & 1;
    map->reverse = calloc(total + 1, sizeof *map->reverse);
    if (map->reverse == NULL)
        return NW_EMEMORY;
    total = 0;
    for (unsigned kind = 0; kind < MAP_STATUSES; kind++) {
        map->from[kind] = total;
        for (unsigned i = 0; i < map->count; i++)
            if ((rule_kinds(&map->rules[i].rule) >> kind & 1) != 0) {
                map->reverse[total++] = i;
                map->assembles = map->assembles || rule_assembles(&map->rules[i].rule);
            }
    }
    map->from[MAP_STATUSES] = total;
    return 0;
}

int map_build(struct map *map)
{
    int error = build_forward(map);

    return error != 0 ? error : build_reverse(map);
}

const char *map_name(const struct map *map)
{
    return map->name;
}

bool map_is_dialect(const struct map *map)
{
    return map->dialect;
}

unsigned map_rules(const struct map *map)
{
    return map->count;
}

bool map_has_reverse(const struct map *map)
{
    return map->from[MAP_STATUSES] > 0;
}

bool map_assembles(const struct map *map)
{
    return map->assembles;
}

bool map_paces(const struct map *map)
{
    return map->paces;
}

/* One message on its way through a map. */
struct forward_run {
    const struct map *map;
    const struct osc_view *view;
    const struct rule_sink *sink;
    enum map_result result;
    int line;
};

static bool forward_hit(void *user, int32_t entry, const struct osc_binding bindings[OSC_PLACES_MAX])
{
    struct forward_run *run = user;
    const struct rule *rule = &run->map->rules[run->map->forward[entry]].rule;

    enum rule_result result = rule_forward(rule, bindings, run->view, run->sink);

    if (result == RULE_NO_MATCH)
        return false;
    if (result == RULE_DONE) {
        run->result = MAP_PLAYED;
    } else if (run->result == MAP_NONE) {
        run->result = result == RULE_RANGE ? MAP_RANGE : MAP_BAD_DATA;
        run->line = rule->line;
    }
    return true;
}

enum map_result map_forward(const struct map *map, const struct osc_view *view, const struct rule_sink *sink, int *line)
{
    uint32_t own = OSC_TABLE_BUDGET, *budget = sink->budget != NULL ? sink->budget : &own;
    struct forward_run run = {.map = map, .view = view, .sink = sink};

    if (osc_table_find(&map->table, view->address, view->address_len, budget, forward_hit, &run) == OSC_TABLE_COSTLY &&
        run.result == MAP_NONE)
        run.result = MAP_COSTLY;
    *line = run.result == MAP_RANGE || run.result == MAP_BAD_DATA ? run.line : 0;
    return run.result;
}

/* Whether a rule tells what a SysEx means, and not just its bytes. */
static bool is_precise(const struct rule *rule)
{
    return rule->command == RULE_FULL_FRAME || rule->command == RULE_MTC ||
           (rule->command == RULE_SYSEX && rule->data_var < 0);
}

/* Whether a rule of the map wants a message, of this kind, for what it makes of several. */
static bool wants_part(const struct map *map, const struct rule_midi *midi, unsigned kind)
{
    if (!map->assembles || (midi->parameters == NULL && !midi->in_time && !midi->in_tempo))
        return false;
    for (unsigned i = map->from[kind]; i < map->from[kind + 1]; i++) {
        const struct rule *rule = &map->rules[map->reverse[i]].rule;

        if (rule_assembles(rule) && rule_wants_part(rule, midi))
            return true;
    }
    return false;
}

/* Whether a rule is not for a message: one that is a part of something is not told by itself, but as the bytes it is
 * (and a clock, which is more than the tempo); or whoever sends back all that they hear would play it twice. */
static bool is_passed_over(const struct rule *rule, const struct rule_midi *midi, bool part)
{
    return part && !rule_assembles(rule) && !midi->in_tempo && (midi->late || rule->command != RULE_RAW);
}

/* Whether the value that a message is part of is still to be told. */
static bool is_unknown(const struct rule_midi *midi)
{
    if (midi->in_tempo)
        return midi->bpm == 0;
    return midi->parameters != NULL ? midi->parameters->part[0].value < 0 : midi->time == NULL;
}

unsigned map_reverse(const struct map *map, const struct rule_midi *midi, uint8_t *out, size_t size,
                     void (*send)(void *user, const uint8_t *bytes, size_t length), void *user)
{
    unsigned kind = status_kind(midi->bytes[0]), count = 0;
    bool precise = false, part = wants_part(map, midi, kind), told = midi->late && !part;

    for (unsigned i = map->from[kind]; i < map->from[kind + 1]; i++) {
        const struct map_rule *rule = &map->rules[map->reverse[i]];
        size_t length;

        if (precise && rule->rule.command == RULE_SYSEX && !is_precise(&rule->rule))
            continue; /* or who sends back all that it hears would play it twice */
        if (is_passed_over(&rule->rule, midi, part))
            continue;
        length = rule_reverse(&rule->rule, &rule->address, midi, out, size);
        if (length == 0)
            continue;
        if (told)
            return MAP_KEPT;
        send(user, length == RULE_TOO_BIG ? NULL : out, length);
        precise = precise || is_precise(&rule->rule);
        count++;
    }
    return count == 0 && part && is_unknown(midi) ? MAP_KEPT : count;
}
