/* Built-in types as scripts see them: userdata with properties and methods, such as SocketServer and Message.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_OBJECT_H
#define NOTEWIRE_LUA_OBJECT_H

#include <lauxlib.h>
#include <lua.h>

/* get is called with the object alone and returns its value; set with the object and the new value. */
struct object_property {
    const char *name;
    lua_CFunction get;
    lua_CFunction set; /* NULL: read only, writing raises */
};

/* A type. Constant, and as long-lived as the Lua state. The lists end with a NULL name; each may be NULL. Reading a
 * name that is in none of them raises "unknown property or function 'x' for an object of type 'T'" (Renoise does). */
struct object_type {
    const char *name; /* what type() of an object says: "SocketServer"; type() of its class says "SocketServer class" */
    const struct object_property *properties;
    const luaL_Reg *methods;
    const luaL_Reg *metamethods; /* __gc, which may see zeroed bytes, __tostring, __eq ...; __index and __newindex are
                                    called for names that are in none of the lists, instead of raising */
    const luaL_Reg *statics;     /* functions of the class object: from_binary_data of Osc */
    lua_CFunction construct;     /* what calling the class object does, the class object not among its arguments;
                                    NULL: calling it raises */
};

/* Pushes the class object of a type; the same each time. Its statics may be added to with lua_setfield. */
void object_push_class(lua_State *L, const struct object_type *type);

/* Pushes a new object: size bytes, zeroed, with one user value (nil) for the type's own use. Returns its bytes. */
void *object_push_new(lua_State *L, const struct object_type *type, size_t size);

/* The bytes of the object at index, or NULL when it is not of this type. An instance of a class that a script derived
 * from the type is such an object too, and keeps its user value, once its __init has called the type's. */
void *object_test(lua_State *L, int index, const struct object_type *type);

/* The type of the object at index; NULL when it is none. */
const struct object_type *object_type_of(lua_State *L, int index);

/* As object_test, and raises an argument error that names the type wanted and the one given. */
void *object_check(lua_State *L, int index, const struct object_type *type);

/* Pushes the table with weak keys that is kept in the registry under an address; made when first asked for. */
void object_push_weak(lua_State *L, const void *key);

#endif
