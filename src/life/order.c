/* Orders from outside: a source each, which the host gives to its script like anything else that waits.
 * SPDX-License-Identifier: MIT */
#include "life/order.h"

#include "base/error.h"
#include "base/log.h"
#include "script/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One order; owned by its script's list. */
struct order {
    struct source source; /* first, for deliver */
    struct order *next;
    enum tool_entry kind;
    void (*done)(void *user, enum order_outcome outcome);
    void (*later)(void *user);
    void *user;
    enum order_outcome outcome;
    char text[]; /* a name, or Lua */
};

static void take_out(struct order *order)
{
    struct order **link = &order->source.script->orders;

    while (*link != order)
        link = &(*link)->next;
    *link = order->next;
}

/* Gives a script an order, ready. NULL without memory. */
static struct order *tell(struct script *script, const char *text, bool (*deliver)(struct source *source))
{
    size_t length = strlen(text);
    struct order *order = calloc(1, sizeof *order + length + 1), **link = &script->orders;

    if (order == NULL)
        return NULL;
    memcpy(order->text, text, length);
    order->source.script = script;
    order->source.deliver = deliver;
    while (*link != NULL)
        link = &(*link)->next;
    *link = order;
    source_ready(&order->source);
    return order;
}

void order_cancel(struct host *host, const void *user)
{
    for (struct script *script = host->scripts; script != NULL; script = script->next)
        for (struct order *order = script->orders, *next; order != NULL; order = next) {
            next = order->next;
            if (order->user != user)
                continue;
            source_forget(&order->source);
            take_out(order);
            free(order);
        }
}

/* Who waits for an order learns that it is lost; a call that the script only had to bear is made. */
void order_forget(struct script *script)
{
    while (script->orders != NULL) {
        struct order *order = script->orders;

        source_forget(&order->source);
        script->orders = order->next;
        if (order->done != NULL)
            order->done(order->user, ORDER_LOST);
        if (order->later != NULL)
            order->later(order->user);
        free(order);
    }
}

/* ---- entries of tools ---- */

struct walk {
    void (*each)(void *user, const struct package *package, enum tool_entry kind, const char *name);
    void *user;
    const struct package *package;
};

static void walk_entry(void *user, enum tool_entry kind, const char *name)
{
    const struct walk *walk = user;

    walk->each(walk->user, walk->package, kind, name);
}

void order_each_entry(struct host *host,
                      void (*each)(void *user, const struct package *package, enum tool_entry kind, const char *name),
                      void *user)
{
    struct walk walk = {.each = each, .user = user};

    for (struct script *script = host->scripts; script != NULL; script = script->next) {
        walk.package = &script->package;
        tool_each(script, walk_entry, &walk);
    }
}

/* The entry that a name means. */
struct search {
    const char *wanted;
    enum tool_entry kind;
    const struct package *exact, *part; /* whose it is; NULL: not found */
    char *name;                         /* of the first that has wanted in it; owned */
    unsigned parts;
};

static void compare(void *user, const struct package *package, enum tool_entry kind, const char *name)
{
    struct search *search = user;

    if (kind != search->kind)
        return;
    if (search->exact == NULL && strcmp(name, search->wanted) == 0)
        search->exact = package;
    if (strcasestr(name, search->wanted) == NULL)
        return;
    if (search->parts++ == 0) {
        search->part = package;
        search->name = strdup(name);
    }
}

static bool invoke(struct source *source)
{
    struct order *order = (struct order *)source;
    struct script *script = source->script;

    take_out(order);
    (void)tool_invoke(script, order->kind, order->text); /* what went wrong has been told */
    free(order);
    return false;
}

static struct script *script_of_package(struct host *host, const struct package *package)
{
    struct script *script = host->scripts;

    while (script != NULL && &script->package != package)
        script = script->next;
    return script;
}

/* Looks for it among the entries of a kind, or, for TOOL_ENTRIES, of each kind until there is one. */
static void look(struct host *host, enum tool_entry kind, struct search *search)
{
    enum tool_entry last = kind == TOOL_ENTRIES ? TOOL_MIDI_MAPPING : kind;

    search->kind = kind == TOOL_ENTRIES ? TOOL_MENU_ENTRY : kind;
    order_each_entry(host, compare, search);
    while (search->parts == 0 && search->kind != last) {
        search->kind++;
        order_each_entry(host, compare, search);
    }
}

int order_invoke(struct host *host, enum tool_entry kind, const char *name)
{
    struct search search = {.wanted = name};
    int error = NW_ENOTFOUND;
    struct order *order;

    look(host, kind, &search);
    if (search.parts > 0 && search.name == NULL) {
        error = NW_EMEMORY;
    } else if (search.exact == NULL && search.parts != 1) {
        log_fatal("E444", "\"%s\": %s %s is called so. Fix: notewire tool lists what there is", name,
                  search.parts == 0 ? "no" : "more than one",
                  search.parts == 0 && kind == TOOL_ENTRIES ? "entry" : tool_entry_name(search.kind));
    } else {
        order = tell(script_of_package(host, search.exact != NULL ? search.exact : search.part),
                     search.exact != NULL ? name : search.name, invoke);
        if (order != NULL)
            order->kind = search.kind;
        error = order != NULL ? 0 : NW_EMEMORY;
    }
    free(search.name);
    return error;
}

/* ---- lines of Lua ---- */

/* Whether a message of the compiler says that the text may go on. */
static bool ends_early(lua_State *L)
{
    static const char mark[] = "<eof>";
    size_t length;
    const char *message = lua_tolstring(L, -1, &length);

    return message != NULL && length >= sizeof mark - 1 && strcmp(message + length - (sizeof mark - 1), mark) == 0;
}

/* Compiles an order's text, with an expression's "return" in front if that makes it Lua. Returns whether the function,
 * else the error, is on the stack. */
static bool compile(lua_State *L, struct order *order)
{
    bool more;

    lua_pushfstring(L, "return %s", order->text);
    if (luaL_loadbufferx(L, lua_tostring(L, -1), lua_rawlen(L, -1), "=prompt", "t") == LUA_OK)
        return true;
    more = ends_early(L);
    if (luaL_loadbufferx(L, order->text, strlen(order->text), "=prompt", "t") == LUA_OK)
        return true;
    if (more || ends_early(L))
        order->outcome = ORDER_INCOMPLETE;
    return false;
}

/* Prints the values from index on, tables with what is in them. */
static void print_values(lua_State *L, int index)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL); /* there may be many */
    for (; index <= lua_gettop(L); index++) {
        lua_getglobal(L, lua_istable(L, index) ? "rprint" : "print");
        lua_pushvalue(L, index);
        lua_call(L, 1, 0);
    }
}

/* Runs protected. */
static int run(lua_State *L)
{
    struct order *order = lua_touserdata(L, 1);

    if (compile(L, order)) {
        lua_replace(L, 1);
        lua_settop(L, 1);
        lua_call(L, 0, LUA_MULTRET);
        print_values(L, 1);
    } else if (order->outcome == ORDER_DONE) {
        return lua_error(L);
    }
    return 0;
}

static bool evaluate(struct source *source)
{
    struct order *order = (struct order *)source;

    take_out(order);
    script_call(source->script, run, order, "the line");
    order->done(order->user, order->outcome);
    free(order);
    return false;
}

int order_evaluate(struct host *host, unsigned index, const char *text,
                   void (*done)(void *user, enum order_outcome outcome), void *user)
{
    struct script *script = host->scripts;
    struct order *order;

    while (script != NULL && index-- > 0)
        script = script->next;
    if (script == NULL)
        return NW_ENOTFOUND;
    order = tell(script, text, evaluate);
    if (order == NULL)
        return NW_EMEMORY;
    order->done = done;
    order->user = user;
    return 0;
}

/* ---- anything else ---- */

static bool do_later(struct source *source)
{
    struct order *order = (struct order *)source;

    take_out(order);
    order->later(order->user);
    free(order);
    return false;
}

int order_later(struct host *host, void (*call)(void *user), void *user)
{
    struct order *order;

    if (host->scripts == NULL)
        return NW_ENOTFOUND;
    order = tell(host->scripts, "", do_later);
    if (order == NULL)
        return NW_EMEMORY;
    order->later = call;
    order->user = user;
    return 0;
}
