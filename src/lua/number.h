/* Numbers as Lua 5.1 takes and shows them: no fraction where a whole one is wanted, and no ".0" behind one.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_LUA_NUMBER_H
#define NOTEWIRE_LUA_NUMBER_H

#include <lua.h>
#include <math.h>

#define NUMBER_SHORT 1e14 /* Lua 5.1 prints whole numbers below this without an exponent */

/* Pushes a whole number as an integer, so that it prints as in Lua 5.1, "1" and not "1.0". A large one stays a float,
 * for it prints as in Lua 5.1 as it is: "1e+20". */
static inline void number_push(lua_State *L, double number)
{
    if (fabs(number) < NUMBER_SHORT && floor(number) == number)
        lua_pushinteger(L, (lua_Integer)number);
    else
        lua_pushnumber(L, number);
}

/* The argument as a whole number: what is behind the point is cut off, what is too large is the largest there is.
 * Raises when it is no number. */
lua_Integer number_whole(lua_State *L, int argument);

/* The same; fallback when there is none or it is nil. */
lua_Integer number_opt_whole(lua_State *L, int argument, lua_Integer fallback);

/* Cuts a number off towards 0; one that is none becomes the smallest, as on every machine of Renoise's. */
lua_Integer number_cut(lua_Number number);

/* Cuts the numbers among the arguments from first on, where they stand. */
void number_cut_arguments(lua_State *L, int first);

/* Pushes the text of the value at index, as tostring says it: 1.0 is "1", and metamethods are asked as in Lua. Returns
 * it; length may be NULL. */
const char *number_push_text(lua_State *L, int index, size_t *length);

#endif
