/* Observables: notifiers in the order they were added, compared by what they are made of.
 * SPDX-License-Identifier: MIT */
#include "renoise/observable.h"

#include "renoise/observable_state.h"
#include "script/script.h"

#include <limits.h>

/* A notifier in the list of an observable is a table with these places. */
enum { ENTRY_FUNCTION = 1, ENTRY_OBJECT, ENTRY_REMOVED };

static const struct object_type observable_type;

/* ---- the forms of a notifier ---- */

static bool is_object(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TTABLE || lua_type(L, index) == LUA_TUSERDATA;
}

/* Orders the two values at the top of the stack, function and object. False, with both popped, when they are not. */
static bool order_pair(lua_State *L)
{
    if (lua_isfunction(L, -1) && is_object(L, -2))
        lua_insert(L, -2);
    if (lua_isfunction(L, -2) && is_object(L, -1))
        return true;
    lua_pop(L, 2);
    return false;
}

bool notifier_push(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    if (lua_isfunction(L, index)) {
        lua_pushvalue(L, index);
        lua_pushnil(L);
        return true;
    }
    if (lua_type(L, index) != LUA_TTABLE || lua_rawlen(L, index) != 2)
        return false;
    lua_rawgeti(L, index, 1);
    lua_rawgeti(L, index, 2);
    return order_pair(L);
}

/* Pushes function and object of a method's arguments, from index 2 on. */
static bool push_arguments(lua_State *L)
{
    if (lua_isnoneornil(L, 3))
        return notifier_push(L, 2);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    return order_pair(L);
}

/* The same, for methods that want one. */
static void check_arguments(lua_State *L)
{
    if (!push_arguments(L))
        luaL_error(L, "invalid notifier: a function, or a function and an object (a table or an instance) expected");
}

/* ---- the list ---- */

static const struct object_type *const kinds[] = {&observable_number_type, &observable_boolean_type,
                                                  &observable_string_type, &observable_list_type,
                                                  &observable_bang_type,   &observable_type};

#define KINDS (sizeof kinds / sizeof kinds[0])

const struct object_type *observable_kind(lua_State *L, int index)
{
    const struct object_type *type = object_type_of(L, index);

    for (size_t i = 0; i < KINDS; i++)
        if (kinds[i] == type)
            return type;
    return NULL;
}

void observable_push_state(lua_State *L, int index)
{
    if (observable_kind(L, index) == NULL)
        object_check(L, index, &observable_type); /* says what was given instead */
    if (lua_getiuservalue(L, index, 1) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_createtable(L, STATE_PLACES, 0);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, index, 1);
}

/* Pushes the notifiers of the observable at index. */
static void push_list(lua_State *L, int index)
{
    observable_push_state(L, index);
    if (lua_rawgeti(L, -1, STATE_NOTIFIERS) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, STATE_NOTIFIERS);
    }
    lua_replace(L, -2);
}

/* Whether a place of the entry at the top of the stack holds the value at index. */
static bool entry_has(lua_State *L, int place, int index)
{
    bool same;

    lua_rawgeti(L, -1, place);
    same = lua_rawequal(L, -1, index) != 0;
    lua_pop(L, 1);
    return same;
}

/* Where a notifier is in the list; 0 when it is not. All at absolute indexes. */
static lua_Integer find(lua_State *L, int list, int function, int object)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, list), found = 0;

    for (lua_Integer i = 1; i <= count && found == 0; i++) {
        lua_rawgeti(L, list, i);
        if (entry_has(L, ENTRY_FUNCTION, function) && entry_has(L, ENTRY_OBJECT, object))
            found = i;
        lua_pop(L, 1);
    }
    return found;
}

/* Takes a place out of the list, and marks its entry for a dispatch that is on. */
static void remove_at(lua_State *L, int list, lua_Integer place)
{
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);

    lua_rawgeti(L, list, place);
    lua_pushboolean(L, 1);
    lua_rawseti(L, -2, ENTRY_REMOVED);
    lua_pop(L, 1);
    for (; place < count; place++) {
        lua_rawgeti(L, list, place + 1);
        lua_rawseti(L, list, place);
    }
    lua_pushnil(L);
    lua_rawseti(L, list, count);
}

/* Calls what observable_new was given; a list is at an absolute index. */
static void tell_changed(lua_State *L, int list)
{
    lua_pushliteral(L, "changed");
    if (lua_rawget(L, list) == LUA_TNIL)
        lua_pop(L, 1);
    else
        lua_call(L, 0, 0);
}

/* ---- methods: the list is at 4, function and object at 5 and 6 ---- */

int observable_add_notifier(lua_State *L)
{
    lua_settop(L, 3);
    push_list(L, 1);
    check_arguments(L);
    if (find(L, 4, 5, 6) != 0)
        return luaL_error(L, "this notifier has already been added");
    lua_createtable(L, ENTRY_REMOVED, 0);
    lua_insert(L, 5);
    lua_rawseti(L, 5, ENTRY_OBJECT);
    lua_rawseti(L, 5, ENTRY_FUNCTION);
    lua_rawseti(L, 4, (lua_Integer)lua_rawlen(L, 4) + 1);
    tell_changed(L, 4);
    return 0;
}

int observable_has_notifier(lua_State *L)
{
    lua_settop(L, 3);
    push_list(L, 1);
    check_arguments(L);
    lua_pushboolean(L, find(L, 4, 5, 6) != 0);
    return 1;
}

/* Removes every notifier of the object at 2. Returns how many. */
static int remove_all_of(lua_State *L)
{
    int removed = 0;

    for (lua_Integer i = (lua_Integer)lua_rawlen(L, 4); i > 0; i--) {
        lua_rawgeti(L, 4, i);
        if (entry_has(L, ENTRY_OBJECT, 2)) {
            remove_at(L, 4, i);
            removed++;
        }
        lua_pop(L, 1);
    }
    return removed;
}

/* A notifier, which must have been added; or an object alone. A table that looks like a notifier is meant as one. */
int observable_remove_notifier(lua_State *L)
{
    bool pair;
    lua_Integer place;

    lua_settop(L, 3);
    push_list(L, 1);
    pair = push_arguments(L);
    place = pair ? find(L, 4, 5, 6) : 0;
    if (place != 0)
        remove_at(L, 4, place);
    else if (!lua_isnil(L, 3) || !is_object(L, 2) || (remove_all_of(L) == 0 && pair)) {
        check_arguments(L);
        return luaL_error(L, "this notifier has not been added");
    }
    tell_changed(L, 4);
    return 0;
}

static const luaL_Reg methods[] = {OBSERVABLE_METHODS, {NULL, NULL}};

static const struct object_type observable_type = {.name = "Observable", .methods = methods};

void observable_push_new(lua_State *L)
{
    object_push_new(L, &observable_type, 1);
}

bool observable_has_any(lua_State *L, int index)
{
    int top = lua_gettop(L);
    bool any = lua_getiuservalue(L, index, 1) == LUA_TTABLE && lua_rawgeti(L, -1, STATE_NOTIFIERS) == LUA_TTABLE &&
               lua_rawlen(L, -1) > 0;

    lua_settop(L, top);
    return any;
}

/* ---- firing ---- */

/* Calls the entry at the top of the stack, which it pops, with count arguments from first on. The list is at list. */
static void call_entry(lua_State *L, int list, int first, int count)
{
    struct script *script = script_of(L);
    int entry = lua_gettop(L), base;
    bool failed;

    luaL_checkstack(L, count + 6, NULL);
    lua_pushcfunction(L, script_traceback);
    lua_rawgeti(L, entry, ENTRY_FUNCTION);
    if (lua_rawgeti(L, entry, ENTRY_OBJECT) == LUA_TNIL)
        lua_pop(L, 1);
    for (int i = 0; i < count; i++)
        lua_pushvalue(L, first + i);
    base = entry + 1;
    failed = lua_pcall(L, lua_gettop(L) - base - 1, 0, base) != LUA_OK;
    if (failed && script->guard->ending != GUARD_GOES_ON)
        lua_error(L); /* it is the script that is being ended */
    if (failed) {
        const char *text = lua_tostring(L, -1);
        lua_Integer place;

        script_report(script, "E420", "a notifier failed and is removed", text != NULL ? text : "not enough memory");
        lua_settop(L, entry);
        lua_rawgeti(L, entry, ENTRY_FUNCTION);
        lua_rawgeti(L, entry, ENTRY_OBJECT);
        place = find(L, list, entry + 1, entry + 2);
        if (place != 0) {
            remove_at(L, list, place);
            tell_changed(L, list);
        }
    }
    lua_settop(L, entry - 1);
}

/* Calls all of a list with count arguments from first on. Those that it has now are on the stack meanwhile, for
 * notifiers may change it. */
static void call_all(lua_State *L, int list, int first, int count)
{
    lua_Unsigned entries = lua_rawlen(L, list);
    int before = lua_gettop(L);

    luaL_checkstack(L, entries < INT_MAX - 8 ? (int)entries + 8 : INT_MAX, "too many notifiers");
    for (lua_Unsigned i = 1; i <= entries; i++)
        lua_rawgeti(L, list, (lua_Integer)i);
    for (int i = 1; i <= (int)entries; i++) {
        lua_pushvalue(L, before + i);
        if (lua_rawgeti(L, -1, ENTRY_REMOVED) != LUA_TNIL) {
            lua_pop(L, 2);
            continue;
        }
        lua_pop(L, 1);
        call_entry(L, list, first, count);
    }
}

void observable_fire_state(lua_State *L, int state, int count)
{
    int first = lua_gettop(L) - count + 1;

    luaL_checkstack(L, 8, NULL);
    if (lua_rawgeti(L, state, STATE_NOTIFIERS) == LUA_TTABLE && lua_rawlen(L, -1) > 0)
        call_all(L, lua_gettop(L), first, count);
    lua_settop(L, first - 1);
    if (lua_rawgeti(L, state, STATE_CHANGES) != LUA_TNIL)
        observable_fire(L, -1, 0);
    lua_settop(L, first - 1);
}

void observable_fire(lua_State *L, int index, int count)
{
    int state = lua_gettop(L) - count + 1;

    luaL_checkstack(L, 8, NULL);
    index = lua_absindex(L, index);
    observable_push_state(L, index);
    lua_insert(L, state);
    observable_fire_state(L, state, count);
    lua_settop(L, state - 1);
}

/* ---- for lua/renoise ---- */

int observable_new(lua_State *L)
{
    lua_settop(L, 1);
    observable_push_new(L);
    push_list(L, 2);
    lua_pushvalue(L, 1);
    lua_setfield(L, 3, "changed");
    lua_settop(L, 2);
    return 1;
}

int observable_call(lua_State *L)
{
    luaL_checkany(L, 1);
    observable_fire(L, 1, lua_gettop(L) - 1);
    return 0;
}

int observable_changes(lua_State *L)
{
    lua_settop(L, 1);
    observable_push_state(L, 1);
    if (lua_rawgeti(L, 2, STATE_CHANGES) != LUA_TNIL)
        return 1;
    observable_push_new(L);
    lua_pushvalue(L, -1);
    lua_rawseti(L, 2, STATE_CHANGES);
    return 1;
}

int observable_type_of(lua_State *L)
{
    const struct object_type *type;

    luaL_checkany(L, 1);
    type = observable_kind(L, 1);
    lua_pushstring(L, type == NULL ? NULL : type->name);
    return 1;
}

void observable_open(lua_State *L)
{
    static const struct object_type document_type = {.name = "Document"};

    object_push_class(L, &document_type);
    for (size_t i = 0; i < KINDS; i++) {
        object_push_class(L, kinds[i]);
        lua_setfield(L, -2, kinds[i]->name);
    }
}
