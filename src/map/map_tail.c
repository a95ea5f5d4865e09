/* What a rule that is read backwards sends behind its address, composed once.
 * SPDX-License-Identifier: MIT */
#include "map/map_tail.h"

#include "base/error.h"
#include "osc/osc_compose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

int map_compose_tail(struct map *map, struct rule *rule)
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
