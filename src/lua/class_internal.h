/* What objects, classes and instances know of each other: marks in their metatables, and how bases are built in.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_CLASS_INTERNAL_H
#define NOTEWIRE_LUA_CLASS_INTERNAL_H

#include "lua/object.h"

#include <stdbool.h>

/* What a userdata is; CLASS_FOREIGN when it is none of ours, such as an open file. */
enum class_kind { CLASS_FOREIGN, CLASS_OBJECT, CLASS_CLASS, CLASS_INSTANCE };

/* A class object's own bytes, of built-in types and of declared classes alike. */
struct class_class {
    const struct object_type *type; /* the built-in type that it is, or inherits from, or NULL */
    bool declared;
};

/* An instance's own bytes. One whose class inherits from a built-in type stands for an object of that type: base is
 * that object's bytes once the type's __init has run, and the user value CLASS_OWN is what the type keeps there. */
struct class_instance {
    const struct object_type *type;
    void *base;
};

/* User values of an instance; CLASS_BASE holds the object, and is there only when type is. */
enum { CLASS_OWN = 1, CLASS_ATTRIBUTES, CLASS_BASE };

/* User values of a declared class: its members, and the metatable of its instances. There is nothing where an instance
 * has its attributes, so that no class passes for an instance. */
enum { CLASS_MEMBERS = 1, CLASS_INSTANCES = 3 };

/* Marks the metatable at the top of the stack, and hides it from scripts. name is what type() says. */
void class_mark(lua_State *L, enum class_kind kind, const char *name);

/* What is at index, which is any. */
enum class_kind class_kind_of(lua_State *L, int index);

/* Pushes what type() says of the value at index. Returns the text, which lives as long as it is on the stack. */
const char *class_push_type(lua_State *L, int index);

/* Adds to the table at the top of the stack what a class inherits from a built-in type. */
void object_copy_members(lua_State *L, const struct object_type *type);

/* Pushes what is asked for names that a type does not list, or nil. */
void object_push_fallback(lua_State *L, const struct object_type *type, const char *name);

/* Pushes a property of these functions; set may be NULL. */
void class_push_property(lua_State *L, lua_CFunction get, lua_CFunction set);

/* Whether the value at the top of the stack, of this type, is a property. */
bool class_is_property(lua_State *L, int found);

/* As lua_rawset, for a __newindex: raises at the line of the script when the key is none. */
void class_set(lua_State *L, int table);

/* property() of scripts. */
int class_property(lua_State *L);

/* Pushes a new metatable for the instances of a class, which lacks only the next. */
void class_push_instances(lua_State *L, const char *name);

/* Lets the instances of the metatable at the top of the stack see the members, a table at an absolute index, and what
 * the built-in type, or NULL, says of names that it does not list. seal, an absolute index or 0: names that nobody
 * knows raise; a function there is called with the name before. */
void class_set_access(lua_State *L, int members, const struct object_type *type, int seal);

/* Calling a declared class: makes an instance. Its upvalue is the text "__init", which is not looked up each time. */
int class_call(lua_State *L);

/* The __gc of classes that have a __finalize. */
int class_instance_gc(lua_State *L);

#endif
