/* class as scripts declare it, the class objects, and type and rawequal, which know them.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"

#include "lua/class_internal.h"

#include <string.h>

/* ---- class objects ---- */

/* __index. Upvalues: members, name. */
static int class_index(lua_State *L)
{
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    return luaL_error(L, "no static '%s' in class '%s'", luaL_tolstring(L, 2, NULL),
                      lua_tostring(L, lua_upvalueindex(2)));
}

/* __newindex. Upvalues: members, metatable of the instances. That metatable has a __gc only when there is something to
 * call: objects with one cost the collector more. */
static int class_newindex(lua_State *L)
{
    lua_settop(L, 3);
    if (lua_type(L, 2) == LUA_TSTRING && strcmp(lua_tostring(L, 2), "__finalize") == 0) {
        lua_pushcfunction(L, class_instance_gc);
        lua_setfield(L, lua_upvalueindex(2), "__gc");
    }
    class_set(L, lua_upvalueindex(1));
    return 0;
}

/* Pushes a new class object without members. */
static void push_class(lua_State *L, const char *name)
{
    int first = lua_gettop(L) + 1;
    int members = first + 1, instances = first + 2;
    struct class_class *class = lua_newuserdatauv(L, sizeof *class, CLASS_INSTANCES);

    *class = (struct class_class){.type = NULL, .declared = true};
    lua_newtable(L);
    class_push_instances(L, name);
    class_set_access(L, members, NULL, 0);

    lua_newtable(L);
    lua_pushfstring(L, "%s class", name);
    lua_insert(L, -2);
    class_mark(L, CLASS_CLASS, lua_tostring(L, -2));
    lua_pushvalue(L, members);
    lua_pushstring(L, name);
    lua_pushcclosure(L, class_index, 2);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, members);
    lua_pushvalue(L, instances);
    lua_pushcclosure(L, class_newindex, 2);
    lua_setfield(L, -2, "__newindex");
    lua_pushliteral(L, "__init");
    lua_pushcclosure(L, class_call, 1);
    lua_setfield(L, -2, "__call");
    lua_setmetatable(L, first);

    lua_settop(L, instances);
    lua_setiuservalue(L, first, CLASS_INSTANCES);
    lua_setiuservalue(L, first, CLASS_MEMBERS);
}

/* ---- declaring ---- */

static bool own_only(lua_State *L, int key)
{
    const char *name = lua_type(L, key) == LUA_TSTRING ? lua_tostring(L, key) : "";

    return strcmp(name, "__init") == 0 || strcmp(name, "__finalize") == 0;
}

/* Copies the table at the top of the stack, the members of a base, into that at index, an absolute one. */
static void copy_members(lua_State *L, int members)
{
    lua_pushnil(L);
    while (lua_next(L, -2) != 0) {
        if (own_only(L, -2)) {
            lua_pop(L, 1);
            continue;
        }
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, members);
    }
}

/* What class "B" returns: class "B" (A). Upvalue: B. What it copies is how A is now. */
static int derive(lua_State *L)
{
    struct class_class *class = lua_touserdata(L, lua_upvalueindex(1));
    const struct class_class *base;

    if (class_kind_of(L, 1) != CLASS_CLASS)
        return luaL_error(L, "expected class to derive from or a newline");
    base = lua_touserdata(L, 1);
    lua_settop(L, 1);
    lua_getiuservalue(L, lua_upvalueindex(1), CLASS_MEMBERS);
    if (base->type != NULL) {
        class->type = base->type;
        if (!base->declared)
            object_copy_members(L, base->type);
        lua_getiuservalue(L, lua_upvalueindex(1), CLASS_INSTANCES);
        class_set_access(L, 2, base->type, 0);
        lua_pop(L, 1);
    }
    lua_getiuservalue(L, 1, CLASS_MEMBERS);
    copy_members(L, 2);
    return 0;
}

int class_seal(lua_State *L)
{
    const struct class_class *class = lua_touserdata(L, 1);

    if (class_kind_of(L, 1) != CLASS_CLASS || !class->declared)
        return luaL_argerror(L, 1, "a class was expected");
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        lua_pushboolean(L, 1);
        lua_replace(L, 2);
    }
    lua_getiuservalue(L, 1, CLASS_MEMBERS);
    lua_getiuservalue(L, 1, CLASS_INSTANCES);
    if (lua_getfield(L, 3, "__eq") == LUA_TNIL)
        lua_setfield(L, 4, "__eq"); /* as types in C, which are the same or not, and never raise */
    lua_settop(L, 4);
    class_set_access(L, 3, class->type, 2);
    return 0;
}

/* class "A", class (place, "A"). Strict globals are no hindrance: a declaration is what they ask for. */
static int declare(lua_State *L)
{
    int at = lua_type(L, 1) != LUA_TSTRING && lua_gettop(L) > 1 ? 2 : 1;
    size_t length;
    const char *name;

    if (lua_type(L, at) != LUA_TSTRING || lua_isnumber(L, at))
        return luaL_error(L, "invalid construct, expected class name");
    name = lua_tolstring(L, at, &length);
    if (strlen(name) != length)
        return luaL_error(L, "invalid construct, expected class name without zero bytes");
    if (at == 2 && !lua_istable(L, 1) && class_kind_of(L, 1) == CLASS_FOREIGN)
        return luaL_error(L, "invalid construct, expected a table for the class, got %s", class_push_type(L, 1));
    lua_settop(L, at);
    if (at == 1) {
        lua_pushglobaltable(L);
        lua_insert(L, 1);
    }
    push_class(L, name);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, 3);
    if (at == 1)
        lua_rawset(L, 1);
    else
        lua_settable(L, 1);
    lua_pushcclosure(L, derive, 1);
    return 1;
}

/* ---- type and rawequal ---- */

static int type_of(lua_State *L)
{
    luaL_checkany(L, 1);
    class_push_type(L, 1);
    return 1;
}

/* Two built-in objects are the same when their type says that they stand for the same thing. */
static int raw_equal(lua_State *L)
{
    int equal;

    luaL_checkany(L, 1);
    luaL_checkany(L, 2);
    equal = lua_rawequal(L, 1, 2);
    if (!equal && class_kind_of(L, 1) == CLASS_OBJECT && class_kind_of(L, 2) == CLASS_OBJECT) {
        lua_getmetatable(L, 1);
        lua_getmetatable(L, 2);
        equal = lua_rawequal(L, -1, -2) && lua_compare(L, 1, 2, LUA_OPEQ);
    }
    lua_pushboolean(L, equal);
    return 1;
}

void class_open(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"class", declare}, {"property", class_property}, {"rawequal", raw_equal}, {"type", type_of}, {NULL, NULL},
    };

    lua_pushglobaltable(L);
    for (const luaL_Reg *f = functions; f->name != NULL; f++) {
        lua_pushstring(L, f->name);
        lua_pushcfunction(L, f->func);
        lua_rawset(L, -3);
    }
    lua_pop(L, 1);
}
