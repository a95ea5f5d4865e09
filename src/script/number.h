/* Numbers for scripts that were written for Lua 5.1, where there is one kind.
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_SCRIPT_NUMBER_H
#define NOTEWIRE_SCRIPT_NUMBER_H

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

#endif
