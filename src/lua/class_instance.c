/* Instances of declared classes: attributes, then the class's members; properties; operators by name.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"
#include "lua/class_internal.h"
#include "lua/finalizer.h"

#include <string.h>

#define FEW_ATTRIBUTES 4 /* that a new instance has room for */

/* Key of the registry, by its address: the metamethods that all instances share. */
static const char operators_mark;

/* Scripts may yield in properties, operators and __init, as in any function of theirs. */
static int one_result(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 1;
}

static int no_result(lua_State *L, int status, lua_KContext context)
{
    (void)L;
    (void)status;
    (void)context;
    return 0;
}

static int all_results(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/* ---- properties ---- */

/* A property is a function that nobody can call, with getter and setter as upvalues: to recognize it takes no look
 * into a metatable. */
static int property_tag(lua_State *L)
{
    return luaL_error(L, "a property cannot be called");
}

int class_property(lua_State *L)
{
    int count = lua_gettop(L);

    if (count == 0 || count > 2)
        return luaL_error(L, "property() called with wrong number of arguments: a getter, and a setter or nothing");
    lua_settop(L, 2);
    lua_pushcclosure(L, property_tag, 2);
    return 1;
}

void class_push_property(lua_State *L, lua_CFunction get, lua_CFunction set)
{
    lua_pushcfunction(L, get);
    if (set != NULL)
        lua_pushcfunction(L, set);
    else
        lua_pushnil(L);
    lua_pushcclosure(L, property_tag, 2);
}

bool class_is_property(lua_State *L, int found)
{
    return found == LUA_TFUNCTION && lua_tocfunction(L, -1) == property_tag;
}

/* ---- attributes and members ---- */

/* Pushes the attributes of the instance at index 1. Somebody may have got at a metamethod and call it with anything. */
static void push_attributes(lua_State *L)
{
    if (lua_type(L, 1) != LUA_TUSERDATA || lua_getiuservalue(L, 1, CLASS_ATTRIBUTES) != LUA_TTABLE)
        luaL_argerror(L, 1, "not an instance of a class");
}

/* Pushes the attribute or else the member of the name at index 2. Returns its type. Upvalue 1: members. */
static int push_member(lua_State *L)
{
    int found;

    push_attributes(L);
    lua_pushvalue(L, 2);
    found = lua_rawget(L, -2);
    if (found == LUA_TNIL) {
        lua_pushvalue(L, 2);
        found = lua_rawget(L, lua_upvalueindex(1));
    }
    return found;
}

/* Whether the __init of its built-in base has run for the instance at index 1. */
static bool has_base(lua_State *L)
{
    const struct class_instance *instance = lua_touserdata(L, 1);

    return instance->base != NULL;
}

static int unknown_name(lua_State *L)
{
    lua_settop(L, 2);
    if (lua_isfunction(L, lua_upvalueindex(3))) {
        lua_pushvalue(L, lua_upvalueindex(3));
        lua_pushvalue(L, 2);
        lua_call(L, 1, 0);
    }
    return luaL_error(L, "unknown property or function '%s' for an object of type '%s'", lua_tostring(L, 2),
                      class_push_type(L, 1));
}

/* Whether the name at index 2 is one that instances cannot take as an attribute, as upvalue 3 says: it is a mistake, or
 * the type's own. Operators may be missing, and set. */
static bool is_closed(lua_State *L)
{
    return lua_toboolean(L, lua_upvalueindex(3)) && lua_type(L, 2) == LUA_TSTRING &&
           strncmp(lua_tostring(L, 2), "__", 2) != 0;
}

/* Whether it is the number of an item, which a list would no longer show if it became an attribute. */
static bool is_item(lua_State *L)
{
    return lua_toboolean(L, lua_upvalueindex(3)) && lua_type(L, 2) == LUA_TNUMBER;
}

/* __index. Upvalues: members, what the built-in base asks for other names or nil, what class_seal was given or nil. */
static int instance_index(lua_State *L)
{
    int found;

    lua_settop(L, 2);
    found = push_member(L);
    if (class_is_property(L, found)) {
        lua_getupvalue(L, -1, 1);
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 1, 0, one_result);
    } else if (found == LUA_TNIL && is_closed(L)) {
        return unknown_name(L);
    } else if (found == LUA_TNIL && !lua_isnil(L, lua_upvalueindex(2)) && has_base(L)) {
        lua_pushvalue(L, lua_upvalueindex(2));
        lua_pushvalue(L, 1);
        lua_pushvalue(L, 2);
        lua_callk(L, 2, 1, 0, one_result);
    }
    return 1;
}

void class_set(lua_State *L, int table)
{
    if (lua_isnil(L, -2) || !lua_rawequal(L, -2, -2)) /* NaN */
        luaL_error(L, "table index is %s", lua_isnil(L, -2) ? "nil" : "NaN");
    lua_rawset(L, table);
}

static int read_only(lua_State *L)
{
    return luaL_error(L, "property '%s' is read only", luaL_tolstring(L, 2, NULL));
}

/* __newindex, with the same upvalues; a property under the name takes all that is assigned. */
static int instance_newindex(lua_State *L)
{
    int found;

    lua_settop(L, 3);
    found = push_member(L);
    if (found == LUA_TNIL && (is_closed(L) || is_item(L)))
        return unknown_name(L);
    if (class_is_property(L, found)) {
        lua_getupvalue(L, -1, 2);
        if (lua_isnil(L, -1))
            return read_only(L);
        lua_pushvalue(L, 1);
        lua_pushvalue(L, 3);
        lua_callk(L, 2, 0, 0, no_result);
        return 0;
    }
    if (is_closed(L))
        return read_only(L);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    class_set(L, 4); /* where push_member left the attributes */
    return 0;
}

int class_attribute(lua_State *L)
{
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    if (!class_is_instance(L, 1)) {
        lua_pushnil(L);
        return 1;
    }
    push_attributes(L);
    lua_pushvalue(L, 2);
    lua_rawget(L, -2);
    return 1;
}

/* ---- operators ---- */

int class_is_instance(lua_State *L, int index)
{
    return class_kind_of(L, index) == CLASS_INSTANCE;
}

/* Pushes the operator of the name in upvalue 1 that one of the first count values, all operands, has. */
static void push_operator(lua_State *L, int count)
{
    for (int i = 1; i <= count; i++) {
        if (!class_is_instance(L, i))
            continue;
        lua_pushvalue(L, lua_upvalueindex(1));
        if (lua_gettable(L, i) != LUA_TNIL)
            return;
        lua_pop(L, 1);
    }
    luaL_error(L, "No such operator defined");
}

static int binary_operator(lua_State *L)
{
    lua_settop(L, 2);
    push_operator(L, 2);
    lua_insert(L, 1);
    lua_callk(L, 2, 1, 0, one_result);
    return 1;
}

/* Lua gives these their operand twice. */
static int unary_operator(lua_State *L)
{
    lua_settop(L, 1);
    push_operator(L, 1);
    lua_insert(L, 1);
    lua_callk(L, 1, 1, 0, one_result);
    return 1;
}

static int call_operator(lua_State *L)
{
    luaL_checkstack(L, 4, NULL);
    push_operator(L, 1);
    lua_insert(L, 1);
    lua_callk(L, lua_gettop(L) - 1, LUA_MULTRET, 0, all_results);
    return lua_gettop(L);
}

/* Without a __tostring of its own an instance prints as <ClassName>: traces of tools print what they are given. */
static int tostring_operator(lua_State *L)
{
    lua_settop(L, 1);
    push_attributes(L);
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "__tostring") == LUA_TNIL)
        lua_pushfstring(L, "<%s>", class_push_type(L, 1));
    else {
        lua_pushvalue(L, 1);
        lua_callk(L, 1, 1, 0, one_result);
    }
    return 1;
}

static void push_operators(lua_State *L)
{
    static const luaL_Reg operators[] = {
        {"__add", binary_operator},
        {"__sub", binary_operator},
        {"__mul", binary_operator},
        {"__div", binary_operator},
        {"__pow", binary_operator},
        {"__lt", binary_operator},
        {"__le", binary_operator},
        {"__eq", binary_operator},
        {"__concat", binary_operator},
        {"__unm", unary_operator},
        {"__len", unary_operator},
        {"__call", call_operator},
        {NULL, NULL},
    };

    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &operators_mark) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    for (const luaL_Reg *o = operators; o->name != NULL; o++) {
        lua_pushstring(L, o->name);
        lua_pushcclosure(L, o->func, 1);
        lua_setfield(L, -2, o->name);
    }
    lua_pushcfunction(L, tostring_operator);
    lua_setfield(L, -2, "__tostring");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &operators_mark);
}

/* ---- making and ending ---- */

void class_push_instances(lua_State *L, const char *name)
{
    int instances;

    lua_newtable(L);
    instances = lua_gettop(L);
    push_operators(L);
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, instances);
    }
    lua_pop(L, 1);
    class_mark(L, CLASS_INSTANCE, name);
}

/* Sets one of the two; the metatable is at the top of the stack. */
static void set_access(lua_State *L, int members, const struct object_type *type, int seal, const char *name,
                       lua_CFunction access)
{
    lua_pushvalue(L, members);
    object_push_fallback(L, type, "__index");
    if (seal != 0)
        lua_pushvalue(L, seal);
    else
        lua_pushnil(L);
    lua_pushcclosure(L, access, 3);
    lua_setfield(L, -2, name);
}

void class_set_access(lua_State *L, int members, const struct object_type *type, int seal)
{
    set_access(L, members, type, seal, "__index", instance_index);
    set_access(L, members, type, seal, "__newindex", instance_newindex);
}

/* The instance is at index 1; what __init returned above it is dropped. */
static int instance_made(lua_State *L, int status, lua_KContext context)
{
    (void)status;
    (void)context;
    lua_settop(L, 1);
    return 1;
}

/* Upvalue: "__init". */
int class_call(lua_State *L)
{
    const struct class_class *class = lua_touserdata(L, 1);
    struct class_instance *instance;

    luaL_checkstack(L, 8, NULL);
    if (lua_type(L, 1) != LUA_TUSERDATA || lua_getiuservalue(L, 1, CLASS_INSTANCES) != LUA_TTABLE)
        return luaL_argerror(L, 1, "not a class");
    lua_pop(L, 1);
    lua_getiuservalue(L, 1, CLASS_MEMBERS);
    lua_pushvalue(L, lua_upvalueindex(1));
    if (lua_rawget(L, -2) == LUA_TNIL)
        return luaL_error(L, "attempt to call a nil value: %s has no __init of its own", class_push_type(L, 1));
    lua_replace(L, -2);
    instance = lua_newuserdatauv(L, sizeof *instance, class->type == NULL ? CLASS_ATTRIBUTES : CLASS_BASE);
    *instance = (struct class_instance){.type = class->type, .base = NULL};
    lua_createtable(L, 0, FEW_ATTRIBUTES);
    lua_setiuservalue(L, -2, CLASS_ATTRIBUTES);
    lua_getiuservalue(L, 1, CLASS_INSTANCES);
    lua_setmetatable(L, -2);
    lua_copy(L, -1, 1); /* the class is not needed any more: the result stands in its place */
    lua_rotate(L, 2, 2);
    lua_callk(L, lua_gettop(L) - 2, 0, 0, instance_made);
    return instance_made(L, LUA_OK, 0);
}

/* The instance's own __finalize may be behind a property, so looking it up is the script's time too. */
static int finalize(lua_State *L)
{
    lua_settop(L, 1);
    push_attributes(L);
    lua_settop(L, 1);
    if (lua_getfield(L, 1, "__finalize") == LUA_TNIL)
        return 0;
    lua_pushvalue(L, 1);
    lua_call(L, 1, 0);
    return 0;
}

/* Errors end here and become warnings: whatever ran when the collector came must go on. */
int class_instance_gc(lua_State *L)
{
    const char *text;

    lua_settop(L, 1);
    lua_pushcfunction(L, finalize);
    lua_pushvalue(L, 1);
    if (finalizer_call(L, 1) == LUA_OK)
        return 0;
    text = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "an error that is no text";
    lua_warning(L, lua_pushfstring(L, "%s.__finalize: %s", class_push_type(L, 1), text), 0);
    return 0;
}
