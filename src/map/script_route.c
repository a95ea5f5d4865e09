/* Script routes: from the inbox into the function, and from its results to the ports.
 * SPDX-License-Identifier: MIT */
#include "map/script_route.h"

#include "renoise/midi_value.h"
#include "renoise/osc.h"
#include "script/inbox.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One function. */
struct route {
    struct routes *routes;
    struct route *next;
    int function;  /* in the registry of Lua */
    char what[64]; /* how messages to people call it */
    bool failed;   /* it raised an error: not called any more */
};

/* All of one script share one inbox, so that it gets its messages in the order in which they came. */
struct routes {
    struct source source;
    struct inbox inbox;
    struct route *first;
};

/* One name of a rule, as it waits. */
struct name {
    double number;
    uint16_t text, length; /* where its text is in the record's bytes, when it is one */
    bool is_text;
};

/* A message that waits for a function: this, its names' texts, and its OSC bytes. */
struct record {
    struct route *route;
    const struct rule *rule;
    struct name name[RULE_VARS_MAX];
    uint32_t texts, length; /* bytes of texts; bytes of OSC */
    bool counts;            /* its fate is what happens here */
};

static uint8_t *bytes_of(const struct record *record)
{
    return (uint8_t *)(record + 1);
}

/* A record on its way into a function. */
struct delivery {
    struct routes *routes;
    const uint8_t *bytes; /* in the inbox, until it is popped */
    struct record record;
    bool popped;
    uint32_t outputs, taken;
};

static bool deliver(struct source *source);

void *route_new(struct script *script, lua_State *L, int line)
{
    struct routes *routes = script->routes;
    struct route *route = calloc(1, sizeof *route);

    if (routes == NULL && (routes = calloc(1, sizeof *routes)) != NULL) {
        routes->source.script = script;
        routes->source.deliver = deliver;
        script->routes = routes;
        script->host->bridge->call = route_queue;
    }
    if (route == NULL || routes == NULL) {
        free(route);
        luaL_error(L, "not enough memory");
        return NULL;
    }
    route->routes = routes;
    snprintf(route->what, sizeof route->what, "the function of the rule in line %d is disabled", line);
    route->next = routes->first;
    routes->first = route; /* before luaL_ref, which may raise */
    script->kept++;
    lua_getfield(L, -1, "target");
    route->function = luaL_ref(L, LUA_REGISTRYINDEX);
    return route;
}

void route_free_all(struct script *script)
{
    struct routes *routes = script->routes;
    size_t length;

    if (routes == NULL)
        return;
    for (const struct record *record; (record = inbox_front(&routes->inbox, &length)) != NULL;
         inbox_pop(&routes->inbox))
        if (record->counts)
            host_dropped(script->host, DROP_EXIT);
    source_forget(&routes->source);
    inbox_free(&routes->inbox);
    while (routes->first != NULL) {
        struct route *route = routes->first;

        routes->first = route->next;
        free(route);
    }
    free(routes);
    script->routes = NULL;
}

/* The texts that the rule's names stand for, and how long they are together. */
static size_t list_texts(const struct rule *rule, const struct osc_binding *bindings,
                         const struct osc_binding *texts[RULE_VARS_MAX])
{
    size_t total = 0;

    for (int i = 0; i < rule->var_count; i++) {
        const struct osc_binding *binding = &bindings[rule->var[i].place];
        texts[i] = rule->var[i].text ? binding : NULL;
        total += rule->var[i].text ? binding->length : 0;
    }
    return total;
}

bool route_queue(const struct rule *rule, const double values[RULE_VARS_MAX],
                 const struct osc_binding bindings[OSC_PLACES_MAX], const struct osc_view *view, bool counts)
{
    struct route *route = rule->function;
    const struct osc_binding *texts[RULE_VARS_MAX] = {NULL};
    bool slash = view->address[0] != '/'; /* one that is missing is put in front, as renoise.Osc wants it */
    size_t address = view->address_len + (slash ? 1u : 0u), padded = (address + 4) & ~(size_t)3;
    size_t skipped = ((size_t)view->address_len + 4) & ~(size_t)3;
    size_t rest = (size_t)(view->end - (const uint8_t *)view->address) - skipped;
    size_t used = list_texts(rule, bindings, texts);
    uint8_t *bytes;
    struct record *record = inbox_put(&route->routes->inbox, sizeof *record + used + padded + rest);

    if (record == NULL)
        return false;
    bytes = bytes_of(record);
    record->route = route;
    record->rule = rule;
    record->counts = counts;
    record->texts = (uint32_t)used;
    record->length = (uint32_t)(padded + rest);
    used = 0;
    for (int i = 0; i < rule->var_count; i++) {
        struct name *name = &record->name[i];

        name->number = values[i];
        name->is_text = texts[i] != NULL;
        if (!name->is_text)
            continue;
        name->text = (uint16_t)used;
        name->length = (uint16_t)texts[i]->length;
        memcpy(bytes + used, texts[i]->text, texts[i]->length);
        used += texts[i]->length;
    }
    memset(bytes + used, 0, padded);
    bytes[used] = '/';
    memcpy(bytes + used + (slash ? 1 : 0), view->address, view->address_len);
    memcpy(bytes + used + padded, (const uint8_t *)view->address + skipped, rest);
    source_ready(&route->routes->source);
    return true;
}

/* To the ports that the rule means. */
static void emit(void *user, const struct midi_msg *msg)
{
    struct delivery *delivery = user;
    struct registry *registry = delivery->routes->source.script->host->bridge->registry;
    const char *port = delivery->record.rule->port;
    uint32_t outputs = port != NULL ? registry_match(registry, port, strlen(port)) : registry_all(registry);
    struct midi_msg sent = *msg;

    sent.port = delivery->routes->source.script->plays;
    delivery->outputs |= outputs;
    delivery->taken |= registry_send(registry, outputs, &sent);
}

static void pop(struct delivery *delivery)
{
    if (!delivery->popped)
        inbox_pop(&delivery->routes->inbox);
    delivery->popped = true;
}

/* A text as it stands in the address; one of digits alone is the number it shows. */
static void push_text(lua_State *L, const char *text, size_t length)
{
    double number;

    if (length > 0 && length <= OSC_NUMBER_DIGITS && strspn(text, "0123456789") >= length &&
        osc_number_from_text(text, length, &number))
        lua_pushinteger(L, (lua_Integer)number);
    else
        lua_pushlstring(L, text, length);
}

static void push_names(lua_State *L, const struct record *record, const char *bytes)
{
    for (int i = 0; i < record->rule->var_count; i++) {
        const struct name *name = &record->name[i];

        if (name->is_text)
            push_text(L, bytes + name->text, name->length);
        else if (name->number == floor(name->number) && fabs(name->number) < 9e15)
            lua_pushinteger(L, (lua_Integer)name->number);
        else
            lua_pushnumber(L, name->number);
    }
}

/* Runs protected. The bytes become a text of Lua's before anything else, for wherever Lua allocates it may run a
 * finalizer, which may wait, and meanwhile others are queued and given. */
static int call_function(lua_State *L)
{
    struct delivery *delivery = lua_touserdata(L, 1);
    const struct record *record = &delivery->record;
    int names = record->rule->var_count;
    const char *bytes;

    lua_settop(L, 0);
    luaL_checkstack(L, names + 16, NULL);
    pop(delivery); /* the bytes stay until something is queued */
    bytes = lua_pushlstring(L, (const char *)delivery->bytes, (size_t)record->texts + record->length);
    lua_rawgeti(L, LUA_REGISTRYINDEX, record->route->function);
    osc_push(L, (const uint8_t *)bytes + record->texts, record->length);
    lua_settop(L, 3); /* nil alone for what is no message of Renoise's, such as one with arrays */
    push_names(L, record, bytes);
    lua_call(L, names + 1, LUA_MULTRET);
    for (int i = 2; i <= lua_gettop(L); i++)
        if (lua_toboolean(L, i))
            midi_value_emit(L, i, emit, delivery);
    return 0;
}

static bool deliver(struct source *source)
{
    struct routes *routes = (struct routes *)(void *)source;
    struct host *host = source->script->host;
    struct delivery delivery = {.routes = routes};
    const struct record *record;
    struct route *route;
    size_t length;
    bool ok = false;

    record = inbox_front(&routes->inbox, &length);
    if (record == NULL)
        return false;
    memcpy(&delivery.record, record, sizeof *record);
    delivery.bytes = bytes_of(record);
    route = record->route;
    if (!route->failed) {
        ok = script_call(source->script, call_function, &delivery, route->what);
        route->failed = route->failed || !ok;
    }
    pop(&delivery);
    if (delivery.record.counts && ok)
        host_delivered(host);
    else if (delivery.record.counts)
        host_dropped(host, DROP_DISABLED);
    if (delivery.taken != delivery.outputs)
        host->bridge->counters.output_lost++;
    return routes->inbox.count > 0;
}
