/* Timers of scripts: a function that is called again and again (docs/api/notewire.every.md).
 * SPDX-License-Identifier: MIT */
#ifndef NOTEWIRE_RENOISE_TIMER_H
#define NOTEWIRE_RENOISE_TIMER_H

#include <lua.h>
#include <stdbool.h>

/* Replaces the function at the top of the stack by a Timer object that calls it, without arguments, every so many
 * milliseconds, first one interval from now, until it is stopped or the function fails. While it runs, it is not
 * collected; keeps: it also needs the script to stay. Raises unless milliseconds is a number above 0, and while the
 * script is unloaded. */
void timer_push(lua_State *L, double milliseconds, bool keeps);

/* Ends the calls of the Timer object at index; nothing when it has ended. Legal inside its own function. */
void timer_stop(lua_State *L, int index);

#endif
