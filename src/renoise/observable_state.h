/* What the kinds of observables share: their notifiers, the value, and who is told of changes behind them.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_OBSERVABLE_STATE_H
#define NOTEWIRE_RENOISE_OBSERVABLE_STATE_H

#include "lua/object.h"

/* The user value of an observable is its state, a table with these places, or nil as long as there is nothing in it.
 * Notifiers: an array, or nil. Value: of the value observables; of a list, the table of its elements. Changes: an
 * Observable that is fired behind the others, or nil; documents hear of what is in them by it. */
enum { STATE_NOTIFIERS = 1, STATE_VALUE, STATE_CHANGES, STATE_PLACES = STATE_CHANGES };

extern const struct object_type observable_number_type, observable_boolean_type, observable_string_type;
extern const struct object_type observable_bang_type, observable_list_type;

/* Which of them, or plain Observable, is at index; NULL: none. */
const struct object_type *observable_kind(lua_State *L, int index);

/* Pushes the state of the observable at index, an absolute one; raises when it is none. */
void observable_push_state(lua_State *L, int index);

/* The same, of one that is known to be of a kind that has its state from the beginning. */
static inline void observable_push_known(lua_State *L, int index)
{
    if (lua_getiuservalue(L, index, 1) != LUA_TTABLE)
        luaL_error(L, "an observable without its state"); /* only the debug library does that */
}

/* As observable_fire, for the state at an absolute index below the arguments. */
void observable_fire_state(lua_State *L, int state, int count);

/* The methods of each kind. */
int observable_add_notifier(lua_State *L);
int observable_has_notifier(lua_State *L);
int observable_remove_notifier(lua_State *L);

/* clang-format off: a list within a list */
#define OBSERVABLE_METHODS                                                                                             \
    {"add_notifier", observable_add_notifier}, {"has_notifier", observable_has_notifier},                              \
    {                                                                                                                  \
        "remove_notifier", observable_remove_notifier                                                                  \
    }
/* clang-format on */

#endif
