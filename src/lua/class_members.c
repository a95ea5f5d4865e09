/* The names that a value has: properties and methods of objects, classes and instances, and what is in a table.
 * SPDX-License-Identifier: MIT */
#include "lua/class.h"
#include "lua/class_internal.h"

#include <stdbool.h>
#include <string.h>

/* Adds the names in the table at the top of the stack, which it pops, to that at index 2: true for methods. Names that
 * begin with "__" are the language's. */
static void add_names(lua_State *L)
{
    if (!lua_istable(L, -1)) {
        lua_pop(L, 1);
        return;
    }
    for (lua_pushnil(L); lua_next(L, -2) != 0;) {
        int kind = lua_type(L, -1);
        bool is_method = kind == LUA_TFUNCTION && !class_is_property(L, kind);

        lua_pop(L, 1);
        if (lua_type(L, -1) == LUA_TSTRING && strncmp(lua_tostring(L, -1), "__", 2) != 0) {
            lua_pushvalue(L, -1);
            lua_pushboolean(L, is_method);
            lua_rawset(L, 2);
        }
    }
    lua_pop(L, 1);
}

/* Pushes what an object's or instance's metatable looks names up in; both keep it in the same place. */
static void push_names_behind(lua_State *L)
{
    lua_getmetatable(L, 1);
    lua_getfield(L, -1, "__index");
    if (lua_getupvalue(L, -1, 1) == NULL)
        lua_pushnil(L);
    lua_replace(L, -3);
    lua_pop(L, 1);
}

int class_members(lua_State *L)
{
    luaL_checkany(L, 1);
    lua_settop(L, 1);
    lua_newtable(L);
    switch (class_kind_of(L, 1)) {
    case CLASS_INSTANCE:
        push_names_behind(L);
        add_names(L);
        lua_getiuservalue(L, 1, CLASS_ATTRIBUTES);
        add_names(L);
        break;
    case CLASS_OBJECT:
        push_names_behind(L);
        add_names(L);
        break;
    case CLASS_CLASS:
        lua_getiuservalue(L, 1, CLASS_MEMBERS);
        add_names(L);
        break;
    case CLASS_FOREIGN:
        lua_pushvalue(L, 1);
        add_names(L);
        break;
    }
    return 1;
}
