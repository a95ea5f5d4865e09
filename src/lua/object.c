/* Built-in types: one metatable each, whose __index is a look into one table, and one class object.
 * SPDX-License-Identifier: MIT */
#include "lua/object.h"

#include "lua/class_internal.h"

#include <stdint.h>
#include <string.h>

/* Keys of metatables, by their addresses. */
static const char name_mark, class_object_mark;

/* What metatables have at this place, where a look is cheapest: the type of objects, or else one of these addresses.
 * Scripts, which may have metatables of their own, cannot make such a value. */
enum { MARK = 1 };
static const char class_marked, instance_marked;

/* Types are constants, and Lua takes pointers that are not. */
static void push_constant(lua_State *L, const void *constant)
{
    lua_pushlightuserdata(L, (void *)constant);
}

/* ---- what a value is ---- */

static void mark_metatable(lua_State *L, const void *mark, const char *name)
{
    push_constant(L, mark);
    lua_rawseti(L, -2, MARK);
    lua_pushstring(L, name);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__name"); /* what Lua's own messages call it */
    lua_rawsetp(L, -2, &name_mark);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

void class_mark(lua_State *L, enum class_kind kind, const char *name)
{
    mark_metatable(L, kind == CLASS_CLASS ? &class_marked : &instance_marked, name);
}

/* The mark of the value at index, or NULL. */
static const void *find_mark(lua_State *L, int index)
{
    const void *mark = NULL;

    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index))
        return NULL;
    if (lua_rawgeti(L, -1, MARK) == LUA_TLIGHTUSERDATA)
        mark = lua_touserdata(L, -1);
    lua_pop(L, 2);
    return mark;
}

enum class_kind class_kind_of(lua_State *L, int index)
{
    const void *mark = find_mark(L, index);

    if (mark == NULL)
        return CLASS_FOREIGN;
    if (mark == &class_marked)
        return CLASS_CLASS;
    return mark == &instance_marked ? CLASS_INSTANCE : CLASS_OBJECT;
}

const char *class_push_type(lua_State *L, int index)
{
    if (lua_type(L, index) == LUA_TUSERDATA && lua_getmetatable(L, index)) {
        if (lua_rawgetp(L, -1, &name_mark) == LUA_TSTRING) {
            lua_remove(L, -2);
            return lua_tostring(L, -1);
        }
        lua_pop(L, 2);
    }
    return lua_pushstring(L, luaL_typename(L, index));
}

/* ---- properties and methods ---- */

/* Raises that a type has no such name; key is any value at index 2. */
static int unknown_name(lua_State *L, const struct object_type *type)
{
    return luaL_error(L, "unknown property or function '%s' for an object of type '%s'", luaL_tolstring(L, 2, NULL),
                      type->name);
}

/* Calls the function at index, which is not nil, with what the metamethod was called with. */
static int call_fallback(lua_State *L, int index)
{
    lua_pushvalue(L, index);
    lua_insert(L, 1);
    lua_call(L, lua_gettop(L) - 1, 1);
    return 1;
}

/* __index. Upvalues: names to methods and struct object_property, fallback or nil, type. Getters are called right
 * here, so a property costs one call from Lua. */
static int object_index(lua_State *L)
{
    const struct object_property *property;

    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TLIGHTUSERDATA:
        property = lua_touserdata(L, -1);
        lua_settop(L, 1);
        return property->get(L);
    case LUA_TNIL:
        lua_pop(L, 1);
        if (!lua_isnil(L, lua_upvalueindex(2)))
            return call_fallback(L, lua_upvalueindex(2));
        return unknown_name(L, lua_touserdata(L, lua_upvalueindex(3)));
    default: return 1;
    }
}

/* __newindex, with the same upvalues. */
static int object_newindex(lua_State *L)
{
    const struct object_property *property;

    lua_settop(L, 3);
    lua_pushvalue(L, 2);
    switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TLIGHTUSERDATA:
        property = lua_touserdata(L, -1);
        if (property->set == NULL)
            break;
        lua_settop(L, 3);
        lua_remove(L, 2);
        property->set(L);
        return 0;
    case LUA_TNIL:
        lua_pop(L, 1);
        if (!lua_isnil(L, lua_upvalueindex(2)))
            return call_fallback(L, lua_upvalueindex(2));
        return unknown_name(L, lua_touserdata(L, lua_upvalueindex(3)));
    default: break;
    }
    return luaL_error(L, "property '%s' is read only", luaL_tolstring(L, 2, NULL));
}

void object_push_fallback(lua_State *L, const struct object_type *type, const char *name)
{
    for (const luaL_Reg *m = type == NULL ? NULL : type->metamethods; m != NULL && m->name != NULL; m++)
        if (strcmp(m->name, name) == 0) {
            lua_pushcfunction(L, m->func);
            return;
        }
    lua_pushnil(L);
}

/* Sets __index or __newindex of the metatable below the table of names, which is at the top of the stack. */
static void set_access(lua_State *L, const struct object_type *type, const char *name, lua_CFunction access)
{
    lua_pushvalue(L, -1);
    object_push_fallback(L, type, name);
    push_constant(L, type);
    lua_pushcclosure(L, access, 3);
    lua_setfield(L, -3, name);
}

/* Pushes the metatable of the objects of a type; made when first asked for. */
static void push_metatable(lua_State *L, const struct object_type *type)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, type) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_createtable(L, MARK, 8);
    if (type->metamethods != NULL)
        luaL_setfuncs(L, type->metamethods, 0);
    mark_metatable(L, type, type->name);
    lua_newtable(L);
    if (type->methods != NULL)
        luaL_setfuncs(L, type->methods, 0);
    for (const struct object_property *p = type->properties; p != NULL && p->name != NULL; p++) {
        push_constant(L, p);
        lua_setfield(L, -2, p->name);
    }
    set_access(L, type, "__index", object_index);
    set_access(L, type, "__newindex", object_newindex);
    lua_pop(L, 1);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, type);
}

/* ---- class objects ---- */

/* __index of a class object. Upvalues: statics, type. */
static int class_object_index(lua_State *L)
{
    const struct object_type *type;

    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    type = lua_touserdata(L, lua_upvalueindex(2));
    return luaL_error(L, "no static '%s' in class '%s'", luaL_tolstring(L, 2, NULL), type->name);
}

/* __newindex of a class object: statics are added. */
static int class_object_newindex(lua_State *L)
{
    lua_settop(L, 3);
    class_set(L, lua_upvalueindex(1));
    return 0;
}

/* __call of a class object. Upvalue: type. */
static int class_object_call(lua_State *L)
{
    const struct object_type *type = lua_touserdata(L, lua_upvalueindex(1));

    if (lua_gettop(L) > 0)
        lua_remove(L, 1);
    return type->construct(L);
}

/* The static __init: gives an instance of a class that inherits from the type its object. Upvalue: type. May be
 * called again, for a new object. */
static int class_object_init(lua_State *L)
{
    const struct object_type *type = lua_touserdata(L, lua_upvalueindex(1));
    struct class_instance *instance = lua_touserdata(L, 1);
    void *base;

    if (class_kind_of(L, 1) != CLASS_INSTANCE || instance->type != type) {
        class_push_type(L, 1);
        return luaL_argerror(L, 1,
                             lua_pushfstring(L, "an instance of a class derived from %s expected, got %s", type->name,
                                             lua_tostring(L, -1)));
    }
    lua_pushcfunction(L, type->construct);
    lua_insert(L, 2);
    lua_call(L, lua_gettop(L) - 2, 1);
    base = object_test(L, -1, type);
    if (base == NULL)
        return luaL_error(L, "%s could not be made", type->name);
    lua_getiuservalue(L, -1, CLASS_OWN);
    lua_setiuservalue(L, 1, CLASS_OWN);
    lua_setiuservalue(L, 1, CLASS_BASE);
    instance->base = base;
    return 0;
}

static void push_type_closure(lua_State *L, const struct object_type *type, lua_CFunction function)
{
    push_constant(L, type);
    lua_pushcclosure(L, function, 1);
}

/* Sets the metatable of the class object at the top of the stack, whose statics are at index. */
static void set_class_metatable(lua_State *L, const struct object_type *type, int statics)
{
    lua_newtable(L);
    lua_pushfstring(L, "%s class", type->name);
    lua_insert(L, -2);
    class_mark(L, CLASS_CLASS, lua_tostring(L, -2));
    lua_pushvalue(L, statics);
    push_constant(L, type);
    lua_pushcclosure(L, class_object_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, statics);
    lua_pushcclosure(L, class_object_newindex, 1);
    lua_setfield(L, -2, "__newindex");
    if (type->construct != NULL) {
        push_type_closure(L, type, class_object_call);
        lua_setfield(L, -2, "__call");
    }
    lua_remove(L, -2);
    lua_setmetatable(L, -2);
}

void object_push_class(lua_State *L, const struct object_type *type)
{
    struct class_class *class;
    int statics;

    luaL_checkstack(L, 10, NULL);
    push_metatable(L, type);
    if (lua_rawgetp(L, -1, &class_object_mark) == LUA_TUSERDATA) {
        lua_remove(L, -2);
        return;
    }
    lua_pop(L, 1);
    lua_newtable(L);
    statics = lua_gettop(L);
    if (type->statics != NULL)
        luaL_setfuncs(L, type->statics, 0);
    if (type->construct != NULL) {
        push_type_closure(L, type, class_object_init);
        lua_setfield(L, statics, "__init");
    }
    class = lua_newuserdatauv(L, sizeof *class, CLASS_MEMBERS);
    *class = (struct class_class){.type = type, .declared = false};
    set_class_metatable(L, type, statics);
    lua_pushvalue(L, statics);
    lua_setiuservalue(L, -2, CLASS_MEMBERS);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, statics - 1, &class_object_mark);
    lua_replace(L, statics - 1);
    lua_settop(L, statics - 1);
}

void object_copy_members(lua_State *L, const struct object_type *type)
{
    static const char *const own[] = {"__gc", "__close", "__mode", "__name", "__metatable", "__index", "__newindex"};

    for (const luaL_Reg *m = type->metamethods; m != NULL && m->name != NULL; m++) {
        bool skip = false;

        for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
            skip = skip || strcmp(m->name, own[i]) == 0;
        if (!skip) {
            lua_pushcfunction(L, m->func);
            lua_setfield(L, -2, m->name);
        }
    }
    if (type->methods != NULL)
        luaL_setfuncs(L, type->methods, 0);
    for (const struct object_property *p = type->properties; p != NULL && p->name != NULL; p++) {
        class_push_property(L, p->get, p->set);
        lua_setfield(L, -2, p->name);
    }
}

/* ---- objects ---- */

void *object_push_new(lua_State *L, const struct object_type *type, size_t size)
{
    void *bytes;

    luaL_checkstack(L, 10, NULL);
    bytes = lua_newuserdatauv(L, size, 1);
    if (size > 0)
        memset(bytes, 0, size);
    push_metatable(L, type);
    lua_setmetatable(L, -2); /* last, so that __gc never sees bytes that are not zero */
    return bytes;
}

const struct object_type *object_type_of(lua_State *L, int index)
{
    const struct class_instance *instance;
    const void *mark = find_mark(L, index);

    if (mark == NULL || mark == &class_marked)
        return NULL;
    if (mark != &instance_marked)
        return mark;
    instance = lua_touserdata(L, index);
    return instance->base != NULL ? instance->type : NULL;
}

void *object_test(lua_State *L, int index, const struct object_type *type)
{
    const void *mark = find_mark(L, index);
    const struct class_instance *instance;

    if (mark == type)
        return lua_touserdata(L, index);
    if (mark != &instance_marked)
        return NULL;
    instance = lua_touserdata(L, index);
    return instance->type == type ? instance->base : NULL;
}

void *object_check(lua_State *L, int index, const struct object_type *type)
{
    void *bytes = object_test(L, index, type);
    const char *given;

    if (bytes != NULL)
        return bytes;
    index = lua_absindex(L, index);
    given = class_push_type(L, index);
    if (class_kind_of(L, index) == CLASS_INSTANCE) {
        const struct class_instance *instance = lua_touserdata(L, index);

        if (instance->type == type)
            given = lua_pushfstring(L, "%s whose %s.__init was not called", given, type->name);
    }
    luaL_argerror(L, index, lua_pushfstring(L, "%s expected, got %s", type->name, given));
    return NULL;
}

void object_push_weak(lua_State *L, const void *key)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}
