/* Whether a rule, as the map language gave it, is one that can be played.
 * SPDX-License-Identifier: MIT */
#include "map/map_check.h"

#include "route/rule_time.h"

#include <string.h>

#define SENT_MAX 500 /* bytes of an address or of an argument */

static bool is_name(const struct rule *rule, int index)
{
    return index >= -1 && index < rule->var_count;
}

/* An address begins with '/' and holds each place once, in order. */
static bool check_address(const struct osc_template *address)
{
    int places = 0;
    bool fits =
        address->text != NULL && strlen(address->text) <= SENT_MAX && (address->length == 0 || *address->text == '/');

    for (unsigned i = 0; fits && i < address->length; i++)
        if (osc_template_is_place(address->text[i]))
            fits = address->text[i] == ++places;
    for (unsigned i = 0; fits && i < address->place_count; i++)
        fits = address->place[i].low <= address->place[i].high;
    return fits && places == address->place_count;
}

static bool check_vars(const struct rule *rule, int places)
{
    bool fits = true;

    for (int i = 0; fits && i < rule->var_count; i++)
        fits = (rule->var[i].source == RULE_FROM_ARG || rule->var[i].place < places) && rule->var[i].tag != '\0' &&
               strchr("ifhdsbmT", rule->var[i].tag) != NULL;
    return fits;
}

/* The arguments name what is there, and texts are short enough for the tail. */
static bool check_args(const struct rule *rule)
{
    bool fits = true;

    for (int i = 0; fits && i < rule->arg_count; i++)
        fits = is_name(rule, rule->arg[i].var) && (rule->arg[i].text == NULL || strlen(rule->arg[i].text) <= SENT_MAX);
    return fits;
}

static bool check_slots(const struct rule *rule)
{
    bool fits =
        is_name(rule, rule->channel.var) && is_name(rule, rule->slot[0].var) && is_name(rule, rule->slot[1].var);

    for (int i = 0; fits && i < rule->byte_count; i++)
        fits = is_name(rule, rule->bytes[i].var);
    return fits;
}

/* A data name is the last argument, and nothing but these commands has one. */
static bool check_data(const struct rule *rule)
{
    bool mtc = rule->command == RULE_MTC, sysex = rule->command == RULE_SYSEX;
    bool may = mtc || sysex || rule->command == RULE_FULL_FRAME || rule->command == RULE_RAW;

    if (mtc && rule->byte_count > RULE_TIME_VALUES)
        return false;
    if (rule->data_var < 0)
        return !may || sysex || (mtc && rule->byte_count >= RULE_TIME_VALUES - 1);
    return may && is_name(rule, rule->data_var) && strchr("sbim", rule->var[rule->data_var].tag) != NULL &&
           rule->arg_count > 0 && rule->arg[rule->arg_count - 1].var == rule->data_var;
}

/* What is sent back has an address, and numbers where they are filled in. */
static bool check_reverse(const struct map_rule *to)
{
    const struct rule *rule = &to->rule;
    bool fits = to->address.length > 0 && rule->command != RULE_FUNCTION;

    for (int i = 0; fits && i < rule->arg_count; i++)
        fits = rule->arg[i].var < 0 || rule->arg[i].var == rule->data_var ||
               strchr("ifhdT", rule->var[rule->arg[i].var].tag) != NULL;
    return fits;
}

bool map_check(const struct map_rule *to)
{
    const struct rule *rule = &to->rule;

    return check_address(&to->address) && check_vars(rule, to->address.place_count) && check_args(rule) &&
           check_slots(rule) && check_data(rule) && is_name(rule, rule->port_var) &&
           (rule->port_var < 0 || rule->var[rule->port_var].source == RULE_FROM_PATH) &&
           is_name(rule, rule->port_id_var) && ((rule->direction & RULE_REVERSE) == 0 || check_reverse(to));
}
