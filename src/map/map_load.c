/* From the tables that the map language makes (lua/maps) to the rules of a map.
 * SPDX-License-Identifier: MIT */
#include "map/map_load.h"

#include "base/error.h"
#include "base/log.h"
#include "file/file.h"
#include "map/map_check.h"
#include "map/map_tail.h"
#include "map/script_route.h"

#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* In the order of enum rule_command; the words of lua/maps/words.lua. */
static const char *const command_names[] = {"note",
                                            "note-on",
                                            "note-off",
                                            "poly-pressure",
                                            "control-change",
                                            "control-change-14",
                                            "program-change",
                                            "channel-pressure",
                                            "pitch-bend",
                                            "nrpn",
                                            "rpn",
                                            "time-code",
                                            "quarter-frame",
                                            "song-position",
                                            "song-select",
                                            "system",
                                            "system-exclusive",
                                            "full-frame",
                                            "clock-tempo",
                                            "mtc",
                                            "raw",
                                            "function",
                                            NULL};

#define PLACE_MAX 999999  /* a number in an address has OSC_NUMBER_DIGITS */
#define MIDI_MAX_14 16383 /* no value of MIDI is greater */

void map_wishes_list(struct map_wishes *w, struct map_wish_list lists[MAP_WISH_KINDS])
{
    lists[0] = (struct map_wish_list){"use", "uses", w->use, w->use_where, &w->use_count};
    lists[1] = (struct map_wish_list){"osc", "osc", w->osc, w->osc_where, &w->osc_count};
    lists[2] = (struct map_wish_list){"midi_in", "midi_in", w->midi_in, w->midi_in_where, &w->midi_in_count};
    lists[3] = (struct map_wish_list){"midi_out", "midi_out", w->midi_out, w->midi_out_where, &w->midi_out_count};
    lists[4] = (struct map_wish_list){"din", "din", w->din, w->din_where, &w->din_count};
    lists[5] = (struct map_wish_list){"release_after", "release_after", w->release_after, w->release_after_where,
                                      &w->release_after_count};
    lists[6] = (struct map_wish_list){"reply", "reply", w->reply, w->reply_where, &w->reply_count};
}

void map_wishes_free(struct map_wishes *wishes)
{
    struct map_wish_list lists[MAP_WISH_KINDS];

    map_wishes_list(wishes, lists);
    for (size_t i = 0; i < MAP_WISH_KINDS; i++)
        while (*lists[i].count > 0) {
            --*lists[i].count;
            free(lists[i].texts[*lists[i].count]);
            free(lists[i].where[*lists[i].count]);
        }
}

/* A script may have changed whatever the map language is made of: nothing of what it gives is taken unseen. */
static const char tampered[] = "the map language was tampered with";

/* 0, or, logged, NW_EINVALID. */
static int judge(const char *name, int line, bool bad)
{
    if (bad)
        log_fatal("E410", "%s:%d:1: %s", name, line, tampered);
    return bad ? NW_EINVALID : 0;
}

/* Reads of the table at the top of the stack; what is no table has no fields. */

/* Pushes a field; returns its type. */
static int push_field(lua_State *L, const char *field)
{
    if (lua_istable(L, -1))
        return lua_getfield(L, -1, field);
    lua_pushnil(L);
    return LUA_TNIL;
}

/* Pushes a list; returns how many it holds. */
static lua_Unsigned push_list(lua_State *L, const char *field)
{
    return push_field(L, field) == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
}

/* A text's borrowed bytes, pushed; NULL when it is none. */
static const char *push_text(lua_State *L, const char *field)
{
    return push_field(L, field) == LUA_TSTRING ? lua_tostring(L, -1) : NULL;
}

static double number_field(lua_State *L, const char *field, double missing)
{
    double value = push_field(L, field) == LUA_TNUMBER ? lua_tonumber(L, -1) : missing;

    lua_pop(L, 1);
    return isfinite(value) ? value : missing;
}

/* A number from low to high; another is low, and sets *bad. */
static int whole_field(lua_State *L, const char *field, int missing, int low, int high, bool *bad)
{
    double value = number_field(L, field, missing);
    bool fits = value >= low && value <= high;

    *bad = *bad || !fits;
    return fits ? (int)value : low;
}

/* The line that a table is about; 1 when it says none. */
static int line_field(lua_State *L)
{
    bool bad = false;

    return whole_field(L, "line", 1, 1, FILE_MAX, &bad);
}

static bool bool_field(lua_State *L, const char *field)
{
    bool value = push_field(L, field) != LUA_TNIL && lua_toboolean(L, -1);

    lua_pop(L, 1);
    return value;
}

/* One rule being read. */
struct reading {
    struct map *map;
    struct map_rule *to;
    struct rule_slot bytes[RULE_BYTES_MAX];
    bool bad; /* something is not as rule.lua makes it */
};

/* A text in the map's own memory; NULL when there is none. */
static const char *text_field(lua_State *L, const char *field, struct reading *reading)
{
    const char *text = push_text(L, field), *kept = NULL;

    if (text != NULL) {
        kept = map_keep(reading->map, text, lua_rawlen(L, -1));
        if (kept == NULL)
            luaL_error(L, "out of memory");
    }
    lua_pop(L, 1);
    return kept;
}

/* The slot table at the top of the stack. */
static struct rule_slot read_slot(lua_State *L, struct reading *reading)
{
    struct rule_slot slot = {.var = (int8_t)whole_field(L, "var", -1, -1, RULE_VARS_MAX - 1, &reading->bad),
                             .names = bool_field(L, "names"),
                             .scale = number_field(L, "scale", 0),
                             .offset = number_field(L, "offset", 0),
                             .low = whole_field(L, "low", 0, 0, MIDI_MAX_14, &reading->bad),
                             .high = whole_field(L, "high", 0, 0, MIDI_MAX_14, &reading->bad)};

    return slot;
}

/* Calls read for each element of a list field, at most max, with the element at the top of the stack. */
static int each(lua_State *L, const char *field, int max, void (*read)(lua_State *L, int index, struct reading *to),
                struct reading *reading)
{
    lua_Unsigned length = push_list(L, field);
    int count = 0;

    for (; count < max && (lua_Unsigned)count < length; count++) {
        reading->bad = lua_rawgeti(L, -1, count + 1) != LUA_TTABLE || reading->bad;
        read(L, count, reading);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    reading->bad = reading->bad || length > (lua_Unsigned)max;
    return count;
}

static void read_place(lua_State *L, int index, struct reading *reading)
{
    struct osc_place *place = &reading->to->address.place[index];

    place->kind = bool_field(L, "number") ? OSC_PLACE_NUMBER : OSC_PLACE_TEXT;
    place->low = whole_field(L, "low", 0, -PLACE_MAX, PLACE_MAX, &reading->bad);
    place->high = whole_field(L, "high", 0, -PLACE_MAX, PLACE_MAX, &reading->bad);
    place->ranged = push_field(L, "low") != LUA_TNIL;
    lua_pop(L, 1);
    reading->to->address.place_count = (uint8_t)(index + 1);
}

static void read_var(lua_State *L, int index, struct reading *reading)
{
    struct rule *rule = &reading->to->rule;
    struct rule_var *var = &rule->var[index];
    const char *tag;

    var->source = bool_field(L, "path") ? RULE_FROM_PATH : RULE_FROM_ARG;
    var->place = (uint8_t)whole_field(L, "place", 0, 0, OSC_PLACES_MAX - 1, &reading->bad);
    var->text = bool_field(L, "text");
    var->low = number_field(L, "low", 0);
    var->high = number_field(L, "high", 0);
    var->ranged = push_field(L, "low") != LUA_TNIL;
    lua_pop(L, 1);
    var->has_default = push_field(L, "default") != LUA_TNIL;
    lua_pop(L, 1);
    tag = push_text(L, "tag");
    var->tag = tag != NULL ? tag[0] : 'i';
    lua_pop(L, 1);
    var->default_value = number_field(L, "default", 0);
    rule->var_count = (uint8_t)(index + 1);
}

static void read_arg(lua_State *L, int index, struct reading *reading)
{
    struct rule *rule = &reading->to->rule;
    struct rule_arg *arg = &rule->arg[index];

    arg->var = (int8_t)whole_field(L, "var", -1, -1, RULE_VARS_MAX - 1, &reading->bad);
    arg->number = number_field(L, "number", 0);
    arg->text = text_field(L, "text", reading);
    arg->kind = arg->var >= 0 ? RULE_ARG_VAR : arg->text != NULL ? RULE_ARG_TEXT : RULE_ARG_NUMBER;
    rule->arg_count = (uint8_t)(index + 1);
}

static void read_value(lua_State *L, int index, struct reading *reading)
{
    reading->to->rule.slot[index] = read_slot(L, reading);
}

static void read_byte(lua_State *L, int index, struct reading *reading)
{
    reading->bytes[index] = read_slot(L, reading);
}

static int read_command(lua_State *L, struct reading *reading)
{
    const char *text = push_text(L, "command");
    int index = 0;

    while (index < RULE_FUNCTION && (text == NULL || strcmp(text, command_names[index]) != 0))
        index++;
    reading->bad = reading->bad || text == NULL || strcmp(text, command_names[index]) != 0;
    lua_pop(L, 1);
    return index;
}

/* A name by its index; -1 when there is none. */
static int8_t read_name(lua_State *L, const char *field, struct reading *reading)
{
    return (int8_t)whole_field(L, field, -1, -1, RULE_VARS_MAX - 1, &reading->bad);
}

/* Reads the rule table at the top of the stack. 0 or NW_EMEMORY. */
static int read_rule(lua_State *L, struct reading *reading)
{
    struct rule *rule = &reading->to->rule;

    reading->to->address.text = text_field(L, "address", reading);
    if (reading->to->address.text != NULL)
        reading->to->address.length = (uint16_t)strlen(reading->to->address.text);
    each(L, "places", OSC_PLACES_MAX, read_place, reading);
    each(L, "vars", RULE_VARS_MAX, read_var, reading);
    each(L, "args", RULE_ARGS_MAX, read_arg, reading);
    for (int i = each(L, "slots", 2, read_value, reading); i < 2; i++)
        rule->slot[i] = (struct rule_slot){.var = -1};
    rule->byte_count = (uint8_t)each(L, "bytes", RULE_BYTES_MAX, read_byte, reading);
    if (rule->byte_count > 0) {
        rule->bytes = map_keep(reading->map, reading->bytes, rule->byte_count * sizeof reading->bytes[0]);
        if (rule->bytes == NULL)
            return NW_EMEMORY;
    }
    push_field(L, "channel");
    rule->channel = read_slot(L, reading);
    lua_pop(L, 1);
    push_field(L, "data");
    rule->data_var = read_name(L, "index", reading);
    lua_pop(L, 1);
    rule->direction =
        (uint8_t)((bool_field(L, "forward") ? RULE_FORWARD : 0) | (bool_field(L, "reverse") ? RULE_REVERSE : 0));
    rule->command = (uint8_t)read_command(L, reading);
    rule->status = (uint8_t)whole_field(L, "status", 0, 0, UINT8_MAX, &reading->bad);
    rule->channel_all = bool_field(L, "channel_all");
    rule->running = bool_field(L, "running");
    rule->port_var = read_name(L, "port_var", reading);
    rule->port_id_var = read_name(L, "port_id_var", reading);
    rule->port = text_field(L, "port", reading);
    rule->line = line_field(L);
    return 0;
}

/* The rule table at the top of the stack. */
static int load_rule(lua_State *L, struct map *map, struct script *script)
{
    struct map_rule to;
    struct reading reading = {.map = map, .to = &to};
    struct rule *rule = &to.rule;
    int error;

    memset(&to, 0, sizeof to);
    error = read_rule(L, &reading);
    if (error == 0)
        error = judge(map_name(map), rule->line, reading.bad || !map_check(&to));
    if (error == 0 && rule->command == RULE_FUNCTION && script != NULL)
        rule->function = route_new(script, L, rule->line);
    if (error == 0 && (rule->direction & RULE_REVERSE) != 0)
        error = map_compose_tail(map, rule);
    return error != 0 ? error : map_add(map, &to);
}

/* One mistake, with the line it is in and a caret below it. */
static void log_mistake(lua_State *L, const char *name)
{
    bool bad = false;
    int line = line_field(L), column = whole_field(L, "column", 1, 1, FILE_MAX, &bad);
    const char *text = push_text(L, "text");

    log_fatal("E410", "%s:%d:%d: %s", name, line, column, text != NULL ? text : tampered);
    lua_pop(L, 1);
    text = push_text(L, "shown");
    if (text != NULL)
        log_fatal("    ", " %s\n      %*s", text, column, "^");
    lua_pop(L, 1);
}

/* "tablet.lua:3", owned; NULL without memory. */
static char *place_of(const char *name, int line)
{
    size_t size = strlen(name) + 16;
    char *where = malloc(size);

    if (where != NULL)
        snprintf(where, size, "%s:%d", name, line);
    return where;
}

/* Adds the text at the top of the stack's table. */
static int load_wish(lua_State *L, const char *name, const struct map_wish_list *list)
{
    int line = line_field(L);
    unsigned at = *list->count;
    const char *text;

    if (at == MAP_WISHES_MAX) {
        log_fatal("E410", "%s:%d: all maps together have at most %d lines with %s", name, line, MAP_WISHES_MAX,
                  list->word);
        return NW_EINVALID;
    }
    text = push_text(L, "text");
    list->texts[at] = strdup(text != NULL ? text : "");
    list->where[at] = place_of(name, line);
    lua_pop(L, 1);
    if (list->texts[at] != NULL && list->where[at] != NULL) {
        ++*list->count;
        return judge(name, line, text == NULL);
    }
    free(list->texts[at]);
    free(list->where[at]);
    return NW_EMEMORY;
}

/* Adds the texts of the result table's list of one kind. */
static int load_wishes(lua_State *L, const char *name, const struct map_wish_list *list)
{
    lua_Unsigned length = push_list(L, list->field);
    int error = 0;

    for (lua_Unsigned i = 1; i <= length && error == 0; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        error = load_wish(L, name, list);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return error;
}

int map_load(lua_State *L, const char *name, struct map *map, struct map_wishes *wishes, struct script *script)
{
    struct map_wish_list lists[MAP_WISH_KINDS];
    lua_Unsigned mistakes = push_list(L, "mistakes"), rules;
    bool bad = false;
    int error = 0;

    for (lua_Unsigned i = 1; i <= mistakes; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        log_mistake(L, name);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (mistakes > 0)
        return NW_EINVALID;
    wishes->script_line = whole_field(L, "script", 0, 0, FILE_MAX, &bad);
    map_wishes_list(wishes, lists);
    for (size_t i = 0; i < MAP_WISH_KINDS && error == 0; i++)
        error = load_wishes(L, name, &lists[i]);
    rules = push_list(L, "rules");
    for (lua_Unsigned i = 1; i <= rules && error == 0; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        error = load_rule(L, map, script);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (error != NW_EFULL)
        return error;
    log_fatal("E410", "%s: a map has at most %d rules", name, MAP_RULES_MAX);
    return NW_EINVALID;
}
