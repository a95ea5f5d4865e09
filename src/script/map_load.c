/* From the tables that the map language makes (lua/maps) to the rules of a map.
 * SPDX-License-Identifier: MIT */
#include "script/map_load.h"

#include "base/error.h"
#include "base/log.h"
#include "osc/osc_compose.h"
#include "script/route.h"

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
                                            "raw",
                                            "function",
                                            NULL};

/* The wishes of one kind. */
struct wish_list {
    const char *word;  /* that says them in a map */
    const char *field; /* of map.lua's result */
    char **texts, **where;
    unsigned *count;
};

#define WISH_KINDS 5

static void list_wishes(struct map_wishes *w, struct wish_list lists[WISH_KINDS])
{
    lists[0] = (struct wish_list){"use", "uses", w->use, w->use_where, &w->use_count};
    lists[1] = (struct wish_list){"osc", "osc", w->osc, w->osc_where, &w->osc_count};
    lists[2] = (struct wish_list){"midi_in", "midi_in", w->midi_in, w->midi_in_where, &w->midi_in_count};
    lists[3] = (struct wish_list){"midi_out", "midi_out", w->midi_out, w->midi_out_where, &w->midi_out_count};
    lists[4] = (struct wish_list){"reply", "reply", w->reply, w->reply_where, &w->reply_count};
}

void map_wishes_free(struct map_wishes *wishes)
{
    struct wish_list lists[WISH_KINDS];

    list_wishes(wishes, lists);
    for (size_t i = 0; i < WISH_KINDS; i++)
        while (*lists[i].count > 0) {
            --*lists[i].count;
            free(lists[i].texts[*lists[i].count]);
            free(lists[i].where[*lists[i].count]);
        }
}

/* Reads of the table at the top of the stack. */

static double number_field(lua_State *L, const char *field, double missing)
{
    double value = lua_getfield(L, -1, field) == LUA_TNUMBER ? lua_tonumber(L, -1) : missing;

    lua_pop(L, 1);
    return value;
}

static bool bool_field(lua_State *L, const char *field)
{
    bool value = lua_getfield(L, -1, field) != LUA_TNIL && lua_toboolean(L, -1);

    lua_pop(L, 1);
    return value;
}

/* A text in the map's own memory; NULL when there is none. */
static const char *text_field(lua_State *L, const char *field, struct map *map, size_t *length)
{
    const char *kept = NULL;
    size_t size = 0;

    if (lua_getfield(L, -1, field) == LUA_TSTRING) {
        const char *text = lua_tolstring(L, -1, &size);

        kept = map_keep(map, text, size);
        if (kept == NULL)
            luaL_error(L, "out of memory");
    }
    lua_pop(L, 1);
    if (length != NULL)
        *length = size;
    return kept;
}

/* The slot table at the top of the stack. */
static struct rule_slot read_slot(lua_State *L)
{
    struct rule_slot slot = {.var = (int8_t)number_field(L, "var", -1),
                             .names = bool_field(L, "names"),
                             .scale = number_field(L, "scale", 0),
                             .offset = number_field(L, "offset", 0),
                             .low = (int32_t)number_field(L, "low", 0),
                             .high = (int32_t)number_field(L, "high", 0)};

    return slot;
}

/* Calls read for each element of a list field, with the element at the top of the stack. */
static int each(lua_State *L, const char *field, void (*read)(lua_State *L, int index, void *user), void *user)
{
    int count = 0;

    if (lua_getfield(L, -1, field) == LUA_TTABLE) {
        count = (int)luaL_len(L, -1);
        for (int i = 1; i <= count; i++) {
            lua_geti(L, -1, i);
            read(L, i - 1, user);
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    return count;
}

/* One rule being read. */
struct reading {
    struct map *map;
    struct map_rule *to;
    struct rule_slot bytes[RULE_BYTES_MAX];
};

static void read_place(lua_State *L, int index, void *user)
{
    struct reading *reading = user;
    struct osc_place *place = &reading->to->address.place[index];

    place->kind = bool_field(L, "number") ? OSC_PLACE_NUMBER : OSC_PLACE_TEXT;
    place->low = (int32_t)number_field(L, "low", 0);
    place->high = (int32_t)number_field(L, "high", 0);
    lua_getfield(L, -1, "low");
    place->ranged = !lua_isnil(L, -1);
    lua_pop(L, 1);
    reading->to->address.place_count = (uint8_t)(index + 1);
}

static void read_var(lua_State *L, int index, void *user)
{
    struct reading *reading = user;
    struct rule *rule = &reading->to->rule;
    struct rule_var *var = &rule->var[index];

    var->source = bool_field(L, "path") ? RULE_FROM_PATH : RULE_FROM_ARG;
    var->place = (uint8_t)number_field(L, "place", 0);
    var->text = bool_field(L, "text");
    var->low = number_field(L, "low", 0);
    var->high = number_field(L, "high", 0);
    lua_getfield(L, -1, "low");
    var->ranged = !lua_isnil(L, -1);
    lua_getfield(L, -2, "default");
    var->has_default = !lua_isnil(L, -1);
    lua_getfield(L, -3, "tag");
    var->tag = lua_isstring(L, -1) ? lua_tostring(L, -1)[0] : 'i';
    lua_pop(L, 3);
    var->default_value = number_field(L, "default", 0);
    rule->var_count = (uint8_t)(index + 1);
}

static void read_arg(lua_State *L, int index, void *user)
{
    struct reading *reading = user;
    struct rule *rule = &reading->to->rule;
    struct rule_arg *arg = &rule->arg[index];

    arg->var = (int8_t)number_field(L, "var", -1);
    arg->number = number_field(L, "number", 0);
    arg->text = text_field(L, "text", reading->map, NULL);
    arg->kind = arg->var >= 0 ? RULE_ARG_VAR : arg->text != NULL ? RULE_ARG_TEXT : RULE_ARG_NUMBER;
    rule->arg_count = (uint8_t)(index + 1);
}

static void read_value(lua_State *L, int index, void *user)
{
    ((struct reading *)user)->to->rule.slot[index] = read_slot(L);
}

static void read_byte(lua_State *L, int index, void *user)
{
    ((struct reading *)user)->bytes[index] = read_slot(L);
}

/* The type tag of a written argument in a template. */
static char template_tag(const struct rule *rule, const struct rule_arg *arg)
{
    if (arg->kind == RULE_ARG_TEXT)
        return 's';
    if (arg->kind == RULE_ARG_NUMBER)
        return arg->number >= INT32_MIN && arg->number <= INT32_MAX && arg->number == floor(arg->number) ? 'i' : 'f';
    return rule->var[arg->var].tag;
}

/* One zero argument for the template; what varies is filled in by rule_reverse. */
static int add_template_arg(struct osc_compose *compose, const struct rule *rule, const struct rule_arg *arg)
{
    struct osc_arg zero = {.tag = template_tag(rule, arg)};

    if (arg->kind == RULE_ARG_TEXT) {
        zero.v.s.bytes = (const uint8_t *)arg->text;
        zero.v.s.length = strlen(arg->text);
    }
    return osc_compose_add(compose, &zero);
}

/* Composes the type tags and arguments of what the rule sends, once and for all. The data name, whose size changes, is
 * left out. */
static int compose_tail(struct map *map, struct rule *rule)
{
    struct osc_compose *compose = osc_compose_new();
    uint8_t *bytes = NULL;
    size_t length = 0, tags;
    int error = compose != NULL ? 0 : NW_EMEMORY;

    for (int i = 0; i < rule->arg_count && error == 0; i++)
        if (rule->arg[i].kind != RULE_ARG_VAR || rule->arg[i].var != rule->data_var)
            error = add_template_arg(compose, rule, &rule->arg[i]);
    if (error == 0)
        error = osc_compose_message(compose, "/", &bytes, &length);
    if (error == 0) {
        rule->tail_length = (uint16_t)(length - 4); /* behind "/" and its padding */
        rule->tail = map_keep(map, bytes + 4, length - 4);
        tags = strlen((const char *)bytes + 4);
        rule->tail_args = (uint16_t)((tags + 4) & ~(size_t)3);
        error = rule->tail != NULL ? 0 : NW_EMEMORY;
    }
    free(bytes);
    if (compose != NULL)
        osc_compose_free(compose);
    return error;
}

static int command_index(lua_State *L)
{
    int index;

    lua_getfield(L, -1, "command");
    index = luaL_checkoption(L, -1, NULL, command_names);
    lua_pop(L, 1);
    return index;
}

/* The rule table at the top of the stack. */
static int load_rule(lua_State *L, struct map *map, struct script *script)
{
    struct map_rule to;
    struct reading reading = {.map = map, .to = &to};
    struct rule *rule = &to.rule;
    size_t length;
    int bytes;

    memset(&to, 0, sizeof to);
    to.address.text = text_field(L, "address", map, &length);
    to.address.length = (uint16_t)length;
    each(L, "places", read_place, &reading);
    each(L, "vars", read_var, &reading);
    each(L, "args", read_arg, &reading);
    each(L, "slots", read_value, &reading);
    for (int i = (int)luaL_len(L, (lua_getfield(L, -1, "slots"), -1)); i < 2; i++)
        rule->slot[i] = (struct rule_slot){.var = -1};
    lua_pop(L, 1);
    bytes = each(L, "bytes", read_byte, &reading);
    if (bytes > 0) {
        rule->byte_count = (uint8_t)bytes;
        rule->bytes = map_keep(map, reading.bytes, (size_t)bytes * sizeof reading.bytes[0]);
        if (rule->bytes == NULL)
            return NW_EMEMORY;
    }
    lua_getfield(L, -1, "channel");
    rule->channel = read_slot(L);
    lua_pop(L, 1);
    rule->data_var = -1;
    if (lua_getfield(L, -1, "data") == LUA_TTABLE)
        rule->data_var = (int8_t)number_field(L, "index", -1);
    lua_pop(L, 1);
    rule->direction =
        (uint8_t)((bool_field(L, "forward") ? RULE_FORWARD : 0) | (bool_field(L, "reverse") ? RULE_REVERSE : 0));
    rule->command = (uint8_t)command_index(L);
    rule->status = (uint8_t)number_field(L, "status", 0);
    rule->channel_all = bool_field(L, "channel_all");
    rule->port_var = (int8_t)number_field(L, "port_var", -1);
    rule->port_id_var = (int8_t)number_field(L, "port_id_var", -1);
    rule->port = text_field(L, "port", map, NULL);
    rule->line = (int)number_field(L, "line", 0);
    if (rule->command == RULE_FUNCTION && script != NULL)
        rule->function = route_new(script, L, rule->line);
    if ((rule->direction & RULE_REVERSE) != 0) {
        int error = compose_tail(map, rule);

        if (error != 0)
            return error;
    }
    return map_add(map, &to);
}

/* One mistake, with the line it is in and a caret below it. */
static void log_mistake(lua_State *L, const char *name)
{
    int line = (int)number_field(L, "line", 1), column = (int)number_field(L, "column", 1);
    const char *text, *shown;

    lua_getfield(L, -1, "text");
    lua_getfield(L, -2, "shown");
    text = lua_tostring(L, -2);
    shown = lua_tostring(L, -1);
    log_fatal("E410", "%s:%d:%d: %s", name, line, column, text != NULL ? text : "?");
    if (shown != NULL)
        log_fatal("    ", " %s\n      %*s", shown, column, "^");
    lua_pop(L, 2);
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
static int load_wish(lua_State *L, const char *name, const struct wish_list *list)
{
    int line = (int)number_field(L, "line", 1);
    unsigned at = *list->count;

    if (at == MAP_WISHES_MAX) {
        log_fatal("E410", "%s:%d: all maps together have at most %d lines with %s", name, line, MAP_WISHES_MAX,
                  list->word);
        return NW_EINVALID;
    }
    lua_getfield(L, -1, "text");
    list->texts[at] = strdup(lua_tostring(L, -1));
    list->where[at] = place_of(name, line);
    lua_pop(L, 1);
    if (list->texts[at] != NULL && list->where[at] != NULL) {
        ++*list->count;
        return 0;
    }
    free(list->texts[at]);
    free(list->where[at]);
    return NW_EMEMORY;
}

/* Adds the texts of the result table's list of one kind. */
static int load_wishes(lua_State *L, const char *name, const struct wish_list *list)
{
    int error = 0;

    lua_getfield(L, -1, list->field);
    for (lua_Integer i = 1; i <= luaL_len(L, -1) && error == 0; i++) {
        lua_geti(L, -1, i);
        error = load_wish(L, name, list);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return error;
}

int map_load(lua_State *L, const char *name, struct map *map, struct map_wishes *wishes, struct script *script)
{
    struct wish_list lists[WISH_KINDS];
    lua_Integer mistakes;
    int error = 0;

    lua_getfield(L, -1, "mistakes");
    mistakes = luaL_len(L, -1);
    for (lua_Integer i = 1; i <= mistakes; i++) {
        lua_geti(L, -1, i);
        log_mistake(L, name);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (mistakes > 0)
        return NW_EINVALID;
    wishes->script_line = (int)number_field(L, "script", 0);
    list_wishes(wishes, lists);
    for (size_t i = 0; i < WISH_KINDS && error == 0; i++)
        error = load_wishes(L, name, &lists[i]);
    lua_getfield(L, -1, "rules");
    for (lua_Integer i = 1; i <= luaL_len(L, -1) && error == 0; i++) {
        lua_geti(L, -1, i);
        error = load_rule(L, map, script);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    if (error != NW_EFULL)
        return error;
    log_fatal("E410", "%s: a map has at most %d rules", name, MAP_RULES_MAX);
    return NW_EINVALID;
}
