/* Observables: lists of notifiers as Renoise knows them, which C and scripts fire.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_OBSERVABLE_H
#define NOTEWIRE_RENOISE_OBSERVABLE_H

#include <lua.h>
#include <stdbool.h>

/* A notifier is a function, or a function and the object that it is called with first: a table or an instance. Scripts
 * write both in either order, as {a, b} or as two arguments. Which notifier is meant is told by what it is made of, not
 * by the table around it. */

/* Pushes function and object (or nil) of the notifier at index: a function, or a table of two. False, with nothing
 * pushed, when it is none. */
bool notifier_push(lua_State *L, int index);

/* Calls every notifier of the observable at index, of any kind, with the count values at the top of the stack, which it
 * pops, in the order in which they were added. Notifiers may add and remove any meanwhile: what is removed is not
 * called any more, what is added not yet. One that fails is reported and removed. Inside a call of the script: from C
 * between turns, this belongs into the body of a script_call. */
void observable_fire(lua_State *L, int index, int count);

/* Whether the Observable at index has notifiers. Never raises. */
bool observable_has_any(lua_State *L, int index);

/* For lua/renoise: (changed) -> Observable, where changed, which may be left out, is called when a notifier has come or
 * gone; (observable, ...), which fires it with the rest; and (observable) -> the Observable that is fired behind it,
 * whose notifiers scripts do not see. */
int observable_new(lua_State *L);
int observable_call(lua_State *L);
int observable_changes(lua_State *L);

/* For lua/renoise: (observable) -> the name of the type that it is, or derives from; nil when it is none. (text,
 * observable)
 * -> what from_string makes of a text; nil when it is none of its values. (list) -> the table of its elements. */
int observable_type_of(lua_State *L);
int observable_parse(lua_State *L);
int observable_elements(lua_State *L);

/* Pushes renoise.Document, a class object, with the classes of all kinds that are made in C, before Lua adds to it. */
void observable_open(lua_State *L);

/* Pushes a new Observable, with add_notifier, has_notifier and remove_notifier. */
void observable_push_new(lua_State *L);

#endif
